//! What a million events cost, and how many invocations are under way at a time. Pure.
//!
//! An invocation takes as long as its slowest call and the processor time of its events, which the memory's share of a
//! processor stretches. A failed attempt comes back by way of the retry queue until one succeeds.

use crate::inputs::{Inputs, Settings};

/// Memory that comes with one whole processor, in MB (AWS Lambda Developer Guide, "Configure Lambda function memory").
const WHOLE_PROCESSOR_MB: f64 = 1_769.0;
/// Messages of one receive, send or delete (Amazon SQS API Reference).
const SQS_BATCH: f64 = 10.0;
/// Read request units of an item of up to 4 KB that may be a moment old (Amazon DynamoDB Developer Guide).
const UNITS_PER_READ: f64 = 0.5;
const GB: f64 = 1e9;

/// A load.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// Events per second.
    pub rate: f64,
    /// Time that endpoints take to answer, in seconds.
    pub latency: f64,
    /// Share of the attempts that fail, from 0 to below 1.
    pub failing: f64,
}

/// What a million events cost, in US dollars.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Cost {
    /// Invocations.
    pub requests: f64,
    /// Their duration.
    pub duration: f64,
    /// Queues.
    pub queues: f64,
    /// Reads of the configuration.
    pub reads: f64,
    /// Openings of secrets.
    pub keys: f64,
    /// Logs.
    pub logs: f64,
    /// Requests that leave AWS.
    pub transfer: f64,
}

impl Cost {
    /// All of it.
    pub fn total(&self) -> f64 {
        self.requests
            + self.duration
            + self.queues
            + self.reads
            + self.keys
            + self.logs
            + self.transfer
    }
}

/// What follows for a load.
#[derive(Debug, Clone, Copy)]
pub struct Estimate {
    /// Events of a batch of the feedback queue.
    pub batch: f64,
    /// Duration of its invocation, in seconds.
    pub duration: f64,
    /// Invocations of the feedback queue at a time.
    pub concurrency: f64,
    /// Invocations of the retry queue at a time.
    pub retry_concurrency: f64,
    /// Cost.
    pub cost: Cost,
}

/// What becomes of one queue.
#[derive(Debug, Clone, Copy)]
struct Lane {
    attempts_per_second: f64,
    batch: f64,
    duration: f64,
}

impl Lane {
    fn invocations_per_second(self) -> f64 {
        self.attempts_per_second / self.batch
    }

    fn concurrency(self) -> f64 {
        self.invocations_per_second() * self.duration
    }
}

/// The estimate for a load with these settings.
pub fn estimate(inputs: &Inputs, settings: &Settings, load: Load) -> Estimate {
    let attempts = 1.0 / (1.0 - load.failing);
    let gathered = load.rate * settings.window_seconds / inputs.assumed.pollers_min.value;
    let batch = gathered.clamp(1.0, settings.batch);
    let feedback = lane(inputs, settings, load, load.rate, batch);
    let retried = load.rate * (attempts - 1.0);
    // The retry queue has no window, so only a backlog fills its batches.
    let retry_batch = (retried / inputs.assumed.pollers_min.value).clamp(1.0, settings.retry_batch);
    let retry = lane(inputs, settings, load, retried, retry_batch);
    Estimate {
        batch,
        duration: feedback.duration,
        concurrency: feedback.concurrency(),
        retry_concurrency: retry.concurrency(),
        cost: cost(inputs, settings, load, &[feedback, retry]),
    }
}

fn lane(inputs: &Inputs, settings: &Settings, load: Load, attempts: f64, batch: f64) -> Lane {
    let measured = &inputs.measured;
    let of_one_tenant = (batch / inputs.assumed.tenants.value).ceil();
    let rounds = (of_one_tenant / settings.calls_per_endpoint).ceil();
    let cpu_us = measured.cpu_us_per_batch.value
        + batch
            * (measured.cpu_us_per_event.value + load.failing * measured.cpu_us_per_failure.value);
    let share = (settings.memory_mb / WHOLE_PROCESSOR_MB).min(1.0);
    // Whether anything has to be sent on: the more events, the more likely.
    let settles = 1.0 - (1.0 - load.failing).powf(batch);
    let service = inputs.assumed.service_call_ms.value / 1e3;
    Lane {
        attempts_per_second: attempts,
        batch,
        duration: rounds * load.latency + cpu_us / 1e6 / share + settles * service,
    }
}

fn cost(inputs: &Inputs, settings: &Settings, load: Load, lanes: &[Lane]) -> Cost {
    let (prices, measured, assumed) = (&inputs.prices, &inputs.measured, &inputs.assumed);
    let million = 1e6;
    let seconds_for_a_million = million / load.rate;
    let sum = |of: &dyn Fn(&Lane) -> f64| lanes.iter().map(of).sum::<f64>();
    let invocations = seconds_for_a_million * sum(&|lane| lane.invocations_per_second());
    let attempts = seconds_for_a_million * sum(&|lane| lane.attempts_per_second);
    let busy = seconds_for_a_million * sum(&|lane| lane.concurrency());
    // Receives and deletes of both queues, what the backend sends, and what the function sends on.
    let handled = seconds_for_a_million
        * sum(&|lane| 2.0 * lane.attempts_per_second / lane.batch.min(SQS_BATCH));
    let sent_on = seconds_for_a_million
        * sum(&|lane| {
            let failed = lane.batch * load.failing;
            lane.attempts_per_second * load.failing / failed.clamp(1.0, SQS_BATCH)
        });
    let requests = handled + sent_on + million / assumed.producer_batch.value.min(SQS_BATCH);
    // An environment reads at most once in the time for which it remembers: a webhook and its health for each tenant
    // that it meets, and a campaign.
    let reads = seconds_for_a_million
        * sum(&|lane| {
            let looks = (1.0 / lane.duration).min(1.0 / settings.cache_seconds.max(1e-9));
            lane.concurrency() * looks * 3.0 * assumed.tenants.value
        });
    let openings = busy * assumed.tenants.value / settings.opened_seconds;
    let log_bytes = attempts * measured.log_bytes_per_attempt.value
        + invocations
            * (measured.log_bytes_per_batch.value + assumed.platform_log_bytes_per_batch.value);
    Cost {
        requests: invocations / million * prices.lambda_million_requests.value,
        duration: busy * settings.memory_mb / 1_024.0 * prices.lambda_gb_second.value,
        queues: requests / million
            * (prices.sqs_million_requests.value + prices.sqs_million_fair.value),
        reads: reads * UNITS_PER_READ / million * prices.dynamodb_million_reads.value,
        keys: openings / 1e4 * prices.kms_ten_thousand_calls.value,
        logs: log_bytes / GB * prices.logs_gb.value,
        transfer: attempts * measured.request_bytes.value / GB * prices.transfer_gb.value,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn inputs() -> Inputs {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/inputs.json");
        Inputs::read(Path::new(path)).unwrap()
    }

    fn at(rate: f64, latency: f64, failing: f64) -> Estimate {
        let inputs = inputs();
        let load = Load {
            rate,
            latency,
            failing,
        };
        estimate(&inputs, &inputs.settings, load)
    }

    #[test]
    fn concurrency_is_what_littles_law_says() {
        let estimate = at(15_000.0, 0.05, 0.0);
        assert_eq!(estimate.batch, 50.0);
        let expected = 15_000.0 / 50.0 * estimate.duration;
        assert!((estimate.concurrency - expected).abs() < 1e-9);
        assert_eq!(estimate.retry_concurrency, 0.0);
    }

    #[test]
    fn what_fails_half_of_the_time_is_tried_twice() {
        let (good, bad) = (at(15_000.0, 0.05, 0.0), at(15_000.0, 0.05, 0.5));
        assert!((bad.cost.transfer / good.cost.transfer - 2.0).abs() < 1e-9);
        assert!(bad.retry_concurrency > 0.0);
    }

    #[test]
    fn slow_endpoints_cost_in_proportion_to_the_time_that_is_waited() {
        let (quick, slow) = (at(15_000.0, 1.0, 0.0), at(15_000.0, 10.0, 0.0));
        let ratio = slow.cost.duration / quick.cost.duration;
        assert!((9.0..10.0).contains(&ratio), "{ratio}");
        assert!((slow.cost.logs - quick.cost.logs).abs() < 1e-9);
    }

    #[test]
    fn a_trickle_does_not_fill_batches() {
        assert_eq!(at(10.0, 0.05, 0.0).batch, 2.0);
        assert_eq!(at(1.0, 0.05, 0.0).batch, 1.0);
    }
}
