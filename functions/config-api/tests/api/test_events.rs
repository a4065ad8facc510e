//! Test events, of a draft and of a saved webhook, and a delivery function that fails.

use config_store::{MemoryStore, history::AttemptOutcome};
use serde_json::{Value, json};

use crate::{
    captured,
    helpers::{Api, SECRET, event, with, with_body, with_token},
    recorded::{api_with_webhook, attempted, get, lately},
};

fn tested(outcome: &str) -> Value {
    json!({
        "reply": "tested",
        "report": {
            "outcome": outcome, "eventId": "test_1", "stages": [], "answer": null, "advice": null,
            "request": {"method": "POST", "url": "https://hooks.example.com/", "headers": [], "body": "{}"},
        },
    })
}

#[tokio::test]
async fn a_draft_is_tested_with_its_secrets_sealed_and_is_not_saved() {
    captured::start();
    let api = Api::with_delivery(MemoryStore::default(), &tested("delivered"));
    let request = with_body("POST", "/feedback-webhooks/test", &with_token());
    let answer = api.send(&request).await;
    assert_eq!(
        (answer.status, &answer.body["outcome"]),
        (200, &json!("delivered"))
    );
    let asked = api.asked();
    assert_eq!(
        (asked.len(), &asked[0]["operation"]),
        (1, &json!("test-event"))
    );
    assert!(!asked[0].to_string().contains(SECRET), "{asked:?}");
    assert_eq!(api.count().await, 0);
    let text = captured::text();
    assert!(!text.contains(SECRET), "{text}");
    let lines = captured::lines_of(&text, "audit");
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["fields"]["action"], "webhook.test");

    let wrong = with(with_token(), "/url", json!("http://hooks.example.com/"));
    let refused = api
        .send(&with_body("POST", "/feedback-webhooks/test", &wrong))
        .await;
    assert_eq!(refused.problem(), (400, "validation-failed"));
    assert_eq!(api.asked(), [] as [Value; 0]);
}

#[tokio::test]
async fn a_saved_webhook_is_tested_as_it_is_or_as_an_edit_would_make_it() {
    captured::start();
    let (api, _, path) = api_with_webhook(&tested("failed")).await;
    let test = format!("{path}/test");
    let answer = api.send(&event("POST", &test)).await;
    assert_eq!(
        (answer.status, &answer.body["outcome"]),
        (200, &json!("failed"))
    );
    captured::text();
    // The secret is left out, so it is the saved one.
    let edit = json!({
        "name": "n", "channels": ["email"], "url": "https://other.example.com/",
        "authentication": {"type": "jwt", "algorithm": "HS256"},
    });
    api.send(&with_body("POST", &test, &edit)).await;
    let lines = captured::lines_of(&captured::text(), "audit");
    assert_eq!(lines[0]["fields"]["changed"], "url", "{lines:?}");
    let urls: Vec<String> = api
        .asked()
        .iter()
        .map(|asked| asked["webhook"]["url"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        urls,
        ["https://hooks.example.com/", "https://other.example.com/"]
    );
    assert_eq!(
        get(&api, &path).await.body["url"],
        "https://hooks.example.com/"
    );
}

#[tokio::test]
async fn a_delivery_function_that_fails_is_a_503_without_its_words() {
    for reply in [
        json!({"reply": "unavailable"}),
        json!({"internal": "words"}),
    ] {
        let (api, store, path) = api_with_webhook(&reply).await;
        let attempt = attempted(&store, AttemptOutcome::TryLater, lately(&store).await).await;
        for path in [
            format!("{path}/test"),
            format!("{path}/attempts/{}/send-again", attempt.id),
        ] {
            let answer = api.send(&event("POST", &path)).await;
            assert_eq!(answer.problem(), (503, "unavailable"), "{reply}");
            assert!(!answer.body.to_string().contains("words"));
        }
    }
}
