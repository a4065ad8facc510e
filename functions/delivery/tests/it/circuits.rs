//! Endpoints that fail: who calls them, and what happens to their events meanwhile.

use std::sync::atomic::{AtomicU16, Ordering};

use config_store::{ConfigStore, HealthStore, MemoryStore};
use delivery::circuits::Permission;
use domain::{
    config::{Webhook, WebhookConfig, WebhookConfigParts},
    health::EndpointState,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::helpers::{
    DEAD_LETTER_QUEUE, Protocol, RETRY_QUEUE, Receiver, Reply, Stage, TestStore, event, failed_ids,
    key, message, now, parts, received_again, store_with,
};

/// An endpoint that answers with the status that it was given last.
async fn endpoint() -> (Receiver, &'static AtomicU16) {
    let status: &'static AtomicU16 = Box::leak(Box::new(AtomicU16::new(503)));
    let receiver = Receiver::with(Protocol::Http1, |_, _| {
        Reply::Status(status.load(Ordering::SeqCst))
    });
    (receiver.await, status)
}

fn events(count: usize) -> Vec<Value> {
    (0..count)
        .map(|n| message(&format!("m-{n}"), event(json!({}))))
        .collect()
}

/// Half a minute after the time of the other tests: the first probe is due.
fn later() -> Timestamp {
    now() + SignedDuration::from_secs(30)
}

fn count(handled: &delivery::batch::Handled, metric: &str) -> Value {
    handled.tally.embedded_metrics("", now())[metric].clone()
}

async fn shared_store(receiver: &Receiver) -> TestStore {
    TestStore::new(store_with(parts(&receiver.url("/"))).await)
}

/// Fails until the circuit is open.
async fn open_circuit(stage: &Stage<&TestStore>) {
    let handled = stage.handle(events(5)).await;
    assert_eq!(count(&handled, "CircuitOpened"), 1);
}

#[tokio::test]
async fn failures_in_a_row_open_the_circuit_and_events_pass_it_without_a_call() {
    let (receiver, _) = endpoint().await;
    let store = shared_store(&receiver).await;
    let stage = Stage::new(&store, &receiver);
    stage.handle(events(4)).await;
    assert_eq!(store.health_writes(), 0, "four are not enough");
    stage.handle(events(1)).await;
    assert_eq!(receiver.received().len(), 5);

    let handled = stage.handle(events(1)).await;
    assert_eq!(failed_ids(&handled), [""; 0]);
    assert_eq!(count(&handled, "PassedOpenCircuit"), 1);
    assert_eq!(receiver.received().len(), 5, "no call");
    let sent = stage.queues.sent().pop().unwrap();
    assert_eq!(sent.queue_url, RETRY_QUEUE);
    // Five seconds until the probe, and five of jitter.
    assert_eq!(sent.delay_seconds, Some(10));
    assert_eq!(sent.attributes["Attempts"], "0", "it was not tried");
    assert_eq!(
        sent.attributes["FirstAttemptAt"], "2023-11-14T22:13:20.000Z",
        "its retry window has begun"
    );
}

#[tokio::test]
async fn a_success_in_between_and_refused_requests_keep_the_circuit_closed() {
    let (receiver, status) = endpoint().await;
    let store = shared_store(&receiver).await;
    let stage = Stage::new(&store, &receiver);
    for (next, count) in [(503, 4), (200, 1), (503, 4), (422, 20), (503, 4)] {
        status.store(next, Ordering::SeqCst);
        stage.handle(events(count)).await;
    }
    assert_eq!(receiver.received().len(), 33);
    assert_eq!(store.health_writes(), 0);
}

#[tokio::test]
async fn a_healthy_endpoint_costs_no_write_and_no_further_read() {
    let (receiver, status) = endpoint().await;
    status.store(200, Ordering::SeqCst);
    let store = shared_store(&receiver).await;
    let stage = Stage::new(&store, &receiver);
    for _ in 0..3 {
        stage.handle(events(10)).await;
    }
    assert_eq!((store.look_ups(), store.health_writes()), (1, 0));
}

#[tokio::test]
async fn an_open_circuit_is_known_to_every_environment_and_one_of_them_probes() {
    let (receiver, status) = endpoint().await;
    let store = shared_store(&receiver).await;
    open_circuit(&Stage::new(&store, &receiver)).await;
    let mut others = [
        Stage::new(&store, &receiver),
        Stage::new(&store, &receiver),
        Stage::new(&store, &receiver),
    ];
    for other in &others {
        other.handle(events(2)).await;
    }
    assert_eq!(receiver.received().len(), 5, "all of them know");

    for other in &mut others {
        other.app.clock = later;
    }
    let [first, second, third] = &others;
    tokio::join!(
        first.handle(events(10)),
        second.handle(events(10)),
        third.handle(events(10)),
    );
    assert_eq!(receiver.received().len(), 6, "one probe");
    let stored = (&store).read_health(&key()).await.unwrap().unwrap();
    let EndpointState::Open {
        failed_probes,
        probe_at,
    } = stored.state
    else {
        panic!("{stored:?}");
    };
    assert_eq!(failed_probes, 1);
    assert_eq!(probe_at, later() + SignedDuration::from_secs(10));
    assert_eq!(stored.since, now());
    assert_eq!(stored.last_status, Some(503));

    status.store(200, Ordering::SeqCst);
    let mut healed = Stage::new(&store, &receiver);
    healed.app.clock = || later() + SignedDuration::from_secs(10);
    let handled = healed.handle(events(1)).await;
    assert_eq!(count(&handled, "Delivered"), 1);
    assert_eq!(count(&handled, "CircuitClosed"), 1);
    assert_eq!((&store).read_health(&key()).await.unwrap(), None);
}

#[tokio::test]
async fn an_event_that_is_not_going_to_be_called_claims_no_probe() {
    let (receiver, _) = endpoint().await;
    let store = shared_store(&receiver).await;
    let mut stage = Stage::new(&store, &receiver);
    open_circuit(&stage).await;
    let writes = store.health_writes();
    stage.app.clock = later;
    let mut waiting = message("waiting", event(json!({})));
    waiting["messageAttributes"]["RetryAt"] =
        json!({"stringValue": "2023-11-14T22:20:00Z", "dataType": "String"});
    let unwanted = message("unwanted", event(json!({"channel": "push"})));
    stage.handle(vec![waiting, unwanted]).await;
    assert_eq!(store.health_writes(), writes);
}

#[tokio::test]
async fn a_probe_whose_prober_died_is_made_again() {
    let (receiver, status) = endpoint().await;
    let store = shared_store(&receiver).await;
    open_circuit(&Stage::new(&store, &receiver)).await;
    let dying = Stage::new(&store, &receiver);
    // It claims the probe, and what comes of it is never written.
    let webhook = stored_webhook(&store).await;
    let read = (&store).read_health(&key()).await.unwrap();
    let circuits = &dying.app.circuits;
    circuits.learn(&[(key(), read)].into());
    let claimed = circuits.claim(&&store, &webhook, later()).await;
    assert!(matches!(claimed, Ok(Permission::Probe(_))), "{claimed:?}");

    status.store(200, Ordering::SeqCst);
    let mut next = Stage::new(&store, &receiver);
    next.app.clock = || later() + SignedDuration::from_secs(14);
    assert_eq!(count(&next.handle(events(1)).await, "PassedOpenCircuit"), 1);
    let mut next = Stage::new(&store, &receiver);
    next.app.clock = || later() + SignedDuration::from_secs(15);
    assert_eq!(count(&next.handle(events(1)).await, "CircuitClosed"), 1);
}

#[tokio::test]
async fn while_health_cannot_be_written_events_are_tried_as_usual() {
    let (receiver, status) = endpoint().await;
    let store = shared_store(&receiver).await;
    store.refuse_health();
    let stage = Stage::new(&store, &receiver);
    let handled = stage.handle(events(12)).await;
    assert_eq!(failed_ids(&handled), [""; 0]);
    assert_eq!(count(&handled, "TriedLater"), 12);
    assert_eq!(store.health_writes(), 2, "every fifth failure asks again");
    status.store(200, Ordering::SeqCst);
    assert_eq!(count(&stage.handle(events(1)).await, "Delivered"), 1);
}

#[tokio::test]
async fn where_a_probe_cannot_be_claimed_events_wait_and_are_not_lost() {
    let (receiver, _) = endpoint().await;
    let store = shared_store(&receiver).await;
    let mut stage = Stage::new(&store, &receiver);
    open_circuit(&stage).await;
    store.refuse_health();
    stage.app.clock = later;
    let handled = stage.handle(events(3)).await;
    assert_eq!(failed_ids(&handled), [""; 0]);
    assert_eq!(count(&handled, "PassedOpenCircuit"), 3);
}

#[tokio::test]
async fn an_event_that_only_ever_met_an_open_circuit_is_given_up_with_its_window() {
    let (receiver, _) = endpoint().await;
    let store = shared_store(&receiver).await;
    let stage = Stage::new(&store, &receiver);
    open_circuit(&stage).await;
    let mut old = message("old", event(json!({})));
    old["messageAttributes"]["FirstAttemptAt"] =
        json!({"stringValue": "2023-11-13T22:13:20Z", "dataType": "String"});
    stage.handle(vec![old]).await;
    let sent = stage.queues.sent().pop().unwrap();
    assert_eq!(sent.queue_url, DEAD_LETTER_QUEUE);
    assert_eq!(sent.attributes["Reason"], "attempts-exhausted");
    assert_eq!(sent.attributes["LastError"], "circuit-open");
}

async fn stored_webhook(store: &TestStore) -> Webhook {
    store.memory().read(&key()).await.unwrap().unwrap()
}

/// Saves the webhook again, as an administrator does.
async fn edit(store: &MemoryStore, parts: WebhookConfigParts) {
    let stored = store.read(&key()).await.unwrap().unwrap();
    let edited = Webhook {
        version: stored.version + 1,
        config: WebhookConfig::new(parts).unwrap(),
        ..stored
    };
    store.replace(&edited).await.unwrap();
}

#[tokio::test]
async fn an_edit_closes_the_circuit() {
    let (receiver, status) = endpoint().await;
    let store = shared_store(&receiver).await;
    open_circuit(&Stage::new(&store, &receiver)).await;
    edit(store.memory(), parts(&receiver.url("/"))).await;
    status.store(200, Ordering::SeqCst);
    let handled = Stage::new(&store, &receiver).handle(events(1)).await;
    assert_eq!(count(&handled, "Delivered"), 1);
}

#[tokio::test]
async fn events_of_an_endpoint_that_is_gone_are_held_until_the_webhook_is_edited() {
    let (receiver, status) = endpoint().await;
    status.store(410, Ordering::SeqCst);
    let store = shared_store(&receiver).await;
    let stage = Stage::new(&store, &receiver);
    let refused = stage.handle_one(message("m-1", event(json!({})))).await;
    assert_eq!(refused.attributes["Reason"], "gone");

    let handled = stage.handle(events(1)).await;
    assert_eq!(count(&handled, "Held"), 1);
    assert_eq!(receiver.received().len(), 1, "no call");
    let held = stage.queues.sent().pop().unwrap();
    assert_eq!(held.queue_url, RETRY_QUEUE);
    assert_eq!(held.attributes["HeldSince"], "2023-11-14T22:13:20.000Z");

    edit(store.memory(), parts(&receiver.url("/"))).await;
    status.store(200, Ordering::SeqCst);
    let mut stage = Stage::new(&store, &receiver);
    stage.app.clock = later;
    let handled = stage.handle(vec![received_again(&held)]).await;
    assert_eq!(count(&handled, "Delivered"), 1);
}

#[tokio::test]
async fn events_of_a_paused_webhook_are_held_and_their_window_begins_when_it_resumes() {
    let (receiver, _) = endpoint().await;
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

    edit(store.memory(), parts(&receiver.url("/"))).await;
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
    let (receiver, _) = endpoint().await;
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

#[tokio::test]
async fn calls_to_one_endpoint_are_bounded_so_that_its_circuit_opens_before_all_events_hang() {
    let (receiver, _) = endpoint().await;
    let store = shared_store(&receiver).await;
    let stage = Stage::new(&store, &receiver);
    let handled = stage.handle(events(100)).await;
    assert_eq!(failed_ids(&handled), [""; 0]);
    assert_eq!(count(&handled, "CircuitOpened"), 1);
    let called = receiver.received().len();
    assert!((5..=20).contains(&called), "{called} calls");
}
