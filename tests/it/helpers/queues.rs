//! The deployed queues, and the log in which the delivery function says what it did with a message.

use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex},
};

use aws_sdk_sqs::{
    Client as Sqs,
    types::{Message, SendMessageBatchRequestEntry},
};
use serde_json::Value;

use super::{cloud::Cloud, eventually, logs};

/// Puts messages on the feedback queue in one call, as the messaging backend does.
pub(crate) async fn put(group: &str, bodies: &[String]) {
    let cloud = Cloud::get();
    let entries = bodies.iter().enumerate().map(|(index, body)| {
        SendMessageBatchRequestEntry::builder()
            .id(index.to_string())
            .message_body(body)
            .message_group_id(group)
            .build()
            .unwrap()
    });
    let sent = Sqs::new(&cloud.aws().await)
        .send_message_batch()
        .queue_url(cloud.output("FeedbackQueueUrl"))
        .set_entries(Some(entries.collect()))
        .send()
        .await
        .unwrap();
    assert!(sent.failed.is_empty(), "{:?}", sent.failed);
}

/// What lies in the dead-letter queue, as far as it was fetched. The tests share the queue, so what one fetches for
/// itself is kept here for the others.
static DEAD_LETTERS: LazyLock<Mutex<Vec<Message>>> = LazyLock::new(Mutex::default);

/// Waits until a message for which `is_mine` holds is in the dead-letter queue; returns its body and its attributes.
pub(crate) async fn dead_letter(
    what: &str,
    is_mine: impl Fn(&Message) -> bool,
) -> (String, HashMap<String, String>) {
    let cloud = Cloud::get();
    let sqs = Sqs::new(&cloud.aws().await);
    let message = eventually(&format!("{what} in the dead-letter queue"), async || {
        let fetched = sqs
            .receive_message()
            .queue_url(cloud.output("DeadLetterQueueUrl"))
            .max_number_of_messages(10)
            .message_attribute_names("All")
            .send()
            .await
            .unwrap();
        let mut known = DEAD_LETTERS.lock().unwrap();
        known.extend(fetched.messages.unwrap_or_default());
        known.iter().find(|message| is_mine(message)).cloned()
    })
    .await;
    let attributes = message.message_attributes.unwrap_or_default();
    let attributes = attributes
        .into_iter()
        .map(|(name, value)| (name, value.string_value.unwrap_or_default()));
    (message.body.unwrap_or_default(), attributes.collect())
}

/// Waits for the line in which the delivery function tells the outcome of an event.
pub(crate) async fn outcome_line(event_id: &str) -> Value {
    eventually(
        &format!("a log line on the outcome of {event_id}"),
        async || {
            let mut lines = outcome_lines().await.into_iter();
            lines.find(|line| line.to_string().contains(event_id))
        },
    )
    .await
}

/// The lines in which the delivery function told outcomes so far, in the order of each environment.
pub(crate) async fn outcome_lines() -> Vec<Value> {
    logs::lines("DeliveryLogGroup", "outcome").await
}
