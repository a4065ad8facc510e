//! Attempts that an administrator looks at, and events that are sent again.

use config_store::{
    ConfigStore, StoreError,
    history::{Attempt, AttemptId, AttemptOutcome, HistoryWriter},
};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::{
    captured,
    helpers::{Answer, event, minimal, with_claim},
    recorded::{api_with_webhook, attempted, get, lately, subject},
};

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
