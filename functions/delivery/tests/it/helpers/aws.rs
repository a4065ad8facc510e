//! SQS and KMS, simulated at the SDK's own boundary.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use aws_sdk_kms::{
    operation::decrypt::{DecryptError, DecryptInput, DecryptOutput},
    primitives::Blob,
    types::error::{InvalidCiphertextException, KeyUnavailableException},
};
use aws_sdk_sqs::{
    operation::send_message_batch::{
        SendMessageBatchError, SendMessageBatchInput, SendMessageBatchOutput,
    },
    types::{
        BatchResultErrorEntry, SendMessageBatchRequestEntry, SendMessageBatchResultEntry,
        error::BatchRequestTooLong,
    },
};
use aws_smithy_mocks::{MockResponse, RuleMode, mock, mock_client};
use domain::{key::ConfigKey, secret::SealedSecret};
use queue_message::MESSAGE_MAX_BYTES;

use super::now;

/// A message that was sent to a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) queue_url: String,
    pub(crate) body: String,
    pub(crate) delay_seconds: Option<i32>,
    pub(crate) group_id: Option<String>,
    pub(crate) attributes: BTreeMap<String, String>,
}

impl Sent {
    fn new(queue_url: &str, entry: &SendMessageBatchRequestEntry) -> Self {
        let attributes = entry.message_attributes().into_iter().flatten();
        Self {
            queue_url: queue_url.to_owned(),
            body: entry.message_body().to_owned(),
            delay_seconds: entry.delay_seconds(),
            group_id: entry.message_group_id().map(str::to_owned),
            attributes: attributes
                .map(|(name, value)| (name.clone(), value.string_value().unwrap().to_owned()))
                .collect(),
        }
    }
}

/// Queues that take what is sent, unless a body contains one of the words for trouble.
#[derive(Default)]
pub(crate) struct Queues {
    batches: Arc<Mutex<Vec<Vec<Sent>>>>,
}

impl Queues {
    /// A body with this word makes its whole batch fail.
    pub(crate) const FAILING: &str = "fail-the-batch";
    /// A body with this word is refused, and its neighbours are taken.
    pub(crate) const REFUSED: &str = "refuse-the-message";

    pub(crate) fn client(&self) -> aws_sdk_sqs::Client {
        let batches = Arc::clone(&self.batches);
        let rule = mock!(aws_sdk_sqs::Client::send_message_batch)
            .then_compute_response(move |input| take(&batches, input));
        mock_client!(aws_sdk_sqs, RuleMode::MatchAny, [&rule])
    }

    /// Everything that was taken.
    pub(crate) fn sent(&self) -> Vec<Sent> {
        self.batches.lock().unwrap().concat()
    }

    /// How many messages each call had.
    pub(crate) fn batch_sizes(&self) -> Vec<usize> {
        let batches = self.batches.lock().unwrap();
        batches.iter().map(Vec::len).collect()
    }
}

fn take(
    batches: &Mutex<Vec<Vec<Sent>>>,
    input: &SendMessageBatchInput,
) -> MockResponse<SendMessageBatchOutput, SendMessageBatchError> {
    let entries = input.entries();
    let contains = |entry: &SendMessageBatchRequestEntry, word| entry.message_body().contains(word);
    let is_too_long = entries.iter().map(bytes).sum::<usize>() > MESSAGE_MAX_BYTES;
    if is_too_long || entries.iter().any(|entry| contains(entry, Queues::FAILING)) {
        let error = BatchRequestTooLong::builder().build();
        return MockResponse::Error(SendMessageBatchError::BatchRequestTooLong(error));
    }
    let (refused, taken): (Vec<_>, Vec<_>) = entries
        .iter()
        .partition(|entry| contains(entry, Queues::REFUSED));
    let url = input.queue_url().unwrap();
    let sent = taken.iter().map(|entry| Sent::new(url, entry)).collect();
    batches.lock().unwrap().push(sent);
    let failed = refused.iter().map(|entry| {
        BatchResultErrorEntry::builder()
            .id(entry.id())
            .code("InternalError")
            .sender_fault(false)
            .build()
            .unwrap()
    });
    let successful = taken.iter().map(|entry| {
        SendMessageBatchResultEntry::builder()
            .id(entry.id())
            .message_id("new")
            .md5_of_message_body("")
            .build()
            .unwrap()
    });
    MockResponse::Output(
        SendMessageBatchOutput::builder()
            .set_failed(Some(failed.collect()))
            .set_successful(Some(successful.collect()))
            .build()
            .unwrap(),
    )
}

fn bytes(entry: &SendMessageBatchRequestEntry) -> usize {
    let attributes = entry.message_attributes().into_iter().flatten();
    let attributes = attributes.map(|(name, value)| {
        name.len() + value.data_type().len() + value.string_value().unwrap().len()
    });
    entry.message_body().len() + attributes.sum::<usize>()
}

/// A secret that [`Keys`] open for this key only.
pub(crate) fn sealed(key: &ConfigKey, plaintext: &str) -> SealedSecret {
    SealedSecret {
        ciphertext: format!("{}/{}\n{plaintext}", key.org, key.sandbox).into_bytes(),
        set_at: now(),
    }
}

/// A secret that the key service is not willing to open at the moment.
pub(crate) const UNAVAILABLE: &str = "the key service is down";

/// The key service; it counts what it opens.
#[derive(Default)]
pub(crate) struct Keys {
    opened: Arc<Mutex<usize>>,
}

impl Keys {
    pub(crate) fn client(&self) -> aws_sdk_kms::Client {
        let opened = Arc::clone(&self.opened);
        let rule = mock!(aws_sdk_kms::Client::decrypt).then_compute_response(move |input| {
            *opened.lock().unwrap() += 1;
            open(input)
        });
        mock_client!(aws_sdk_kms, RuleMode::MatchAny, [&rule])
    }

    pub(crate) fn opened(&self) -> usize {
        *self.opened.lock().unwrap()
    }
}

fn open(input: &DecryptInput) -> MockResponse<DecryptOutput, DecryptError> {
    let context = input.encryption_context().unwrap();
    let ciphertext = input.ciphertext_blob().unwrap().as_ref();
    let (sealed_for, plaintext) = std::str::from_utf8(ciphertext)
        .unwrap()
        .split_once('\n')
        .unwrap();
    if plaintext == UNAVAILABLE {
        let error = KeyUnavailableException::builder().build();
        return MockResponse::Error(DecryptError::KeyUnavailableException(error));
    }
    if sealed_for != format!("{}/{}", context["organisation"], context["sandbox"]) {
        let error = InvalidCiphertextException::builder().build();
        return MockResponse::Error(DecryptError::InvalidCiphertextException(error));
    }
    let plaintext = Blob::new(plaintext.as_bytes());
    MockResponse::Output(DecryptOutput::builder().plaintext(plaintext).build())
}
