//! What the messages of our queues have in common for all who read and write them: the event's id, the names of the
//! attributes, the reasons of dead letters, and the limits of the service. No client of any service.

mod event_id;
mod reason;

pub use event_id::event_id;
pub use reason::DeadLetterReason;

/// Most bytes of a message, body and attributes together, and of a batch of them: 1 MiB (Amazon SQS Developer Guide,
/// "Message quotas").
pub const MESSAGE_MAX_BYTES: usize = 1_048_576;

/// Most messages of one batch request (Amazon SQS API Reference, `SendMessageBatch`).
pub const BATCH_MAX_MESSAGES: usize = 10;

/// Bytes that an attribute with a text value takes of a message's size: name, type and value count.
pub fn attribute_bytes(name: &str, data_type: &str, value: &str) -> usize {
    name.len() + data_type.len() + value.len()
}

/// Names of message attributes.
pub mod attribute {
    /// How many attempts were made.
    pub const ATTEMPTS: &str = "Attempts";
    /// The event's id, which is also its `webhook-id`.
    pub const EVENT_ID: &str = "EventId";
    /// When the first attempt was made, or would have been but for an open circuit.
    pub const FIRST_ATTEMPT_AT: &str = "FirstAttemptAt";
    /// Since when the event is held for an endpoint that is out of service.
    pub const HELD_SINCE: &str = "HeldSince";
    /// When the last attempt was made.
    pub const LAST_ATTEMPT_AT: &str = "LastAttemptAt";
    /// What went wrong at the last attempt, if it was not answered.
    pub const LAST_ERROR: &str = "LastError";
    /// The status that the last attempt was answered with.
    pub const LAST_STATUS: &str = "LastStatus";
    /// The event's organisation.
    pub const ORGANISATION: &str = "Organisation";
    /// Why the event was given up: a [`DeadLetterReason`](crate::DeadLetterReason).
    pub const REASON: &str = "Reason";
    /// When the next attempt is due.
    pub const RETRY_AT: &str = "RetryAt";
    /// The event's sandbox.
    pub const SANDBOX: &str = "Sandbox";

    /// How far an event has come. Without these, delivery begins anew, with all of its time before it.
    pub const PROGRESS: [&str; 8] = [
        ATTEMPTS,
        FIRST_ATTEMPT_AT,
        HELD_SINCE,
        LAST_ATTEMPT_AT,
        LAST_ERROR,
        LAST_STATUS,
        REASON,
        RETRY_AT,
    ];
}
