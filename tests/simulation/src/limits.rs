//! What AWS documents of its services. Nothing here is ours; every number names the page that it comes from.

use crate::Millis;

/// Messages of a standard queue that may be received and not yet deleted; "approximately". At the limit a long poll
/// gets no error and no messages (SQS Developer Guide, "Standard queue quotas").
pub const IN_FLIGHT_MAX: u64 = 120_000;

/// Messages that one `ReceiveMessage` returns at most (SQS API Reference, `ReceiveMessage`, `MaxNumberOfMessages`).
pub const RECEIVE_MAX: u32 = 10;

/// Longest delay of a message. It is no in-flight message meanwhile, since nobody received it (SQS API Reference,
/// `SendMessage`, `DelaySeconds`; SQS Developer Guide, "Delay queues").
pub const DELAY_MAX_MS: Millis = 900_000;

/// Share of a queue's in-flight messages above which a tenant (message group) is a noisy neighbour, whose messages wait
/// while others have some (SQS Developer Guide, "How Amazon SQS fair queues work"). The page's second measure, the share
/// of processing time, is the same number in a steady state (Little's law), so the model has only this one.
pub const NOISY_SHARE: f64 = 0.10;

/// In-flight messages that a noisy neighbour has at least (same page).
pub const NOISY_IN_FLIGHT_MIN: u64 = 30;

/// Batches that an event source mapping processes at a time when a standard queue becomes active (Lambda Developer
/// Guide, "Configuring scaling behavior for SQS event source mappings").
pub const POLLERS_AT_START: u32 = 5;

/// Pollers that it adds per minute while messages are available (same page: 300).
pub const POLLERS_PER_SECOND: u32 = 300 / 60;

/// The highest `MaximumConcurrency` (Lambda API Reference, `ScalingConfig`), and the concurrency that all functions of
/// an account share by default (Lambda Developer Guide, "Lambda quotas").
pub const CONCURRENCY_MAX: u32 = 1_000;

/// Largest batch without a batching window (Lambda API Reference, `CreateEventSourceMapping`, `BatchSize`).
pub const BATCH_WITHOUT_WINDOW_MAX: u32 = 10;
