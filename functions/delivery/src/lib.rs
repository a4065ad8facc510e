//! Delivers feedback events from a queue to the HTTPS endpoints that organisations configured.
//!
//! `batch` takes a batch apart and settles it, `deliver` handles one event; `format`, `request`, `outcome`, `retry` and
//! `attributes` are pure. Only `send` talks to endpoints, only `settle` to queues, only `lookup` to the store and only
//! `auth` to the key service.

pub mod attributes;
pub mod auth;
pub mod batch;
pub mod deliver;
pub mod egress;
pub mod event_id;
pub mod format;
pub mod lookup;
pub mod metrics;
pub mod outcome;
pub mod record;
pub mod request;
pub mod retry;
pub mod send;
pub mod settings;
pub mod settle;

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use crate::{deliver::Courier, lookup::Lookup, retry::RetryPolicy, settle::Settler};

/// What is kept back of an invocation's time, so that the outcome of the slowest attempt can still be settled: the time
/// that a call to SQS may take with the client's retries.
pub const SETTLE_RESERVE: Duration = Duration::from_secs(5);

/// Everything that lives as long as the execution environment.
pub struct App<L> {
    /// Finds configurations.
    pub lookup: Lookup<L>,
    /// Sends events to endpoints.
    pub courier: Courier,
    /// Moves events to other queues.
    pub settler: Settler,
    /// Decides when an event is tried again.
    pub retry: RetryPolicy,
    /// Longest time for one attempt.
    pub delivery_timeout: Duration,
    /// The time; an argument, so that tests need no tolerance.
    pub clock: fn() -> Timestamp,
    /// A random number from 0 to 1; an argument for the same reason.
    pub jitter: fn() -> f64,
}

impl<L> App<L> {
    /// When an attempt that begins now has to end.
    fn attempt_deadline(&self, invocation_deadline: Instant) -> Instant {
        let settling = invocation_deadline
            .checked_sub(SETTLE_RESERVE)
            .unwrap_or(invocation_deadline);
        settling.min(Instant::now() + self.delivery_timeout)
    }
}
