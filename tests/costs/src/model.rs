//! What a million events cost, and how many invocations are under way at a time. Pure.
//!
//! An invocation takes as long as its slowest call and the processor time of its events, which the memory's share of a
//! processor stretches. A failed attempt comes back by way of the retry queue until one succeeds.

use simulation::limits::{BATCH_WITHOUT_WINDOW_MAX, POLLERS_AT_START, RECEIVE_MAX};

use crate::inputs::{Inputs, Mapping, Settings};

/// Memory that comes with one whole processor, in MB (AWS Lambda Developer Guide, "Configure Lambda function memory").
const WHOLE_PROCESSOR_MB: f64 = 1_769.0;
/// Read request units of an item of up to 4 KB that may be a moment old (Amazon DynamoDB Developer Guide).
const UNITS_PER_READ: f64 = 0.5;
/// What is read of a tenant: the webhook, its endpoint's health, and a campaign's switch.
const ITEMS_PER_TENANT: f64 = 3.0;
const DAYS_PER_MONTH: f64 = 30.0;
const MILLION: f64 = 1e6;
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
    /// Attempts and counts that are kept for administrators.
    pub history: f64,
    /// Openings of secrets.
    pub keys: f64,
    /// Logs.
    pub logs: f64,
    /// Requests that leave AWS.
    pub transfer: f64,
}

impl Cost {
    /// Its parts, with what tables call them.
    pub fn parts(&self) -> [(&'static str, f64); 8] {
        [
            ("Lambda requests", self.requests),
            ("Lambda duration", self.duration),
            ("SQS", self.queues),
            ("reads", self.reads),
            ("history", self.history),
            ("KMS", self.keys),
            ("logs", self.logs),
            ("transfer", self.transfer),
        ]
    }

    /// All of it.
    pub fn total(&self) -> f64 {
        self.parts().iter().map(|(_, part)| part).sum()
    }
}

/// What becomes of one queue.
#[derive(Debug, Clone, Copy)]
pub struct Lane {
    /// Attempts that begin in a second.
    pub attempts_per_second: f64,
    /// Events of a batch.
    pub batch: f64,
    /// Duration of an invocation, in seconds.
    pub duration: f64,
}

impl Lane {
    fn invocations_per_second(self) -> f64 {
        self.attempts_per_second / self.batch
    }

    /// Invocations at a time (Little's law).
    pub fn concurrency(self) -> f64 {
        self.invocations_per_second() * self.duration
    }
}

/// What follows for a load.
#[derive(Debug, Clone, Copy)]
pub struct Estimate {
    /// The feedback queue.
    pub feedback: Lane,
    /// The retry queue.
    pub retry: Lane,
    /// Cost.
    pub cost: Cost,
}

impl Estimate {
    /// Invocations of both queues at a time.
    pub fn concurrency(&self) -> f64 {
        self.feedback.concurrency() + self.retry.concurrency()
    }
}

/// The estimate for a load with these settings.
pub fn estimate(inputs: &Inputs, settings: &Settings, load: Load) -> Estimate {
    let attempts_per_second = load.rate / (1.0 - load.failing);
    let lane = |rate, mapping| lane(inputs, settings, load, rate, mapping);
    let feedback = lane(load.rate, settings.feedback);
    let retry = lane(attempts_per_second - load.rate, settings.retry);
    Estimate {
        feedback,
        retry,
        cost: cost(inputs, settings, load, [feedback, retry]),
    }
}

/// Lambda gathers five batches at a time at least, for as long as the window, and adds pollers while messages wait; so
/// batches are larger than what five gather only where the maximum concurrency is reached.
fn lane(inputs: &Inputs, settings: &Settings, load: Load, rate: f64, mapping: Mapping) -> Lane {
    let duration = |batch| duration(inputs, settings, load, batch);
    let gathered = rate * mapping.window_seconds / f64::from(POLLERS_AT_START);
    let crowded = rate * duration(1.0) / mapping.maximum_concurrency;
    let most = if mapping.window_seconds > 0.0 {
        mapping.batch
    } else {
        mapping.batch.min(f64::from(BATCH_WITHOUT_WINDOW_MAX))
    };
    let batch = gathered.max(crowded).clamp(1.0, most);
    Lane {
        attempts_per_second: rate,
        batch,
        duration: duration(batch),
    }
}

/// Duration of an invocation, in seconds.
pub fn duration(inputs: &Inputs, settings: &Settings, load: Load, batch: f64) -> f64 {
    let (measured, assumed) = (&inputs.measured, &inputs.assumed);
    let rounds = (batch / (assumed.tenants.value * settings.calls_per_endpoint)).ceil();
    let cpu_us = measured.cpu_us_per_batch
        + batch * (measured.cpu_us_per_event + load.failing * measured.cpu_us_per_failure);
    let share = (settings.memory_mb / WHOLE_PROCESSOR_MB).min(1.0);
    let sending = rounds * load.latency + cpu_us / 1e6 / share;
    // A call before, where what is remembered is too old, and one afterwards, where events are sent on or counted.
    let any_fails = 1.0 - (1.0 - load.failing).powf(batch);
    let looks_up = (sending / settings.cache_seconds).min(1.0);
    let settles = any_fails.max((sending / settings.counts_seconds).min(1.0));
    sending + assumed.service_call_ms.value / 1e3 * (looks_up + settles)
}

fn cost(inputs: &Inputs, settings: &Settings, load: Load, lanes: [Lane; 2]) -> Cost {
    let (prices, measured, assumed) = (&inputs.prices, &inputs.measured, &inputs.assumed);
    let seconds = MILLION / load.rate;
    let sum = |of: fn(Lane) -> f64| lanes.into_iter().map(of).sum::<f64>();
    let attempts_per_second = sum(|lane| lane.attempts_per_second);
    let attempts = seconds * attempts_per_second;
    let invocations = seconds * sum(Lane::invocations_per_second);
    let concurrency = sum(Lane::concurrency);

    let full = f64::from(RECEIVE_MAX);
    // Receives and deletes of both queues, what the function sends on, and what the backend sends.
    let requests = lanes.iter().map(|lane| {
        let failed = (lane.batch * load.failing).clamp(1.0, full);
        lane.attempts_per_second * (2.0 / lane.batch.min(full) + load.failing / failed)
    });
    let requests =
        seconds * requests.sum::<f64>() + MILLION / assumed.producer_batch.value.min(full);

    // Each environment remembers for itself what it knows of a tenant, and does nothing for one that has no events.
    let pairs = concurrency.max(1.0) * assumed.tenants.value;
    let events_of_pair = attempts_per_second / pairs;
    let at_most_every = |every: f64| seconds * pairs * events_of_pair.min(1.0 / every);
    let reads = at_most_every(settings.cache_seconds) * ITEMS_PER_TENANT;
    let openings = at_most_every(settings.opened_seconds);

    let counts = at_most_every(settings.counts_seconds);
    let successes_of_pair = events_of_pair * (1.0 - load.failing);
    let samples = seconds * pairs * successes_of_pair.min(settings.samples_per_minute / 60.0);
    let kept_kb = (samples + attempts * load.failing) * assumed.kept_attempt_kb.value.ceil();
    let stored = kept_kb * 1e3 / GB * settings.kept_days / DAYS_PER_MONTH;

    let log_bytes = attempts * measured.log_bytes_per_attempt
        + invocations * (measured.log_bytes_per_batch + assumed.platform_log_bytes_per_batch.value);
    let sent_bytes = attempts * (measured.request_bytes + assumed.wire_bytes_per_request.value);
    Cost {
        requests: invocations / MILLION * prices.lambda_million_requests.value,
        duration: seconds * concurrency * settings.memory_gb() * settings.gb_second(prices),
        queues: requests / MILLION
            * (prices.sqs_million_requests.value + prices.sqs_million_fair.value),
        reads: reads * UNITS_PER_READ / MILLION * prices.dynamodb_million_reads.value,
        history: (kept_kb + counts) / MILLION * prices.dynamodb_million_writes.value
            + stored * prices.dynamodb_gb_month.value,
        keys: openings / 1e4 * prices.kms_ten_thousand_calls.value,
        logs: log_bytes / GB * prices.logs_gb.value,
        transfer: sent_bytes / GB * prices.transfer_gb.value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, round};

    fn at(inputs: &Inputs, rate: f64, latency: f64, failing: f64) -> Estimate {
        let load = Load {
            rate,
            latency,
            failing,
        };
        estimate(inputs, &inputs.settings, load)
    }

    #[test]
    fn a_load_costs_what_it_does_by_hand() {
        // 1,000 events/s, endpoints that answer in 0.1 s, every second attempt fails: 1,000 attempts/s from either
        // queue. A million events take 1,000 s and two million attempts.
        let Estimate {
            feedback,
            retry,
            cost,
        } = at(&round(), 1_000.0, 0.1, 0.5);

        // Five pollers would gather 200 events in a second, so batches are full: 50 and 10. An event takes 60 µs, half
        // of them 80 µs more: 100 µs. 0.1 s + 1 ms + 50 × 100 µs, and 0.1 s + 1 ms + 10 × 100 µs:
        assert_close(feedback.duration, 0.106);
        assert_close(retry.duration, 0.102);
        // 20 and 100 invocations/s.
        assert_close(feedback.concurrency(), 2.12);
        assert_close(retry.concurrency(), 10.2);

        // 120 × 1,000 invocations at $0.20 per million.
        assert_close(cost.requests, 0.024);
        // 12.32 invocations at a time for 1,000 s, at $0.00001.
        assert_close(cost.duration, 0.1232);
        // Messages are received and deleted in tens: 2 × 100/s of either queue. 500 fail in a second of either queue: 25
        // of a batch, sent on in tens, 50/s; and 5 of a batch, 100/s. The backend sends 100/s. 650 × 1,000 at $0.50.
        assert_close(cost.queues, 0.325);
        // 12.32 environments × 10 tenants = 123.2 pairs with 16 events/s each, so every 5 s each reads 3 items for half
        // a unit: 123.2 / 5 × 3 / 2 × 1,000 = 36,960 at $0.125 per million.
        assert_close(cost.reads, 0.00462);
        // 123.2 / 300 × 1,000 openings at $0.03 for ten thousand.
        assert_close(cost.keys, 0.001232);
        // Counts: 123.2/s × 1,000. Attempts: a million that fail, and 123.2 × 10 / 60 × 1,000 = 20,533⅓ samples, of 3
        // units each. 123,200 + 3,061,600 = 3,184,800 at $0.625 per million are $1.9905. The attempts are 3.0616 GB for
        // 7 of 30 days at $0.30: $0.214312.
        assert_close(cost.history, 1.9905 + 0.214_312);
        // 2 million × 300 bytes + 120,000 × (200 + 800) bytes = 0.72 GB at $0.50.
        assert_close(cost.logs, 0.36);
        // 2 million × (1,350 + 150) bytes = 3 GB at $0.09.
        assert_close(cost.transfer, 0.27);

        let total = 0.024 + 0.1232 + 0.325 + 0.00462 + 0.001_232 + 2.204_812 + 0.36 + 0.27;
        assert_close(cost.total(), total);
    }

    #[test]
    fn a_trickle_does_not_fill_batches_and_a_crowd_does() {
        let mut inputs = round();
        let batch = |inputs: &Inputs, rate, latency| at(inputs, rate, latency, 0.0).feedback.batch;
        // Five pollers, a second each.
        assert_close(batch(&inputs, 10.0, 0.1), 2.0);
        assert_close(batch(&inputs, 1.0, 0.1), 1.0);
        inputs.settings.feedback.window_seconds = 0.0;
        assert_close(batch(&inputs, 100.0, 0.1), 1.0);
        // Single events would need 1,000 × (1 s + 1.06 ms) = 1,001.06 invocations at a time, and there are 200.
        assert_close(batch(&inputs, 1_000.0, 1.0), 1_001.06 / 200.0);
        // No more than ten without a window.
        assert_close(batch(&inputs, 1_000.0, 3.0), 10.0);
    }

    #[test]
    fn half_of_a_processor_takes_twice_the_time() {
        let mut inputs = round();
        let at = |inputs: &Inputs| at(inputs, 1_000.0, 0.0, 0.0).feedback.duration;
        // 1,000 + 50 × 60 µs.
        assert_close(at(&inputs), 0.004);
        inputs.settings.memory_mb /= 2.0;
        assert_close(at(&inputs), 0.008);
        inputs.settings.memory_mb *= 8.0;
        assert_close(at(&inputs), 0.004);
    }

    #[test]
    fn one_endpoint_is_called_sixteen_times_at_a_time() {
        let mut inputs = round();
        inputs.assumed.tenants.value = 1.0;
        // 50 events are four rounds of 16 at most.
        let duration = at(&inputs, 1_000.0, 1.0, 0.0).feedback.duration;
        assert_close(duration, 4.004);
    }

    #[test]
    fn calls_to_services_prolong_an_invocation_as_often_as_they_are_made() {
        let mut inputs = round();
        inputs.assumed.service_call_ms.value = 10.0;
        let duration = |failing| at(&inputs, 1_000.0, 0.496, failing).feedback.duration;
        // 0.5 s: a tenth of the invocations look up, and half of them count.
        assert_close(duration(0.0), 0.5 + 0.01 * (0.1 + 0.5));
        // 0.5 + 50 × 40 µs, and one of the fifty fails almost always.
        let sending = 0.502;
        let any_fails = 1.0 - 0.5_f64.powi(50);
        assert_close(duration(0.5), sending + 0.01 * (sending / 5.0 + any_fails));
    }

    #[test]
    fn an_environment_that_sees_few_events_of_a_tenant_keeps_all_of_them() {
        // 10 events/s at 10 s: batches of two, 5 × 10.00112 environments, 500 pairs, which have less than ten events in
        // a minute. So each event is an attempt that is kept (3 units, 3 KB for 7 of 30 days at $0.30) and a count.
        let history = |failing| at(&round(), 10.0, 10.0, failing).cost.history;
        let of_a_million = 4.0 * 0.625 + 3.0 * 7.0 / 30.0 * 0.3;
        assert_close(history(0.0), of_a_million);
        // Every second one fails, so there are two million attempts.
        assert_close(history(0.5), 2.0 * of_a_million);
    }

    #[test]
    fn an_environment_is_one_although_it_is_seldom_busy() {
        // 100 events/s make 5 batches of 20, of 2.2 ms each: 0.011 invocations at a time. The ten tenants' secrets are
        // opened every 300 s for 10,000 s: 333⅓ openings.
        let cost = at(&round(), 100.0, 0.0, 0.0).cost;
        assert_close(cost.keys, 0.001);
    }
}
