//! What a run is about: the traffic, the outage, and how the product is set up. No behaviour but for the check that a
//! setting makes sense.

use serde::Serialize;

use crate::{
    Millis,
    limits::{BATCH_WITHOUT_WINDOW_MAX, CONCURRENCY_MAX},
};

/// The function's timeout in the template. The product keeps every invocation below it.
pub const FUNCTION_TIMEOUT_MS: Millis = 30_000;

/// Everything that a run depends on.
#[derive(Debug, Clone, Serialize)]
pub struct Settings {
    /// The same seed gives the same run.
    pub seed: u64,
    /// Who sends how much.
    pub traffic: Traffic,
    /// When the failing tenant's endpoint hangs.
    pub outage: Outage,
    /// How the feedback queue is read.
    pub feedback: Lane,
    /// How the retry queue is read.
    pub retry: Lane,
    /// Whether producers set `MessageGroupId` to the tenant, which makes the queues fair.
    pub has_message_groups: bool,
    /// Where failed events wait.
    pub waiting: Waiting,
    /// How long they wait.
    pub backoff: Backoff,
    /// The circuit breaker, if there is one.
    pub breaker: Option<Breaker>,
    /// How long everything takes that AWS gives no number for.
    pub assumed: Assumed,
    /// The run ends when nothing is left of the outage, or this long after its start.
    pub give_up_after_ms: Millis,
}

/// Who sends how much, at an even pace.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Traffic {
    /// Tenants with a healthy endpoint, all alike.
    pub healthy_tenants: u32,
    /// What they send together.
    pub healthy_events_per_second: u32,
    /// What the tenant sends whose endpoint fails.
    pub failing_events_per_second: u32,
    /// Share of calls to healthy endpoints that fail all the same.
    pub transient_failure_rate: f64,
}

/// When the failing tenant's endpoint hangs; before and after it is as healthy as the others.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Outage {
    /// It starts then.
    pub start_ms: Millis,
    /// It is over then; no outage if that is the start.
    pub end_ms: Millis,
}

impl Outage {
    /// Whether a call that starts at `now` hangs.
    pub fn covers(self, now: Millis) -> bool {
        (self.start_ms..self.end_ms).contains(&now)
    }
}

/// An event source mapping, and how long the function tries an endpoint for events that come from it.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Lane {
    /// `BatchSize`.
    pub batch_size: u32,
    /// `MaximumBatchingWindowInSeconds`, in milliseconds.
    pub batch_window_ms: Millis,
    /// `MaximumConcurrency`.
    pub maximum_concurrency: u32,
    /// Longest time of one attempt.
    pub attempt_timeout_ms: Millis,
}

/// Where failed events wait for their next attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Waiting {
    /// Delayed, on a queue of their own, in hops of at most 15 minutes.
    RetryQueue,
    /// On the feedback queue: reported as batch item failures, with a visibility timeout as long as the wait.
    VisibilityTimeout,
}

/// Exponential backoff with full jitter.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Backoff {
    /// Upper bound of the first delay; it doubles with every try.
    pub first_ms: Millis,
    /// Upper bound of all delays after an attempt.
    pub max_ms: Millis,
    /// Upper bound of all delays after an open circuit was met, where nothing was attempted.
    pub passed_max_ms: Millis,
}

/// The circuit breaker of an endpoint, shared by all execution environments.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Breaker {
    /// Consecutive failures that open it.
    pub failures: u32,
    /// Time between two probes while it is open.
    pub probe_interval_ms: Millis,
    /// How long an execution environment goes by the state that it has read.
    pub cache_ms: Millis,
}

/// How long things take that AWS gives no number for. All of them are guesses on the safe side for one Region.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Assumed {
    /// One `ReceiveMessage` of a poller; a poller makes one at a time.
    pub receive_ms: Millis,
    /// From the end of the batch to the first call: invocation, parsing, cached lookup, signing.
    pub overhead_ms: Millis,
    /// A call to a healthy endpoint.
    pub healthy_call_ms: Millis,
    /// Sending what is to wait to the retry queue, at the end of an invocation that has any.
    pub settle_ms: Millis,
}

impl Settings {
    /// What is wrong with these settings, if anything.
    ///
    /// # Errors
    /// A sentence about the first setting that AWS would refuse or that the product does not allow.
    pub fn check(&self) -> Result<(), String> {
        for (name, lane) in [("feedback", self.feedback), ("retry", self.retry)] {
            if !(2..=CONCURRENCY_MAX).contains(&lane.maximum_concurrency) {
                return Err(format!(
                    "{name}: MaximumConcurrency is 2 to {CONCURRENCY_MAX}"
                ));
            }
            if lane.batch_size == 0
                || (lane.batch_size > BATCH_WITHOUT_WINDOW_MAX && lane.batch_window_ms < 1_000)
            {
                return Err(format!(
                    "{name}: batches above {BATCH_WITHOUT_WINDOW_MAX} need a window of a second"
                ));
            }
            let longest =
                self.assumed.overhead_ms + lane.attempt_timeout_ms + self.assumed.settle_ms;
            if longest >= FUNCTION_TIMEOUT_MS {
                return Err(format!("{name}: an attempt may outlast the function"));
            }
        }
        if self.traffic.healthy_tenants == 0 {
            return Err("at least one tenant is healthy".to_owned());
        }
        Ok(())
    }
}
