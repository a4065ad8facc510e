//! What administrators see of deliveries, and what they have delivery do.

use config_store::{
    ConfigStore, MemoryStore, StoreError,
    history::{
        Attempt, AttemptId, AttemptOutcome, Bucket, Count, HistoryWriter, SentHeader, Subject,
    },
};
use domain::{
    config::Webhook,
    key::{ConfigKey, OrgId, SandboxName},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::{
    captured,
    helpers::{Answer, Api, SECRET, event, minimal, with, with_body, with_claim, with_token},
};

const RECIPIENT: &str = "recipient@customers.example";

async fn webhook(store: &MemoryStore) -> Webhook {
    let key = ConfigKey {
        org: OrgId::parse("org").unwrap(),
        sandbox: SandboxName::parse("prod").unwrap(),
    };
    store.read(&key).await.unwrap().unwrap()
}

async fn subject(store: &MemoryStore) -> Subject {
    let Webhook { key, id, .. } = webhook(store).await;
    Subject { key, webhook: id }
}

/// A minute before the webhook was created, so that what happened then is kept still.
pub(crate) async fn lately(store: &MemoryStore) -> Timestamp {
    webhook(store).await.audit.created_at - SignedDuration::from_mins(1)
}

/// What delivery writes of an attempt.
pub(crate) async fn attempted(
    store: &MemoryStore,
    outcome: AttemptOutcome,
    at: Timestamp,
) -> Attempt {
    let event = json!({
        "requestId": "r-1", "imsOrg": "org", "sandbox": {"name": "prod"}, "channel": "email", "messageExecution": {},
        "messageDeliveryFeedback": {"feedbackStatus": "bounce"}, "identityMap": {"email": [{"id": RECIPIENT}]},
    });
    let attempt = Attempt {
        id: AttemptId::new(at),
        subject: subject(store).await,
        webhook_version: 1,
        event_id: "e-1".to_owned(),
        request_id: None,
        channel: "email".to_owned(),
        feedback_status: "bounce".to_owned(),
        campaign: Some("c-1".to_owned()),
        number: 2,
        outcome,
        http_status: Some(503),
        error: None,
        duration_ms: 12,
        url: "https://hooks.example.com/".to_owned(),
        headers: vec![SentHeader {
            name: "authorization".to_owned(),
            value: None,
        }],
        answer_excerpt: Some("busy".to_owned()),
        event: Some(event.to_string()),
        group_id: Some("org/prod".to_owned()),
    };
    store
        .record(std::slice::from_ref(&attempt), &[])
        .await
        .unwrap();
    attempt
}

async fn get(api: &Api, path: &str) -> Answer {
    api.send(&event("GET", path)).await
}

/// An API with a webhook, and its path.
async fn api_with_webhook(reply: &Value) -> (Api, MemoryStore, String) {
    let store = MemoryStore::default();
    let api = Api::with_delivery(store.clone(), reply);
    let created = api.created(&with_token()).await;
    let path = created.header("location").to_owned();
    (api, store, path)
}

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
async fn attempts_are_listed_in_parts_and_by_outcome() {
    let (api, store, path) = api_with_webhook(&json!({})).await;
    let mut ids = Vec::new();
    for second in 0..3 {
        let outcome = AttemptOutcome::ALL[second];
        let at = lately(&store).await + SignedDuration::from_secs(i64::try_from(second).unwrap());
        ids.push(attempted(&store, outcome, at).await.id.to_string());
    }
    ids.reverse();
    let listed = |answer: &Answer| -> Vec<String> {
        let items = answer.body["items"].as_array().unwrap().iter();
        items
            .map(|item| item["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let first = get(&api, &format!("{path}/attempts?limit=2")).await;
    assert_eq!(listed(&first), ids[..2], "{first:?}");
    assert!(!first.body.to_string().contains("request\":{"), "{first:?}");
    let next = first.body["_page"]["next"].as_str().unwrap();
    let second = get(&api, &format!("{path}/attempts?limit=2&cursor={next}")).await;
    assert_eq!(listed(&second), ids[2..]);
    assert_eq!(second.body["_page"]["next"], Value::Null);
    for (outcome, expected) in [("delivered", &ids[2..]), ("failed", &ids[..2])] {
        let answer = get(&api, &format!("{path}/attempts?outcome={outcome}")).await;
        assert_eq!(listed(&answer), expected, "{outcome}");
    }
    let wrong = get(&api, &format!("{path}/attempts?outcome=x&limit=0&cursor=y")).await;
    assert_eq!(
        wrong.faults(),
        [
            "cursor cursor-invalid",
            "limit limit-invalid",
            "outcome outcome-invalid"
        ]
    );
}

#[tokio::test]
async fn an_attempt_is_shown_with_its_recipient_masked() {
    let (api, store, path) = api_with_webhook(&json!({})).await;
    let attempt = attempted(&store, AttemptOutcome::TryLater, lately(&store).await).await;
    let read = get(&api, &format!("{path}/attempts/{}", attempt.id)).await;
    assert_eq!(read.status, 200, "{read:?}");
    assert!(!read.body.to_string().contains("recipient@"), "{read:?}");
    let body: Value = serde_json::from_str(read.body["request"]["body"].as_str().unwrap()).unwrap();
    assert_eq!(
        body["identityMap"]["email"][0]["id"],
        "r•••@customers.example"
    );
    assert_eq!(
        read.body["request"]["headers"],
        json!([{"name": "authorization", "value": "•••", "masked": true}])
    );
    assert_eq!(
        read.body["answer"],
        json!({"status": 503, "bodyExcerpt": "busy"})
    );
    for id in ["nonsense", "16f24a15-7e21-477c-848a-d5695ca7f137"] {
        let absent = get(&api, &format!("{path}/attempts/{id}")).await;
        assert_eq!(absent.problem(), (404, "attempt-not-found"));
    }
    let garbled = get(&api, &format!("{path}/attempts/%ff")).await;
    assert_eq!(garbled.problem(), (404, "attempt-not-found"));
}

#[tokio::test]
async fn deliveries_are_counted_by_five_minutes_or_by_the_hour() {
    let (api, store, path) = api_with_webhook(&json!({})).await;
    let noon: Timestamp = "2026-11-25T12:00:00Z".parse().unwrap();
    let mut counts = Vec::new();
    for (minutes, delivered, failed) in [(0, 3, 1), (5, 2, 0), (60, 1, 1)] {
        counts.push(Count {
            subject: subject(&store).await,
            bucket: Bucket::of(noon + SignedDuration::from_mins(minutes)),
            delivered,
            failed,
            last_delivery: None,
        });
    }
    store.record(&[], &counts).await.unwrap();
    let day = "from=2026-11-25T00:00:00Z&to=2026-11-26T00:00:00Z";
    let fine = get(&api, &format!("{path}/deliveries?{day}")).await;
    assert_eq!(
        fine.body,
        json!({"resolutionSeconds": 300, "items": [
            {"at": "2026-11-25T12:00:00Z", "delivered": 3, "failed": 1},
            {"at": "2026-11-25T12:05:00Z", "delivered": 2, "failed": 0},
            {"at": "2026-11-25T13:00:00Z", "delivered": 1, "failed": 1},
        ]})
    );
    let week = "from=2026-11-20T00:00:00Z&to=2026-11-26T00:00:00Z";
    let coarse = get(&api, &format!("{path}/deliveries?{week}")).await;
    assert_eq!(
        coarse.body,
        json!({"resolutionSeconds": 3600, "items": [
            {"at": "2026-11-25T12:00:00Z", "delivered": 5, "failed": 1},
            {"at": "2026-11-25T13:00:00Z", "delivered": 1, "failed": 1},
        ]})
    );
    for (query, faults) in [
        (
            "from=yesterday&to=x",
            vec!["from time-invalid", "to time-invalid"],
        ),
        (
            "from=2026-11-26T00:00:00Z&to=2026-11-25T00:00:00Z",
            vec!["from range-empty"],
        ),
        (
            "from=2026-01-01T00:00:00Z&to=2026-11-25T00:00:00Z",
            vec!["from range-too-long"],
        ),
    ] {
        let answer = get(&api, &format!("{path}/deliveries?{query}")).await;
        assert_eq!(answer.faults(), faults, "{query}");
    }
}

#[tokio::test]
async fn health_tells_the_last_delivery_and_the_list_has_the_health_of_each() {
    let (api, store, path) = api_with_webhook(&json!({})).await;
    let at = lately(&store).await;
    let count = Count {
        subject: subject(&store).await,
        bucket: Bucket::of(at),
        delivered: 1,
        failed: 0,
        last_delivery: Some(at),
    };
    store.record(&[], &[count]).await.unwrap();
    let health = get(&api, &format!("{path}/health")).await;
    assert_eq!(health.body["lastDeliveryAt"], at.to_string());
    let list = get(&api, "/feedback-webhooks").await;
    assert_eq!(list.body["items"][0]["health"], health.body);
}

#[tokio::test]
async fn an_event_is_sent_again_as_it_was_and_the_trail_says_who_did_it() {
    captured::start();
    let (api, store, path) = api_with_webhook(&json!({"reply": "sent-again"})).await;
    let attempt = attempted(&store, AttemptOutcome::GivenUp, lately(&store).await).await;
    captured::text();
    let again = format!("{path}/attempts/{}/send-again", attempt.id);
    let answer = api.send(&event("POST", &again)).await;
    assert_eq!(
        (answer.status, &answer.body),
        (202, &json!({"eventId": "e-1"}))
    );
    assert_eq!(
        api.asked(),
        [json!({
            "operation": "send-again", "org": "org", "sandbox": "prod", "event": attempt.event, "groupId": "org/prod",
        })]
    );
    let lines = captured::lines_of(&captured::text(), "audit");
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["fields"]["action"], "webhook.send-again");
    assert_eq!(lines[0]["fields"]["outcome"], "made");

    let viewer = with_claim(event("POST", &again), "cognito:groups", json!("viewers"));
    assert_eq!(
        api.send(&viewer).await.problem(),
        (403, "role-insufficient")
    );
    assert_eq!(api.asked(), [] as [Value; 0]);
}

#[tokio::test]
async fn an_event_that_was_not_kept_cannot_be_sent_again() {
    let (api, store, path) = api_with_webhook(&json!({"reply": "sent-again"})).await;
    let kept = attempted(&store, AttemptOutcome::TryLater, lately(&store).await).await;
    let attempt = Attempt {
        id: AttemptId::new(lately(&store).await),
        event: None,
        ..kept
    };
    store
        .record(std::slice::from_ref(&attempt), &[])
        .await
        .unwrap();
    let again = format!("{path}/attempts/{}/send-again", attempt.id);
    let answer = api.send(&event("POST", &again)).await;
    assert_eq!(answer.problem(), (409, "send-again-impossible"));
    assert_eq!(api.asked(), [] as [Value; 0]);
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

#[tokio::test]
async fn nothing_of_another_webhook_is_shown_or_done() -> Result<(), StoreError> {
    let (api, store, _) = api_with_webhook(&json!({"reply": "sent-again"})).await;
    let attempt = attempted(&store, AttemptOutcome::TryLater, lately(&store).await).await;
    let other = "/feedback-webhooks/00000000-0000-0000-0000-000000000000";
    for (method, path) in [
        ("GET", format!("{other}/attempts")),
        ("GET", format!("{other}/attempts/{}", attempt.id)),
        (
            "POST",
            format!("{other}/attempts/{}/send-again", attempt.id),
        ),
        ("GET", format!("{other}/deliveries")),
        ("POST", format!("{other}/test")),
    ] {
        let answer = api.send(&event(method, &path)).await;
        assert_eq!(
            answer.problem(),
            (404, "webhook-not-found"),
            "{method} {path}"
        );
    }
    assert_eq!(api.asked(), [] as [Value; 0]);
    // A webhook that takes the place of a deleted one has a history of its own.
    let subject = subject(&store).await;
    store.delete(&subject.key, subject.webhook, 1).await?;
    let successor = api.created(&minimal()).await;
    let path = format!("{}/attempts", successor.header("location"));
    assert_eq!(get(&api, &path).await.body["_page"]["count"], 0);
    Ok(())
}

#[tokio::test]
async fn campaigns_that_are_switched_on_are_listed() {
    let (api, ..) = api_with_webhook(&json!({})).await;
    for campaign in ["b", "a"] {
        let path = format!("/campaigns/{campaign}/feedback-webhook");
        assert_eq!(api.send(&event("PUT", &path)).await.status, 201);
    }
    let first = get(&api, "/campaigns?limit=1").await;
    assert_eq!(first.body["items"][0]["campaignId"], "a");
    let next = first.body["_page"]["next"].as_str().unwrap();
    let second = get(&api, &format!("/campaigns?limit=1&cursor={next}")).await;
    assert_eq!(second.body["items"][0]["campaignId"], "b");
    assert_eq!(second.body["_page"]["next"], Value::Null);
    let wrong = get(&api, "/campaigns?limit=x&cursor=!").await;
    assert_eq!(
        wrong.faults(),
        ["cursor cursor-invalid", "limit limit-invalid"]
    );
}
