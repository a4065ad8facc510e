//! Endpoints that are down, gone or paused: their events wait, and arrive afterwards.

use std::{
    collections::HashSet,
    sync::atomic::{AtomicU16, Ordering},
};

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::helpers::{
    events::{email_bounce, event, fresh_id},
    eventually,
    queues::{outcome_line, put},
    receiver::{Receiver, status},
    tenant::{Answer, Tenant, merge, webhook},
};

async fn put_event(tenant: &Tenant) -> String {
    let id = fresh_id();
    let body = event(tenant, email_bounce(), &id).to_string();
    put(&format!("{}/prod", tenant.org), &[body]).await;
    id
}

async fn health(tenant: &Tenant, created: &Answer) -> Value {
    let path = format!("{}/health", created.header("location"));
    let answer = tenant.get(&path).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    answer.body
}

async fn state_becomes(tenant: &Tenant, created: &Answer, state: &str) -> Value {
    eventually(&format!("the endpoint is {state}"), async || {
        Some(health(tenant, created).await).filter(|health| health["state"] == state)
    })
    .await
}

async fn replace(tenant: &Tenant, created: &Answer, receiver: &Receiver, changes: Value) {
    let mut body = webhook(receiver.url());
    merge(&mut body, changes);
    let (location, etag) = (created.header("location"), created.header("etag"));
    let replaced = tenant.replace(location, etag, &body).await;
    assert_eq!(replaced.status, StatusCode::OK, "{replaced:?}");
}

#[tokio::test]
async fn an_endpoint_that_is_down_is_left_alone_and_gets_every_event_when_it_is_back() {
    static STATUS: AtomicU16 = AtomicU16::new(503);
    let tenant = Tenant::new().await;
    let receiver = Receiver::scripted(|_, _| status(STATUS.load(Ordering::SeqCst))).await;
    let created = tenant.webhook_to(&receiver, json!({})).await;
    assert_eq!(health(&tenant, &created).await["state"], "healthy");
    let mut ids = HashSet::new();
    for _ in 0..10 {
        ids.insert(put_event(&tenant).await);
    }
    let open = state_becomes(&tenant, &created, "open").await;
    assert_eq!(open["lastStatus"], 503, "{open}");
    assert!(open["since"].is_string() && open["nextProbeAt"].is_string());

    let failed = receiver.so_far().len();
    STATUS.store(204, Ordering::SeqCst);
    eventually("every event at the endpoint", async || {
        let received = receiver.so_far();
        let arrived: HashSet<&str> = received[failed..]
            .iter()
            .map(|request| request.header("webhook-id"))
            .collect();
        ids.iter()
            .all(|id| arrived.contains(id.as_str()))
            .then_some(())
    })
    .await;
    state_becomes(&tenant, &created, "healthy").await;
}

/// Puts events on the queue until one is held: an environment may have read the configuration a moment before.
async fn held_event(tenant: &Tenant) -> String {
    eventually("a held event", async || {
        let id = put_event(tenant).await;
        let line = outcome_line(&id).await.to_string();
        line.contains("Held").then_some(id)
    })
    .await
}

async fn arrives(receiver: &Receiver, id: &str) {
    eventually("the held event at the endpoint", async || {
        let received = receiver.so_far();
        received
            .iter()
            .any(|request| request.header("webhook-id") == id)
            .then_some(())
    })
    .await;
}

#[tokio::test]
async fn events_of_a_paused_webhook_arrive_when_it_resumes() {
    let (tenant, receiver) = (Tenant::new().await, Receiver::start().await);
    let created = tenant.webhook_to(&receiver, json!({"paused": true})).await;
    assert_eq!(health(&tenant, &created).await["state"], "paused");
    let id = held_event(&tenant).await;
    assert_eq!(receiver.so_far().len(), 0);
    replace(&tenant, &created, &receiver, json!({"paused": false})).await;
    arrives(&receiver, &id).await;
}

#[tokio::test]
async fn events_of_an_endpoint_that_is_gone_arrive_when_the_webhook_is_edited() {
    let tenant = Tenant::new().await;
    let gone = Receiver::scripted(|_, _| status(410)).await;
    let created = tenant.webhook_to(&gone, json!({})).await;
    put_event(&tenant).await;
    let health = state_becomes(&tenant, &created, "gone").await;
    assert_eq!(health["lastStatus"], 410);
    let id = held_event(&tenant).await;
    let receiver = Receiver::start().await;
    replace(&tenant, &created, &receiver, json!({})).await;
    arrives(&receiver, &id).await;
}
