//! The circuit breaker of the failing endpoint: one shared state, read through a cache in each execution environment.

use crate::{Millis, settings};

/// The shared state.
#[derive(Debug)]
pub struct Breaker {
    settings: settings::Breaker,
    consecutive_failures: u32,
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    next_probe_at: Millis,
    is_probing: bool,
}

/// What an execution environment remembers of the state.
#[derive(Debug, Clone, Copy, Default)]
pub struct Remembered(Option<(Millis, bool)>);

/// What to do with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The circuit is closed: call.
    Call,
    /// The circuit is open, and this event tries whether it still has to be.
    Probe,
    /// The circuit is open: no call.
    Pass,
}

impl Breaker {
    /// A closed circuit.
    pub fn new(settings: settings::Breaker) -> Self {
        Self {
            settings,
            consecutive_failures: 0,
            open: None,
        }
    }

    /// Whether the circuit is open.
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Decides about an event, by what the environment remembers if that is not too old.
    pub fn verdict(&mut self, remembered: &mut Remembered, now: Millis) -> Verdict {
        let is_open = match remembered.0 {
            Some((read_at, is_open)) if now < read_at + self.settings.cache_ms => is_open,
            _ => {
                remembered.0 = Some((now, self.is_open()));
                self.is_open()
            }
        };
        if !is_open {
            return Verdict::Call;
        }
        match &mut self.open {
            // A conditional write lets one environment win.
            Some(open) if !open.is_probing && now >= open.next_probe_at => {
                open.is_probing = true;
                Verdict::Probe
            }
            _ => Verdict::Pass,
        }
    }

    /// A call, not a probe, succeeded.
    pub fn succeeded(&mut self) {
        self.consecutive_failures = 0;
    }

    /// Calls, not probes, failed; the write tells the environment the new state.
    pub fn failed(&mut self, count: u32, remembered: &mut Remembered, now: Millis) {
        self.consecutive_failures = self.consecutive_failures.saturating_add(count);
        if self.open.is_none() && self.consecutive_failures >= self.settings.failures {
            self.open = Some(Open {
                next_probe_at: now + self.settings.probe_interval_ms,
                is_probing: false,
            });
        }
        remembered.0 = Some((now, self.is_open()));
    }

    /// The probe ended.
    pub fn probed(&mut self, is_delivered: bool, remembered: &mut Remembered, now: Millis) {
        if is_delivered {
            self.open = None;
            self.consecutive_failures = 0;
        } else if let Some(open) = &mut self.open {
            open.is_probing = false;
            open.next_probe_at = now + self.settings.probe_interval_ms;
        }
        remembered.0 = Some((now, self.is_open()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open_breaker() -> (Breaker, Remembered) {
        let mut breaker = Breaker::new(settings::Breaker {
            failures: 3,
            probe_interval_ms: 30_000,
            cache_ms: 5_000,
        });
        let mut remembered = Remembered::default();
        breaker.failed(2, &mut remembered, 0);
        assert_eq!(breaker.verdict(&mut remembered, 0), Verdict::Call);
        breaker.failed(1, &mut remembered, 0);
        (breaker, remembered)
    }

    #[test]
    fn consecutive_failures_open_it_and_whoever_reported_them_knows() {
        let (mut breaker, mut remembered) = open_breaker();
        assert_eq!(breaker.verdict(&mut remembered, 1), Verdict::Pass);
    }

    #[test]
    fn a_success_in_between_starts_the_count_anew() {
        let (mut breaker, mut remembered) = open_breaker();
        breaker.probed(true, &mut remembered, 0);
        breaker.failed(2, &mut remembered, 0);
        breaker.succeeded();
        breaker.failed(2, &mut remembered, 0);
        assert!(!breaker.is_open());
    }

    #[test]
    fn an_environment_that_read_the_state_before_calls_until_its_cache_is_old() {
        let (mut breaker, mut reporter) = open_breaker();
        breaker.probed(true, &mut reporter, 1_000);
        let mut other = Remembered::default();
        assert_eq!(breaker.verdict(&mut other, 1_000), Verdict::Call);
        breaker.failed(3, &mut reporter, 1_000);
        assert_eq!(breaker.verdict(&mut other, 5_999), Verdict::Call);
        assert_eq!(breaker.verdict(&mut other, 6_000), Verdict::Pass);
    }

    #[test]
    fn one_event_at_a_time_probes() {
        let (mut breaker, mut remembered) = open_breaker();
        assert_eq!(breaker.verdict(&mut remembered, 30_000), Verdict::Probe);
        assert_eq!(breaker.verdict(&mut remembered, 30_000), Verdict::Pass);
        breaker.probed(false, &mut remembered, 40_000);
        assert_eq!(breaker.verdict(&mut remembered, 69_999), Verdict::Pass);
        assert_eq!(breaker.verdict(&mut remembered, 70_000), Verdict::Probe);
        breaker.probed(true, &mut remembered, 71_000);
        assert_eq!(breaker.verdict(&mut remembered, 71_000), Verdict::Call);
    }
}
