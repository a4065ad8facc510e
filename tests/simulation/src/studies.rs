//! The questions that are asked of the model: what happens in each scenario, and how that depends on one setting.
//!
//! It runs the engine and keeps what the answers need; it draws and prints nothing.

use serde::Serialize;

use crate::{
    Millis,
    engine::run,
    measures::Measures,
    scenarios::{BREAKER, Scenario},
    settings::{Outage, Settings, Traffic},
};

/// From then on after its start an outage counts as settled: its first effects, while nobody knows of it, are over.
pub const SETTLED_AFTER_MS: Millis = 60_000;
const MINUTE_MS: Millis = 60_000;

/// What a scenario came to. Times are since the start of the outage; `null` means "not before the run ended".
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// Of events sent during the outage by tenants with a healthy endpoint, delivered at the first attempt.
    pub healthy_ms: Latency,
    /// The same, without the first minute of the outage.
    pub healthy_settled_ms: Latency,
    /// Of healthy tenants' events whose first attempt failed, over the whole run.
    pub healthy_retried_ms: Latency,
    /// When a healthy tenant's event had waited for ten seconds for the first time; `null` for never.
    pub stalled_at_ms: Option<Millis>,
    /// For how many seconds that was so.
    pub stalled_seconds: usize,
    /// When no healthy event waited for longer than a second any more.
    pub caught_up_at_ms: Option<Millis>,
    /// Most messages of the feedback queue in flight.
    pub in_flight_peak: u64,
    /// When they came within 1 % of the limit; `null` for never.
    pub in_flight_limit_at_ms: Option<Millis>,
    /// Most invocations for the feedback queue at a time.
    pub feedback_concurrency_peak: u64,
    /// Most invocations for the retry queue at a time.
    pub retry_concurrency_peak: u64,
    /// Most messages on the retry queue.
    pub retry_depth_peak: u64,
    /// Most of those that were due, and had to wait for a poller.
    pub retry_overdue_peak: u64,
    /// After the end of the outage, until 99 % of the failing tenant's events were delivered.
    pub drained_after_ms: Option<Millis>,
    /// Calls that hung.
    pub hanging_calls: u64,
}

/// Quantiles of a latency.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Latency {
    /// The median.
    pub p50: Option<Millis>,
    /// 99 % are not longer.
    pub p99: Option<Millis>,
    /// The longest.
    pub max: Option<Millis>,
}

/// Runs a scenario.
///
/// # Errors
/// A sentence about a setting that makes no sense.
pub fn outcome(settings: &Settings) -> Result<(Outcome, Measures), String> {
    let measures = run(settings)?;
    let Outage { start_ms, end_ms } = settings.outage;
    let limit = crate::limits::IN_FLIGHT_MAX / 100 * 99;
    let since_start = |at: Millis| at - start_ms;
    let healthy = |from| latency(&measures.healthy(from, end_ms));
    let outcome = Outcome {
        healthy_ms: healthy(start_ms),
        healthy_settled_ms: healthy(start_ms + SETTLED_AFTER_MS),
        healthy_retried_ms: latency(&measures.healthy_retried),
        stalled_at_ms: measures.stalled_at().map(since_start),
        stalled_seconds: measures.stalled_seconds(),
        caught_up_at_ms: measures.caught_up_at().map(since_start),
        in_flight_peak: measures.peak(|sample| sample.feedback.in_flight),
        in_flight_limit_at_ms: measures.in_flight_reached_at(limit).map(since_start),
        feedback_concurrency_peak: measures.peak(|sample| sample.feedback.concurrency.into()),
        retry_concurrency_peak: measures.peak(|sample| sample.retry.concurrency.into()),
        retry_depth_peak: measures.peak(|sample| sample.retry.visible + sample.retry.delayed),
        retry_overdue_peak: measures.peak(|sample| sample.retry.visible),
        drained_after_ms: measures
            .failing_drained_at()
            .map(|at| at.saturating_sub(end_ms)),
        hanging_calls: measures.hanging_calls,
    };
    Ok((outcome, measures))
}

fn latency(histogram: &crate::histogram::Histogram) -> Latency {
    Latency {
        p50: histogram.quantile(0.5),
        p99: histogram.quantile(0.99),
        max: histogram.longest_ms(),
    }
}

/// The settled 99th percentile for each `MaximumConcurrency` of the feedback lane.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Concurrency {
    /// The scenario.
    pub scenario: String,
    /// `BatchSize` of the feedback lane.
    pub batch_size: u32,
    /// What it was asked with, and the answer.
    pub healthy_settled_p99_ms: Vec<(u32, Option<Millis>)>,
    /// The least of them that keeps the percentile within twice that of a run without outage.
    pub needed: Option<u32>,
}

/// The values of `MaximumConcurrency` that are tried.
pub const CONCURRENCIES: [u32; 8] = [20, 30, 40, 50, 100, 200, 400, 1_000];

/// Which `MaximumConcurrency` each scenario needs, for batches of 50 and of 10.
///
/// # Errors
/// A sentence about a setting that makes no sense.
pub fn concurrency(scenarios: &[Scenario]) -> Result<Vec<Concurrency>, String> {
    let mut answers = Vec::new();
    for batch_size in [50, 10] {
        let mut bound_ms = None;
        for scenario in scenarios {
            let mut asked = Vec::new();
            for maximum_concurrency in CONCURRENCIES {
                let mut settings = scenario.settings.clone();
                settings.feedback.batch_size = batch_size;
                settings.feedback.maximum_concurrency = maximum_concurrency;
                shorten(&mut settings, 4 * MINUTE_MS);
                let (outcome, _) = outcome(&settings)?;
                asked.push((maximum_concurrency, outcome.healthy_settled_ms.p99));
            }
            // The first scenario is the one without outage.
            let best_ms = asked.iter().filter_map(|(_, p99_ms)| *p99_ms).min();
            let bound_ms = *bound_ms.get_or_insert(best_ms.map(|best_ms| 2 * best_ms));
            let is_enough = |p99_ms: Option<Millis>| p99_ms.is_some() && p99_ms <= bound_ms;
            let needed = asked.iter().find(|(_, p99_ms)| is_enough(*p99_ms));
            answers.push(Concurrency {
                scenario: scenario.id.to_owned(),
                batch_size,
                needed: needed.map(|(maximum_concurrency, _)| *maximum_concurrency),
                healthy_settled_p99_ms: asked,
            });
        }
    }
    Ok(answers)
}

/// How long the healthy tenants wait while nobody knows yet that an endpoint is dead.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Onset {
    /// Longest time of one attempt from the feedback queue.
    pub attempt_timeout_ms: Millis,
    /// `MaximumConcurrency` of the feedback lane.
    pub maximum_concurrency: u32,
    /// What the failing tenant sends, and the longest latency of a healthy tenant's event.
    pub healthy_longest_ms: Vec<(u32, Option<Millis>)>,
}

/// The failing tenant's events per second that are tried.
pub const FAILING_RATES: [u32; 5] = [1, 5, 50, 500, 1_500];

/// The first two minutes of an outage with a circuit breaker, for tenants of all sizes.
///
/// # Errors
/// A sentence about a setting that makes no sense.
pub fn onset(with_breaker: &Settings) -> Result<Vec<Onset>, String> {
    let all = with_breaker.traffic.healthy_events_per_second
        + with_breaker.traffic.failing_events_per_second;
    let mut answers = Vec::new();
    for attempt_timeout_ms in [10_000, 5_000, 2_000, 1_000] {
        for maximum_concurrency in [50, 200] {
            let mut asked = Vec::new();
            for failing_events_per_second in FAILING_RATES {
                let mut settings = with_breaker.clone();
                settings.traffic = Traffic {
                    healthy_events_per_second: all - failing_events_per_second,
                    failing_events_per_second,
                    ..settings.traffic
                };
                settings.feedback.attempt_timeout_ms = attempt_timeout_ms;
                settings.feedback.maximum_concurrency = maximum_concurrency;
                shorten(&mut settings, 2 * MINUTE_MS);
                let (outcome, _) = outcome(&settings)?;
                asked.push((failing_events_per_second, outcome.healthy_ms.max));
            }
            answers.push(Onset {
                attempt_timeout_ms,
                maximum_concurrency,
                healthy_longest_ms: asked,
            });
        }
    }
    Ok(answers)
}

/// Whether the retry lane keeps up with a long outage.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RetryLane {
    /// `BatchSize` of the retry lane.
    pub batch_size: u32,
    /// Its `MaximumConcurrency`.
    pub maximum_concurrency: u32,
    /// Longest delay of an event that met an open circuit.
    pub passed_max_ms: Millis,
    /// What came of it.
    pub outcome: Outcome,
}

/// The whole outage with a circuit breaker, for several settings of the retry lane. The healthy tenants send a tenth,
/// which changes nothing there but the time that the run takes.
///
/// # Errors
/// A sentence about a setting that makes no sense.
pub fn retry_lane(with_breaker: &Settings) -> Result<Vec<RetryLane>, String> {
    let (quarter, hour) = (15 * MINUTE_MS, 60 * MINUTE_MS);
    [
        (10, 10, hour),
        (10, 50, hour),
        (10, 10, quarter),
        (10, 20, quarter),
        (10, 50, quarter),
        (50, 10, quarter),
        (50, 20, quarter),
    ]
    .into_iter()
    .map(|(batch_size, maximum_concurrency, passed_max_ms)| {
        let mut settings = with_breaker.clone();
        settings.traffic.healthy_events_per_second /= 10;
        settings.retry.batch_size = batch_size;
        settings.retry.batch_window_ms = if batch_size > 10 { 1_000 } else { 0 };
        settings.retry.maximum_concurrency = maximum_concurrency;
        settings.backoff.passed_max_ms = passed_max_ms;
        settings.breaker = Some(BREAKER);
        let (outcome, _) = outcome(&settings)?;
        Ok(RetryLane {
            batch_size,
            maximum_concurrency,
            passed_max_ms,
            outcome,
        })
    })
    .collect()
}

/// Makes the outage short, and the run end soon after it: what waits then counts as longer than everything else.
fn shorten(settings: &mut Settings, outage_ms: Millis) {
    settings.outage.end_ms = settings.outage.start_ms + outage_ms;
    settings.give_up_after_ms = outage_ms + MINUTE_MS;
}
