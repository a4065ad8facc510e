//! What travels to the retry and dead-letter queues, and what happens when they do not take it.

use std::collections::BTreeMap;

use queue_message::{MESSAGE_MAX_BYTES, event_id};
use serde_json::{Value, json};

use crate::helpers::{
    DEAD_LETTER_QUEUE, Queues, RETRY_QUEUE, Receiver, Reply, Sent, Stage, event, failed_ids,
    message, parts, received_again, store_with,
};
use config_store::MemoryStore;

/// A stage whose endpoint always fails.
async fn failing_stage() -> (Stage<MemoryStore>, Receiver) {
    let receiver = Receiver::start(Reply::Status(503)).await;
    let store = store_with(parts(&receiver.url("/"))).await;
    (Stage::new(store, &receiver), receiver)
}

fn attributes(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    pairs.iter().map(owned).collect()
}

#[tokio::test]
async fn a_failed_event_waits_on_the_retry_queue_with_its_body_unchanged() {
    let (stage, _receiver) = failing_stage().await;
    let mut message = message("m-1", event(json!({"unknown": 1})));
    message["attributes"]["MessageGroupId"] = json!("myImsOrg/prod");
    assert_eq!(
        stage.handle_one(message).await,
        Sent {
            queue_url: RETRY_QUEUE.to_owned(),
            body: event(json!({"unknown": 1})).to_string(),
            delay_seconds: Some(5),
            group_id: Some("myImsOrg/prod".to_owned()),
            attributes: attributes(&[
                ("Attempts", "1"),
                ("EventId", "e-1"),
                ("FirstAttemptAt", "2023-11-14T22:13:20.000Z"),
                ("LastAttemptAt", "2023-11-14T22:13:20.000Z"),
                ("LastStatus", "503"),
                ("Organisation", "myImsOrg"),
                ("RetryAt", "2023-11-14T22:13:25.000Z"),
                ("Sandbox", "prod"),
            ]),
        }
    );
}

/// Another attempt of an event that failed before, as the attributes say.
async fn next_attempt(before: &[(&str, &str)]) -> (Sent, Receiver) {
    let (stage, receiver) = failing_stage().await;
    let again = Sent {
        queue_url: RETRY_QUEUE.to_owned(),
        body: event(json!({})).to_string(),
        delay_seconds: None,
        group_id: None,
        attributes: attributes(before),
    };
    (stage.handle_one(received_again(&again)).await, receiver)
}

#[tokio::test]
async fn the_next_attempt_has_the_next_number_the_same_id_and_the_same_body() {
    let (stage, receiver) = failing_stage().await;
    let first = stage.handle_one(message("m-1", event(json!({})))).await;
    let mut due = received_again(&first);
    due["messageAttributes"]["RetryAt"]["stringValue"] = json!("2023-11-14T22:13:20.000Z");
    stage.handle(vec![due]).await;
    let received = receiver.received();
    assert_eq!(received[1].headers["webhook-attempt"], "2");
    assert_eq!(received[1].headers["webhook-attempts-remaining"], "98");
    // A day after the first attempt.
    assert_eq!(received[1].headers["webhook-retry-until"], "1700086400");
    assert_eq!(received[1].headers["webhook-id"], "e-1");
    assert_eq!(received[1].body, received[0].body);
    let sent = &stage.queues.sent()[1];
    assert_eq!(sent.attributes["Attempts"], "2");
    assert_eq!(sent.delay_seconds, Some(10));
}

#[tokio::test]
async fn an_event_that_is_not_due_yet_takes_another_hop_without_a_call() {
    let before = [
        ("Attempts", "12"),
        ("EventId", "e-1"),
        ("FirstAttemptAt", "2023-11-14T21:00:00.000Z"),
        ("LastAttemptAt", "2023-11-14T22:00:00.000Z"),
        ("LastError", "timeout"),
        ("Organisation", "myImsOrg"),
        ("Sandbox", "prod"),
    ];
    for (retry_at, delay_seconds) in [
        ("2023-11-14T23:00:00.000Z", 900),
        ("2023-11-14T22:13:50.500Z", 31),
    ] {
        let before = [&before[..], &[("RetryAt", retry_at)]].concat();
        let (sent, receiver) = next_attempt(&before).await;
        assert_eq!(sent.queue_url, RETRY_QUEUE);
        assert_eq!(sent.delay_seconds, Some(delay_seconds));
        assert_eq!(sent.attributes, attributes(&before));
        assert_eq!(receiver.received().len(), 0);
    }
}

#[tokio::test]
async fn an_event_whose_retry_window_is_over_goes_to_the_dead_letter_queue() {
    let (sent, receiver) = next_attempt(&[
        ("Attempts", "30"),
        ("FirstAttemptAt", "2023-11-13T22:13:30.000Z"),
    ])
    .await;
    assert_eq!(receiver.received().len(), 1, "a last attempt is made");
    assert_eq!(
        (sent.queue_url.as_str(), sent.delay_seconds),
        (DEAD_LETTER_QUEUE, None)
    );
    assert_eq!(sent.body, event(json!({})).to_string());
    assert_eq!(
        sent.attributes,
        attributes(&[
            ("Attempts", "31"),
            ("EventId", "e-1"),
            ("FirstAttemptAt", "2023-11-13T22:13:30.000Z"),
            ("LastAttemptAt", "2023-11-14T22:13:20.000Z"),
            ("LastStatus", "503"),
            ("Organisation", "myImsOrg"),
            ("Reason", "attempts-exhausted"),
            ("Sandbox", "prod"),
        ])
    );
}

#[tokio::test]
async fn an_event_that_was_tried_as_often_as_allowed_goes_to_the_dead_letter_queue() {
    let (sent, receiver) = next_attempt(&[
        ("Attempts", "99"),
        ("FirstAttemptAt", "2023-11-14T22:13:00.000Z"),
    ])
    .await;
    let headers = &receiver.received()[0].headers;
    assert_eq!(headers["webhook-attempts-remaining"], "0");
    assert_eq!(sent.queue_url, DEAD_LETTER_QUEUE);
    assert_eq!(sent.attributes["Reason"], "attempts-exhausted");
    assert_eq!(sent.attributes["Attempts"], "100");
}

#[tokio::test]
async fn an_event_that_is_put_back_from_the_dead_letter_queue_starts_anew() {
    let (sent, receiver) = next_attempt(&[
        ("Attempts", "31"),
        ("FirstAttemptAt", "2023-11-01T00:00:00Z"),
        ("Reason", "attempts-exhausted"),
    ])
    .await;
    assert_eq!(receiver.received()[0].headers["webhook-attempt"], "1");
    assert_eq!(sent.queue_url, RETRY_QUEUE);
    assert_eq!(
        sent.attributes["FirstAttemptAt"],
        "2023-11-14T22:13:20.000Z"
    );
}

#[tokio::test]
async fn odd_attributes_lose_no_event() {
    let (sent, receiver) = next_attempt(&[
        ("Attempts", "-1e9"),
        ("EventId", "forged"),
        ("FirstAttemptAt", "yesterday"),
        ("LastStatus", "teapot"),
        ("Organisation", "another"),
        ("RetryAt", "9999-01-01T00:00:00Z"),
    ])
    .await;
    assert_eq!(receiver.received()[0].headers["webhook-id"], "e-1");
    assert_eq!(sent.queue_url, RETRY_QUEUE);
    for (name, value) in [
        ("Attempts", "1"),
        ("EventId", "e-1"),
        ("Organisation", "myImsOrg"),
    ] {
        assert_eq!(sent.attributes[name], value);
    }
}

#[tokio::test]
async fn an_unreadable_message_goes_to_the_dead_letter_queue_at_once() {
    for (body, detail) in [
        (
            "garbage".to_owned(),
            "the message is not a JSON object with distinct members",
        ),
        (
            event(json!({"requestId": null})).to_string(),
            "the field requestId is missing",
        ),
    ] {
        let (stage, receiver) = failing_stage().await;
        let sent = stage.handle_one(message("m-1", &body)).await;
        assert_eq!(
            (sent.queue_url.as_str(), &sent.body),
            (DEAD_LETTER_QUEUE, &body)
        );
        assert_eq!(
            sent.attributes,
            attributes(&[
                ("Attempts", "0"),
                ("EventId", &event_id(None, &body)),
                ("LastError", detail),
                ("Reason", "unreadable"),
            ])
        );
        assert_eq!(receiver.received().len(), 0);
    }
}

/// A failing event whose message has so many bytes in all; the unknown member makes up the rest.
fn event_of(bytes: usize) -> Value {
    let padded = |length| event(json!({"padding": "x".repeat(length)}));
    let length = bytes - padded(0).to_string().len();
    padded(length)
}

#[tokio::test]
async fn a_message_that_leaves_little_room_carries_what_limits_its_attempts_or_else_says_why_not() {
    let needed = "AttemptsNumber1FirstAttemptAtString2023-11-14T22:13:20.000Z".len();
    let reason = "ReasonStringtoo-large".len();
    for (room, queue_url, expected) in [
        (
            needed + 1_000,
            RETRY_QUEUE,
            vec![
                "Attempts",
                "EventId",
                "FirstAttemptAt",
                "LastAttemptAt",
                "LastStatus",
                "Organisation",
                "RetryAt",
                "Sandbox",
            ],
        ),
        (needed, RETRY_QUEUE, vec!["Attempts", "FirstAttemptAt"]),
        (
            needed - 1,
            DEAD_LETTER_QUEUE,
            vec!["Attempts", "LastStatus", "Reason"],
        ),
        (reason, DEAD_LETTER_QUEUE, vec!["Reason"]),
    ] {
        let (stage, receiver) = failing_stage().await;
        let body = event_of(MESSAGE_MAX_BYTES - room);
        let sent = stage.handle_one(message("m-1", &body)).await;
        assert_eq!(receiver.received().len(), 1, "{room}");
        assert_eq!(sent.queue_url, queue_url, "{room}");
        let carried: Vec<&str> = sent.attributes.keys().map(String::as_str).collect();
        assert_eq!(carried, expected, "{room}");
        if queue_url == DEAD_LETTER_QUEUE {
            assert_eq!(sent.attributes["Reason"], "too-large");
        }
        let unchanged = body.to_string();
        assert!(sent.body == unchanged, "the body is unchanged");
    }
}

#[tokio::test]
async fn a_message_without_room_for_a_reason_is_tried_by_its_own_queue() {
    let (stage, receiver) = failing_stage().await;
    for room in [0, "ReasonStringtoo-large".len() - 1] {
        let body = event_of(MESSAGE_MAX_BYTES - room);
        let handled = stage.handle(vec![message("largest", body)]).await;
        assert_eq!(failed_ids(&handled), ["largest"]);
    }
    assert_eq!(receiver.received().len(), 2);
    assert_eq!(stage.queues.sent(), []);
}

#[tokio::test]
async fn a_message_of_the_largest_size_is_delivered() {
    let receiver = Receiver::start(Reply::Status(200)).await;
    let store = store_with(parts(&receiver.url("/"))).await;
    let stage = Stage::new(store, &receiver);
    let body = event_of(MESSAGE_MAX_BYTES);
    let handled = stage.handle(vec![message("largest", body)]).await;
    assert_eq!(failed_ids(&handled), [""; 0]);
    assert!(receiver.received()[0].body.len() > MESSAGE_MAX_BYTES - 200);
}

#[tokio::test]
async fn what_its_next_queue_does_not_take_stays_on_its_own() {
    let (stage, _receiver) = failing_stage().await;
    let failing = |request_id| event(json!({ "requestId": request_id }));
    let handled = stage
        .handle(vec![
            message("taken", failing("r")),
            message("refused", failing(Queues::REFUSED)),
        ])
        .await;
    assert_eq!(failed_ids(&handled), ["refused"]);

    let handled = stage
        .handle(vec![
            message("in the same call", failing("r")),
            message("failing", failing(Queues::FAILING)),
            message("for the other queue", "garbage"),
        ])
        .await;
    assert_eq!(failed_ids(&handled), ["in the same call", "failing"]);
}

#[tokio::test]
async fn calls_keep_within_the_limits_of_the_service() {
    let (stage, _receiver) = failing_stage().await;
    let many = (0..25).map(|n| message(&format!("m-{n}"), event(json!({}))));
    assert_eq!(failed_ids(&stage.handle(many.collect()).await), [""; 0]);
    assert_eq!(stage.queues.batch_sizes(), [10, 10, 5]);

    let (stage, _receiver) = failing_stage().await;
    let large = |id| message(id, Value::String("x".repeat(500_000)));
    let handled = stage.handle(["a", "b", "c"].map(large).to_vec()).await;
    assert_eq!(failed_ids(&handled), [""; 0]);
    assert_eq!(stage.queues.batch_sizes(), [2, 1]);
}
