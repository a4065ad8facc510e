//! Events that nobody wants: acknowledged, counted under their reason, and sent to nobody.

use config_store::MemoryStore;
use domain::config::{CampaignScope, Channel, FeedbackStatus, Selection, WebhookConfigParts};
use serde_json::{Value, json};

use crate::helpers::{
    CAMPAIGN, Receiver, Reply, Stage, counts, event, failed_ids, message, parts, store_with,
    switch_on,
};

/// Handles an event, and returns what was counted and how many requests were made.
async fn handled(store: MemoryStore, receiver: &Receiver, event: Value) -> (Value, usize) {
    let stage = Stage::new(store, receiver);
    let handled = stage.handle(vec![message("m-1", event)]).await;
    assert_eq!(failed_ids(&handled), [""; 0]);
    assert_eq!(stage.queues.sent(), []);
    let mut counts = counts(&handled);
    for name in ["_aws", "FunctionName"] {
        counts.as_object_mut().unwrap().remove(name);
    }
    (counts, receiver.received().len())
}

async fn receiver() -> Receiver {
    Receiver::start(Reply::Status(200)).await
}

#[tokio::test]
async fn without_a_configuration_nothing_is_delivered() {
    let receiver = receiver().await;
    let store = store_with(parts(&receiver.url("/"))).await;
    let other_sandbox = event(json!({"sandbox": {"name": "stage"}}));
    let counted = handled(store, &receiver, other_sandbox).await;
    assert_eq!(counted, (json!({"SkippedNoConfiguration": 1}), 0));
}

#[tokio::test]
async fn only_selected_channels_are_delivered() {
    for (channel, counted) in [
        ("email", (json!({"Delivered": 1}), 1)),
        ("sms", (json!({"SkippedChannel": 1}), 0)),
        ("push", (json!({"SkippedChannel": 1}), 0)),
    ] {
        let receiver = receiver().await;
        let parts = WebhookConfigParts {
            channels: Selection::new([Channel::Email]).unwrap(),
            ..parts(&receiver.url("/"))
        };
        let event = event(json!({ "channel": channel }));
        assert_eq!(
            handled(store_with(parts).await, &receiver, event).await,
            counted
        );
    }
}

#[tokio::test]
async fn only_selected_statuses_are_delivered_future_ones_included() {
    for (status, counted) in [
        ("quarantined", (json!({"Delivered": 1}), 1)),
        ("sent", (json!({"SkippedStatus": 1}), 0)),
    ] {
        let receiver = receiver().await;
        let parts = WebhookConfigParts {
            feedback_statuses: Selection::new([FeedbackStatus::parse("quarantined").unwrap()])
                .unwrap(),
            ..parts(&receiver.url("/"))
        };
        let event = event(json!({"messageDeliveryFeedback": {"feedbackStatus": status}}));
        assert_eq!(
            handled(store_with(parts).await, &receiver, event).await,
            counted
        );
    }
}

#[tokio::test]
async fn only_campaigns_that_are_switched_on_are_delivered() {
    for (campaign, counted) in [
        (json!(CAMPAIGN), (json!({"Delivered": 1}), 1)),
        (json!("another"), (json!({"SkippedCampaign": 1}), 0)),
        (json!("no # campaign"), (json!({"SkippedCampaign": 1}), 0)),
        (Value::Null, (json!({"SkippedCampaign": 1}), 0)),
    ] {
        let receiver = receiver().await;
        let parts = WebhookConfigParts {
            campaigns: CampaignScope::SwitchedOn,
            ..parts(&receiver.url("/"))
        };
        let store = store_with(parts).await;
        switch_on(&store, CAMPAIGN).await;
        let event = event(json!({"messageExecution": {"campaignID": campaign}}));
        assert_eq!(handled(store, &receiver, event).await, counted);
    }
}
