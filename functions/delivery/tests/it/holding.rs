//! Endpoints that are gone or paused: their events wait for an administrator.

use std::sync::atomic::Ordering;

use domain::config::WebhookConfigParts;
use jiff::SignedDuration;
use serde_json::json;

use crate::helpers::{
    DEAD_LETTER_QUEUE, RETRY_QUEUE, Receiver, Stage, TestStore, count, event, later, message,
    parts, received_again, store_with,
};

#[tokio::test]
async fn events_of_an_endpoint_that_is_gone_are_held_until_the_webhook_is_edited() {
    let (receiver, status) = Receiver::switchable().await;
    status.store(410, Ordering::SeqCst);
    let store = TestStore::new(store_with(parts(&receiver.url("/"))).await);
    let stage = Stage::new(&store, &receiver);
    let refused = stage.handle_one(message("m-1", event(json!({})))).await;
    assert_eq!(refused.attributes["Reason"], "gone");

    let handled = stage.handle(vec![message("m-2", event(json!({})))]).await;
    assert_eq!(count(&handled, "Held"), 1);
    assert_eq!(receiver.received().len(), 1, "no call");
    let held = stage.queues.sent().pop().unwrap();
    assert_eq!(held.queue_url, RETRY_QUEUE);
    assert_eq!(held.attributes["HeldSince"], "2023-11-14T22:13:20.000Z");

    store.edit(parts(&receiver.url("/"))).await;
    status.store(200, Ordering::SeqCst);
    let mut stage = Stage::new(&store, &receiver);
    stage.app.clock = later;
    let handled = stage.handle(vec![received_again(&held)]).await;
    assert_eq!(count(&handled, "Delivered"), 1);
}

#[tokio::test]
async fn events_of_a_paused_webhook_are_held_and_their_window_begins_when_it_resumes() {
    let (receiver, _) = Receiver::switchable().await;
    let paused = WebhookConfigParts {
        paused: true,
        ..parts(&receiver.url("/"))
    };
    let store = TestStore::new(store_with(paused).await);
    let stage = Stage::new(&store, &receiver);
    let mut tried = message("m-1", event(json!({})));
    for (name, value) in [
        ("Attempts", "7"),
        ("FirstAttemptAt", "2023-11-13T22:14:00Z"),
    ] {
        tried["messageAttributes"][name] = json!({"stringValue": value, "dataType": "String"});
    }
    let held = stage.handle_one(tried).await;
    assert_eq!(receiver.received().len(), 0);
    assert_eq!(held.attributes["Attempts"], "7");

    store.edit(parts(&receiver.url("/"))).await;
    let mut stage = Stage::new(&store, &receiver);
    stage.app.clock = || later() + SignedDuration::from_hours(48);
    let sent = stage.handle_one(received_again(&held)).await;
    assert_eq!(sent.queue_url, RETRY_QUEUE);
    assert_eq!(sent.attributes["Attempts"], "8");
    assert_eq!(
        sent.attributes["FirstAttemptAt"],
        "2023-11-16T22:13:50.000Z"
    );
    assert!(!sent.attributes.contains_key("HeldSince"));
}

#[tokio::test]
async fn events_are_held_for_days_but_not_for_ever() {
    let (receiver, _) = Receiver::switchable().await;
    let paused = WebhookConfigParts {
        paused: true,
        ..parts(&receiver.url("/"))
    };
    let store = store_with(paused).await;
    let stage = Stage::new(store, &receiver);
    let mut old = message("m-1", event(json!({})));
    old["messageAttributes"]["HeldSince"] =
        json!({"stringValue": "2023-11-10T22:13:20Z", "dataType": "String"});
    let sent = stage.handle_one(old).await;
    assert_eq!(sent.queue_url, DEAD_LETTER_QUEUE);
    assert_eq!(sent.attributes["Reason"], "held-too-long");
    assert_eq!(sent.attributes["LastError"], "paused");
    assert_eq!(receiver.received().len(), 0);
}
