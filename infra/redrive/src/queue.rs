//! The only file that calls SQS.

use aws_sdk_sqs::{
    Client,
    error::SdkError,
    types::{
        BatchResultErrorEntry, ChangeMessageVisibilityBatchRequestEntry,
        DeleteMessageBatchRequestEntry, Message, MessageSystemAttributeName, QueueAttributeName,
        builders::SendMessageBatchRequestEntryBuilder,
    },
};

use queue_message::BATCH_MAX_MESSAGES;

/// How long a receive waits for a message. More than 0 makes SQS ask all its servers, so that an empty answer means that
/// nothing is visible (Amazon SQS Developer Guide, "short and long polling"); more than 1 gains nothing.
const WAIT_SECONDS: i32 = 1;

/// A queue.
#[derive(Debug, Clone)]
pub struct Queue {
    client: Client,
    url: String,
}

/// A call to SQS failed as a whole.
#[derive(Debug, thiserror::Error)]
#[error("{action} failed on {queue_url}")]
pub struct QueueError {
    action: &'static str,
    queue_url: String,
    #[source]
    cause: Box<aws_sdk_sqs::Error>,
}

/// What became of each entry of a batch, in the order of the entries: confirmed, or the code of its refusal.
pub type Outcomes = Vec<Result<(), String>>;

impl Queue {
    /// The queue with this URL.
    pub fn new(client: Client, url: impl Into<String>) -> Self {
        Self {
            client,
            url: url.into(),
        }
    }

    /// About how many messages the queue holds, hidden ones included.
    ///
    /// # Errors
    /// [`QueueError`] if the queue does not answer.
    pub async fn approximate_length(&self) -> Result<usize, QueueError> {
        let names = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        ];
        let answer = self
            .client
            .get_queue_attributes()
            .queue_url(&self.url)
            .set_attribute_names(Some(names.to_vec()))
            .send()
            .await
            .map_err(|error| self.failed("GetQueueAttributes", error))?;
        let attributes = answer.attributes.unwrap_or_default();
        let number = |name| attributes.get(name)?.parse::<usize>().ok();
        Ok(names.iter().filter_map(number).sum())
    }

    /// Receives up to ten messages and hides them from others for a while.
    ///
    /// # Errors
    /// [`QueueError`] if the queue does not answer.
    pub async fn receive(
        &self,
        visibility_timeout_seconds: i32,
    ) -> Result<Vec<Message>, QueueError> {
        let answer = self
            .client
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(i32::try_from(BATCH_MAX_MESSAGES).unwrap_or(1))
            .visibility_timeout(visibility_timeout_seconds)
            .wait_time_seconds(WAIT_SECONDS)
            .message_attribute_names("All")
            .message_system_attribute_names(MessageSystemAttributeName::All)
            .send()
            .await
            .map_err(|error| self.failed("ReceiveMessage", error))?;
        Ok(answer.messages.unwrap_or_default())
    }

    /// Sends a batch; ids are given here.
    ///
    /// # Errors
    /// [`QueueError`] if the queue does not answer; it may have the messages all the same.
    pub async fn send(
        &self,
        messages: Vec<SendMessageBatchRequestEntryBuilder>,
    ) -> Result<Outcomes, QueueError> {
        let failed = |error| self.failed("SendMessageBatch", error);
        let count = messages.len();
        let entries = messages.into_iter().enumerate();
        let entries = entries.map(|(index, message)| message.id(index.to_string()).build());
        let entries = entries
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| failed(SdkError::construction_failure(error)))?;
        let request = self.client.send_message_batch().queue_url(&self.url);
        let answer = request
            .set_entries(Some(entries))
            .send()
            .await
            .map_err(failed)?;
        let confirmed = answer.successful.iter().map(|entry| entry.id.as_str());
        Ok(outcomes(count, confirmed, &answer.failed))
    }

    /// Deletes the messages with these receipt handles.
    ///
    /// # Errors
    /// [`QueueError`] if the queue does not answer; it may have deleted them all the same.
    pub async fn delete(&self, receipt_handles: &[&str]) -> Result<Outcomes, QueueError> {
        let failed = |error| self.failed("DeleteMessageBatch", error);
        let entries = receipt_handles.iter().enumerate().map(|(index, handle)| {
            DeleteMessageBatchRequestEntry::builder()
                .id(index.to_string())
                .receipt_handle(*handle)
                .build()
        });
        let entries = entries
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| failed(SdkError::construction_failure(error)))?;
        let request = self.client.delete_message_batch().queue_url(&self.url);
        let answer = request
            .set_entries(Some(entries))
            .send()
            .await
            .map_err(failed)?;
        let confirmed = answer.successful.iter().map(|entry| entry.id.as_str());
        Ok(outcomes(receipt_handles.len(), confirmed, &answer.failed))
    }

    /// Makes the messages with these receipt handles visible to others at once.
    ///
    /// # Errors
    /// [`QueueError`] if the queue does not answer.
    pub async fn give_back(&self, receipt_handles: &[String]) -> Result<Outcomes, QueueError> {
        let failed = |error| self.failed("ChangeMessageVisibilityBatch", error);
        let entries = receipt_handles.iter().enumerate().map(|(index, handle)| {
            ChangeMessageVisibilityBatchRequestEntry::builder()
                .id(index.to_string())
                .receipt_handle(handle)
                .visibility_timeout(0)
                .build()
        });
        let entries = entries
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| failed(SdkError::construction_failure(error)))?;
        let request = self.client.change_message_visibility_batch();
        let answer = request
            .queue_url(&self.url)
            .set_entries(Some(entries))
            .send()
            .await
            .map_err(failed)?;
        let confirmed = answer.successful.iter().map(|entry| entry.id.as_str());
        Ok(outcomes(receipt_handles.len(), confirmed, &answer.failed))
    }

    fn failed(&self, action: &'static str, cause: impl Into<aws_sdk_sqs::Error>) -> QueueError {
        QueueError {
            action,
            queue_url: self.url.clone(),
            cause: Box::new(cause.into()),
        }
    }
}

/// An entry that the answer does not mention is not confirmed.
fn outcomes<'a>(
    count: usize,
    confirmed: impl Iterator<Item = &'a str>,
    failed: &[BatchResultErrorEntry],
) -> Outcomes {
    let mut outcomes = vec![Err("not confirmed".to_owned()); count];
    let confirmed = confirmed.map(|id| (id, Ok(())));
    let failed = failed
        .iter()
        .map(|refused| (refused.id.as_str(), Err(refused.code.clone())));
    for (id, result) in confirmed.chain(failed) {
        let index = id.parse::<usize>().ok();
        if let Some(outcome) = index.and_then(|index| outcomes.get_mut(index)) {
            *outcome = result;
        }
    }
    outcomes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_queue_mentions_is_confirmed() {
        let refused = BatchResultErrorEntry::builder()
            .id("0")
            .code("InternalError")
            .sender_fault(false)
            .build()
            .unwrap();
        let unknown = "9";
        assert_eq!(
            outcomes(3, [unknown, "2"].into_iter(), &[refused]),
            [
                Err("InternalError".to_owned()),
                Err("not confirmed".to_owned()),
                Ok(())
            ]
        );
    }
}
