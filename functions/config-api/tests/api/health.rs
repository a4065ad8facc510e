//! What an administrator can see of an endpoint's health.

use config_store::{
    ConfigStore, HealthStore, MemoryStore,
    history::{Bucket, Count, HistoryWriter},
};
use domain::{
    config::Webhook,
    health::{EndpointHealth, EndpointState},
    key::{ConfigKey, OrgId, SandboxName},
};
use serde_json::json;

use crate::{
    helpers::{Answer, Api, event, minimal, with},
    recorded::{api_with_webhook, get, lately, subject},
};

fn key() -> ConfigKey {
    ConfigKey {
        org: OrgId::parse("org").unwrap(),
        sandbox: SandboxName::parse("prod").unwrap(),
    }
}

/// What delivery writes about the webhook that is stored.
async fn found(store: &MemoryStore, state: EndpointState) {
    let webhook: Webhook = store.read(&key()).await.unwrap().unwrap();
    let health = EndpointHealth {
        key: key(),
        webhook: webhook.id,
        version: webhook.version,
        state,
        since: "2026-01-02T03:04:05Z".parse().unwrap(),
        last_status: Some(503),
        last_error: None,
    };
    store.open(&health).await.unwrap();
}

async fn read(api: &Api, created: &Answer) -> Answer {
    let path = format!("{}/health", created.header("location"));
    api.send(&event("GET", &path)).await
}

#[tokio::test]
async fn an_endpoint_is_healthy_until_delivery_finds_something_else() {
    let api = Api::new();
    let created = api.created(&minimal()).await;
    let health = read(&api, &created).await;
    assert_eq!(health.status, 200, "{health:?}");
    assert_eq!(
        health.body,
        json!({"state": "healthy", "since": null, "lastStatus": null, "lastError": null, "nextProbeAt": null, "lastDeliveryAt": null})
    );
}

#[tokio::test]
async fn an_open_circuit_tells_its_cause_and_its_next_probe_until_an_edit() {
    let store = MemoryStore::default();
    let api = Api::on(store.clone());
    let created = api.created(&minimal()).await;
    let probe_at = "2026-01-02T03:05:00Z".parse().unwrap();
    let open = EndpointState::Open {
        failed_probes: 1,
        probe_at,
    };
    found(&store, open).await;
    assert_eq!(
        read(&api, &created).await.body,
        json!({
            "state": "open", "since": "2026-01-02T03:04:05Z", "lastStatus": 503, "lastError": null,
            "nextProbeAt": "2026-01-02T03:05:00Z", "lastDeliveryAt": null,
        })
    );
    api.replace(created.id(), created.header("etag"), &minimal())
        .await;
    assert_eq!(read(&api, &created).await.body["state"], "healthy");
}

#[tokio::test]
async fn gone_and_paused_are_told_apart() {
    let store = MemoryStore::default();
    let api = Api::on(store.clone());
    let created = api.created(&minimal()).await;
    found(&store, EndpointState::Gone).await;
    assert_eq!(read(&api, &created).await.body["state"], "gone");

    let paused = with(minimal(), "/paused", json!(true));
    let paused = api
        .replace(created.id(), created.header("etag"), &paused)
        .await;
    assert_eq!(paused.body["paused"], true);
    let health = read(&api, &created).await;
    assert_eq!(health.body["state"], "paused");
    assert_eq!(health.body["since"], paused.body["modifiedAt"]);
}

#[tokio::test]
async fn nobody_sees_the_health_of_another_webhook() {
    let api = Api::new();
    api.created(&minimal()).await;
    let path = "/feedback-webhooks/00000000-0000-0000-0000-000000000000/health";
    let answer = api.send(&event("GET", path)).await;
    assert_eq!(answer.problem(), (404, "webhook-not-found"));
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
