//! What the delivery function writes for administrators: attempts that are kept, and counts. Pure.

use crate::{
    inputs::{Inputs, Settings},
    model::{Lane, Load},
};

/// What all environments write.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Kept {
    /// Attempts in a second.
    pub attempts_per_second: f64,
    /// Counts in a second.
    pub counts_per_second: f64,
}

impl Kept {
    /// For so many environments, each of which sees the same share of every tenant's events.
    pub fn new(
        inputs: &Inputs,
        settings: &Settings,
        load: Load,
        lanes: &[Lane],
        environments: f64,
    ) -> Self {
        let (history, tenants) = (&settings.history, inputs.assumed.tenants.value);
        let attempts: f64 = lanes.iter().map(|lane| lane.attempts_per_second).sum();
        let failures = attempts * load.failing;
        let successes_of_tenant = (attempts - failures) / environments / tenants;

        let samples_of_tenant = successes_of_tenant.min(history.samples_per_minute / 60.0);
        let samples = environments * (tenants * samples_of_tenant).min(history.samples_per_second);

        // Many successes are counted at once, few after a while, and an attempt that is kept is counted with it.
        let (most, least) = (1.0 / history.counts_seconds, 1.0 / history.few_seconds);
        let counts_of_tenant = (successes_of_tenant / history.many).clamp(least, most);
        let counts = environments
            * (tenants * counts_of_tenant).min(history.counted_at_once / history.counts_seconds);
        let with_failures = lanes
            .iter()
            .map(|lane| counts_with_failures(*lane, load, tenants));
        let counts = counts + samples + with_failures.sum::<f64>();
        Self {
            attempts_per_second: failures + samples,
            counts_per_second: counts.min(attempts),
        }
    }
}

/// A count for each tenant in a batch some of whose events fail.
fn counts_with_failures(lane: Lane, load: Load, tenants: f64) -> f64 {
    let tenants = lane.batch.min(tenants);
    let any_fails = 1.0 - (1.0 - load.failing).powf(lane.batch / tenants);
    lane.invocations_per_second() * tenants * any_fails
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, round};

    const fn lane(attempts_per_second: f64, batch: f64) -> Lane {
        Lane {
            attempts_per_second,
            batch,
            duration: 0.1,
        }
    }

    fn kept(tenants: f64, failing: f64, lanes: &[Lane], environments: f64) -> Kept {
        let mut inputs = round();
        inputs.assumed.tenants.value = tenants;
        let load = Load {
            rate: 1_000.0,
            latency: 0.1,
            failing,
        };
        Kept::new(&inputs, &inputs.settings, load, lanes, environments)
    }

    #[test]
    fn failures_are_kept_and_counted_by_batch() {
        // 20 batches of 50 and 100 of 10 in a second, half of it failing, ten tenants, 12.32 environments.
        let kept = kept(
            10.0,
            0.5,
            &[lane(1_000.0, 50.0), lane(1_000.0, 10.0)],
            12.32,
        );
        // 1,000 failures, and ten samples a minute of 123.2 pairs: 20.5333.
        assert_close(kept.attempts_per_second, 1_000.0 + 123.2 / 6.0);
        // 1,000 successes in fifties: 20. The samples: 20.5333. Five events of each tenant in a batch of 50, of which some
        // fail but for one time in 32: 20 × 10 × 31 ÷ 32 = 193.75. One of each in a batch of ten: 100 × 10 ÷ 2 = 500.
        assert_close(kept.counts_per_second, 20.0 + 123.2 / 6.0 + 193.75 + 500.0);
    }

    #[test]
    fn thousands_of_quiet_tenants_share_an_environments_samples_and_wait_for_their_counts() {
        // Two environments of a thousand tenants, half an event a second each: ten samples a second of either, and each
        // pair is counted every 30 s.
        let lanes = [lane(1_000.0, 50.0)];
        let kept_of_thousand = kept(1_000.0, 0.0, &lanes, 2.0);
        assert_close(kept_of_thousand.attempts_per_second, 20.0);
        assert_close(kept_of_thousand.counts_per_second, 2_000.0 / 30.0 + 20.0);
        // Of ten thousand, fifty are counted in a second by either.
        let kept_of_more = kept(10_000.0, 0.0, &lanes, 2.0);
        assert_close(kept_of_more.counts_per_second, 100.0 + 20.0);
    }

    #[test]
    fn a_busy_tenant_is_counted_once_a_second() {
        let kept = kept(1.0, 0.0, &[lane(1_000.0, 50.0)], 2.0);
        assert_close(kept.counts_per_second, 2.0 + 2.0 / 6.0);
    }
}
