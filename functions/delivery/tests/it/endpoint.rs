//! What an endpoint sees.

use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use config_store::ConfigStore as _;
use delivery::{auth::Authenticator, request::Attempt};
use domain::{
    config::{Authentication, WebhookConfigParts},
    headers::{CustomHeader, CustomHeaderName, CustomHeaderValue, CustomHeaders, header_value},
    jwt::{
        Algorithm, Audiences, ExtraClaims, JwtAuthentication, TokenLifetime, TokenPrefix, TokenText,
    },
    standard_webhooks::{SignatureSecret, StandardWebhooks},
    token_keys::{TokenKey, TokenKeys},
};
use http::{HeaderName, header::AUTHORIZATION};
use jwt_simple::prelude::{HS256Key, MACLike, UnixTimeStamp, VerificationOptions};
use secrets::Opener;
use serde_json::{Value, json};

use crate::helpers::{
    Receiver, Reply, Stage, event, failed_ids, key, message, now, parts, sealed, store_with,
};

const SECRET: &str = "0123456789abcdef0123456789abcdef";

fn jwt() -> JwtAuthentication {
    let text = |text: &str| TokenText::parse(text).unwrap();
    JwtAuthentication {
        algorithm: Algorithm::HS256,
        keys: TokenKeys::new(TokenKey {
            secret: sealed(&key(), SECRET),
            id: Some(text("k1")),
            public: None,
        }),
        issuer: Some(text("feedback")),
        subject: Some(text("prod")),
        audience: Audiences::new(vec![text("hooks")]).unwrap(),
        lifetime: TokenLifetime::default(),
        claims: ExtraClaims::new(serde_json::from_value(json!({"tenant": [1, null]})).unwrap())
            .unwrap(),
        header_name: AUTHORIZATION,
        header_prefix: TokenPrefix::default(),
        token_per_delivery: false,
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
            ("webhook-attempts-remaining", "99"),
            ("webhook-id", "e-1"),
            ("webhook-retry-until", "1700086400"),
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

#[tokio::test]
async fn without_authentication_no_header_authenticates() {
    let receiver = Receiver::start(Reply::Status(200)).await;
    Stage::new(store_with(parts(&receiver.url("/"))).await, &receiver)
        .handle(vec![message("m-1", event(json!({})))])
        .await;
    let mut names: Vec<String> = receiver.received()[0]
        .headers
        .keys()
        .map(ToString::to_string)
        .collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "accept",
            "content-length",
            "content-type",
            "host",
            "user-agent",
            "webhook-attempt",
            "webhook-attempts-remaining",
            "webhook-id",
            "webhook-retry-until",
            "webhook-timestamp",
        ]
    );
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

/// Debug output leaves them out, and HTTP/2 keeps them out of its compression tables (RFC 7541 section 7.1.3).
#[tokio::test]
async fn what_authenticates_is_marked_as_sensitive() {
    let receiver = Receiver::start(Reply::Status(200)).await;
    let signature = Authentication::StandardWebhooks(Box::new(StandardWebhooks {
        secret: SignatureSecret::Symmetric(sealed(
            &key(),
            "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
        )),
        previous: None,
    }));
    let token = authenticated(&receiver.url("/"));
    let signed = WebhookConfigParts {
        authentication: signature,
        ..authenticated(&receiver.url("/"))
    };
    for (parts, name) in [(token, "authorization"), (signed, "webhook-signature")] {
        let stage = Stage::new(store_with(parts).await, &receiver);
        let webhook = stage
            .app
            .lookup
            .store()
            .read(&key())
            .await
            .unwrap()
            .unwrap();
        let attempt = Attempt {
            event_id: "e-1",
            number: 1,
            remaining: 1,
            retry_until: now(),
            at: now(),
        };
        let authenticator = &stage.app.courier.authenticator;
        let authenticated = authenticator
            .authenticate(&webhook, attempt, b"{}")
            .await
            .unwrap();
        let headers = authenticated.headers.iter();
        let mut sensitive: Vec<_> = headers
            .filter(|(_, value)| value.is_sensitive())
            .map(|(name, _)| name.as_str())
            .collect();
        sensitive.sort_unstable();
        assert_eq!(sensitive, [name, "x-api-key"]);
    }
}

#[tokio::test]
async fn a_secret_is_kept_open_for_its_time_only() {
    let receiver = Receiver::start(Reply::Status(200)).await;
    let store = store_with(authenticated(&receiver.url("/"))).await;
    let mut stage = Stage::new(store, &receiver);
    let opener = Opener::new(stage.keys.client(), "key");
    stage.app.courier.authenticator = Authenticator::with_open_time(opener, Duration::ZERO);
    for opened in [2, 4] {
        stage.handle(vec![message("m-1", event(json!({})))]).await;
        assert_eq!(stage.keys.opened(), opened);
    }
    assert_eq!(receiver.received().len(), 2);
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

#[tokio::test]
async fn a_token_of_its_own_fits_no_other_event_body_or_endpoint() {
    let receiver = Receiver::start(Reply::Status(200)).await;
    let url = receiver.url("/feedback?a=b");
    let authentication = Authentication::Jwt(Box::new(JwtAuthentication {
        audience: Audiences::default(),
        token_per_delivery: true,
        ..jwt()
    }));
    let store = store_with(WebhookConfigParts {
        authentication,
        ..parts(&url)
    })
    .await;
    let messages = (0..3).map(|n| {
        message(
            &format!("m-{n}"),
            event(json!({"requestId": n.to_string()})),
        )
    });
    Stage::new(store, &receiver)
        .handle(messages.collect())
        .await;
    let received = receiver.received();
    assert_eq!(received.len(), 3);
    for request in received {
        let token = request.headers["authorization"].to_str().unwrap();
        let options = VerificationOptions {
            artificial_time: Some(UnixTimeStamp::from_secs(now().as_second().unsigned_abs())),
            allowed_audiences: Some([url.clone()].into()),
            ..VerificationOptions::default()
        };
        let claims = HS256Key::from_bytes(SECRET.as_bytes())
            .verify_token::<Value>(token.strip_prefix("Bearer ").unwrap(), Some(options))
            .unwrap();
        assert_eq!(
            claims.jwt_id.as_deref(),
            request.headers["webhook-id"].to_str().ok()
        );
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, request.body.as_bytes());
        let digest = BASE64_URL_SAFE_NO_PAD.encode(digest);
        assert_eq!(claims.custom["body_sha256"], json!(digest));
    }
}
