//! What delivery has recorded of a webhook's events.

use config_store::{
    ConfigStore, MemoryStore,
    history::{Attempt, AttemptId, AttemptOutcome, HistoryWriter, SentHeader, Subject},
};
use domain::{
    config::Webhook,
    key::{ConfigKey, OrgId, SandboxName},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::helpers::{Answer, Api, event, with_token};

const RECIPIENT: &str = "recipient@customers.example";

async fn webhook(store: &MemoryStore) -> Webhook {
    let key = ConfigKey {
        org: OrgId::parse("org").unwrap(),
        sandbox: SandboxName::parse("prod").unwrap(),
    };
    store.read(&key).await.unwrap().unwrap()
}

/// What the history calls the webhook.
pub(crate) async fn subject(store: &MemoryStore) -> Subject {
    Subject::from(&webhook(store).await)
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

/// Reads this path.
pub(crate) async fn get(api: &Api, path: &str) -> Answer {
    api.send(&event("GET", path)).await
}

/// An API whose delivery function answers with this reply, its store, and the path of a webhook in it.
pub(crate) async fn api_with_webhook(reply: &Value) -> (Api, MemoryStore, String) {
    let store = MemoryStore::default();
    let api = Api::with_delivery(store.clone(), reply);
    let created = api.created(&with_token()).await;
    let path = created.header("location").to_owned();
    (api, store, path)
}
