//! Endpoints that fail: who calls them, and what happens to their events meanwhile.

use std::sync::atomic::Ordering;

use config_store::{ConfigStore, HealthStore};
use delivery::circuits::Permission;
use domain::{config::Webhook, health::EndpointState};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::helpers::{
    DEAD_LETTER_QUEUE, RETRY_QUEUE, Receiver, Stage, TestStore, count, event, failed_ids, key,
    later, message, now, parts, store_with,
};

fn events(count: usize) -> Vec<Value> {
    (0..count)
        .map(|n| message(&format!("m-{n}"), event(json!({}))))
        .collect()
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
    let (receiver, _) = Receiver::switchable().await;
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
    let (receiver, status) = Receiver::switchable().await;
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
    let (receiver, status) = Receiver::switchable().await;
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
    let (receiver, status) = Receiver::switchable().await;
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
    let (receiver, _) = Receiver::switchable().await;
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
    let (receiver, status) = Receiver::switchable().await;
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
    let (receiver, status) = Receiver::switchable().await;
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
    let (receiver, _) = Receiver::switchable().await;
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
    let (receiver, _) = Receiver::switchable().await;
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

#[tokio::test]
async fn an_edit_closes_the_circuit() {
    let (receiver, status) = Receiver::switchable().await;
    let store = shared_store(&receiver).await;
    open_circuit(&Stage::new(&store, &receiver)).await;
    store.edit(parts(&receiver.url("/"))).await;
    status.store(200, Ordering::SeqCst);
    let handled = Stage::new(&store, &receiver).handle(events(1)).await;
    assert_eq!(count(&handled, "Delivered"), 1);
}

#[tokio::test]
async fn calls_to_one_endpoint_are_bounded_so_that_its_circuit_opens_before_all_events_hang() {
    let (receiver, _) = Receiver::switchable().await;
    let store = shared_store(&receiver).await;
    let stage = Stage::new(&store, &receiver);
    let handled = stage.handle(events(100)).await;
    assert_eq!(failed_ids(&handled), [""; 0]);
    assert_eq!(count(&handled, "CircuitOpened"), 1);
    let called = receiver.received().len();
    assert!((5..=20).contains(&called), "{called} calls");
}
