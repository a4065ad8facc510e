//! Keys of tokens on the deployed stack: every kind verified by others, and replaced while events are delivered.

use std::{
    collections::HashMap,
    io::Write as _,
    process::{Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rsa::{KeyPair, KeySize},
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
        Ed25519KeyPair,
    },
};
use futures_util::future::join_all;
use jwt_simple::{
    prelude::{ECDSAP256PublicKeyLike, ES256PublicKey, NoCustomClaims},
    reexports::ct_codecs::{Base64UrlSafeNoPadding, Decoder as _},
    token::Token,
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::helpers::{
    cloud::Cloud,
    events::{email_bounce, event, fresh_id},
    eventually,
    queues::put,
    receiver::{Received, Receiver, status},
    tenant::{Tenant, with_json},
};

const ALGORITHMS: [&str; 12] = [
    "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256",
    "ES384", "EdDSA",
];
const SECRET: &str = "a shared secret of sixty-four bytes or more, as HS512 wants to have it";

fn pasted_key(algorithm: &str) -> String {
    let der = match algorithm {
        "ES256" => EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
            .unwrap()
            .to_pkcs8v1()
            .unwrap()
            .as_ref()
            .to_vec(),
        "ES384" => EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING)
            .unwrap()
            .to_pkcs8v1()
            .unwrap()
            .as_ref()
            .to_vec(),
        "EdDSA" => Ed25519KeyPair::generate()
            .unwrap()
            .to_pkcs8v1()
            .unwrap()
            .as_ref()
            .to_vec(),
        _ => {
            let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
            let der: Pkcs8V1Der<'_> = pair.as_der().unwrap();
            der.as_ref().to_vec()
        }
    };
    pem::encode(&pem::Pem::new("PRIVATE KEY", der))
}

/// An event delivered with a token of this kind, as the referees want to know it.
async fn delivery(algorithm: &str, generated: bool) -> Value {
    let (tenant, receiver) = (Tenant::new().await, Receiver::start().await);
    let is_symmetric = algorithm.starts_with("HS");
    let mut jwt = json!({
        "type": "jwt", "algorithm": algorithm, "issuer": "feedback", "claims": {"tenant": {"n": [1, null]}},
        "tokenPerDelivery": generated,
    });
    match (is_symmetric, generated) {
        (true, _) => jwt["secret"] = json!(SECRET),
        (false, true) => jwt["generateKey"] = json!(true),
        (false, false) => jwt["privateKey"] = json!(pasted_key(algorithm)),
    }
    // A token of its own has the endpoint as its audience unless another one is configured.
    if !generated {
        jwt["audience"] = json!(["one", "two"]);
    }
    let created = tenant
        .webhook_to(&receiver, json!({"authentication": jwt}))
        .await;
    let id = fresh_id();
    let body = event(&tenant, email_bounce(), &id).to_string();
    put(&format!("{}/prod", tenant.org), &[body]).await;
    let request = receiver.received(1).await.remove(0);
    let mut delivery = json!({
        "algorithm": algorithm, "token": bearer(&request), "issuer": "feedback", "eventId": id,
        "audience": if generated { receiver.url() } else { "two" },
        "body": String::from_utf8(request.body.to_vec()).unwrap(), "isBound": generated,
    });
    if is_symmetric {
        delivery["secret"] = json!(SECRET);
    } else {
        delivery["jwksUri"] = json!(key_set_url(&created.body));
    }
    delivery
}

fn bearer(request: &Received) -> &str {
    let header = request.header("authorization");
    header.strip_prefix("Bearer ").unwrap()
}

fn key_set_url(webhook: &Value) -> String {
    let path = webhook["authentication"]["jwksUri"].as_str().unwrap();
    format!("{}{path}", Cloud::get().api_url)
}

/// Has a referee look at the deliveries.
fn judge(command: &str, script: &str, deliveries: &str) {
    let script = format!("{}/referees/{script}", env!("CARGO_MANIFEST_DIR"));
    let mut referee = Command::new(command)
        .arg(script)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{command} cannot be run: {error}"));
    let mut input = referee.stdin.take().unwrap();
    input.write_all(deliveries.as_bytes()).unwrap();
    drop(input);
    assert!(referee.wait().unwrap().success(), "{command} objects");
}

#[tokio::test]
async fn every_kind_of_token_satisfies_two_independent_libraries() {
    let kinds = ALGORITHMS.map(|algorithm| [(algorithm, false), (algorithm, true)]);
    let deliveries = kinds
        .iter()
        .flatten()
        .map(|(algorithm, generated)| delivery(algorithm, *generated));
    let deliveries = Value::Array(join_all(deliveries).await).to_string();
    judge("python", "tokens.py", &deliveries);
    judge("node", "tokens.mjs", &deliveries);
}

/// Public keys by id, as an endpoint keeps them.
type KnownKeys = Arc<Mutex<HashMap<String, ES256PublicKey>>>;

/// Reads the key set as everybody can, and forgets what was known before.
async fn fetch_keys(url: &str, known: &KnownKeys) -> usize {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = http.get(url).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["cache-control"], "public, max-age=300");
    let set: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    let keys = set["keys"].as_array().unwrap().iter().map(|jwk| {
        let coordinate = |name| {
            Base64UrlSafeNoPadding::decode_to_vec(jwk[name].as_str().unwrap(), None).unwrap()
        };
        let point = [vec![4], coordinate("x"), coordinate("y")].concat();
        let key = ES256PublicKey::from_bytes(&point).unwrap();
        (jwk["kid"].as_str().unwrap().to_owned(), key)
    });
    let keys: HashMap<_, _> = keys.collect();
    let count = keys.len();
    *known.lock().unwrap() = keys;
    count
}

fn key_id(request: &Received) -> String {
    let metadata = Token::decode_metadata(bearer(request)).unwrap();
    metadata.key_id().unwrap().to_owned()
}

fn verifies(request: &Received, known: &KnownKeys) -> bool {
    let known = known.lock().unwrap();
    known.get(&key_id(request)).is_some_and(|key| {
        let verified = key.verify_token::<NoCustomClaims>(bearer(request), None);
        verified.is_ok()
    })
}

#[tokio::test]
async fn keys_are_replaced_under_load_without_a_failed_delivery() {
    let tenant = Arc::new(Tenant::new().await);
    let known = KnownKeys::default();
    let refused = Arc::new(AtomicUsize::default());
    let (keys, count) = (known.clone(), refused.clone());
    let receiver = Receiver::scripted(move |request, _| {
        let verified = verifies(request, &keys);
        count.fetch_add(usize::from(!verified), Ordering::SeqCst);
        status(if verified { 204 } else { 401 })
    })
    .await;
    let jwt =
        json!({"type": "jwt", "algorithm": "ES256", "generateKey": true, "lifetimeSeconds": 60});
    let created = tenant
        .webhook_to(&receiver, json!({"authentication": jwt}))
        .await;
    let url = key_set_url(&created.body);
    assert_eq!(fetch_keys(&url, &known).await, 1);

    let ended = Arc::new(AtomicBool::default());
    let load = tokio::spawn({
        let (tenant, ended) = (tenant.clone(), ended.clone());
        async move {
            let mut sent = 0;
            while !ended.load(Ordering::SeqCst) {
                let events =
                    [(); 5].map(|()| event(&tenant, email_bounce(), &fresh_id()).to_string());
                put(&format!("{}/prod", tenant.org), &events).await;
                sent += events.len();
                tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            }
            sent
        }
    });
    let first = key_id(&receiver.received(10).await[0]);

    // The next key is published, and the endpoint gets to know it before it signs.
    let path = format!("{}/next-key", created.header("location"));
    let publish = tenant
        .request(Method::POST, &path)
        .header("if-match", created.header("etag"));
    let published = tenant
        .send(with_json(publish, &json!({"generateKey": true})))
        .await;
    assert_eq!(published.status, StatusCode::OK, "{published:?}");
    assert_eq!(fetch_keys(&url, &known).await, 2);
    let activate = tenant.request(Method::POST, &format!("{path}/activate"));
    let activated = tenant
        .send(activate.header("if-match", published.header("etag")))
        .await;
    assert_eq!(activated.status, StatusCode::OK, "{activated:?}");
    let second = activated.body["authentication"]["publicKeys"][0]["keyId"].clone();
    assert_ne!(second, json!(first));
    let signed_by = |id: &Value, least: usize| {
        let requests = receiver.so_far();
        let signed = requests
            .iter()
            .filter(|request| json!(key_id(request)) == *id);
        (signed.count() >= least).then_some(())
    };
    eventually("the next key signs", async || signed_by(&second, 1)).await;

    // The replaced key is still published, for tokens that are on their way.
    assert_eq!(fetch_keys(&url, &known).await, 2);
    eventually("deliveries go on", async || signed_by(&second, 20)).await;
    ended.store(true, Ordering::SeqCst);
    let sent = load.await.unwrap();
    let received = receiver.received(sent).await;
    assert_eq!(refused.load(Ordering::SeqCst), 0, "no delivery failed");
    assert!(
        received
            .iter()
            .all(|request| request.header("webhook-attempt") == "1")
    );

    let deleted = tenant.request(Method::DELETE, created.header("location"));
    let deleted = tenant.send(deleted.header("if-match", "*")).await;
    assert_eq!(deleted.status, StatusCode::NO_CONTENT);
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let gone = http.get(&url).send().await.unwrap();
    assert_eq!(gone.status(), StatusCode::NOT_FOUND);
}
