//! What the delivery function decides about the events of a batch, and how long that takes.
//!
//! It moves no message; the engine settles what is decided here.

use fastrand::Rng;

use crate::{
    Millis,
    breaker::{Breaker, Verdict},
    mapping::Poller,
    measures::Measures,
    queue::{Parcel, Tenant},
    settings::{Backoff, Settings},
};

/// One message of a batch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Item {
    pub(crate) tenant: Tenant,
    pub(crate) parcel: Parcel,
    pub(crate) outcome: Outcome,
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Received, not yet handled.
    Received,
    /// The endpoint took it.
    Delivered,
    /// The endpoint did not take it.
    Failed,
    /// The circuit was open.
    Passed,
    /// It was the circuit's probe, and the endpoint took it or did not.
    Probed { is_delivered: bool },
    /// Its delay was longer than a queue allows, so it waits on.
    NotDue,
}

/// Decides about every message of the poller's batch at `now`; returns when the invocation ends.
pub(crate) fn deliver(
    settings: &Settings,
    attempt_timeout_ms: Millis,
    poller: &mut Poller,
    breaker: Option<&mut Breaker>,
    rng: &mut Rng,
    measures: &mut Measures,
    now: Millis,
) -> Millis {
    let called_at = now + settings.assumed.overhead_ms;
    let answered_at = called_at + settings.assumed.healthy_call_ms;
    let given_up_at = called_at + attempt_timeout_ms;
    let mut breaker = breaker;
    let mut ends_at = called_at;
    let mut is_settling = false;
    for item in &mut poller.batch {
        let hangs = item.tenant == Tenant::Failing && settings.outage.covers(called_at);
        if item.parcel.due_at > now {
            item.outcome = Outcome::NotDue;
            is_settling = true;
            continue;
        }
        let verdict = match (&mut breaker, item.tenant) {
            (Some(breaker), Tenant::Failing) => breaker.verdict(&mut poller.remembered, now),
            _ => Verdict::Call,
        };
        let fails_anyway = rng.f64() < settings.traffic.transient_failure_rate;
        item.outcome = match verdict {
            Verdict::Pass => Outcome::Passed,
            Verdict::Probe => Outcome::Probed {
                is_delivered: !hangs,
            },
            Verdict::Call if hangs || fails_anyway => Outcome::Failed,
            Verdict::Call => Outcome::Delivered,
        };
        match item.outcome {
            Outcome::Delivered | Outcome::Probed { is_delivered: true } => {
                measures.delivered(item.tenant, item.parcel, answered_at);
                ends_at = ends_at.max(answered_at);
            }
            Outcome::Failed
            | Outcome::Probed {
                is_delivered: false,
            } => {
                measures.failed(item.tenant, item.parcel, hangs);
                ends_at = ends_at.max(if hangs { given_up_at } else { answered_at });
                is_settling = true;
            }
            Outcome::Passed => is_settling = true,
            Outcome::NotDue | Outcome::Received => {}
        }
    }
    if is_settling {
        ends_at += settings.assumed.settle_ms;
    }
    ends_at
}

/// How long a message waits after so many tries: exponential backoff with full jitter, in whole seconds.
pub(crate) fn backoff_ms(backoff: Backoff, tries: u8, is_passed: bool, rng: &mut Rng) -> Millis {
    let longest_ms = if is_passed {
        backoff.passed_max_ms
    } else {
        backoff.max_ms
    };
    let doublings = u32::from(tries.saturating_sub(1)).min(20);
    let ceiling_ms = backoff
        .first_ms
        .saturating_mul(1 << doublings)
        .min(longest_ms);
    let delay_ms = (f64::from(ceiling_ms) * rng.f64()) as Millis;
    delay_ms.div_ceil(1_000).max(1) * 1_000
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        breaker::Remembered,
        scenarios::{BREAKER, template},
        settings::Traffic,
    };

    const BACKOFF: Backoff = Backoff {
        first_ms: 5_000,
        max_ms: 3_600_000,
        passed_max_ms: 900_000,
    };

    #[test]
    fn delays_fill_the_whole_range_up_to_a_ceiling_that_doubles() {
        let mut rng = Rng::with_seed(1);
        for (tries, is_passed, ceiling_ms) in [
            (1, false, 5_000),
            (2, false, 10_000),
            (10, false, 2_560_000),
            (255, false, 3_600_000),
            (255, true, 900_000),
        ] {
            let delays: Vec<Millis> = (0..10_000)
                .map(|_| backoff_ms(BACKOFF, tries, is_passed, &mut rng))
                .collect();
            let longest_ms = *delays.iter().max().unwrap();
            assert!(longest_ms <= ceiling_ms && longest_ms > ceiling_ms / 10 * 9);
            assert!(*delays.iter().min().unwrap() < 1_000 + ceiling_ms / 10);
        }
    }

    #[test]
    fn an_event_that_is_not_due_is_not_the_probe() {
        let traffic = Traffic {
            healthy_tenants: 1,
            healthy_events_per_second: 0,
            failing_events_per_second: 1,
            transient_failure_rate: 0.0,
        };
        let settings = template(1, traffic, 60_000);
        let now = settings.outage.start_ms;
        let mut poller = Poller::default();
        let mut breaker = Breaker::new(BREAKER);
        let opened_at = now - BREAKER.probe_interval_ms;
        breaker.failed(BREAKER.failures, &mut Remembered::default(), opened_at);
        for due_at in [now + 1, now, now] {
            let parcel = Parcel {
                sent_at: 0,
                due_at,
                tries: 1,
                count: 1,
            };
            poller.batch.push(Item {
                tenant: Tenant::Failing,
                parcel,
                outcome: Outcome::Received,
            });
        }
        let ends_at = deliver(
            &settings,
            10_000,
            &mut poller,
            Some(&mut breaker),
            &mut Rng::with_seed(1),
            &mut Measures::new(settings.outage),
            now,
        );
        let outcomes: Vec<Outcome> = poller.batch.iter().map(|item| item.outcome).collect();
        let is_delivered = false;
        assert_eq!(
            outcomes,
            [
                Outcome::NotDue,
                Outcome::Probed { is_delivered },
                Outcome::Passed
            ]
        );
        assert!(ends_at >= now + 10_000);
    }
}
