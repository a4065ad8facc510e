//! Whatever is sent to the deployed API: an answer that names what is wrong, and nothing stored.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::helpers::tenant::{Answer, Tenant, merge, webhook};

const URL: &str = "https://hooks.example.com/feedback";

async fn post(tenant: &Tenant, body: impl Into<reqwest::Body>) -> Answer {
    let request = tenant
        .request(Method::POST, "/feedback-webhooks")
        .header("content-type", "application/json");
    tenant.send(request.body(body)).await
}

async fn assert_nothing_stored(tenant: &Tenant) {
    assert_eq!(
        tenant.get("/feedback-webhooks").await.body["items"],
        json!([])
    );
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once() {
    let tenant = Tenant::new().await;
    let answer = tenant
        .create(&json!({
            "name": 7,
            "channels": ["email", "fax"],
            "url": "http://10.0.0.1/",
            "authentication": {"type": "jwt", "algorithm": "HS256", "secret": "short", "claims": {"exp": 1}},
            "headers": [{"name": "Host", "value": "x"}, {"name": "X-A", "value": "a\nb"}],
            "feedbackStatuses": [],
            "colour": "red",
        }))
        .await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{answer:?}");
    let pointers: Vec<&str> = answer
        .errors()
        .into_iter()
        .map(|(pointer, _)| pointer)
        .collect();
    for pointer in [
        "/name",
        "/channels/1",
        "/url",
        "/authentication/claims/exp",
        "/headers/0/name",
        "/headers/1/value",
        "/feedbackStatuses",
        "/colour",
    ] {
        assert!(
            pointers.contains(&pointer),
            "{pointer} is not in {pointers:?}"
        );
    }
    assert_nothing_stored(&tenant).await;
}

#[tokio::test]
async fn bodies_that_are_no_configuration_are_refused() {
    let tenant = Tenant::new().await;
    let mut many_headers = webhook(URL);
    let headers: Vec<Value> = (0..10_000)
        .map(|n| json!({"name": format!("X-{n}"), "value": "v"}))
        .collect();
    merge(&mut many_headers, json!({"headers": headers}));
    let mut with_control_characters = webhook(URL);
    merge(&mut with_control_characters, json!({"name": "a\u{0}b"}));
    for (what, body) in [
        ("no JSON", b"{\"name\":".to_vec()),
        ("no text", vec![0xff, 0xfe, 0x00]),
        ("no body", Vec::new()),
        ("no object", b"[]".to_vec()),
        ("a member twice", br#"{"name": "a", "name": "b"}"#.to_vec()),
        (
            "deep nesting",
            [vec![b'['; 100_000], vec![b']'; 100_000]].concat(),
        ),
        ("1 MiB", vec![b'x'; 1 << 20]),
        (
            "1 MiB of name",
            json!({"name": "x".repeat(1 << 20)})
                .to_string()
                .into_bytes(),
        ),
        ("10,000 headers", many_headers.to_string().into_bytes()),
        (
            "control characters",
            with_control_characters.to_string().into_bytes(),
        ),
    ] {
        let answer = post(&tenant, body).await;
        assert!(answer.status.is_client_error(), "{what}: {answer:?}");
        assert_eq!(
            answer.header("content-type"),
            "application/problem+json",
            "{what}: {answer:?}"
        );
        assert!(
            answer.body.to_string().len() < 100_000,
            "{what}: the answer is bounded"
        );
    }
    assert_nothing_stored(&tenant).await;
}

#[tokio::test]
async fn what_a_webhook_may_not_have_is_refused_at_its_field() {
    let tenant = Tenant::new().await;
    let jwt = |fields: Value| {
        let mut jwt = json!({"type": "jwt", "algorithm": "HS256", "secret": "s".repeat(32)});
        merge(&mut jwt, fields);
        json!({"authentication": jwt})
    };
    let header = |name: &str| json!({"headers": [{"name": name, "value": "v"}]});
    let mut collision = jwt(json!({"headerName": "X-Token"}));
    merge(&mut collision, header("x-token"));
    for (changes, pointer) in [
        (json!({"url": "http://hooks.example.com/"}), "/url"),
        (json!({"url": "https://2130706433/"}), "/url"),
        (json!({"url": "https://[::ffff:127.0.0.1]/"}), "/url"),
        (
            json!({"url": "https://user:canary-password@hooks.example.com/"}),
            "/url",
        ),
        (header("Content-Length"), "/headers/0/name"),
        (header("Transfer-Encoding"), "/headers/0/name"),
        (header("Content-Type"), "/headers/0/name"),
        (header("Keep-Alive"), "/headers/0/name"),
        (header("webhook-id"), "/headers/0/name"),
        (header("no good"), "/headers/0/name"),
        (
            json!({"headers": [{"name": "X-A", "value": "1"}, {"name": "x-a", "value": "2"}]}),
            "/headers/1/name",
        ),
        (collision, "/headers/0/name"),
        (
            jwt(json!({"secret": "s".repeat(31)})),
            "/authentication/secret",
        ),
        (
            jwt(json!({"lifetimeSeconds": 0})),
            "/authentication/lifetimeSeconds",
        ),
        (
            json!({"authentication": {"type": "jwt", "algorithm": "RS256", "privateKey": "-----BEGIN NONSENSE-----"}}),
            "/authentication/privateKey",
        ),
        (
            json!({"authentication": {"type": "basic"}}),
            "/authentication/type",
        ),
    ] {
        let mut webhook = webhook(URL);
        merge(&mut webhook, changes);
        let answer = tenant.create(&webhook).await;
        assert_eq!(
            answer.status,
            StatusCode::BAD_REQUEST,
            "{webhook}: {answer:?}"
        );
        let pointers: Vec<&str> = answer
            .errors()
            .into_iter()
            .map(|(pointer, _)| pointer)
            .collect();
        assert_eq!(pointers, [pointer], "{webhook}: {answer:?}");
    }
    assert_nothing_stored(&tenant).await;
}
