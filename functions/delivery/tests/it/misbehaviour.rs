//! Endpoints that break the rules of HTTP: how often they are called, and how much of what they send is read.

use config_store::MemoryStore;
use delivery::send::Sender;
use domain::endpoint::EndpointPolicy;
use hostile::{Authority, Fault, Flaw, HandshakeFault, Http1Fault, Http2Fault, Reason, Receiver};
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
use serde_json::{Value, json};

use crate::helpers::{RETRY_QUEUE, Stage, event, failed_ids, message, parts, store_with};

/// Far less than an endpoint sends within an attempt's time, and more than lies in buffers on the way.
const WRITTEN_BYTES_MAX: usize = 16 << 20;

async fn endpoint(fault: Fault) -> (Stage<MemoryStore>, Receiver) {
    let key = KeyPair::generate().unwrap();
    let mut ca = CertificateParams::default();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = ca.self_signed(&key).unwrap();
    let authority = Authority::from_pem(&ca.pem(), &key.serialize_pem()).unwrap();
    let receiver = Receiver::start(&authority, Some(fault)).await.unwrap();
    let policy = EndpointPolicy::with_development_hosts("localhost");
    let sender = Sender::new(policy, Some(ca.der().clone())).unwrap();
    let store = store_with(parts(&receiver.url())).await;
    (Stage::with_sender(store, sender), receiver)
}

fn first_attempt(event_id: &str) -> Value {
    message(event_id, event(json!({ "eventId": event_id })))
}

fn second_attempt(event_id: &str) -> Value {
    let mut message = first_attempt(event_id);
    message["messageAttributes"]["Attempts"] = json!({"stringValue": "1"});
    message
}

#[tokio::test]
async fn an_endpoint_that_breaks_off_or_sends_without_end_is_called_once_and_read_no_further() {
    for fault in [
        Fault::Http1(Http1Fault::Reset),
        Fault::Http1(Http1Fault::Closed),
        Fault::Http1(Http1Fault::EndlessInterim),
        Fault::Http2(Http2Fault::EndlessInterim),
        Fault::Http2(Http2Fault::GoAway(Reason::NO_ERROR)),
        Fault::Http2(Http2Fault::GoAway(Reason::INTERNAL_ERROR)),
        Fault::Http2(Http2Fault::GoAway(Reason::ENHANCE_YOUR_CALM)),
        Fault::Http2(Http2Fault::Reset(Reason::ENHANCE_YOUR_CALM)),
    ] {
        let (stage, receiver) = endpoint(fault.clone()).await;
        let sent = stage.handle_one(first_attempt("e-1")).await;
        assert_eq!(sent.queue_url, RETRY_QUEUE, "{fault:?}");
        assert_eq!(sent.attributes["LastError"], "protocol", "{fault:?}");
        assert_eq!(receiver.calls().len(), 1, "{fault:?}");
        let written = receiver.written_bytes();
        assert!(written < WRITTEN_BYTES_MAX, "{fault:?}: {written} bytes");
    }
}

#[tokio::test]
async fn an_endpoint_that_asks_for_less_load_is_not_called_again_at_once_on_a_used_connection_either()
 {
    let fault = Fault::Http2(Http2Fault::GoAway(Reason::ENHANCE_YOUR_CALM));
    let (stage, receiver) = endpoint(fault).await;
    stage.handle(vec![second_attempt("e-1")]).await;
    assert_eq!(stage.queues.sent(), [], "that one is taken");
    let sent = stage.handle_one(first_attempt("e-2")).await;
    assert_eq!(sent.attributes["LastError"], "protocol");
    let calls = receiver.calls();
    assert_eq!(calls.len(), 2, "{calls:?}");
    assert_eq!(calls[0].connection, calls[1].connection);
}

#[tokio::test]
async fn a_request_that_the_endpoint_did_not_look_at_is_sent_again_at_once() {
    for (fault, calls) in [
        (Fault::Http2(Http2Fault::GoAwayAtOnce), 1),
        (Fault::Http2(Http2Fault::Reset(Reason::REFUSED_STREAM)), 2),
    ] {
        let (stage, receiver) = endpoint(fault.clone()).await;
        let handled = stage.handle(vec![first_attempt("e-1")]).await;
        assert_eq!(failed_ids(&handled), [""; 0]);
        assert_eq!(stage.queues.sent(), [], "{fault:?}");
        assert_eq!(receiver.calls().len(), calls, "{fault:?}");
    }
}

#[tokio::test]
async fn a_request_on_a_connection_that_had_died_is_sent_again_at_once() {
    let fault = Fault::Http1(Http1Fault::ClosedWhenReused);
    let (stage, receiver) = endpoint(fault).await;
    for event_id in ["e-1", "e-2"] {
        stage.handle(vec![first_attempt(event_id)]).await;
    }
    assert_eq!(stage.queues.sent(), []);
    assert_eq!(receiver.calls().len(), 3);
}

#[tokio::test]
async fn what_breaks_before_within_or_after_the_head_of_an_answer_is_told_apart() {
    let certificate = |flaw| Fault::Handshake(HandshakeFault::Certificate(flaw));
    for (fault, error, calls) in [
        (Fault::Handshake(HandshakeFault::Reset), "connect", 0),
        (Fault::Handshake(HandshakeFault::Closed), "connect", 0),
        (Fault::Handshake(HandshakeFault::Alert), "tls", 0),
        (Fault::Handshake(HandshakeFault::PlainHttp), "tls", 0),
        (certificate(Flaw::Expired), "tls", 0),
        (certificate(Flaw::WrongName), "tls", 0),
        (certificate(Flaw::SelfSigned), "tls", 0),
        (certificate(Flaw::UnknownAuthority), "tls", 0),
        (Fault::Http1(Http1Fault::HalfClosed), "protocol", 1),
        (Fault::Http1(Http1Fault::NotHttp), "protocol", 1),
        (Fault::Http1(Http1Fault::EndlessHead), "protocol", 1),
        (Fault::Http1(Http1Fault::Headers(1_000, 100)), "protocol", 1),
        (Fault::Http2(Http2Fault::LargeHead), "protocol", 1),
        (Fault::Http1(Http1Fault::TruncatedBody), "body", 1),
    ] {
        let (stage, receiver) = endpoint(fault.clone()).await;
        let sent = stage.handle_one(first_attempt("e-1")).await;
        assert_eq!(sent.queue_url, RETRY_QUEUE, "{fault:?}");
        assert_eq!(sent.attributes["LastError"], error, "{fault:?}");
        assert_eq!(receiver.calls().len(), calls, "{fault:?}");
    }
}

#[tokio::test]
async fn more_than_is_needed_of_an_answer_does_no_harm() {
    for fault in [
        Http1Fault::EndlessBody,
        Http1Fault::Bomb,
        Http1Fault::Headers(10, 10_000),
    ] {
        let (stage, receiver) = endpoint(Fault::Http1(fault.clone())).await;
        stage.handle(vec![first_attempt("e-1")]).await;
        assert_eq!(stage.queues.sent(), [], "{fault:?}");
        let written = receiver.written_bytes();
        assert!(written < WRITTEN_BYTES_MAX, "{fault:?}: {written} bytes");
    }
}
