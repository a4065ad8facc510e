//! What is paid although nothing is delivered: for events that wait, and for the stack itself. Pure.

use simulation::limits::{POLLERS_AT_START, RECEIVE_MAX};

use crate::{
    inputs::{Inputs, Settings},
    model::{Load, duration},
};

/// The first wait of the retry policy and the longest delay of a message, in seconds.
const WAITS: (f64, f64) = (5.0, 900.0);
/// A long poll of Lambda, in seconds (AWS Lambda Developer Guide, "Using Lambda with Amazon SQS").
const POLL_SECONDS: f64 = 20.0;
const SECONDS_PER_MONTH: f64 = 30.0 * 86_400.0;
/// The feedback and the retry queue.
const MAPPINGS: f64 = 2.0;

/// How often an event comes by while it waits for so long, for an endpoint that is down, gone or paused.
///
/// Its wait is a random time up to its age, at most 900 s (`RetryPolicy::next_pass` of the delivery function); here it is
/// the average of that.
pub fn passes(seconds: f64) -> f64 {
    let (first, longest) = WAITS;
    let (mut age, mut passes) = (0.0, 0.0);
    while age < seconds {
        let most = f64::max(age, first);
        // What the random time has above the longest delay is cut off.
        let excess = (most - longest).max(0.0);
        age += (most - excess * excess / most) / 2.0;
        passes += 1.0;
    }
    passes
}

/// What a million events cost that come by once, in full batches. Those that are held leave a line in the log.
pub fn million_passes(inputs: &Inputs, settings: &Settings, are_logged: bool) -> f64 {
    let (prices, measured, assumed) = (&inputs.prices, &inputs.measured, &inputs.assumed);
    let none = Load {
        rate: 1.0,
        latency: 0.0,
        failing: 0.0,
    };
    let batch = settings.retry.batch;
    let invocations = 1e6 / batch;
    // They are sent on in the end.
    let takes = duration(inputs, settings, none, batch) + assumed.service_call_ms.value / 1e3;
    let requests = 3.0 * 1e6 / batch.min(f64::from(RECEIVE_MAX));
    let lines = if are_logged { 1e6 } else { 0.0 };
    let log_bytes = lines * measured.log_bytes_per_attempt
        + invocations * (measured.log_bytes_per_batch + assumed.platform_log_bytes_per_batch.value);
    invocations / 1e6 * prices.lambda_million_requests.value
        + invocations * takes * settings.memory_gb() * settings.gb_second(prices)
        + requests / 1e6 * (prices.sqs_million_requests.value + prices.sqs_million_fair.value)
        + log_bytes / 1e9 * prices.logs_gb.value
}

/// What the stack costs in a month without any event: its key, metrics and alarms, and the polls of two empty queues.
pub fn month(inputs: &Inputs) -> f64 {
    let (prices, assumed) = (&inputs.prices, &inputs.assumed);
    let polls = MAPPINGS * f64::from(POLLERS_AT_START) * SECONDS_PER_MONTH / POLL_SECONDS;
    prices.kms_key_month.value
        + assumed.metrics.value * prices.metric_month.value
        + assumed.alarms.value * prices.alarm_month.value
        + polls / 1e6 * prices.sqs_million_requests.value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, round};

    #[test]
    fn waits_grow_with_the_events_age_up_to_a_quarter_of_an_hour() {
        // Half of five seconds until it is as old as that, then half of its age: 2.5, 2.5, 2.5 and 3.75 s.
        assert_eq!(
            [0.0, 2.5, 2.6, 5.1, 7.6].map(passes),
            [0.0, 1.0, 2.0, 3.0, 4.0]
        );
        // A random time up to two hours, of which 900 s at most are waited, is 843.75 s on average.
        let (two_hours, more) = (passes(7_200.0), passes(7_200.0 + 84_375.0));
        assert!(
            (94.0..=100.0).contains(&(more - two_hours)),
            "{more} {two_hours}"
        );
    }

    #[test]
    fn a_million_passes_cost_what_they_do_by_hand() {
        let inputs = round();
        let cost = |are_logged| million_passes(&inputs, &inputs.settings, are_logged);
        // 100,000 invocations ($0.02) of 1 ms + 10 × 60 µs, 160 s at $0.00001; 300,000 requests at $0.50 per million;
        // 100,000 × 1,000 bytes of logs at $0.50 per GB.
        assert_close(cost(false), 0.02 + 0.0016 + 0.15 + 0.05);
        // A million lines of 300 bytes more.
        assert_close(cost(true) - cost(false), 0.15);
    }

    #[test]
    fn a_month_without_events_costs_what_it_does_by_hand() {
        // A key, 20 metrics, two alarms, and ten pollers that ask three times a minute: 1,296,000 requests.
        assert_close(month(&round()), 1.0 + 20.0 * 0.3 + 2.0 * 0.1 + 1.296 * 0.4);
    }
}
