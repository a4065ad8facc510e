//! How long invocations take, and how many are under way at a time. Pure.
//!
//! An invocation takes as long as its slowest call and the processor time of its events, which the memory's share of a
//! processor stretches. A failed attempt comes back by way of the retry queue until one succeeds.

use simulation::limits::{BATCH_WITHOUT_WINDOW_MAX, POLLERS_AT_START};

use crate::{
    cost::{Cost, cost},
    inputs::{Inputs, Mapping, Settings},
};

/// Memory that comes with one whole processor, in MB (AWS Lambda Developer Guide, "Configure Lambda function memory").
const WHOLE_PROCESSOR_MB: f64 = 1_769.0;

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
    /// Invocations that begin in a second.
    pub fn invocations_per_second(self) -> f64 {
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
        cost: cost(inputs, settings, load, &[feedback, retry]),
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
    let settles = any_fails.max((sending / settings.history.counts_seconds).min(1.0));
    sending + assumed.service_call_ms.value / 1e3 * (looks_up + settles)
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
}
