//! Standard Webhooks signatures on the deployed stack: generated here, verified by implementations that are not ours.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::helpers::{
    events::{email_bounce, event, fresh_id},
    eventually,
    queues::put,
    receiver::{Received, Receiver, status},
    tenant::{Answer, Tenant, webhook},
};

async fn deliver(tenant: &Tenant, receiver: &Receiver) -> Received {
    let id = fresh_id();
    let body = event(tenant, email_bounce(), &id).to_string();
    put(&format!("{}/prod", tenant.org), &[body]).await;
    eventually("the delivery", async || {
        let mut received = receiver.so_far().into_iter();
        received.find(|request| request.header("webhook-id") == id)
    })
    .await
}

async fn replace(tenant: &Tenant, receiver: &Receiver, saved: &Answer, signature: Value) -> Answer {
    let mut edited = webhook(receiver.url());
    edited["authentication"] = signature;
    let path = format!("/feedback-webhooks/{}", saved.body["id"].as_str().unwrap());
    let replaced = tenant.replace(&path, saved.header("etag"), &edited).await;
    assert_eq!(replaced.status, StatusCode::OK, "{replaced:?}");
    replaced
}

/// The schemes of a request's signatures, in their order.
fn schemes(request: &Received) -> Vec<&str> {
    let signatures = request.header("webhook-signature").split(' ');
    signatures
        .map(|signature| signature.split_once(',').unwrap().0)
        .collect()
}

/// Has another language's libraries verify a request with each of these.
fn judge(request: &Received, secrets: &[&str], public_keys: &[&str]) {
    const REFEREE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/referees/standard_webhooks.py");
    let headers = ["webhook-id", "webhook-timestamp", "webhook-signature"]
        .map(|name| (name.to_owned(), json!(request.header(name))));
    let question = json!({
        "body": std::str::from_utf8(&request.body).unwrap(),
        "headers": Value::Object(headers.into_iter().collect()),
        "secrets": secrets,
        "publicKeys": public_keys,
    });
    let mut referee = Command::new("python")
        .arg(REFEREE)
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = referee.stdin.take().unwrap();
    input.write_all(question.to_string().as_bytes()).unwrap();
    drop(input);
    let judged = referee.wait_with_output().unwrap();
    assert!(
        judged.status.success(),
        "{}",
        String::from_utf8_lossy(&judged.stderr)
    );
}

#[tokio::test]
async fn generated_secrets_verify_elsewhere_before_during_and_after_a_rotation() {
    let (tenant, receiver) = (Tenant::new().await, Receiver::start().await);
    let signature = json!({"type": "standardWebhooks", "generateSecret": true});
    let created = tenant
        .webhook_to(&receiver, json!({"authentication": signature}))
        .await;
    let shared = created.body["authentication"]["generatedSecret"].as_str();
    let shared = shared.unwrap().to_owned();
    let read = tenant.get(created.header("location")).await;
    assert!(!read.body.to_string().contains(&shared), "it is shown once");

    let request = deliver(&tenant, &receiver).await;
    assert_eq!(schemes(&request), ["v1"]);
    assert!(!request.headers.contains_key("authorization"));
    judge(&request, &[&shared], &[]);
    standardwebhooks::Webhook::new(&shared)
        .unwrap()
        .verify(&request.body, &request.headers)
        .unwrap();

    // A key pair takes over; the endpoint may go on with the secret that it has.
    let pair = json!({"type": "standardWebhooks", "scheme": "v1a", "generateSecret": true});
    let rotated = replace(&tenant, &receiver, &created, pair).await;
    let public_key = rotated.body["authentication"]["publicKey"]
        .as_str()
        .unwrap();
    let request = eventually("a delivery with both signatures", async || {
        let request = deliver(&tenant, &receiver).await;
        judge(&request, &[&shared], &[]);
        (schemes(&request) == ["v1a", "v1"]).then_some(request)
    })
    .await;
    judge(&request, &[&shared], &[public_key]);

    let ended = json!({"type": "standardWebhooks", "keepPrevious": false});
    replace(&tenant, &receiver, &rotated, ended).await;
    let request = eventually("a delivery without the previous signature", async || {
        let request = deliver(&tenant, &receiver).await;
        judge(&request, &[], &[public_key]);
        (schemes(&request) == ["v1a"]).then_some(request)
    })
    .await;
    assert_eq!(request.header("webhook-attempt"), "1");
}

#[tokio::test]
async fn each_attempt_carries_a_signature_of_its_own_time() {
    let tenant = Tenant::new().await;
    let receiver =
        Receiver::scripted(|_, earlier| status(if earlier < 1 { 500 } else { 204 })).await;
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let signature = json!({"type": "standardWebhooks", "secret": secret});
    tenant
        .webhook_to(&receiver, json!({"authentication": signature}))
        .await;
    deliver(&tenant, &receiver).await;
    let received = receiver.received(2).await;
    assert_eq!(received[0].body, received[1].body);
    for request in &received {
        judge(request, &[secret], &[]);
    }
}
