//! Requests that are wrong as a whole: a 4xx with problem details, and nothing stored.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;

use crate::helpers::{Api, event, minimal, with, with_body, with_header, with_text};

#[tokio::test]
async fn unreadable_json_is_refused_with_its_place() {
    let nested = "[".repeat(100_000);
    for (text, detail) in [
        ("", "The JSON ends too early at line 1, column 0."),
        (
            "{\"name\": \"hunter2",
            "The JSON ends too early at line 1, column 17.",
        ),
        (
            "{\n  name: 1}",
            "The JSON cannot be read at line 2, column 3.",
        ),
        ("{} {}", "The JSON cannot be read at line 1, column 4."),
        (
            "{\"a\": 1e999}",
            "The JSON cannot be read at line 1, column 11.",
        ),
        (
            "{\"a\": \"\\ud800\"}",
            "The JSON cannot be read at line 1, column 14.",
        ),
        (
            "{\"a\": {\"b\": 1, \"\\u0062\": 2}}",
            "An object has a member twice at line 1, column 27.",
        ),
        (&nested, "The JSON cannot be read at line 1, column 128."),
    ] {
        let api = Api::new();
        let answer = api
            .send(&with_text("POST", "/feedback-webhooks", text))
            .await;
        assert_eq!(answer.problem(), (400, "unreadable-json"));
        assert_eq!(answer.body["detail"], detail);
    }
}

#[tokio::test]
async fn a_body_of_a_mebibyte_is_too_large() {
    let api = Api::new();
    let body = with(minimal(), "/name", json!("x".repeat(1_048_576)));
    let created = api.create(&body).await;
    assert_eq!(created.problem(), (413, "body-too-large"));
    assert_eq!(api.count().await, 0);
}

#[tokio::test]
async fn a_body_that_is_not_declared_as_json_is_refused() {
    let api = Api::new();
    let create = with_body("POST", "/feedback-webhooks", &minimal());
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "garbage",
        "",
    ] {
        let answer = api
            .send(&with_header(create.clone(), "content-type", kind))
            .await;
        assert_eq!(answer.problem(), (415, "unsupported-media-type"), "{kind}");
    }
    let mut without = event("POST", "/feedback-webhooks");
    without["body"] = minimal().to_string().into();
    assert_eq!(api.send(&without).await.status, 415);
    let kind = "Application/JSON; charset=utf-8";
    let json = api.send(&with_header(create, "content-type", kind)).await;
    assert_eq!(json.status, 201);
}

#[tokio::test]
async fn a_body_that_api_gateway_encoded_is_read() {
    let body = STANDARD.encode(minimal().to_string());
    let mut create = with_text("POST", "/feedback-webhooks", &body);
    create["isBase64Encoded"] = true.into();
    assert_eq!(Api::new().send(&create).await.status, 201);
    let binary = STANDARD.encode([0xff, 0x00, 0xfe]);
    let mut create = with_text("POST", "/feedback-webhooks", &binary);
    create["isBase64Encoded"] = true.into();
    let answer = Api::new().send(&create).await;
    assert_eq!(answer.problem(), (400, "unreadable-json"));
}

#[tokio::test]
async fn wrong_list_parameters_are_named() {
    let api = Api::new();
    for (query, faults) in [
        ("limit=0", vec!["limit limit-invalid"]),
        ("limit=101", vec!["limit limit-invalid"]),
        ("limit=ten", vec!["limit limit-invalid"]),
        ("cursor=%00", vec!["cursor cursor-invalid"]),
        ("cursor=Lg", vec!["cursor cursor-invalid"]),
        (
            "limit=&cursor=~",
            vec!["cursor cursor-invalid", "limit limit-invalid"],
        ),
        (
            "limit=1&limit=2&cursor=~",
            vec!["cursor cursor-invalid", "limit parameter-repeated"],
        ),
        (
            "cursor=cHJvZA&limit=0&cursor=cHJvZA",
            vec!["cursor parameter-repeated", "limit limit-invalid"],
        ),
    ] {
        let path = format!("/feedback-webhooks?{query}");
        assert_eq!(api.send(&event("GET", &path)).await.faults(), faults);
    }
}

#[tokio::test]
async fn an_id_that_is_none_is_not_found() {
    let api = Api::new();
    api.created(&minimal()).await;
    for id in [
        "1",
        "%00",
        "..%2f..",
        "00000000-0000-0000-0000-000000000000",
    ] {
        assert_eq!(
            api.read(id).await.problem(),
            (404, "webhook-not-found"),
            "{id}"
        );
    }
}

#[tokio::test]
async fn unknown_paths_and_methods_are_problems_too() {
    let api = Api::new();
    let nowhere = api.send(&event("GET", "/nowhere")).await;
    assert_eq!(nowhere.problem(), (404, "path-not-found"));
    assert_eq!(nowhere.body["instance"], "/nowhere");
    assert_eq!(nowhere.body["requestId"], "request-1");
    let patch = api.send(&event("PATCH", "/feedback-webhooks")).await;
    assert_eq!(patch.problem(), (405, "method-not-allowed"));
    let mut allowed: Vec<&str> = patch.header("allow").split(',').collect();
    allowed.sort_unstable();
    assert_eq!(allowed, ["GET", "HEAD", "POST"]);
}
