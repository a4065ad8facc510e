//! What a million events cost. Pure.

use simulation::limits::RECEIVE_MAX;

use crate::{
    history::Kept,
    inputs::{Inputs, Settings},
    model::{Lane, Load},
};

/// Read request units of an item of up to 4 KB that may be a moment old (Amazon DynamoDB Developer Guide).
const UNITS_PER_READ: f64 = 0.5;
/// What is read of a tenant: the webhook, its endpoint's health, and a campaign's switch.
const ITEMS_PER_TENANT: f64 = 3.0;
const DAYS_PER_MONTH: f64 = 30.0;
const MILLION: f64 = 1e6;
const GB: f64 = 1e9;

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

/// What a million events of a load cost, for which these lanes follow.
pub(crate) fn cost(inputs: &Inputs, settings: &Settings, load: Load, lanes: &[Lane]) -> Cost {
    let (prices, measured, assumed) = (&inputs.prices, &inputs.measured, &inputs.assumed);
    let seconds = MILLION / load.rate;
    let sum = |of: fn(Lane) -> f64| lanes.iter().copied().map(of).sum::<f64>();
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

    // Each environment remembers for itself what it knows of a tenant, and asks nothing of one that has no events.
    let environments = concurrency.max(1.0);
    let pairs = environments * assumed.tenants.value;
    let at_most_every =
        |every: f64| seconds * pairs * (attempts_per_second / pairs).min(1.0 / every);
    let reads = at_most_every(settings.cache_seconds) * ITEMS_PER_TENANT;
    let openings = at_most_every(settings.opened_seconds);

    let kept = Kept::new(inputs, settings, load, lanes, environments);
    let kept_kb = seconds * kept.attempts_per_second * assumed.kept_attempt_kb.value.ceil();
    let counts = seconds * kept.counts_per_second;
    let stored = kept_kb * 1e3 / GB * settings.history.days / DAYS_PER_MONTH;

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
    use crate::{
        model::{Estimate, estimate},
        testing::{assert_close, round},
    };

    fn at(rate: f64, latency: f64, failing: f64) -> Estimate {
        let inputs = round();
        let load = Load {
            rate,
            latency,
            failing,
        };
        estimate(&inputs, &inputs.settings, load)
    }

    #[test]
    fn a_load_costs_what_it_does_by_hand() {
        // 1,000 events/s, endpoints that answer in 0.1 s, every second attempt fails: 1,000 attempts/s from either
        // queue. A million events take 1,000 s and two million attempts.
        let Estimate {
            feedback,
            retry,
            cost,
        } = at(1_000.0, 0.1, 0.5);

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
        // 1,020,533⅓ attempts are kept, of 3 units each, and 734,283⅓ counts (see `history`): 3,795,883⅓ units at $0.625
        // per million are $2.372427. The attempts are 3.0616 GB for 7 of 30 days at $0.30: $0.214312.
        let history = 3_795_883.0 / 1e6 * 0.625 + 1.0 / 3.0 / 1e6 * 0.625 + 0.214_312;
        assert_close(cost.history, history);
        // 2 million × 300 bytes + 120,000 × (200 + 800) bytes = 0.72 GB at $0.50.
        assert_close(cost.logs, 0.36);
        // 2 million × (1,350 + 150) bytes = 3 GB at $0.09.
        assert_close(cost.transfer, 0.27);

        let total = 0.024 + 0.1232 + 0.325 + 0.00462 + 0.001_232 + history + 0.36 + 0.27;
        assert_close(cost.total(), total);
    }

    #[test]
    fn an_environment_that_sees_few_events_of_a_tenant_keeps_all_of_them() {
        // 10 events/s at 10 s: batches of two, 5 × 10.00112 environments, 500 pairs, which have less than ten events in
        // a minute. So each event is an attempt that is kept (3 units, 3 KB for 7 of 30 days at $0.30) and a count.
        let history = |failing| at(10.0, 10.0, failing).cost.history;
        let of_a_million = 4.0 * 0.625 + 3.0 * 7.0 / 30.0 * 0.3;
        assert_close(history(0.0), of_a_million);
        // Every second one fails, so there are two million attempts.
        assert_close(history(0.5), 2.0 * of_a_million);
    }

    #[test]
    fn an_environment_is_one_although_it_is_seldom_busy() {
        // 100 events/s make 5 batches of 20, of 2.2 ms each: 0.011 invocations at a time. The ten tenants' secrets are
        // opened every 300 s for 10,000 s: 333⅓ openings.
        let cost = at(100.0, 0.0, 0.0).cost;
        assert_close(cost.keys, 0.001);
    }
}
