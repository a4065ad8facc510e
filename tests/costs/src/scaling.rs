//! How the capacity of a queue's pollers grows in a burst, in standard and in provisioned mode. Pure.
//!
//! From one moment on, events come at a constant rate to a queue that was empty. Capacity begins low and grows evenly
//! up to a limit; events wait for each other in order.

use simulation::limits::{POLLERS_AT_START, POLLERS_PER_SECOND, RECEIVE_MAX};

use crate::{
    inputs::{Inputs, Settings},
    model::{Load, duration},
};

/// Concurrent invocations of a mapping in standard mode at most (AWS Lambda Developer Guide, "Configuring scaling behavior
/// for SQS event source mappings", as the numbers that follow).
const STANDARD_CONCURRENCY_MAX: f64 = 1_250.0;
/// Invocations of a provisioned poller at a time.
const INVOCATIONS_PER_POLLER: f64 = 10.0;
/// Receives of a provisioned poller in a second.
const RECEIVES_PER_POLLER: f64 = 10.0;
/// Bytes of a provisioned poller in a second.
const BYTES_PER_POLLER: f64 = 1e6;
/// Provisioned pollers that are added in a second: a thousand invocations in a minute.
const PROVISIONED_PER_SECOND: f64 = 1_000.0 / 60.0 / INVOCATIONS_PER_POLLER;
/// Fewest provisioned pollers of a mapping (AWS Lambda API Reference, `ProvisionedPollerConfig`).
const PROVISIONED_MIN: f64 = 2.0;
/// Most provisioned pollers of a mapping that are kept all the time (same page).
pub const PROVISIONED_KEPT_MAX: f64 = 200.0;
/// Most provisioned pollers of a mapping (same page).
const PROVISIONED_MAX: f64 = 10_000.0;

/// Capacity by time, in events per second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ramp {
    /// At the beginning.
    pub start: f64,
    /// What is added in a second.
    pub per_second: f64,
    /// At the end.
    pub limit: f64,
}

impl Ramp {
    /// Pollers that receive a batch in tens and invoke the function with it, five of them at first.
    pub fn standard(inputs: &Inputs, settings: &Settings, load: Load) -> Self {
        let mapping = settings.feedback;
        let receives = (mapping.batch / f64::from(RECEIVE_MAX)).ceil();
        let receiving = receives * inputs.assumed.service_call_ms.value / 1e3;
        let cycle = receiving + duration(inputs, settings, load, mapping.batch);
        let each = mapping.batch / cycle;
        Self {
            start: each * f64::from(POLLERS_AT_START),
            per_second: each * f64::from(POLLERS_PER_SECOND),
            limit: each * mapping.maximum_concurrency.min(STANDARD_CONCURRENCY_MAX),
        }
    }

    /// Provisioned pollers, of which so many are kept all the time.
    pub fn provisioned(inputs: &Inputs, settings: &Settings, load: Load, kept: f64) -> Self {
        let each = events_per_poller(inputs, settings, load);
        Self {
            start: each * kept,
            per_second: each * PROVISIONED_PER_SECOND,
            limit: each * PROVISIONED_MAX,
        }
    }

    /// Longest time that an event waits for those before it, in seconds; `None` where that grows without end.
    ///
    /// The backlog grows until capacity has reached the rate, *t* = (rate − start) ÷ growth later. The event that is
    /// handled then is the one that came *rate × wait* events ago: the area between the two, (rate − start) × *t* ÷ 2.
    pub fn longest_wait(self, rate: f64) -> Option<f64> {
        let missing = (rate - self.start).max(0.0);
        (rate <= self.limit).then(|| missing * missing / (2.0 * self.per_second * rate))
    }
}

/// Events that a provisioned poller handles in a second at most.
pub fn events_per_poller(inputs: &Inputs, settings: &Settings, load: Load) -> f64 {
    let batch = settings.feedback.batch;
    let invoked = INVOCATIONS_PER_POLLER * batch / duration(inputs, settings, load, batch);
    let received = RECEIVES_PER_POLLER * f64::from(RECEIVE_MAX);
    // A message is smaller than the request that comes of it.
    let carried = BYTES_PER_POLLER / inputs.measured.request_bytes;
    invoked.min(received).min(carried)
}

/// Provisioned pollers that carry a load.
pub fn pollers(inputs: &Inputs, settings: &Settings, load: Load) -> f64 {
    let needed = load.rate / events_per_poller(inputs, settings, load);
    needed.ceil().max(PROVISIONED_MIN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, round};

    const fn load(rate: f64, latency: f64) -> Load {
        Load {
            rate,
            latency,
            failing: 0.0,
        }
    }

    #[test]
    fn the_longest_wait_is_the_backlog_when_capacity_has_caught_up() {
        // 100/s, 20/s more each second: 300/s are reached after 10 s. By then 3,000 events came, and 100 × 10 + 20 × 10² ÷ 2
        // = 2,000 were handled; the one that is handled then came 1,000 events, that is 1,000 ÷ 300 s, ago.
        let ramp = Ramp {
            start: 100.0,
            per_second: 20.0,
            limit: 300.0,
        };
        assert_close(ramp.longest_wait(300.0).unwrap(), 1_000.0 / 300.0);
        assert_eq!(ramp.longest_wait(100.0), Some(0.0));
        assert_eq!(ramp.longest_wait(301.0), None);
    }

    #[test]
    fn standard_mode_begins_with_five_pollers_and_adds_five_in_a_second() {
        let mut inputs = round();
        // 1,000 + 50 × 60 µs of processor time, 0.096 s, and five receives of no time: batches of 50 in 0.1 s.
        let settings = inputs.settings.clone();
        let ramp = Ramp::standard(&inputs, &settings, load(1.0, 0.096));
        assert_close(ramp.start, 2_500.0);
        assert_close(ramp.per_second, 2_500.0);
        assert_close(ramp.limit, 100_000.0);
        // Receives of 10 ms: 0.15 s, and 0.02 × 10 ms for looking up, 0.1 × 10 ms for counting.
        inputs.assumed.service_call_ms.value = 10.0;
        let ramp = Ramp::standard(&inputs, &settings, load(1.0, 0.096));
        assert_close(ramp.start, 5.0 * 50.0 / 0.1512);
    }

    #[test]
    fn a_provisioned_poller_is_bound_by_receives_with_quick_endpoints_and_by_invocations_with_slow_ones()
     {
        let inputs = round();
        let each = |latency| events_per_poller(&inputs, &inputs.settings, load(1.0, latency));
        // Ten receives of ten messages.
        assert_close(each(0.096), 100.0);
        // Ten invocations of 50 events in 10 s.
        assert_close(each(9.996), 50.0);
        let pollers = |rate| pollers(&inputs, &inputs.settings, load(rate, 9.996));
        assert_eq!([10.0, 1_010.0, 15_000.0].map(pollers), [2.0, 21.0, 300.0]);
        let ramp = Ramp::provisioned(&inputs, &inputs.settings, load(1.0, 0.096), 20.0);
        assert_close(ramp.start, 2_000.0);
        // A hundred pollers in a minute.
        assert_close(ramp.per_second, 10_000.0 / 60.0);
    }

    #[test]
    fn large_messages_bind_a_provisioned_poller() {
        let mut inputs = round();
        inputs.measured.request_bytes = 100_000.0;
        let each = events_per_poller(&inputs, &inputs.settings, load(1.0, 0.096));
        assert_close(each, 10.0);
    }
}
