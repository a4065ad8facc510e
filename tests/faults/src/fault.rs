//! What can go wrong in a run, and how often it did.

use std::{
    array,
    sync::atomic::{AtomicU64, Ordering},
};

macro_rules! faults {
    ($($(#[doc = $doc:literal])+ $fault:ident => $name:literal,)+) => {
        /// Something that is made to go wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Fault {
            $($(#[doc = $doc])+ $fault,)+
        }

        impl Fault {
            /// All of them, in the order of the report.
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$fault),+];

            /// What the report calls it.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$fault => $name,)+
                }
            }
        }
    };
}

faults! {
    /// DynamoDB answers that the table's throughput is exceeded.
    StoreThrottled => "DynamoDB: throttled",
    /// DynamoDB answers 500.
    StoreFailed => "DynamoDB: internal error",
    /// DynamoDB closes the connection instead of answering.
    StoreReset => "DynamoDB: connection closed",
    /// DynamoDB never answers.
    StoreSilent => "DynamoDB: no answer",
    /// DynamoDB leaves all keys unprocessed.
    StoreUnprocessed => "DynamoDB: unprocessed keys",
    /// DynamoDB writes the health of an endpoint, but its answer never arrives.
    HealthAnswerLost => "DynamoDB: health of an endpoint written, answer lost",
    /// KMS refuses to decrypt for lack of permission.
    KeyRefused => "KMS: access denied",
    /// KMS answers 500.
    KeyFailed => "KMS: internal error",
    /// KMS closes the connection instead of answering.
    KeyReset => "KMS: connection closed",
    /// SQS answers 503 to a send.
    SendFailed => "SQS: send failed",
    /// SQS throttles a send.
    SendThrottled => "SQS: send throttled",
    /// SQS closes the connection instead of taking messages.
    SendReset => "SQS: connection closed before the send",
    /// SQS takes some messages of a batch and refuses the others.
    SendPartial => "SQS: some messages of a batch refused",
    /// SQS takes the messages, but its answer never arrives.
    SendAnswerLost => "SQS: messages taken, answer lost",
    /// The function is killed in the middle of a batch.
    Killed => "function: SIGKILL in mid-batch",
    /// The queue delivers a batch twice.
    DeliveredTwice => "queue: batch delivered twice",
    /// The batch was settled, but the messages are not deleted from the queue.
    DeleteLost => "queue: deletion lost",
    /// The endpoint answers 500.
    EndpointFailed => "endpoint: 500",
    /// The endpoint answers 503 with a date in `Retry-After`.
    EndpointUnavailable => "endpoint: 503 with Retry-After as date",
    /// The endpoint answers 429 with seconds in `Retry-After`.
    EndpointThrottles => "endpoint: 429 with Retry-After",
    /// The endpoint answers 404.
    EndpointMissing => "endpoint: 404",
    /// The endpoint answers 410.
    EndpointGone => "endpoint: 410",
    /// The endpoint never answers.
    EndpointSilent => "endpoint: no answer",
    /// The endpoint closes the connection or resets the stream.
    EndpointReset => "endpoint: connection closed",
    /// One endpoint answers 500 to several requests in a row.
    EndpointDown => "endpoint: 500 for a while",
    /// The endpoint takes its time.
    EndpointSlow => "endpoint: slow",
    /// The endpoint takes the event, but answers after the deadline.
    EndpointLate => "endpoint: event taken, answer too late",
    /// A webhook is edited meanwhile.
    Edited => "configuration: edited",
    /// A webhook is paused for a while.
    Paused => "configuration: paused",
    /// A webhook is resumed.
    Resumed => "configuration: resumed",
    /// A webhook is deleted meanwhile.
    Deleted => "configuration: deleted",
    /// A webhook is created again.
    CreatedAgain => "configuration: created again",
}

/// How often each fault was injected.
#[derive(Debug)]
pub struct Counts([AtomicU64; Fault::ALL.len()]);

impl Default for Counts {
    fn default() -> Self {
        Self(array::from_fn(|_| AtomicU64::new(0)))
    }
}

impl Counts {
    /// One more of it.
    pub fn add(&self, fault: Fault) {
        self.0[fault as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// Whether each fault was injected.
    pub fn all_happened(&self) -> bool {
        Fault::ALL.iter().all(|fault| self.of(*fault) > 0)
    }

    /// How many there were.
    pub fn of(&self, fault: Fault) -> u64 {
        self.0[fault as usize].load(Ordering::Relaxed)
    }
}
