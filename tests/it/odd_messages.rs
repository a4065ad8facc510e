//! Messages that no part of the system would have written: put on the queues by hand, contradicting themselves, or as
//! large as a queue takes them. Each is delivered.

use aws_sdk_sqs::{Client as Sqs, types::MessageAttributeValue};
use queue_message::MESSAGE_MAX_BYTES;
use serde_json::{Value, json};

use crate::helpers::{
    cloud::Cloud,
    events::{email_bounce, event, fresh_id},
    queues::put,
    receiver::Receiver,
    tenant::Tenant,
};

/// Puts a message on the retry queue, where only the delivery function is supposed to send to.
async fn put_by_hand(body: &Value, attributes: &[(&str, &str)]) {
    let cloud = Cloud::get();
    let mut message = Sqs::new(&cloud.aws().await)
        .send_message()
        .queue_url(cloud.output("RetryQueueUrl"))
        .message_body(body.to_string());
    for (name, value) in attributes {
        let value = MessageAttributeValue::builder()
            .data_type("String")
            .string_value(*value);
        message = message.message_attributes(*name, value.build().unwrap());
    }
    message.send().await.unwrap();
}

#[tokio::test]
async fn a_message_that_somebody_put_on_the_retry_queue_is_delivered_as_its_body_says() {
    let (tenant, receiver) = (Tenant::new().await, Receiver::start().await);
    tenant.webhook_to(&receiver, json!({})).await;
    let ids = [fresh_id(), fresh_id()];
    let [bare, odd] = ids.each_ref().map(|id| event(&tenant, email_bounce(), id));
    put_by_hand(&bare, &[]).await;
    let contradictions = [
        ("Attempts", "many"),
        ("EventId", "forged"),
        ("FirstAttemptAt", "9999-01-01T00:00:00Z"),
        ("HeldSince", "yesterday"),
        ("LastStatus", "teapot"),
        ("Organisation", "another"),
        ("RetryAt", "9999-12-31T00:00:00Z"),
        ("Sandbox", "another"),
    ];
    put_by_hand(&odd, &contradictions).await;
    let received = receiver.received(2).await;
    let mut arrived: Vec<&str> = received
        .iter()
        .map(|request| request.header("webhook-id"))
        .collect();
    arrived.sort_unstable();
    let mut expected = ids.each_ref().map(String::as_str);
    expected.sort_unstable();
    assert_eq!(arrived, expected);
    for request in &received {
        assert_eq!(request.header("webhook-attempt"), "1");
    }
}

#[tokio::test]
async fn an_event_as_large_as_a_queue_takes_it_is_delivered() {
    let (tenant, receiver) = (Tenant::new().await, Receiver::start().await);
    tenant.webhook_to(&receiver, json!({})).await;
    let mut largest = event(&tenant, email_bounce(), &fresh_id());
    largest["padding"] = json!("");
    let room = MESSAGE_MAX_BYTES - largest.to_string().len();
    largest["padding"] = json!("x".repeat(room));
    let body = largest.to_string();
    assert_eq!(body.len(), MESSAGE_MAX_BYTES);
    put(&format!("{}/prod", tenant.org), &[body]).await;
    let received = receiver.received(1).await;
    assert_eq!(received[0].json()["padding"], largest["padding"]);
}
