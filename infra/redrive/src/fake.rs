//! For tests: messages, and the real SQS client over a dead-letter queue and a feedback queue in memory.

use std::sync::{Arc, Mutex, MutexGuard};

use aws_sdk_sqs::{
    Client,
    error::ErrorMetadata,
    operation::{
        change_message_visibility_batch::ChangeMessageVisibilityBatchOutput,
        delete_message_batch::{DeleteMessageBatchError, DeleteMessageBatchOutput},
        get_queue_attributes::GetQueueAttributesOutput,
        receive_message::ReceiveMessageOutput,
        send_message_batch::{SendMessageBatchError, SendMessageBatchOutput},
    },
    types::{
        BatchResultErrorEntry, DeleteMessageBatchResultEntry, Message, MessageAttributeValue,
        MessageSystemAttributeName, QueueAttributeName, SendMessageBatchRequestEntry,
        SendMessageBatchResultEntry,
    },
};
use aws_smithy_mocks::{MockResponse, RuleMode, mock, mock_client};
use jiff::Timestamp;

use crate::queue::Queue;

/// A feedback event of the organisation `org`.
pub(crate) const EVENT: &str = r#"{"eventId": "e-1", "requestId": "r", "imsOrg": "org",
    "sandbox": {"name": "prod"}, "channel": "email", "messageExecution": {},
    "messageDeliveryFeedback": {"feedbackStatus": "sent"}, "identityMap": {}}"#;
/// When runs start.
pub(crate) const STARTED_AT: Timestamp = Timestamp::constant(1_800_000_000, 0);

/// A message that came at the start of the run.
pub(crate) fn message(id: &str, body: &str, attributes: &[(&str, &str)]) -> Message {
    message_sent_at(id, body, attributes, STARTED_AT)
}

/// A message that came at this time.
pub(crate) fn message_sent_at(
    id: &str,
    body: &str,
    attributes: &[(&str, &str)],
    sent_at: Timestamp,
) -> Message {
    let attributes = attributes
        .iter()
        .map(|(name, value)| attribute(name, value));
    Message::builder()
        .message_id(id)
        .receipt_handle(id)
        .body(body)
        .attributes(
            MessageSystemAttributeName::SentTimestamp,
            sent_at.as_millisecond().to_string(),
        )
        .set_message_attributes(Some(attributes.collect()))
        .build()
}

/// A message attribute.
pub(crate) fn attribute(name: &str, value: &str) -> (String, MessageAttributeValue) {
    let value = MessageAttributeValue::builder()
        .data_type("String")
        .string_value(value);
    (name.to_owned(), value.build().unwrap())
}

/// What the queues hold, and what goes wrong with them.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// Dead letters that can be received.
    pub(crate) visible: Vec<Message>,
    /// Dead letters that were received.
    pub(crate) hidden: Vec<Message>,
    /// What the feedback queue was sent and took.
    pub(crate) sent: Vec<SendMessageBatchRequestEntry>,
    /// Bodies that the feedback queue refuses.
    pub(crate) refused: Vec<String>,
    /// Ids of dead letters that cannot be deleted.
    pub(crate) undeletable: Vec<String>,
    /// Whether sending fails altogether.
    pub(crate) send_fails: bool,
    /// Whether deleting fails altogether.
    pub(crate) delete_fails: bool,
    /// Whether visibility timeouts pass at once.
    pub(crate) hides_nothing: bool,
}

impl State {
    fn receive(&mut self) -> Vec<Message> {
        let count = self.visible.len().min(10);
        let received: Vec<Message> = self.visible.drain(..count).collect();
        let back = if self.hides_nothing {
            &mut self.visible
        } else {
            &mut self.hidden
        };
        back.extend(received.clone());
        received
    }

    /// Takes a message out of either list.
    fn remove(&mut self, handle: &str) -> Option<Message> {
        let is_it = |message: &Message| message.receipt_handle() == Some(handle);
        for list in [&mut self.hidden, &mut self.visible] {
            if let Some(index) = list.iter().position(is_it) {
                return Some(list.remove(index));
            }
        }
        None
    }
}

/// Both queues.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fake(Arc<Mutex<State>>);

impl Fake {
    /// Queues with these dead letters.
    pub(crate) fn with(messages: impl IntoIterator<Item = Message>) -> Self {
        let fake = Self::default();
        fake.state().visible.extend(messages);
        fake
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Ids of the dead letters that others can receive, sorted.
    pub(crate) fn visible(&self) -> Vec<String> {
        let state = self.state();
        let ids = state.visible.iter().filter_map(Message::message_id);
        let mut ids: Vec<String> = ids.map(str::to_owned).collect();
        ids.sort();
        ids
    }

    /// Bodies that the feedback queue has, sorted.
    pub(crate) fn sent(&self) -> Vec<String> {
        let state = self.state();
        let bodies = state.sent.iter().map(|entry| entry.message_body.clone());
        let mut bodies: Vec<String> = bodies.collect();
        bodies.sort();
        bodies
    }

    /// Either queue.
    pub(crate) fn queue(&self) -> Queue {
        Queue::new(self.client(), "url")
    }

    /// A client of both queues; what is done tells which one is meant.
    pub(crate) fn client(&self) -> Client {
        let fake = self.clone();
        let length = mock!(Client::get_queue_attributes).then_compute_output(move |_| {
            let length = fake.state().visible.len();
            GetQueueAttributesOutput::builder()
                .attributes(
                    QueueAttributeName::ApproximateNumberOfMessages,
                    length.to_string(),
                )
                .build()
        });
        let fake = self.clone();
        let receive = mock!(Client::receive_message).then_compute_output(move |_| {
            let messages = fake.state().receive();
            ReceiveMessageOutput::builder()
                .set_messages(Some(messages))
                .build()
        });
        let fake = self.clone();
        let send = mock!(Client::send_message_batch).then_compute_response(move |request| {
            let mut state = fake.state();
            if state.send_fails {
                return MockResponse::Error(SendMessageBatchError::generic(denied()));
            }
            let (mut taken, mut failed) = (Vec::new(), Vec::new());
            for entry in request.entries() {
                if state.refused.contains(&entry.message_body) {
                    failed.push(refusal(&entry.id));
                } else {
                    let result = SendMessageBatchResultEntry::builder()
                        .id(&entry.id)
                        .message_id("new")
                        .md5_of_message_body("");
                    taken.push(result.build().unwrap());
                    state.sent.push(entry.clone());
                }
            }
            let answer = SendMessageBatchOutput::builder()
                .set_successful(Some(taken))
                .set_failed(Some(failed));
            MockResponse::Output(answer.build().unwrap())
        });
        let fake = self.clone();
        let delete = mock!(Client::delete_message_batch).then_compute_response(move |request| {
            let mut state = fake.state();
            if state.delete_fails {
                return MockResponse::Error(DeleteMessageBatchError::generic(denied()));
            }
            let (mut deleted, mut failed) = (Vec::new(), Vec::new());
            for entry in request.entries() {
                if state.undeletable.contains(&entry.receipt_handle) {
                    failed.push(refusal(&entry.id));
                } else {
                    state.remove(&entry.receipt_handle).unwrap();
                    let result = DeleteMessageBatchResultEntry::builder().id(&entry.id);
                    deleted.push(result.build().unwrap());
                }
            }
            let answer = DeleteMessageBatchOutput::builder()
                .set_successful(Some(deleted))
                .set_failed(Some(failed));
            MockResponse::Output(answer.build().unwrap())
        });
        let fake = self.clone();
        let give_back =
            mock!(Client::change_message_visibility_batch).then_compute_output(move |request| {
                let mut state = fake.state();
                for entry in request.entries() {
                    assert_eq!(entry.visibility_timeout(), Some(0));
                    let message = state.remove(&entry.receipt_handle).unwrap();
                    state.visible.push(message);
                }
                ChangeMessageVisibilityBatchOutput::builder()
                    .set_successful(Some(Vec::new()))
                    .set_failed(Some(Vec::new()))
                    .build()
                    .unwrap()
            });
        let rules = [&length, &receive, &send, &delete, &give_back];
        mock_client!(aws_sdk_sqs, RuleMode::MatchAny, rules)
    }
}

fn denied() -> ErrorMetadata {
    ErrorMetadata::builder().code("AccessDenied").build()
}

fn refusal(id: &str) -> BatchResultErrorEntry {
    BatchResultErrorEntry::builder()
        .id(id)
        .code("Refused")
        .sender_fault(true)
        .build()
        .unwrap()
}
