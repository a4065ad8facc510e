//! OAuth 2.0 client credentials on the deployed stack, with an authorization server over TLS.

use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpSocket};

use crate::helpers::{
    events::{email_bounce, event, fresh_id},
    eventually,
    queues::{outcome_line, put},
    receiver::{Received, Receiver, json as answer, status},
    tenant::{Tenant, webhook},
};

/// Issues another token each time.
async fn authorization_server() -> Receiver {
    Receiver::scripted(|_, earlier| {
        let token = json!({
            "access_token": format!("canary-token-{earlier}"), "token_type": "Bearer", "expires_in": 3_600,
        });
        answer(200, token.to_string())
    })
    .await
}

fn client(token_url: &str) -> Value {
    json!({
        "type": "oauth2ClientCredentials", "tokenUrl": token_url, "clientId": "feedback", "clientSecret": "canary+secret",
        "scope": "hooks:write", "audience": "https://hooks.example.com",
    })
}

async fn put_event(tenant: &Tenant) -> String {
    let id = fresh_id();
    let body = event(tenant, email_bounce(), &id).to_string();
    put(&format!("{}/prod", tenant.org), &[body]).await;
    id
}

/// The deliveries of an event, once there are so many.
async fn deliveries(receiver: &Receiver, id: &str, count: usize) -> Vec<Received> {
    eventually("the deliveries of an event", async || {
        let mut received = receiver.so_far();
        received.retain(|request| request.header("webhook-id") == id);
        (received.len() >= count).then_some(received)
    })
    .await
}

#[tokio::test]
async fn a_token_goes_with_the_event_and_is_replaced_once_the_endpoint_refuses_it() {
    let (tenant, tokens) = (Tenant::new().await, authorization_server().await);
    let receiver =
        Receiver::scripted(|_, earlier| status(if earlier == 0 { 401 } else { 204 })).await;
    tenant
        .webhook_to(&receiver, json!({"authentication": client(tokens.url())}))
        .await;
    let id = put_event(&tenant).await;
    let received = deliveries(&receiver, &id, 2).await;
    let bearer = |request: &Received| request.header("authorization").to_owned();
    assert!(bearer(&received[0]).starts_with("Bearer canary-token-"));
    assert_ne!(bearer(&received[0]), bearer(&received[1]));
    for request in &received {
        assert_eq!(request.header("webhook-attempt"), "1", "it is one attempt");
    }
    let line = outcome_line(&id).await;
    assert!(line.to_string().contains("Delivered"), "{line}");

    let asked = tokens.so_far();
    assert_eq!(asked.len(), 2);
    for request in asked {
        assert_eq!(
            request.header("authorization"),
            // feedback:canary%2Bsecret
            "Basic ZmVlZGJhY2s6Y2FuYXJ5JTJCc2VjcmV0"
        );
        assert_eq!(
            request.body,
            "grant_type=client_credentials&scope=hooks%3Awrite&audience=https%3A%2F%2Fhooks.example.com"
        );
    }
}

#[tokio::test]
async fn without_a_token_an_event_waits_until_there_is_one() {
    // One is bound and never listened on; the other takes connections and says nothing.
    let deaf = TcpSocket::new_v6().unwrap();
    deaf.bind("[::]:0".parse().unwrap()).unwrap();
    let silent = TcpListener::bind("[::]:0").await.unwrap();
    let refusing = Receiver::scripted(|_, _| answer(401, r#"{"error":"invalid_client"}"#)).await;
    let local = |port: u16| format!("https://localhost:{port}/token");
    let down = local(deaf.local_addr().unwrap().port());
    let slow = local(silent.local_addr().unwrap().port());
    let cases = [
        (down, "token-endpoint-connect"),
        (slow, "token-endpoint-timeout"),
        (refusing.url().to_owned(), "token-endpoint-invalid-client"),
    ];
    let checks = cases.map(async |(token_url, error)| {
        let (tenant, receiver) = (Tenant::new().await, Receiver::start().await);
        let failing = json!({"authentication": client(&token_url)});
        let created = tenant.webhook_to(&receiver, failing).await;
        let id = put_event(&tenant).await;
        let line = outcome_line(&id).await.to_string();
        assert!(line.contains(error) && line.contains("TryLater"), "{line}");
        assert_eq!(receiver.so_far().len(), 0);

        let tokens = authorization_server().await;
        let mut mended = webhook(receiver.url());
        mended["authentication"] = client(tokens.url());
        let (path, etag) = (created.header("location"), created.header("etag"));
        let replaced = tenant.replace(path, etag, &mended).await;
        assert_eq!(replaced.status, StatusCode::OK, "{replaced:?}");
        let request = deliveries(&receiver, &id, 1).await.remove(0);
        assert_eq!(request.header("authorization"), "Bearer canary-token-0");
        assert_ne!(request.header("webhook-attempt"), "1");
    });
    futures_util::future::join_all(checks).await;
}
