//! Key pairs: pasted or made here, published, and replaced without a gap.

use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256};
use serde_json::{Value, json};

use crate::{
    captured,
    helpers::{Answer, Api, event, minimal, with, with_body, with_header, with_token},
};

fn pasted() -> String {
    let pair = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    pair.serialize_pem()
}

fn es256(members: Value) -> Value {
    let mut jwt = json!({"type": "jwt", "algorithm": "ES256"});
    jwt.as_object_mut()
        .unwrap()
        .extend(members.as_object().unwrap().clone());
    with(minimal(), "/authentication", jwt)
}

/// A request for the key set as everybody can send it: without token, organisation and sandbox.
async fn key_set(api: &Api, id: &str) -> Answer {
    let mut request = event("GET", &format!("/feedback-webhooks/{id}/jwks.json"));
    request["requestContext"]["authorizer"] = Value::Null;
    request["headers"] = json!({"host": "api.example.com"});
    api.send(&request).await
}

async fn next_key(api: &Api, id: &str, etag: &str, body: &Value) -> Answer {
    let path = format!("/feedback-webhooks/{id}/next-key");
    let request = with_body("POST", &path, body);
    api.send(&with_header(request, "if-match", etag)).await
}

async fn change_key(api: &Api, method: &str, path: &str, etag: &str) -> Answer {
    api.send(&with_header(event(method, path), "if-match", etag))
        .await
}

fn published(answer: &Answer) -> Vec<&str> {
    assert_eq!(answer.status, 200, "{answer:?}");
    let keys = answer.body["keys"].as_array().unwrap();
    keys.iter()
        .map(|key| key["kid"].as_str().unwrap())
        .collect()
}

/// Each key of the webhook as `state id`.
fn states(answer: &Answer) -> Vec<String> {
    let keys = answer.body["authentication"]["publicKeys"].as_array();
    keys.unwrap()
        .iter()
        .map(|key| {
            format!(
                "{} {}",
                key["state"].as_str().unwrap(),
                key["keyId"].as_str().unwrap()
            )
        })
        .collect()
}

#[tokio::test]
async fn a_generated_key_is_never_shown_and_its_public_half_is_for_everybody() {
    let api = Api::new();
    for (algorithm, members) in [
        ("RS256", vec!["e", "n"]),
        ("PS512", vec!["e", "n"]),
        ("ES256", vec!["crv", "x", "y"]),
        ("ES384", vec!["crv", "x", "y"]),
        ("EdDSA", vec!["crv", "x"]),
    ] {
        let created = api
            .created(&es256(json!({"algorithm": algorithm, "generateKey": true})))
            .await;
        let jwt = &created.body["authentication"];
        assert_eq!(jwt["privateKeySetAt"], created.body["createdAt"]);
        assert_eq!(jwt["keyId"], Value::Null);
        assert_eq!(
            jwt["jwksUri"],
            format!("/feedback-webhooks/{}/jwks.json", created.id())
        );
        assert_eq!(
            jwt["publicKeys"][0]["publishedAt"],
            created.body["createdAt"]
        );

        let set = key_set(&api, created.id()).await;
        let [kid] = published(&set)[..] else {
            panic!("{set:?}")
        };
        assert_eq!(states(&created), [format!("signing {kid}")]);
        let mut names: Vec<&str> = ["alg", "kid", "kty", "use"]
            .into_iter()
            .chain(members)
            .collect();
        names.sort_unstable();
        let key = set.body["keys"][0].as_object().unwrap();
        let mut found: Vec<&str> = key.keys().map(String::as_str).collect();
        found.sort_unstable();
        assert_eq!(found, names);
        assert_eq!(
            (&key["alg"], &key["use"]),
            (&json!(algorithm), &json!("sig"))
        );
        assert_eq!(set.header("cache-control"), "public, max-age=300");
        assert_eq!(set.header("content-type"), "application/jwk-set+json");

        let (_, _, private) = api.encrypted.lock().unwrap().pop().unwrap();
        assert!(private.starts_with("-----BEGIN PRIVATE KEY-----"));
        let path = created.header("location");
        change_key(&api, "DELETE", path, "*").await;
        assert_eq!(
            key_set(&api, created.id()).await.problem(),
            (404, "key-set-not-found")
        );
    }
}

#[tokio::test]
async fn a_key_set_tells_nothing_of_webhooks_without_key_pair_or_of_nobodys() {
    let api = Api::new();
    let symmetric = api.created(&with_token()).await;
    for id in [symmetric.id(), "00000000-0000-0000-0000-000000000000"] {
        let answer = key_set(&api, id).await;
        assert_eq!(answer.problem(), (404, "key-set-not-found"));
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    assert_eq!(symmetric.body["authentication"]["publicKeys"], json!([]));
    assert_eq!(symmetric.body["authentication"].get("jwksUri"), None);
}

#[tokio::test]
async fn a_client_that_has_the_key_set_is_told_so() {
    let api = Api::new();
    let created = api.created(&es256(json!({"generateKey": true}))).await;
    let set = key_set(&api, created.id()).await;
    let path = format!("/feedback-webhooks/{}/jwks.json", created.id());
    let again = with_header(event("GET", &path), "if-none-match", set.header("etag"));
    let answer = api.send(&again).await;
    assert_eq!((answer.status, answer.body), (304, Value::Null));
}

#[tokio::test]
async fn the_next_key_is_published_before_it_signs_and_the_last_one_after_it_did() {
    let api = Api::new();
    let created = api
        .created(&es256(
            json!({"privateKey": pasted(), "keyId": "one", "lifetimeSeconds": 60}),
        ))
        .await;
    let id = created.id();
    let next = next_key(
        &api,
        id,
        created.header("etag"),
        &json!({"privateKey": pasted(), "keyId": "two"}),
    )
    .await;
    assert_eq!(states(&next), ["signing one", "next two"]);
    assert_eq!(published(&key_set(&api, id).await), ["one", "two"]);

    // What was read can be sent back: the keys stay as they are.
    let mut read = api.read(id).await.body;
    read["name"] = json!("another name");
    let replaced = api.replace(id, next.header("etag"), &read).await;
    assert_eq!(states(&replaced), ["signing one", "next two"]);

    let activate = format!("/feedback-webhooks/{id}/next-key/activate");
    let activated = change_key(&api, "POST", &activate, replaced.header("etag")).await;
    assert_eq!(states(&activated), ["signing two", "retired one"]);
    assert_eq!(activated.body["authentication"]["keyId"], "two");
    assert_eq!(published(&key_set(&api, id).await), ["two", "one"]);
    let changed: jiff::Timestamp = activated.body["modifiedAt"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let until = &activated.body["authentication"]["publicKeys"][1]["publishedUntil"];
    let until: jiff::Timestamp = until.as_str().unwrap().parse().unwrap();
    assert_eq!(until.duration_since(changed).as_secs(), 60 + 600);
    assert_eq!(
        change_key(&api, "POST", &activate, activated.header("etag"))
            .await
            .problem(),
        (404, "next-key-not-found")
    );
}

#[tokio::test]
async fn the_next_key_can_be_taken_back_and_there_is_one_at_most() {
    let api = Api::new();
    let created = api.created(&es256(json!({"generateKey": true}))).await;
    let id = created.id();
    let path = format!("/feedback-webhooks/{id}/next-key");
    assert_eq!(
        change_key(&api, "DELETE", &path, "*").await.problem(),
        (404, "next-key-not-found")
    );
    let generate = json!({"generateKey": true});
    next_key(&api, id, "*", &generate).await;
    assert_eq!(
        next_key(&api, id, "*", &generate).await.problem(),
        (409, "next-key-exists")
    );
    let without = change_key(&api, "DELETE", &path, "*").await;
    assert_eq!(states(&without), states(&created));
    assert_eq!(published(&key_set(&api, id).await).len(), 1);
}

#[tokio::test]
async fn a_key_that_is_replaced_at_once_stays_published_for_its_tokens() {
    let api = Api::new();
    let created = api.created(&es256(json!({"generateKey": true}))).await;
    let first = published(&key_set(&api, created.id()).await)[0].to_owned();
    let replaced = api
        .replace(created.id(), "*", &es256(json!({"privateKey": pasted()})))
        .await;
    let set = key_set(&api, created.id()).await;
    let keys = published(&set);
    assert_eq!((keys.len(), keys[1]), (2, first.as_str()));
    assert_eq!(states(&replaced)[1], format!("retired {first}"));
    // Another algorithm makes the next key useless, but not the keys whose tokens are on their way.
    next_key(&api, created.id(), "*", &json!({"generateKey": true})).await;
    let other = es256(json!({"algorithm": "EdDSA", "generateKey": true}));
    let replaced = api.replace(created.id(), "*", &other).await;
    let states = states(&replaced);
    let words: Vec<&str> = states
        .iter()
        .filter_map(|state| state.split(' ').next())
        .collect();
    assert_eq!(words, ["signing", "retired", "retired"]);
}

#[tokio::test]
async fn what_cannot_be_a_key_is_refused_at_its_place() {
    let api = Api::new();
    for (members, fault) in [
        (
            json!({"algorithm": "HS256", "generateKey": true}),
            "/authentication/generateKey not-applicable",
        ),
        (
            json!({"privateKey": pasted(), "generateKey": true}),
            "/authentication/generateKey not-applicable",
        ),
        (
            json!({"generateKey": false}),
            "/authentication/privateKey required",
        ),
        (
            json!({"generateKey": "yes"}),
            "/authentication/generateKey wrong-type",
        ),
        (
            json!({"generateKey": true, "claims": {"body_sha256": 1}}),
            "/authentication/claims/body_sha256 claim-registered",
        ),
    ] {
        assert_eq!(api.create(&es256(members)).await.faults(), [fault]);
    }
    let created = api
        .created(&es256(json!({"generateKey": true, "keyId": "one"})))
        .await;
    for (body, fault) in [
        (json!({}), "/privateKey required"),
        (json!({"privateKey": "garbage"}), "/privateKey key-invalid"),
        (
            json!({"privateKey": pasted(), "generateKey": true}),
            "/generateKey not-applicable",
        ),
        (
            json!({"generateKey": true, "keyId": "one"}),
            "/keyId key-id-taken",
        ),
    ] {
        assert_eq!(
            next_key(&api, created.id(), "*", &body).await.faults(),
            [fault]
        );
    }
    let symmetric = next_key(&api, created.id(), "*", &json!({"secret": "s"})).await;
    assert_eq!(
        symmetric.faults(),
        ["/privateKey required", "/secret unknown-field"]
    );
    let all = json!({"privateKey": "garbage", "generateKey": true, "keyId": "", "secret": 1});
    assert_eq!(
        next_key(&api, created.id(), "*", &all).await.faults(),
        [
            "/generateKey not-applicable",
            "/keyId token-text-invalid",
            "/privateKey key-invalid",
            "/secret unknown-field",
        ]
    );
    let encrypted = api.encrypted.lock().unwrap().len();
    for key in [
        json!({"generateKey": true, "keyId": "one"}),
        json!({"privateKey": pasted(), "keyId": "one"}),
    ] {
        let other = with(es256(key), "/name", json!(7));
        let refused = api.replace(created.id(), "*", &other).await;
        assert_eq!(
            refused.faults(),
            ["/authentication/keyId key-id-taken", "/name wrong-type"]
        );
    }
    assert_eq!(api.encrypted.lock().unwrap().len(), encrypted);
    assert_eq!(api.read(created.id()).await.body, created.body);
}

#[tokio::test]
async fn the_next_key_is_changed_like_everything_else_of_a_webhook() {
    let api = Api::new();
    let symmetric = api.created(&with_token()).await;
    let generate = json!({"generateKey": true});
    assert_eq!(
        next_key(&api, symmetric.id(), "*", &generate)
            .await
            .problem(),
        (409, "no-key-pair")
    );
    let path = format!("/feedback-webhooks/{}/next-key", symmetric.id());
    for (method, path) in [
        ("POST", path.clone()),
        ("DELETE", path.clone()),
        ("POST", format!("{path}/activate")),
    ] {
        let request = with_body(method, &path, &generate);
        assert_eq!(
            api.send(&request).await.problem(),
            (428, "precondition-required")
        );
        let stale = with_header(request.clone(), "if-match", "\"other\"");
        assert_eq!(
            api.send(&stale).await.problem(),
            (412, "precondition-failed")
        );
        let mut foreign = with_header(request, "if-match", "*");
        foreign["requestContext"]["authorizer"]["jwt"]["claims"]["custom:org"] = json!("other");
        assert_eq!(
            api.send(&foreign).await.problem(),
            (404, "webhook-not-found")
        );
    }
}

#[tokio::test]
async fn each_change_of_the_next_key_is_in_the_audit_trail_without_the_key() {
    captured::start();
    let api = Api::new();
    let created = api.created(&es256(json!({"generateKey": true}))).await;
    let (id, key) = (created.id(), pasted());
    let path = format!("/feedback-webhooks/{id}/next-key");
    next_key(&api, id, "*", &json!({"generateKey": true})).await;
    change_key(&api, "DELETE", &path, "*").await;
    next_key(&api, id, "*", &json!({"privateKey": key})).await;
    change_key(&api, "POST", &format!("{path}/activate"), "*").await;
    let text = captured::text();
    let secret = key.lines().nth(1).unwrap();
    assert!(!text.contains(secret) && !text.contains("PRIVATE KEY"));
    let actions: Vec<String> = captured::lines_of(&text, "audit")
        .iter()
        .map(|line| line["fields"]["action"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        actions,
        [
            "webhook.create",
            "webhook.publish-next-key",
            "webhook.delete-next-key",
            "webhook.publish-next-key",
            "webhook.activate-next-key",
        ]
    );
}
