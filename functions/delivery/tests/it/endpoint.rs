//! What an endpoint sees, and what its answers lead to.

use std::time::Duration;

use delivery::send::Sender;
use domain::{
    config::{Authentication, WebhookConfigParts},
    endpoint::EndpointPolicy,
    headers::{CustomHeader, CustomHeaderName, CustomHeaderValue, CustomHeaders, header_value},
    jwt::{
        Algorithm, Audiences, ExtraClaims, JwtAuthentication, TokenLifetime, TokenPrefix, TokenText,
    },
};
use http::{HeaderName, header::AUTHORIZATION};
use jwt_simple::prelude::{HS256Key, MACLike, UnixTimeStamp, VerificationOptions};
use serde_json::{Value, json};

use crate::helpers::{
    DEAD_LETTER_QUEUE, Protocol, RETRY_QUEUE, Receiver, Reply, Sent, Stage, event, failed_ids, key,
    message, now, parts, sealed, store_with,
};

const SECRET: &str = "0123456789abcdef0123456789abcdef";

fn jwt() -> JwtAuthentication {
    let text = |text: &str| TokenText::parse(text).unwrap();
    JwtAuthentication {
        algorithm: Algorithm::HS256,
        key: sealed(&key(), SECRET),
        key_id: Some(text("k1")),
        issuer: Some(text("feedback")),
        subject: Some(text("prod")),
        audience: Audiences::new(vec![text("hooks")]).unwrap(),
        lifetime: TokenLifetime::default(),
        claims: ExtraClaims::new(serde_json::from_value(json!({"tenant": [1, null]})).unwrap())
            .unwrap(),
        header_name: AUTHORIZATION,
        header_prefix: TokenPrefix::default(),
    }
}

fn header(name: &str, value: CustomHeaderValue) -> CustomHeader {
    CustomHeader {
        name: CustomHeaderName::parse(name).unwrap(),
        value,
    }
}

/// A webhook with a token, a plain and a secret header.
fn authenticated(url: &str) -> WebhookConfigParts {
    WebhookConfigParts {
        authentication: Authentication::Jwt(Box::new(jwt())),
        headers: CustomHeaders::new(vec![
            header(
                "X-Source",
                CustomHeaderValue::Plain(header_value("feedback").unwrap()),
            ),
            header(
                "X-Api-Key",
                CustomHeaderValue::Secret(sealed(&key(), "hidden")),
            ),
        ])
        .unwrap(),
        ..parts(url)
    }
}

#[tokio::test]
async fn an_event_arrives_with_all_that_is_configured_and_nothing_else() {
    let receiver = Receiver::start(Reply::Status(204)).await;
    let store = store_with(authenticated(&receiver.url("/feedback?a=b"))).await;
    let stage = Stage::new(store, &receiver);
    let handled = stage.handle(vec![message("m-1", event(json!({})))]).await;
    assert_eq!(failed_ids(&handled), [""; 0]);
    assert_eq!(stage.queues.sent(), []);

    let received = receiver.received();
    assert_eq!(received.len(), 1);
    let request = &received[0];
    assert_eq!(
        (request.method.as_str(), request.target.as_str()),
        ("POST", "/feedback?a=b")
    );
    let mut headers: Vec<(&str, &str)> = request
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
        .collect();
    headers.sort_unstable();
    let host = receiver.url("").replace("https://", "");
    let length = request.body.len().to_string();
    let user_agent = concat!("Feedback-Webhooks/", env!("CARGO_PKG_VERSION"));
    let authorization = request.headers["authorization"].to_str().unwrap();
    assert_eq!(
        headers,
        [
            ("accept", "*/*"),
            ("authorization", authorization),
            ("content-length", &length),
            ("content-type", "application/json"),
            ("host", &host),
            ("user-agent", user_agent),
            ("webhook-attempt", "1"),
            ("webhook-id", "e-1"),
            ("webhook-timestamp", "1700000000"),
            ("x-api-key", "hidden"),
            ("x-source", "feedback"),
        ]
    );
    assert_eq!(
        serde_json::from_str::<Value>(&request.body).unwrap()["eventType"],
        "message.feedback"
    );
    assert_token(authorization.strip_prefix("Bearer ").unwrap());
}

fn assert_token(token: &str) {
    let issued_at = now().as_second().unsigned_abs() - 5;
    let options = VerificationOptions {
        artificial_time: Some(UnixTimeStamp::from_secs(issued_at)),
        required_key_id: Some("k1".to_owned()),
        time_tolerance: None,
        ..VerificationOptions::default()
    };
    let claims = HS256Key::from_bytes(SECRET.as_bytes())
        .verify_token::<Value>(token, Some(options))
        .unwrap();
    let mut claims = serde_json::to_value(claims).unwrap();
    let id = claims["jti"].take();
    assert!(uuid::Uuid::parse_str(id.as_str().unwrap()).is_ok());
    assert_eq!(
        claims,
        json!({
            "iss": "feedback", "sub": "prod", "aud": "hooks", "tenant": [1, null], "jti": null,
            "iat": issued_at, "nbf": issued_at, "exp": issued_at + 300,
        })
    );
}

#[tokio::test]
async fn secrets_are_opened_and_a_token_is_signed_once_for_all_events_of_a_version() {
    let receiver = Receiver::start(Reply::Status(200)).await;
    let store = store_with(authenticated(&receiver.url("/"))).await;
    let stage = Stage::new(store, &receiver);
    let batch = || {
        let messages = (0..20).map(|n| message(&format!("m-{n}"), event(json!({}))));
        messages.collect()
    };
    stage.handle(batch()).await;
    stage.handle(batch()).await;
    let mut tokens: Vec<_> = receiver
        .received()
        .iter()
        .map(|request| request.headers["authorization"].clone())
        .collect();
    assert_eq!(tokens.len(), 40);
    tokens.dedup();
    assert_eq!(tokens.len(), 1);
    assert_eq!(
        stage.keys.opened(),
        2,
        "the token's key and the secret header"
    );
}

#[tokio::test]
async fn a_token_goes_into_the_header_and_behind_the_word_that_are_configured() {
    let receiver = Receiver::start(Reply::Status(200)).await;
    let authentication = Authentication::Jwt(Box::new(JwtAuthentication {
        header_name: HeaderName::from_static("x-token"),
        header_prefix: TokenPrefix::parse("").unwrap(),
        ..jwt()
    }));
    let store = store_with(WebhookConfigParts {
        authentication,
        ..parts(&receiver.url("/"))
    })
    .await;
    Stage::new(store, &receiver)
        .handle(vec![message("m-1", event(json!({})))])
        .await;
    let headers = &receiver.received()[0].headers;
    assert_token(headers["x-token"].to_str().unwrap());
    assert!(!headers.contains_key("authorization"));
}

/// Delivers an event to an endpoint that gives this reply, and returns where it went then.
async fn after(protocol: Protocol, reply: Reply) -> Sent {
    let receiver = Receiver::with(protocol, move |_, _| reply).await;
    let mut stage = Stage::new(store_with(parts(&receiver.url("/"))).await, &receiver);
    if matches!(reply, Reply::Silence | Reply::StalledBody) {
        stage.app.delivery_timeout = Duration::from_millis(1_100);
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
    for protocol in [Protocol::Http1, Protocol::Http2] {
        for (reply, error) in [
            (Reply::Silence, "timeout"),
            (Reply::StalledBody, "timeout"),
            (Reply::TruncatedBody, "body"),
            (Reply::Close, "protocol"),
        ] {
            let sent = after(protocol, reply).await;
            assert_eq!(sent.queue_url, RETRY_QUEUE);
            assert_eq!(
                sent.attributes["LastError"], error,
                "{protocol:?} {reply:?}"
            );
            assert!(!sent.attributes.contains_key("LastStatus"));
        }
    }
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
