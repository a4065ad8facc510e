//! No record harms its neighbours, and what is not safe elsewhere stays on its queue.

use std::{collections::HashMap, time::Duration};

use config_store::{ConfigStore as _, Found, MemoryStore, UnreadableItem};
use delivery::{batch, record::NoMessageId};
use domain::{
    config::{CampaignScope, Webhook, WebhookConfigParts},
    headers::{CustomHeader, CustomHeaderName, CustomHeaderValue, CustomHeaders},
    key::{ConfigKey, OrgId},
    secret::SealedSecret,
};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::helpers::{
    DEAD_LETTER_QUEUE, Protocol, RETRY_QUEUE, Receiver, Reply, Stage, TestStore, UNAVAILABLE,
    count, event, failed_ids, key, message, parts, sealed, store_with, unavailable,
};

/// Fails for events with `"requestId": "fail"`, takes all others.
async fn choosy_receiver() -> Receiver {
    Receiver::with(Protocol::Http1, |_, request| {
        match request.body.contains(r#""requestId":"fail""#) {
            true => Reply::Status(500),
            false => Reply::Status(200),
        }
    })
    .await
}

fn failing() -> Value {
    event(json!({"requestId": "fail"}))
}

#[tokio::test]
async fn good_skipped_garbled_and_failing_records_each_go_their_way() {
    let receiver = choosy_receiver().await;
    let stage = Stage::new(store_with(parts(&receiver.url("/"))).await, &receiver);
    let handled = stage
        .handle(vec![
            message("good", event(json!({}))),
            message("skipped", event(json!({"channel": "push"}))),
            message("garbled", "{not json"),
            message("failing", failing()),
            message("good too", event(json!({}))),
        ])
        .await;
    assert_eq!(failed_ids(&handled), [""; 0]);
    assert_eq!(receiver.received().len(), 3);
    let sent = stage.queues.sent();
    let destinations: HashMap<&str, &str> = sent
        .iter()
        .map(|sent| (sent.body.as_str(), sent.queue_url.as_str()))
        .collect();
    assert_eq!(
        destinations,
        HashMap::from([
            ("{not json", DEAD_LETTER_QUEUE),
            (failing().to_string().as_str(), RETRY_QUEUE),
        ])
    );
}

#[tokio::test]
async fn a_defect_of_ours_costs_the_record_that_meets_it_no_other() {
    let receiver = choosy_receiver().await;
    let mut stage = Stage::new(store_with(parts(&receiver.url("/"))).await, &receiver);
    stage.app.jitter = || panic!("a defect");
    let handled = stage
        .handle(vec![
            message("good", event(json!({}))),
            message("failing", failing()),
            message("good too", event(json!({}))),
        ])
        .await;
    assert_eq!(failed_ids(&handled), ["failing"]);
    assert_eq!(receiver.received().len(), 3);
}

#[tokio::test]
async fn a_message_that_could_not_be_reported_fails_the_batch_before_anything_is_sent() {
    let receiver = choosy_receiver().await;
    let stage = Stage::new(store_with(parts(&receiver.url("/"))).await, &receiver);
    for id in [Value::Null, json!(""), json!(" ")] {
        let mut nameless = message("", event(json!({})));
        nameless["messageId"] = id;
        let messages = vec![message("good", event(json!({}))), nameless];
        let deadline = Instant::now() + Duration::from_secs(30);
        let handled = stage.handle_until(messages, deadline).await;
        assert_eq!(handled.unwrap_err(), NoMessageId);
    }
    assert_eq!(receiver.received().len(), 0);
}

#[tokio::test]
async fn an_event_for_which_no_time_is_left_is_tried_in_a_moment_and_has_lost_no_attempt() {
    let receiver = choosy_receiver().await;
    let stage = Stage::new(store_with(parts(&receiver.url("/"))).await, &receiver);
    let mut tried_before = message("tried before", event(json!({"eventId": "e-2"})));
    for (name, value) in [
        ("Attempts", "3"),
        ("FirstAttemptAt", "2023-11-14T21:00:00.000Z"),
        ("LastStatus", "503"),
    ] {
        tried_before["messageAttributes"][name] = json!({"stringValue": value});
    }
    let messages = vec![message("late", event(json!({}))), tried_before];
    let almost_over = Instant::now() + batch::SETTLE_RESERVE + Duration::from_millis(900);
    let handled = stage.handle_until(messages, almost_over).await.unwrap();
    assert_eq!(failed_ids(&handled), [""; 0]);
    assert_eq!(count(&handled, "Postponed"), 2);
    assert_eq!(receiver.received().len(), 0);
    let sent = stage.queues.sent();
    for sent in &sent {
        assert_eq!(sent.queue_url, RETRY_QUEUE);
        assert_eq!(sent.delay_seconds, Some(5));
        assert_eq!(sent.attributes["RetryAt"], "2023-11-14T22:13:25.000Z");
    }
    assert_eq!(sent[0].attributes["Attempts"], "0");
    assert!(!sent[0].attributes.contains_key("FirstAttemptAt"));
    assert_eq!(sent[1].attributes["Attempts"], "3");
    assert_eq!(
        sent[1].attributes["FirstAttemptAt"],
        "2023-11-14T21:00:00.000Z"
    );
    assert_eq!(sent[1].attributes["LastStatus"], "503");
}

#[tokio::test]
async fn without_time_what_could_not_be_read_stays_on_its_queue() {
    let receiver = choosy_receiver().await;
    let store = TestStore::answering(MemoryStore::default(), |_| Some(Err(unavailable())));
    let stage = Stage::new(&store, &receiver);
    let messages = vec![message("m-1", event(json!({})))];
    let handled = stage.handle_until(messages, Instant::now()).await.unwrap();
    assert_eq!(failed_ids(&handled), ["m-1"]);
}

#[tokio::test]
async fn a_body_that_no_queue_would_take_stays_where_it_is() {
    let receiver = choosy_receiver().await;
    let stage = Stage::new(store_with(parts(&receiver.url("/"))).await, &receiver);
    let handled = stage
        .handle(vec![message("empty", ""), message("failing", failing())])
        .await;
    assert_eq!(failed_ids(&handled), ["empty"]);
    assert_eq!(stage.queues.sent().len(), 1);
}

#[tokio::test]
async fn while_the_store_is_down_events_wait_on_their_queue_unless_all_is_known_of_them() {
    let receiver = choosy_receiver().await;
    let parts = WebhookConfigParts {
        campaigns: CampaignScope::SwitchedOn,
        ..parts(&receiver.url("/"))
    };
    // It answers once, and is down from then on.
    let store = TestStore::answering(store_with(parts).await, |count| {
        (count > 0).then(|| Err(unavailable()))
    });
    let stage = Stage::new(&store, &receiver);
    let other_campaign = event(json!({"messageExecution": {"campaignID": "another"}}));
    let other_organisation = event(json!({"imsOrg": "another"}));
    stage.handle(vec![message("m-1", event(json!({})))]).await;
    let handled = stage
        .handle(vec![
            message("known", event(json!({}))),
            message("other campaign", other_campaign),
            message("other organisation", other_organisation),
        ])
        .await;
    assert_eq!(
        failed_ids(&handled),
        ["other campaign", "other organisation"]
    );
}

/// What a store answers whose item of [`key`] cannot be read.
fn damaged() -> Found {
    let item = UnreadableItem {
        sort_key: "webhook#prod".to_owned(),
        problem: "it is damaged".to_owned(),
    };
    Found {
        webhooks: HashMap::from([(key(), Err(item))]),
        ..Found::default()
    }
}

#[tokio::test]
async fn events_of_a_damaged_configuration_are_kept_until_it_is_repaired() {
    let receiver = choosy_receiver().await;
    let store = TestStore::answering(MemoryStore::default(), |_| Some(Ok(damaged())));
    let stage = Stage::new(&store, &receiver);
    let sent = stage.handle_one(message("m-1", event(json!({})))).await;
    assert_eq!(sent.queue_url, RETRY_QUEUE);
    assert_eq!(sent.attributes["LastError"], "configuration-unreadable");
}

/// A webhook with a secret header.
fn with_secret(url: &str, secret: SealedSecret) -> WebhookConfigParts {
    let header = CustomHeader {
        name: CustomHeaderName::parse("x-api-key").unwrap(),
        value: CustomHeaderValue::Secret(secret),
    };
    WebhookConfigParts {
        headers: CustomHeaders::new(vec![header]).unwrap(),
        ..parts(url)
    }
}

#[tokio::test]
async fn a_secret_of_another_organisation_is_never_used() {
    let receiver = choosy_receiver().await;
    let other = ConfigKey {
        org: OrgId::parse("another").unwrap(),
        ..key()
    };
    let parts = with_secret(&receiver.url("/"), sealed(&other, "stolen"));
    let stage = Stage::new(store_with(parts).await, &receiver);
    let sent = stage.handle_one(message("m-1", event(json!({})))).await;
    assert_eq!(sent.queue_url, RETRY_QUEUE);
    assert_eq!(sent.attributes["LastError"], "secret-refused");
    assert_eq!(receiver.received().len(), 0);
    stage.handle(vec![message("m-2", event(json!({})))]).await;
    assert_eq!(stage.keys.opened(), 1, "asking again cannot help");
}

#[tokio::test]
async fn a_configuration_copied_to_another_organisation_brings_no_secrets_that_are_open_already() {
    let receiver = choosy_receiver().await;
    let store = store_with(with_secret(&receiver.url("/"), sealed(&key(), "mine"))).await;
    let mine = store.read(&key()).await.unwrap().unwrap();
    let copied = Webhook {
        key: ConfigKey {
            org: OrgId::parse("another").unwrap(),
            ..key()
        },
        ..mine
    };
    store.create(&copied).await.unwrap();
    let stage = Stage::new(store, &receiver);
    stage.handle(vec![message("m-1", event(json!({})))]).await;
    assert_eq!(receiver.received().len(), 1);
    let of_another = event(json!({"imsOrg": "another"}));
    let sent = stage.handle_one(message("m-2", of_another)).await;
    assert_eq!(sent.attributes["LastError"], "secret-refused");
    assert_eq!(receiver.received().len(), 1);
}

#[tokio::test]
async fn while_the_key_service_is_down_events_wait_on_their_queue() {
    let receiver = choosy_receiver().await;
    let parts = with_secret(&receiver.url("/"), sealed(&key(), UNAVAILABLE));
    let stage = Stage::new(store_with(parts).await, &receiver);
    let handled = stage.handle(vec![message("m-1", event(json!({})))]).await;
    assert_eq!(failed_ids(&handled), ["m-1"]);
    assert_eq!(
        (receiver.received().len(), stage.queues.sent().len()),
        (0, 0)
    );
}
