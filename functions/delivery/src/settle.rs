//! Moves events to the retry and dead-letter queues, and tells which of them are safe there. Nothing else sends to a
//! queue.

use std::collections::HashMap;

use aws_sdk_sqs::{
    Client,
    error::SdkError,
    operation::send_message::SendMessageError,
    types::{MessageAttributeValue, SendMessageBatchRequestEntry},
};
use futures_util::future::join_all;
use jiff::Timestamp;
use queue_message::{BATCH_MAX_MESSAGES, DeadLetterReason, MESSAGE_MAX_BYTES, attribute_bytes};

use crate::{
    attributes::Progress, causes::Causes, record::Record, retry::queue_delay_seconds,
    selection::Skip,
};

/// What becomes of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disposition {
    /// The endpoint has it: acknowledged.
    Delivered,
    /// Nobody wants it: acknowledged.
    Skipped(Skip),
    /// An attempt failed: to the retry queue, until the next one is due.
    TryLater(Progress),
    /// The next attempt is not due yet: to the retry queue for another hop.
    Wait(Progress),
    /// The invocation had no time left for it: to the retry queue for a moment.
    Postpone(Progress),
    /// The endpoint's circuit is open: to the retry queue without a call.
    Pass(Progress),
    /// The endpoint is out of service until an administrator acts: to the retry queue without a call.
    Hold(Progress),
    /// To the dead-letter queue.
    DeadLetter(Progress, DeadLetterReason),
    /// It stays where it is, and the queue delivers it again.
    Leave,
}

/// Sends to the two queues.
#[derive(Debug, Clone)]
pub struct Settler {
    client: Client,
    retry_queue_url: String,
    dead_letter_queue_url: String,
}

/// A message on its way to a queue, with its size.
struct Outgoing {
    bytes: usize,
    entry: SendMessageBatchRequestEntry,
}

impl Settler {
    /// Sends to the queues with these URLs.
    pub fn new(
        client: Client,
        retry_queue_url: impl Into<String>,
        dead_letter_queue_url: impl Into<String>,
    ) -> Self {
        Self {
            client,
            retry_queue_url: retry_queue_url.into(),
            dead_letter_queue_url: dead_letter_queue_url.into(),
        }
    }

    /// Puts an event on the retry queue as if it had never been tried.
    ///
    /// # Errors
    /// Those of SQS; then it is not on the queue.
    pub async fn send_again(
        &self,
        event: String,
        group_id: String,
    ) -> Result<(), SdkError<SendMessageError>> {
        self.client
            .send_message()
            .queue_url(&self.retry_queue_url)
            .message_body(event)
            .message_group_id(group_id)
            .send()
            .await?;
        Ok(())
    }

    /// Carries out the dispositions, and returns for each record whether it may be acknowledged: because it is done with,
    /// or because its new queue has confirmed it.
    pub async fn settle(
        &self,
        records: &[Record<'_>],
        dispositions: &[Disposition],
        now: Timestamp,
    ) -> Vec<bool> {
        let mut safe = vec![false; records.len()];
        let mut to_acknowledge = Vec::with_capacity(records.len());
        let mut to_retry = Vec::new();
        let mut to_dead_letter = Vec::new();
        for (index, (record, disposition)) in records.iter().zip(dispositions).enumerate() {
            match disposition {
                Disposition::Delivered | Disposition::Skipped(_) => to_acknowledge.push(index),
                Disposition::TryLater(progress)
                | Disposition::Wait(progress)
                | Disposition::Postpone(progress)
                | Disposition::Pass(progress)
                | Disposition::Hold(progress) => {
                    to_retry.extend(outgoing(index, record, progress, None, now));
                }
                Disposition::DeadLetter(progress, reason) => {
                    to_dead_letter.extend(outgoing(index, record, progress, Some(*reason), now));
                }
                Disposition::Leave => {}
            }
        }
        let retries = batches(to_retry)
            .into_iter()
            .map(|batch| self.send(&self.retry_queue_url, batch));
        let dead_letters = batches(to_dead_letter)
            .into_iter()
            .map(|batch| self.send(&self.dead_letter_queue_url, batch));
        let confirmed = join_all(retries.chain(dead_letters)).await;
        for index in to_acknowledge
            .into_iter()
            .chain(confirmed.into_iter().flatten())
        {
            if let Some(is_safe) = safe.get_mut(index) {
                *is_safe = true;
            }
        }
        safe
    }

    /// Sends one batch, and returns the indexes that the queue confirmed.
    async fn send(&self, queue_url: &str, batch: Vec<SendMessageBatchRequestEntry>) -> Vec<usize> {
        let answer = self
            .client
            .send_message_batch()
            .queue_url(queue_url)
            .set_entries(Some(batch))
            .send()
            .await;
        match answer {
            Ok(answer) => {
                for refused in answer.failed() {
                    tracing::error!(
                        sqs.error = refused.code(),
                        sqs.sender_fault = refused.sender_fault(),
                        "a message was refused by its next queue"
                    );
                }
                let confirmed = answer.successful().iter();
                confirmed
                    .filter_map(|entry| entry.id().parse().ok())
                    .collect()
            }
            Err(error) => {
                tracing::error!(
                    error = %Causes(&error),
                    "messages could not be sent to their next queue"
                );
                Vec::new()
            }
        }
    }
}

impl Disposition {
    /// What becomes of a record whose message has no room for what the retry queue needs to know of it. It is given up
    /// rather than tried for ever.
    pub fn within_limits(self, record: &Record<'_>) -> Self {
        match self {
            Self::TryLater(progress)
            | Self::Wait(progress)
            | Self::Postpone(progress)
            | Self::Pass(progress)
            | Self::Hold(progress)
                if attributes(record, &progress, None).is_none() =>
            {
                Self::DeadLetter(progress, DeadLetterReason::TooLarge)
            }
            fitting => fitting,
        }
    }
}

/// What travels with the body, in the room that the body leaves.
fn attributes(
    record: &Record<'_>,
    progress: &Progress,
    reason: Option<DeadLetterReason>,
) -> Option<HashMap<String, MessageAttributeValue>> {
    let room = MESSAGE_MAX_BYTES.checked_sub(record.body.len())?;
    progress.write(&record.event_id, record.key(), reason, room)
}

/// The message for the next queue; `None` for what no queue takes, which then stays where it is: no body, or no room
/// for the reason of a dead letter.
fn outgoing(
    index: usize,
    record: &Record<'_>,
    progress: &Progress,
    reason: Option<DeadLetterReason>,
    now: Timestamp,
) -> Option<Outgoing> {
    if record.body.is_empty() {
        return None;
    }
    let attributes = attributes(record, progress, reason)?;
    let delay_seconds = match reason {
        Some(_) => None,
        None => progress
            .retry_at
            .and_then(|retry_at| queue_delay_seconds(retry_at, now))
            .and_then(|seconds| i32::try_from(seconds).ok()),
    };
    let bytes = record.body.len() + attributes.iter().map(bytes_of).sum::<usize>();
    let entry = SendMessageBatchRequestEntry::builder()
        .id(index.to_string())
        .message_body(record.body)
        .set_message_group_id(record.group_id.map(str::to_owned))
        .set_delay_seconds(delay_seconds)
        .set_message_attributes(Some(attributes))
        .build()
        .ok()?;
    Some(Outgoing { bytes, entry })
}

fn bytes_of((name, value): (&String, &MessageAttributeValue)) -> usize {
    let text = value.string_value().unwrap_or_default();
    attribute_bytes(name, value.data_type(), text)
}

/// Groups messages into batches that the service takes. One that is too large by itself goes alone, so that its refusal
/// harms no other.
fn batches(messages: Vec<Outgoing>) -> Vec<Vec<SendMessageBatchRequestEntry>> {
    let mut batches: Vec<Vec<SendMessageBatchRequestEntry>> = Vec::new();
    let mut bytes = 0;
    for message in messages {
        bytes += message.bytes;
        match batches.last_mut() {
            Some(batch) if batch.len() < BATCH_MAX_MESSAGES && bytes <= MESSAGE_MAX_BYTES => {
                batch.push(message.entry);
            }
            _ => {
                bytes = message.bytes;
                batches.push(vec![message.entry]);
            }
        }
    }
    batches
}
