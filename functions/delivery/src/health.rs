//! When an endpoint is called, and when its circuit opens and closes. Pure; `circuits` remembers and stores.
//!
//! A circuit breaker (M. Nygard, "Release It!"): a dead endpoint would otherwise hold an execution environment for the
//! whole timeout with each of its events.

use std::time::Duration;

use domain::{
    config::Webhook,
    health::{EndpointHealth, EndpointState},
};
use jiff::Timestamp;

use crate::{deliver::Attempted, outcome::Outcome, retry::RETRY_AFTER_MAX};

/// Longest time between two probes: an endpoint that has recovered is found within minutes, and a call every five
/// minutes costs nobody anything.
const PROBE_WAIT_MAX: Duration = Duration::from_secs(300);
/// Failed probes after which the doubled wait is above [`PROBE_WAIT_MAX`] for any first wait; keeps the power within
/// range.
const DOUBLINGS_MAX: u32 = 9;

/// What may be done with an event, as far as the health of its endpoint goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The endpoint is healthy: call it.
    Call,
    /// The circuit is open, and a probe is due: whoever claims it calls.
    Probe(EndpointHealth),
    /// The circuit is open: no call, and no use in coming back before this time.
    Pass(Timestamp),
    /// The endpoint is out of service until an administrator acts: no call. The reason is as it is logged.
    Hold(&'static str),
}

/// When circuits open, and how often an open one is probed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CircuitPolicy {
    /// Failures in a row, seen by one execution environment, that open a circuit.
    pub failure_threshold: u32,
    /// Time until the first probe; it doubles with each one that fails.
    pub first_probe_wait: Duration,
    /// Longest time that a probe takes from being claimed to being settled. After it another one may be claimed, in
    /// case that the prober died.
    pub probe_lease: Duration,
}

/// Whether an attempt failed by a fault of the endpoint as a whole.
///
/// No answer, a server error, and the two statuses by which an overloaded server asks to be left alone. Every other
/// answer, refusals of a request included, shows an endpoint that works and answers quickly.
pub fn is_endpoint_failure(attempted: &Attempted) -> bool {
    match attempted.status {
        Some(status) => matches!(status, 408 | 429 | 500..=599),
        None => attempted.outcome != Outcome::Delivered,
    }
}

impl CircuitPolicy {
    /// What the health of a webhook's endpoint allows at `now`.
    pub fn verdict(
        &self,
        webhook: &Webhook,
        health: Option<&EndpointHealth>,
        now: Timestamp,
    ) -> Verdict {
        let Some(health) = health.filter(|health| health.concerns(webhook)) else {
            return Verdict::Call;
        };
        match health.state {
            EndpointState::Gone => Verdict::Hold("gone"),
            EndpointState::Open { probe_at, .. } if probe_at <= now => {
                Verdict::Probe(health.clone())
            }
            // A probe that is under way ends long before its lease.
            EndpointState::Open {
                failed_probes,
                probe_at,
            } => Verdict::Pass(probe_at.min(after(now, self.probe_wait(failed_probes)))),
        }
    }

    /// The record of an endpoint that says that it is gone.
    pub fn gone(&self, webhook: &Webhook, answer: &Attempted, now: Timestamp) -> EndpointHealth {
        EndpointHealth {
            state: EndpointState::Gone,
            ..self.opened(webhook, answer, now)
        }
    }

    /// The record of a circuit that opens.
    pub fn opened(&self, webhook: &Webhook, failure: &Attempted, now: Timestamp) -> EndpointHealth {
        EndpointHealth {
            key: webhook.key.clone(),
            webhook: webhook.id,
            version: webhook.version,
            state: self.open(0, failure.retry_after, now),
            since: now,
            last_status: failure.status,
            last_error: failure.error.map(str::to_owned),
        }
    }

    /// The record while a probe is under way.
    pub fn claimed(&self, open: &EndpointHealth, now: Timestamp) -> EndpointHealth {
        EndpointHealth {
            state: EndpointState::Open {
                failed_probes: failed_probes(open),
                probe_at: after(now, self.probe_lease),
            },
            ..open.clone()
        }
    }

    /// The record after a probe failed.
    pub fn reopened(
        &self,
        claimed: &EndpointHealth,
        failure: &Attempted,
        now: Timestamp,
    ) -> EndpointHealth {
        let failed_probes = failed_probes(claimed).saturating_add(1);
        EndpointHealth {
            state: self.open(failed_probes, failure.retry_after, now),
            last_status: failure.status,
            last_error: failure.error.map(str::to_owned),
            ..claimed.clone()
        }
    }

    fn open(
        &self,
        failed_probes: u32,
        retry_after: Option<Duration>,
        now: Timestamp,
    ) -> EndpointState {
        let asked_for = retry_after.unwrap_or_default().min(RETRY_AFTER_MAX);
        let wait = self.probe_wait(failed_probes).max(asked_for);
        EndpointState::Open {
            failed_probes,
            probe_at: after(now, wait),
        }
    }

    fn probe_wait(&self, failed_probes: u32) -> Duration {
        self.first_probe_wait
            .saturating_mul(2_u32.pow(failed_probes.min(DOUBLINGS_MAX)))
            .min(PROBE_WAIT_MAX)
    }
}

fn failed_probes(health: &EndpointHealth) -> u32 {
    match health.state {
        EndpointState::Open { failed_probes, .. } => failed_probes,
        EndpointState::Gone => 0,
    }
}

fn after(now: Timestamp, wait: Duration) -> Timestamp {
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
pub(crate) mod tests {
    use config_store::contract;

    use super::*;

    const POLICY: CircuitPolicy = CircuitPolicy {
        failure_threshold: 5,
        first_probe_wait: Duration::from_secs(5),
        probe_lease: Duration::from_secs(15),
    };

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn attempted(status: Option<u16>, retry_after_seconds: Option<u64>) -> Attempted {
        Attempted {
            at: at(0),
            outcome: Outcome::TryLater,
            status,
            error: status.is_none().then_some("timeout"),
            retry_after: retry_after_seconds.map(Duration::from_secs),
            sent: None,
        }
    }

    pub(crate) fn webhook() -> Webhook {
        contract::webhook(&contract::fresh_key())
    }

    fn probe_at(health: &EndpointHealth) -> i64 {
        match health.state {
            EndpointState::Open { probe_at, .. } => probe_at.as_second(),
            EndpointState::Gone => panic!("{health:?}"),
        }
    }

    #[test]
    fn only_faults_of_the_endpoint_as_a_whole_count() {
        for (status, counts) in [
            (None, true),
            (Some(500), true),
            (Some(503), true),
            (Some(599), true),
            (Some(429), true),
            (Some(408), true),
            (Some(307), false),
            (Some(400), false),
            (Some(401), false),
            (Some(404), false),
            (Some(422), false),
        ] {
            let attempted = attempted(status, None);
            assert_eq!(is_endpoint_failure(&attempted), counts, "{status:?}");
        }
    }

    #[test]
    fn an_open_circuit_is_passed_until_a_probe_is_due() {
        let webhook = webhook();
        let open = POLICY.opened(&webhook, &attempted(None, None), at(0));
        let verdict = |second| POLICY.verdict(&webhook, Some(&open), at(second));
        assert_eq!(verdict(0), Verdict::Pass(at(5)));
        assert_eq!(verdict(4), Verdict::Pass(at(5)));
        assert_eq!(verdict(5), Verdict::Probe(open.clone()));
        assert_eq!(POLICY.verdict(&webhook, None, at(0)), Verdict::Call);
    }

    #[test]
    fn an_edit_makes_the_record_void() {
        let webhook = webhook();
        let open = POLICY.opened(&webhook, &attempted(None, None), at(0));
        let gone = POLICY.gone(&webhook, &attempted(Some(410), None), at(0));
        for health in [open, gone] {
            let edited = Webhook {
                version: webhook.version + 1,
                ..webhook.clone()
            };
            let verdict = POLICY.verdict(&edited, Some(&health), at(0));
            assert_eq!(verdict, Verdict::Call);
        }
    }

    #[test]
    fn the_wait_for_a_probe_doubles_up_to_five_minutes() {
        let mut health = POLICY.opened(&webhook(), &attempted(None, None), at(0));
        let mut waits = vec![probe_at(&health)];
        for _ in 0..20 {
            let claimed = POLICY.claimed(&health, at(0));
            assert_eq!(probe_at(&claimed), 15, "the lease");
            health = POLICY.reopened(&claimed, &attempted(Some(500), None), at(0));
            waits.push(probe_at(&health));
        }
        assert_eq!(waits[..7], [5, 10, 20, 40, 80, 160, 300]);
        assert_eq!(waits[20], 300);
        assert_eq!(health.last_status, Some(500));
        assert_eq!(health.last_error, None);
    }

    #[test]
    fn no_probe_comes_before_the_time_that_the_endpoint_asks_for() {
        for (asked_seconds, waited) in [(1, 5), (60, 60), (u64::MAX, 3_600)] {
            let failure = attempted(Some(429), Some(asked_seconds));
            let health = POLICY.opened(&webhook(), &failure, at(0));
            assert_eq!(probe_at(&health), waited);
        }
    }

    #[test]
    fn events_do_not_wait_for_the_end_of_a_probe_that_is_under_way() {
        let webhook = webhook();
        let open = POLICY.opened(&webhook, &attempted(None, None), at(0));
        let claimed = POLICY.claimed(&open, at(5));
        let verdict = POLICY.verdict(&webhook, Some(&claimed), at(6));
        assert_eq!(verdict, Verdict::Pass(at(11)));
    }
}
