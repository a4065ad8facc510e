//! Standard Webhooks signatures, as an endpoint verifies them.

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use domain::{
    config::{Authentication, WebhookConfigParts},
    standard_webhooks::{PreviousSecret, SignaturePublicKey, SignatureSecret, StandardWebhooks},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::helpers::{
    RETRY_QUEUE, Received, Receiver, Reply, Stage, event, key, later, message, now, parts,
    received_again, sealed, store_with,
};

const SYMMETRIC: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const OLDER: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const PRIVATE: &str =
    "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==";
const PUBLIC: &str = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=";

fn symmetric(text: &str) -> SignatureSecret {
    SignatureSecret::Symmetric(sealed(&key(), text))
}

fn asymmetric() -> SignatureSecret {
    let public_key = SignaturePublicKey::parse(PUBLIC).unwrap();
    SignatureSecret::Asymmetric(sealed(&key(), PRIVATE), public_key)
}

fn signed(
    receiver: &Receiver,
    secret: SignatureSecret,
    previous: Option<PreviousSecret>,
) -> WebhookConfigParts {
    WebhookConfigParts {
        authentication: Authentication::StandardWebhooks(Box::new(StandardWebhooks {
            secret,
            previous,
        })),
        ..parts(&receiver.url("/"))
    }
}

fn signatures(request: &Received) -> Vec<&str> {
    let header = request.headers["webhook-signature"].to_str().unwrap();
    header.split(' ').collect()
}

/// Whether the specification's own library takes the request; it compares the timestamp with the real time.
fn verify(secret: &str, request: &Received) -> bool {
    // The library takes the beginning of a signature for the whole.
    let is_whole = |signature: &&str| signature.starts_with("v1a,") || signature.len() == 47;
    assert!(signatures(request).iter().all(is_whole), "{request:?}");
    standardwebhooks::Webhook::new(secret)
        .unwrap()
        .verify(request.body.as_bytes(), &request.headers)
        .is_ok()
}

#[tokio::test]
async fn the_specifications_own_library_takes_a_delivery_with_the_current_and_with_the_previous_secret()
 {
    let receiver = Receiver::start(Reply::Status(200)).await;
    #[expect(
        clippy::disallowed_methods,
        reason = "the library compares the timestamp with the clock"
    )]
    let clock = Timestamp::now;
    let previous = PreviousSecret {
        secret: symmetric(OLDER),
        expires_at: clock() + SignedDuration::from_hours(1),
    };
    let store = store_with(signed(&receiver, symmetric(SYMMETRIC), Some(previous))).await;
    let mut stage = Stage::new(store, &receiver);
    stage.app.clock = clock;
    stage
        .handle(vec![message("m-1", event(json!({"unknown": "å"})))])
        .await;
    let request = &receiver.received()[0];
    assert!(verify(SYMMETRIC, request));
    assert!(verify(OLDER, request));
    assert!(!verify("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", request));
    assert!(!request.headers.contains_key("authorization"));
    let mut forged = request.clone();
    forged.body = forged.body.replace('å', "a");
    assert!(!verify(SYMMETRIC, &forged));
}

#[tokio::test]
async fn the_holder_of_the_public_key_verifies_the_very_bytes_that_came() {
    let receiver = Receiver::start(Reply::Status(200)).await;
    let store = store_with(signed(&receiver, asymmetric(), None)).await;
    Stage::new(store, &receiver)
        .handle(vec![message("m-1", event(json!({})))])
        .await;
    let request = &receiver.received()[0];
    let signature = signatures(request)[0].strip_prefix("v1a,").unwrap();
    let public_key = PUBLIC.strip_prefix("whpk_").unwrap();
    UnparsedPublicKey::new(&ED25519, BASE64_STANDARD.decode(public_key).unwrap())
        .verify(
            format!("e-1.1700000000.{}", request.body).as_bytes(),
            &BASE64_STANDARD.decode(signature).unwrap(),
        )
        .unwrap();
}

#[tokio::test]
async fn a_previous_secret_stops_signing_at_its_end_while_secrets_are_kept_open() {
    let receiver = Receiver::start(Reply::Status(200)).await;
    let previous = PreviousSecret {
        secret: symmetric(OLDER),
        expires_at: later(),
    };
    let store = store_with(signed(&receiver, asymmetric(), Some(previous))).await;
    let mut stage = Stage::new(store, &receiver);
    for (clock, schemes) in [
        (now as fn() -> Timestamp, &["v1a", "v1"][..]),
        (later, &["v1a"]),
    ] {
        stage.app.clock = clock;
        stage.handle(vec![message("m-1", event(json!({})))]).await;
        let received = receiver.received();
        let sent: Vec<&str> = signatures(received.last().unwrap())
            .into_iter()
            .filter_map(|signature| Some(signature.split_once(',')?.0))
            .collect();
        assert_eq!(sent, schemes);
    }
    assert_eq!(stage.keys.opened(), 2);
}

#[tokio::test]
async fn each_attempt_is_signed_with_a_timestamp_of_its_own() {
    let receiver = Receiver::start(Reply::Status(500)).await;
    let store = store_with(signed(&receiver, symmetric(SYMMETRIC), None)).await;
    let mut stage = Stage::new(store, &receiver);
    let failed = stage.handle_one(message("m-1", event(json!({})))).await;
    stage.app.clock = later;
    stage.handle(vec![received_again(&failed)]).await;
    let received = receiver.received();
    assert_eq!(received.len(), 2);
    assert_eq!(received[0].body, received[1].body);
    let stamp = |request: &Received| request.headers["webhook-timestamp"].clone();
    assert_ne!(stamp(&received[0]), stamp(&received[1]));
    assert_ne!(signatures(&received[0]), signatures(&received[1]));
}

#[tokio::test]
async fn a_secret_that_cannot_sign_is_tried_again_later() {
    let receiver = Receiver::start(Reply::Status(200)).await;
    let store = store_with(signed(&receiver, symmetric("hunter2"), None)).await;
    let stage = Stage::new(store, &receiver);
    let sent = stage.handle_one(message("m-1", event(json!({})))).await;
    assert_eq!(sent.queue_url, RETRY_QUEUE);
    assert_eq!(sent.attributes["LastError"], "secret-refused");
    assert_eq!(receiver.received().len(), 0);
}
