//! What a request leaves in the log.

use serde_json::json;

use crate::{
    captured,
    helpers::{Api, SECRET, with, with_body, with_header, with_token},
};

#[tokio::test]
async fn a_request_leaves_one_line_without_anything_that_it_carried() {
    captured::start();
    let api = Api::new();
    let mut body = with(
        with_token(),
        "/url",
        json!("https://hooks.example.com/?hunter2"),
    );
    body["headers"] = json!([{"name": "X-Key", "value": "hunter2"}]);
    let create = with_body("POST", "/feedback-webhooks?q=hunter2", &body);
    let create = with_header(create, "authorization", "Bearer hunter2");
    let answer = api.send(&create).await;
    assert_eq!(answer.status, 201);
    let text = captured::text();
    for secret in ["hunter2", SECRET, "hooks.example.com"] {
        assert!(!text.contains(secret), "{text}");
    }
    let lines = captured::lines_of(&text, "config_api");
    let [line] = &lines[..] else {
        panic!("{lines:?}");
    };
    assert!(!line.to_string().contains("admin@"), "{line}");
    assert_eq!(line["fields"]["http.status"], 201);
    assert!(line["fields"]["duration_ms"].is_number());
    let span = &line["span"];
    assert_eq!(
        [
            &span["http.method"],
            &span["http.route"],
            &span["request_id"],
            &span["config.org"],
            &span["config.sandbox"],
        ],
        ["POST", "/feedback-webhooks", "request-1", "org", "prod"]
    );
}
