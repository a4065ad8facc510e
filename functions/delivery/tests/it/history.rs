//! What is kept of attempts for administrators, and that nothing depends on it.

use config_store::{
    MemoryStore,
    history::{Attempt, AttemptOutcome, HistoryReader},
};
use delivery::recorder::Recorder;
use domain::{
    config::WebhookConfigParts,
    headers::{CustomHeader, CustomHeaderName, CustomHeaderValue, CustomHeaders},
    key::{ConfigKey, OrgId},
};
use http::HeaderValue;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::helpers::{
    Protocol, Receiver, Reply, Stage, TestStore, count, event, failed_ids, key, later, message,
    now, parts, sealed, store_with,
};

fn messages(count: usize) -> Vec<Value> {
    (0..count)
        .map(|n| message(&format!("m-{n}"), event(json!({}))))
        .collect()
}

async fn counts(store: &MemoryStore, attempt: &Attempt) -> (u64, u64) {
    let (from, to) = (
        now() - SignedDuration::from_hours(1),
        now() + SignedDuration::from_hours(1),
    );
    let counts = store.counts(&attempt.subject, from, to).await.unwrap();
    let delivered = counts.iter().map(|count| count.delivered).sum();
    (delivered, counts.iter().map(|count| count.failed).sum())
}

fn header(name: &str, value: CustomHeaderValue) -> CustomHeader {
    CustomHeader {
        name: CustomHeaderName::parse(name).unwrap(),
        value,
    }
}

fn with_secret_header(url: &str) -> WebhookConfigParts {
    let source = CustomHeaderValue::Plain(HeaderValue::from_static("crm"));
    let secret = CustomHeaderValue::Secret(sealed(&key(), "hidden-key"));
    let headers = vec![header("X-Source", source), header("X-Key", secret)];
    WebhookConfigParts {
        headers: CustomHeaders::new(headers).unwrap(),
        ..parts(url)
    }
}

#[tokio::test]
async fn a_failure_is_kept_with_all_but_its_secrets() {
    let echo = Reply::WithBody(503, "busy; your key is hidden-key");
    let receiver = Receiver::start(echo).await;
    let store = store_with(with_secret_header(&receiver.url("/hook"))).await;
    let stage = Stage::new(store.clone(), &receiver);
    let sent = event(json!({})).to_string();
    stage.handle_one(message("m-1", &sent)).await;

    let kept = store.all_attempts();
    assert_eq!(kept.len(), 1);
    let attempt = &kept[0];
    assert!(
        !format!("{attempt:?}").contains("hidden-key"),
        "{attempt:?}"
    );
    assert_eq!(attempt.subject.key, key());
    assert_eq!(attempt.id.at(), now());
    assert_eq!((attempt.webhook_version, attempt.number), (1, 1));
    assert_eq!(attempt.outcome, AttemptOutcome::TryLater);
    assert_eq!(
        (attempt.http_status, attempt.error.as_deref()),
        (Some(503), None)
    );
    assert_eq!(attempt.event_id, "e-1");
    assert_eq!(
        attempt.request_id.as_deref(),
        Some("8NoByJneShCdCGRnrGS1t1m3CdA73dhR")
    );
    assert_eq!(
        (&*attempt.channel, &*attempt.feedback_status),
        ("email", "bounce")
    );
    assert_eq!(attempt.url, receiver.url("/hook"));
    assert_eq!(
        attempt.answer_excerpt.as_deref(),
        Some("busy; your key is •••")
    );
    assert_eq!(attempt.event.as_deref(), Some(&*sent));
    let header = |name: &str| {
        let mut headers = attempt.headers.iter();
        headers
            .find(|header| header.name == name)
            .unwrap()
            .value
            .as_deref()
    };
    assert_eq!((header("x-source"), header("x-key")), (Some("crm"), None));
    assert_eq!(header("webhook-id"), Some("e-1"));
    assert_eq!(counts(&store, attempt).await, (0, 1));
}

#[tokio::test]
async fn successes_are_counted_and_a_sample_of_them_is_kept() {
    let receiver = Receiver::start(Reply::Status(200)).await;
    let store = store_with(parts(&receiver.url("/"))).await;
    let mut stage = Stage::new(store.clone(), &receiver);
    stage.handle(messages(30)).await;
    stage.handle(messages(30)).await;
    let kept = store.all_attempts();
    assert_eq!(kept.len(), 10);
    let is_delivered = |attempt: &Attempt| attempt.outcome == AttemptOutcome::Delivered;
    assert!(kept.iter().all(is_delivered));
    // The second batch is not due, since no time has passed.
    assert_eq!(counts(&store, &kept[0]).await, (30, 0));
    assert_eq!(
        store.last_delivery(&kept[0].subject, now()).await.unwrap(),
        Some(now())
    );
    stage.app.clock = later;
    stage.handle(messages(30)).await;
    assert_eq!(counts(&store, &kept[0]).await, (90, 0));
}

#[tokio::test]
async fn what_happened_before_a_request_is_kept_too() {
    let receiver = Receiver::start(Reply::Status(200)).await;
    let other = ConfigKey {
        org: OrgId::parse("other").unwrap(),
        ..key()
    };
    let stolen = header("X-Key", CustomHeaderValue::Secret(sealed(&other, "stolen")));
    let parts = WebhookConfigParts {
        headers: CustomHeaders::new(vec![stolen]).unwrap(),
        ..parts(&receiver.url("/"))
    };
    let store = store_with(parts).await;
    let stage = Stage::new(store.clone(), &receiver);
    stage.handle(messages(1)).await;
    let kept = store.all_attempts();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].error.as_deref(), Some("secret-refused"));
    assert_eq!((kept[0].headers.len(), kept[0].http_status), (0, None));
}

#[tokio::test]
async fn an_event_that_is_given_up_is_kept_as_such_and_one_that_was_not_tried_is_not() {
    let (receiver, _) = Receiver::switchable().await;
    let store = store_with(parts(&receiver.url("/"))).await;
    let mut stage = Stage::new(store.clone(), &receiver);
    stage.app.retry.attempts_max = 1;
    stage.handle(messages(5)).await;
    let given_up = |attempt: &Attempt| attempt.outcome == AttemptOutcome::GivenUp;
    assert_eq!(store.all_attempts().len(), 5);
    assert!(store.all_attempts().iter().all(given_up));
    stage.handle(messages(5)).await;
    assert_eq!(receiver.received().len(), 5, "the circuit is open");
    assert_eq!(store.all_attempts().len(), 5);
}

#[tokio::test]
async fn a_deployment_that_keeps_no_events_keeps_no_event() {
    let receiver = Receiver::start(Reply::Status(503)).await;
    let store = store_with(parts(&receiver.url("/"))).await;
    let mut stage = Stage::new(store.clone(), &receiver);
    stage.app.recorder = Recorder::new(false);
    stage.handle(messages(1)).await;
    assert_eq!(store.all_attempts()[0].event, None);
}

#[tokio::test]
async fn large_events_are_not_kept_but_their_attempts_are() {
    let receiver = Receiver::start(Reply::Status(503)).await;
    let store = store_with(parts(&receiver.url("/"))).await;
    let stage = Stage::new(store.clone(), &receiver);
    let large = event(json!({"padding": "x".repeat(40 * 1_024)}));
    stage.handle(vec![message("m-1", large)]).await;
    let kept = store.all_attempts();
    assert_eq!((kept.len(), &kept[0].event), (1, &None));
}

#[tokio::test]
async fn a_history_that_cannot_be_written_costs_no_event() {
    let receiver = Receiver::with(Protocol::Http1, |index, _| match index {
        0 => Reply::Status(503),
        _ => Reply::Status(200),
    })
    .await;
    let store = TestStore::new(store_with(parts(&receiver.url("/"))).await);
    store.refuse_history();
    let stage = Stage::new(&store, &receiver);
    let handled = stage.handle(messages(3)).await;
    assert_eq!(failed_ids(&handled), [""; 0]);
    assert_eq!(
        stage.queues.sent().len(),
        1,
        "the failed one is tried later"
    );
    assert_eq!(count(&handled, "Delivered"), 2);
    assert_eq!(count(&handled, "AttemptsNotKept"), 3);
    assert_eq!(store.memory().all_attempts(), []);
}
