//! OAuth 2.0 client credentials: what the token endpoint and the webhook's endpoint see, and what their answers lead to.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use config_store::HealthStore as _;
use delivery::send::Sender;
use domain::{
    config::{Authentication, WebhookConfigParts},
    endpoint::{EndpointPolicy, EndpointUrl},
    health::EndpointState,
    oauth::{ClientAuthentication, ClientCredentials, ClientId, Scope, TokenAudience},
};
use serde_json::json;

use crate::helpers::{
    Protocol, RETRY_QUEUE, Received, Receiver, Reply, Stage, TestStore, event, failed_ids, key,
    later, message, parts, sealed, store_with,
};

fn client(token_url: &str) -> ClientCredentials {
    ClientCredentials {
        token_url: EndpointUrl::parse(token_url).unwrap(),
        client_id: ClientId::parse("feedback").unwrap(),
        client_secret: sealed(&key(), "p+s"),
        client_authentication: ClientAuthentication::Basic,
        scope: None,
        audience: None,
    }
}

fn with_client(receiver: &Receiver, client: ClientCredentials) -> WebhookConfigParts {
    WebhookConfigParts {
        authentication: Authentication::ClientCredentials(Box::new(client)),
        ..parts(&receiver.url("/hook"))
    }
}

fn with_token_of(receiver: &Receiver) -> WebhookConfigParts {
    with_client(receiver, client(&receiver.url("/token")))
}

/// The answer with a token that lives for an hour.
fn token(name: &str) -> Reply {
    token_for(name, 3_600)
}

fn token_for(name: &str, seconds: u32) -> Reply {
    let token = json!({"access_token": name, "token_type": "Bearer", "expires_in": seconds});
    Reply::WithBody(200, Box::leak(token.to_string().into_boxed_str()))
}

/// An authorization server at `/token`, which is told the number of the request there, from 0 on, and an endpoint.
async fn servers(
    issue: impl Fn(usize) -> Reply + Send + Sync + 'static,
    endpoint: impl Fn(&Received) -> Reply + Send + Sync + 'static,
) -> Receiver {
    let asked = Arc::new(AtomicUsize::new(0));
    Receiver::with(Protocol::Http1, move |_, request| {
        match request.target.as_str() {
            "/token" => issue(asked.fetch_add(1, Ordering::SeqCst)),
            _ => endpoint(request),
        }
    })
    .await
}

fn bearer(request: &Received) -> &str {
    request.headers["authorization"].to_str().unwrap()
}

/// The requests to the token endpoint, and those to the webhook's endpoint.
fn apart(receiver: &Receiver) -> (Vec<Received>, Vec<Received>) {
    let received = receiver.received().into_iter();
    received.partition(|request| request.target == "/token")
}

#[tokio::test]
async fn one_token_is_fetched_for_all_deliveries_and_goes_with_each() {
    let receiver = servers(|n| token(&format!("t-{n}")), |_| Reply::Status(200)).await;
    let stage = Stage::new(store_with(with_token_of(&receiver)).await, &receiver);
    for _ in 0..2 {
        let batch = (0..20).map(|n| message(&format!("m-{n}"), event(json!({}))));
        let handled = stage.handle(batch.collect()).await;
        assert_eq!(failed_ids(&handled), [""; 0]);
    }
    assert_eq!(stage.queues.sent(), []);
    let (asked, delivered) = apart(&receiver);
    assert_eq!((asked.len(), delivered.len()), (1, 40));
    assert!(
        delivered
            .iter()
            .all(|request| bearer(request) == "Bearer t-0")
    );
}

#[tokio::test]
async fn the_token_endpoint_is_asked_as_rfc_6749_says() {
    for (client_authentication, authorization, form) in [
        (
            ClientAuthentication::Basic,
            // feedback:p%2Bs
            Some("Basic ZmVlZGJhY2s6cCUyQnM="),
            "grant_type=client_credentials&scope=a+b&audience=c",
        ),
        (
            ClientAuthentication::Body,
            None,
            "grant_type=client_credentials&client_id=feedback&client_secret=p%2Bs&scope=a+b&audience=c",
        ),
    ] {
        let receiver = servers(|_| token("t"), |_| Reply::Status(200)).await;
        let client = ClientCredentials {
            client_authentication,
            scope: Some(Scope::parse("a b").unwrap()),
            audience: Some(TokenAudience::parse("c").unwrap()),
            ..client(&receiver.url("/token"))
        };
        let store = store_with(with_client(&receiver, client)).await;
        Stage::new(store, &receiver)
            .handle(vec![message("m-1", event(json!({})))])
            .await;
        let (asked, _) = apart(&receiver);
        let header = |name: &str| Some(asked[0].headers.get(name)?.to_str().unwrap());
        assert_eq!(asked[0].method, "POST");
        assert_eq!(asked[0].body, form);
        assert_eq!(header("authorization"), authorization);
        assert_eq!(header("accept"), Some("application/json"));
        assert_eq!(
            header("content-type"),
            Some("application/x-www-form-urlencoded")
        );
        assert_eq!(
            header("webhook-id"),
            None,
            "an event is nobody else's business"
        );
    }
}

#[tokio::test]
async fn a_token_is_replaced_shortly_before_it_expires() {
    // Half a minute passes between the two deliveries.
    for (lifetime, asked_for) in [(61, 1), (60, 2), (40, 2), (0, 2)] {
        let receiver = servers(
            move |n| token_for(&format!("t-{n}"), lifetime),
            |_| Reply::Status(200),
        )
        .await;
        let mut stage = Stage::new(store_with(with_token_of(&receiver)).await, &receiver);
        stage.handle(vec![message("m-1", event(json!({})))]).await;
        stage.app.clock = later;
        stage.handle(vec![message("m-2", event(json!({})))]).await;
        let (asked, delivered) = apart(&receiver);
        assert_eq!(asked.len(), asked_for, "{lifetime}");
        let last = format!("Bearer t-{}", asked_for - 1);
        assert_eq!(bearer(&delivered[1]), last);
    }
}

#[tokio::test]
async fn another_version_of_the_webhook_gets_a_token_of_its_own() {
    let receiver = servers(|n| token(&format!("t-{n}")), |_| Reply::Status(200)).await;
    let store = TestStore::new(store_with(with_token_of(&receiver)).await);
    for _ in 0..2 {
        // A fresh environment each time would hide it; so the configuration is not remembered.
        let mut stage = Stage::new(&store, &receiver);
        stage.app.lookup = delivery::lookup::Lookup::new(&store, Duration::ZERO);
        stage.handle(vec![message("m-1", event(json!({})))]).await;
        store.edit(with_token_of(&receiver)).await;
        stage.handle(vec![message("m-2", event(json!({})))]).await;
    }
    let (_, delivered) = apart(&receiver);
    let tokens: Vec<&str> = delivered.iter().map(bearer).collect();
    assert_eq!(
        tokens,
        ["Bearer t-0", "Bearer t-1", "Bearer t-2", "Bearer t-3"]
    );
}

#[tokio::test]
async fn a_token_that_the_endpoint_refuses_is_replaced_within_the_attempt() {
    let receiver = servers(
        |n| token(&format!("t-{n}")),
        |request| {
            Reply::Status(if bearer(request) == "Bearer t-0" {
                401
            } else {
                200
            })
        },
    )
    .await;
    let stage = Stage::new(store_with(with_token_of(&receiver)).await, &receiver);
    let batch = (0..5).map(|n| message(&format!("m-{n}"), event(json!({}))));
    stage.handle(batch.collect()).await;
    assert_eq!(stage.queues.sent(), [], "all are delivered");
    let (asked, delivered) = apart(&receiver);
    assert_eq!(asked.len(), 2, "all share the new token as well");
    let taken = delivered
        .iter()
        .filter(|request| bearer(request) == "Bearer t-1");
    assert_eq!(taken.count(), 5);
    assert!(
        delivered
            .iter()
            .all(|request| request.headers["webhook-attempt"] == "1")
    );
}

#[tokio::test]
async fn an_endpoint_that_refuses_every_token_is_asked_twice_and_tried_again_later() {
    let receiver = servers(|n| token(&format!("t-{n}")), |_| Reply::Status(401)).await;
    let stage = Stage::new(store_with(with_token_of(&receiver)).await, &receiver);
    let sent = stage.handle_one(message("m-1", event(json!({})))).await;
    assert_eq!(sent.queue_url, RETRY_QUEUE);
    assert_eq!(sent.attributes["LastStatus"], "401");
    let (asked, delivered) = apart(&receiver);
    assert_eq!((asked.len(), delivered.len()), (2, 2));
}

#[tokio::test]
async fn without_time_for_another_call_a_refused_token_is_replaced_by_the_next_attempt() {
    let receiver = servers(
        |n| token(&format!("t-{n}")),
        |request| {
            Reply::Status(if bearer(request) == "Bearer t-0" {
                401
            } else {
                200
            })
        },
    )
    .await;
    let mut stage = Stage::new(store_with(with_token_of(&receiver)).await, &receiver);
    // Enough for an attempt, and too little for a second one in it.
    stage.app.courier.timeout = Duration::from_secs(1);
    let sent = stage.handle_one(message("m-1", event(json!({})))).await;
    assert_eq!(sent.attributes["LastStatus"], "401");
    stage.app.courier.timeout = Duration::from_secs(10);
    stage.handle(vec![message("m-2", event(json!({})))]).await;
    let (asked, delivered) = apart(&receiver);
    assert_eq!((asked.len(), delivered.len()), (2, 2));
    assert_eq!(bearer(&delivered[1]), "Bearer t-1");
}

#[tokio::test]
async fn without_a_token_the_endpoint_is_not_called_and_the_event_is_tried_later() {
    let huge = Box::leak(format!("{{\"x\": \"{}\"}}", "y".repeat(100_000)).into_boxed_str());
    for (answer, error) in [
        (Reply::Status(503), "token-endpoint-unavailable"),
        (Reply::Status(429), "token-endpoint-unavailable"),
        (
            Reply::WithBody(401, r#"{"error": "invalid_client"}"#),
            "token-endpoint-invalid-client",
        ),
        (
            Reply::WithBody(400, r#"{"error": "invalid_scope"}"#),
            "token-endpoint-invalid-scope",
        ),
        (
            Reply::WithHeader(307, "location", "/hook"),
            "token-endpoint-refused",
        ),
        (Reply::WithBody(200, "<html>"), "token-endpoint-answer"),
        (Reply::WithBody(200, huge), "token-endpoint-answer"),
        (Reply::EndlessBody, "token-endpoint-answer"),
        (Reply::TruncatedBody, "token-endpoint-body"),
        (Reply::Close, "token-endpoint-protocol"),
        (Reply::Silence, "token-endpoint-timeout"),
        (Reply::StalledBody, "token-endpoint-timeout"),
    ] {
        let receiver = servers(move |_| answer, |_| Reply::Status(200)).await;
        let mut stage = Stage::new(store_with(with_token_of(&receiver)).await, &receiver);
        if error == "token-endpoint-timeout" {
            stage.app.courier.timeout = Duration::from_millis(1_100);
        }
        let sent = stage.handle_one(message("m-1", event(json!({})))).await;
        assert_eq!(sent.queue_url, RETRY_QUEUE, "{answer:?}");
        assert_eq!(sent.attributes["LastError"], error, "{answer:?}");
        assert_eq!(sent.attributes["Attempts"], "1");
        assert!(!sent.attributes.contains_key("LastStatus"));
        assert_eq!(apart(&receiver).1.len(), 0);
    }
}

#[tokio::test]
async fn what_the_authorization_server_asks_to_wait_is_honoured() {
    let busy = Reply::WithHeader(429, "retry-after", "60");
    let receiver = servers(move |_| busy, |_| Reply::Status(200)).await;
    let stage = Stage::new(store_with(with_token_of(&receiver)).await, &receiver);
    let sent = stage.handle_one(message("m-1", event(json!({})))).await;
    assert_eq!(sent.delay_seconds, Some(65));
}

#[tokio::test]
async fn the_egress_rule_holds_for_token_endpoints() {
    let receiver = Receiver::start(Reply::Status(200)).await;
    let client = client("https://metadata.internal/token");
    let store = store_with(with_client(&receiver, client)).await;
    let policy = EndpointPolicy::with_development_hosts("localhost");
    let sender = Sender::new(policy, Some(receiver.ca())).unwrap();
    let sent = Stage::with_sender(store, sender)
        .handle_one(message("m-1", event(json!({}))))
        .await;
    assert_eq!(
        sent.attributes["LastError"],
        "token-endpoint-address-refused"
    );
}

#[tokio::test]
async fn an_authorization_server_that_fails_opens_the_circuit_and_says_why() {
    let refused = Reply::WithBody(401, r#"{"error": "invalid_client"}"#);
    let receiver = servers(move |_| refused, |_| Reply::Status(200)).await;
    let store = TestStore::new(store_with(with_token_of(&receiver)).await);
    let stage = Stage::new(&store, &receiver);
    for _ in 0..6 {
        stage.handle(vec![message("m-1", event(json!({})))]).await;
    }
    assert_eq!(
        receiver.received().len(),
        5,
        "then nobody is asked any more"
    );
    let health = (&&store).read_health(&key()).await.unwrap().unwrap();
    assert!(matches!(health.state, EndpointState::Open { .. }));
    assert_eq!(
        health.last_error.as_deref(),
        Some("token-endpoint-invalid-client")
    );
}
