//! What an endpoint's answers, and its silence, lead to.

use std::time::Duration;

use delivery::send::Sender;
use domain::endpoint::EndpointPolicy;
use futures_util::future::join_all;
use serde_json::json;

use crate::helpers::{
    DEAD_LETTER_QUEUE, Protocol, RETRY_QUEUE, Receiver, Reply, Sent, Stage, event, failed_ids,
    message, parts, store_with,
};

/// Delivers an event to an endpoint that gives this reply, and returns where it went then.
async fn after(protocol: Protocol, reply: Reply) -> Sent {
    let receiver = Receiver::with(protocol, move |_, _| reply).await;
    let mut stage = Stage::new(store_with(parts(&receiver.url("/"))).await, &receiver);
    if matches!(reply, Reply::Silence | Reply::StalledBody) {
        stage.app.courier.timeout = Duration::from_millis(1_100);
    }
    stage.handle_one(message("m-1", event(json!({})))).await
}

#[tokio::test]
async fn answers_that_are_no_success_are_tried_again_later() {
    for status in [300, 304, 400, 401, 404, 408, 425, 429, 500, 503, 599] {
        let sent = after(Protocol::Http1, Reply::Status(status)).await;
        assert_eq!(sent.queue_url, RETRY_QUEUE, "{status}");
        assert_eq!(sent.attributes["LastStatus"], status.to_string());
        assert!(!sent.attributes.contains_key("LastError"));
    }
}

#[tokio::test]
async fn an_endpoint_that_is_gone_gets_no_further_attempt() {
    let sent = after(Protocol::Http1, Reply::Status(410)).await;
    assert_eq!(sent.queue_url, DEAD_LETTER_QUEUE);
    assert_eq!(sent.attributes["Reason"], "gone");
    assert_eq!(sent.attributes["LastStatus"], "410");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let receiver = Receiver::with(Protocol::Http1, |_, request| {
        match request.target.as_str() {
            "/" => Reply::WithHeader(307, "location", "/elsewhere"),
            _ => Reply::Status(200),
        }
    })
    .await;
    let stage = Stage::new(store_with(parts(&receiver.url("/"))).await, &receiver);
    let sent = stage.handle_one(message("m-1", event(json!({})))).await;
    assert_eq!(sent.attributes["LastStatus"], "307");
    assert_eq!(receiver.received().len(), 1);
}

#[tokio::test]
async fn what_the_endpoint_asks_to_wait_comes_on_top_of_the_delay() {
    for (retry_after, delay_seconds) in [
        ("60", 65),
        ("Tue, 14 Nov 2023 22:15:20 GMT", 125),
        ("86400", 900),
    ] {
        let reply = Reply::WithHeader(503, "retry-after", retry_after);
        let sent = after(Protocol::Http1, reply).await;
        assert_eq!(sent.delay_seconds, Some(delay_seconds), "{retry_after}");
    }
}

#[tokio::test]
async fn both_versions_of_http_are_spoken_and_connections_are_used_again() {
    for protocol in [Protocol::Http1, Protocol::Http2] {
        let receiver = Receiver::with(protocol, |_, _| Reply::Status(200)).await;
        let stage = Stage::new(store_with(parts(&receiver.url("/"))).await, &receiver);
        for _ in 0..3 {
            let handled = stage.handle(vec![message("m-1", event(json!({})))]).await;
            assert_eq!(failed_ids(&handled), [""; 0]);
        }
        assert_eq!(stage.queues.sent(), []);
        assert_eq!((receiver.received().len(), receiver.connections()), (3, 1));
    }
}

#[tokio::test]
async fn an_answer_is_read_up_to_a_cap_only() {
    let receiver = Receiver::start(Reply::EndlessBody).await;
    let stage = Stage::new(store_with(parts(&receiver.url("/"))).await, &receiver);
    stage.handle(vec![message("m-1", event(json!({})))]).await;
    assert_eq!(stage.queues.sent(), [], "the status alone counts");
}

#[tokio::test]
async fn what_went_wrong_without_an_answer_is_named() {
    let cases = [Protocol::Http1, Protocol::Http2].map(|protocol| {
        [
            (protocol, Reply::Silence, "timeout"),
            (protocol, Reply::StalledBody, "timeout"),
            (protocol, Reply::TruncatedBody, "body"),
            (protocol, Reply::Close, "protocol"),
        ]
    });
    let checks = cases
        .into_iter()
        .flatten()
        .map(async |(protocol, reply, error)| {
            let sent = after(protocol, reply).await;
            assert_eq!(sent.queue_url, RETRY_QUEUE);
            let said = &sent.attributes["LastError"];
            assert_eq!(said, error, "{protocol:?} {reply:?}");
            assert!(!sent.attributes.contains_key("LastStatus"));
        });
    join_all(checks).await;
}

#[tokio::test]
async fn a_connection_that_died_unnoticed_is_no_failed_attempt() {
    let receiver = Receiver::with(Protocol::Http1, |count, _| match count {
        1 => Reply::Close,
        _ => Reply::Status(200),
    })
    .await;
    let stage = Stage::new(store_with(parts(&receiver.url("/"))).await, &receiver);
    for _ in 0..2 {
        stage.handle(vec![message("m-1", event(json!({})))]).await;
    }
    assert_eq!(stage.queues.sent(), []);
    assert_eq!(receiver.received().len(), 3);
}

/// Delivers an event with this client, and returns what went wrong.
async fn error_at(url: &str, sender: Sender) -> String {
    let stage = Stage::with_sender(store_with(parts(url)).await, sender);
    let mut sent = stage.handle_one(message("m-1", event(json!({})))).await;
    assert_eq!(sent.queue_url, RETRY_QUEUE);
    sent.attributes.remove("LastError").unwrap()
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_is_not_accepted() {
    let receiver = Receiver::start(Reply::Status(200)).await;
    let policy = EndpointPolicy::with_development_hosts("localhost");
    let sender = Sender::new(policy, None).unwrap();
    assert_eq!(error_at(&receiver.url("/"), sender).await, "tls");
    assert_eq!(receiver.received().len(), 0);
}

#[tokio::test]
async fn hosts_that_cannot_be_found_or_reached_are_told_apart() {
    // This name never exists (RFC 6761 section 6.4).
    let policy = EndpointPolicy::with_development_hosts("localhost,nowhere.invalid");
    let sender = Sender::new(policy, None).unwrap();
    let nowhere = error_at("https://nowhere.invalid/", sender.clone()).await;
    assert_eq!(nowhere, "dns");
    // Nothing listens on this port: it is reserved (RFC 6335).
    assert_eq!(error_at("https://localhost:1/", sender).await, "connect");
}
