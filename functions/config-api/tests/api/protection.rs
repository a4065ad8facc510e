//! The headers that protect every answer.

use serde_json::{Value, json};

use crate::helpers::{Answer, Api, event, minimal, with_body, with_claim, with_header};

fn assert_protected(answer: &Answer) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("strict-transport-security", "max-age=63072000"),
        ("referrer-policy", "no-referrer"),
        (
            "content-security-policy",
            "default-src 'none'; frame-ancestors 'none'",
        ),
    ] {
        assert_eq!(answer.header(name), value, "{name}: {answer:?}");
    }
    assert_eq!(answer.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn every_answer_is_protected_errors_too() {
    let api = Api::new();
    let created = api.created(&minimal()).await;
    let path = created.header("location");
    let mut without_token = event("GET", path);
    without_token["requestContext"]["authorizer"] = Value::Null;
    let known = with_header(event("GET", path), "if-none-match", created.header("etag"));
    let delete = with_header(event("DELETE", path), "if-match", "*");
    let stranger = with_claim(event("GET", "/me"), "cognito:groups", json!("staff"));
    for (status, request) in [
        (
            200,
            with_header(event("GET", path), "origin", "https://elsewhere.example"),
        ),
        (304, known),
        (400, with_body("POST", "/feedback-webhooks", &json!({}))),
        (401, without_token),
        (403, stranger),
        (404, event("GET", "/nothing")),
        (405, event("PATCH", path)),
        (409, with_body("POST", "/feedback-webhooks", &minimal())),
        (415, event("POST", "/feedback-webhooks")),
        (428, event("DELETE", path)),
        (204, delete),
    ] {
        let answer = api.send(&request).await;
        assert_eq!(answer.status, status, "{answer:?}");
        assert_protected(&answer);
        assert_eq!(answer.header("cache-control"), "no-store", "{answer:?}");
    }
    assert_protected(&created);
}

#[tokio::test]
async fn public_documents_may_be_kept_in_caches_and_are_protected() {
    let api = Api::new();
    for path in ["/openapi.json", "/feedback-event.schema.json"] {
        let answer = api.send(&event("GET", path)).await;
        assert_eq!(answer.header("cache-control"), "public, max-age=3600");
        assert_protected(&answer);
    }
}
