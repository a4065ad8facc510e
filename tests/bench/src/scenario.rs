//! The kinds of load: an ordinary one, and those that differ from it in one respect.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::tenants::Auth;

/// Tenants, and campaigns, of the scenarios with most of them.
pub const MANY: usize = 10_000;
/// Calls of a tenant at a time; the function's own limit (`CALLS_PER_ENDPOINT`), which the references keep, too.
const CALLS_PER_ENDPOINT: usize = 16;
/// Calls at a time; the function's own limit (`CONCURRENCY`), too.
const CALLS: usize = 256;
/// From so many tenants or campaigns on, what the function remembers of each grows old before its turn comes again.
const MANY_KEYS: usize = 100;

/// A kind of load.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scenario {
    /// Events of a batch.
    pub batch: usize,
    /// How requests are authenticated.
    pub auth: Auth,
    /// Tenants that the events belong to, in turn.
    pub tenants: usize,
    /// Size of a message in bytes, about.
    pub payload_bytes: usize,
    /// Time that the endpoint takes to answer, in milliseconds.
    pub delay_ms: u64,
    /// Of a hundred requests, so many fail.
    pub failing_percent: u64,
    /// Whether the endpoint speaks HTTP/2.
    pub is_http2: bool,
    /// Campaigns that have to be switched on, and that the events belong to in turn; 0 where every campaign is reported.
    pub campaigns: usize,
}

impl Default for Scenario {
    fn default() -> Self {
        Self {
            batch: 10,
            auth: Auth::HS256,
            tenants: 1,
            payload_bytes: 1_024,
            delay_ms: 0,
            failing_percent: 0,
            is_http2: false,
            campaigns: 0,
        }
    }
}

/// How long a program is under load at a time, and how often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turns {
    /// How often; the median counts.
    pub count: usize,
    /// How long each turn of the function is.
    pub delivery: Duration,
    /// How long each turn of a reference is.
    pub reference: Duration,
    /// Whether the function has all of its turns before the others have theirs. What it remembers would grow old while
    /// they have theirs, which real time does not do to it.
    pub is_in_a_row: bool,
}

impl Scenario {
    /// With so many events in a batch.
    pub fn of_batch(batch: usize) -> Self {
        Self {
            batch,
            ..Self::default()
        }
    }

    /// All of them, those with a target first.
    pub fn all() -> Vec<Self> {
        let ordinary = Self::default;
        let kib = |size: usize| size * 1_024;
        let mut all: Vec<Self> = [10, 100, 1, 1_000].map(Self::of_batch).into();
        let others = Auth::ALL
            .into_iter()
            .filter(|auth| *auth != ordinary().auth);
        all.extend(others.map(|auth| Self { auth, ..ordinary() }));
        all.extend([10, 100, 1_000, MANY].map(|tenants| Self {
            tenants,
            ..ordinary()
        }));
        all.extend([1, 100, 1_000, MANY].map(|campaigns| Self {
            campaigns,
            ..ordinary()
        }));
        all.extend([kib(10), kib(200)].map(|payload_bytes| Self {
            payload_bytes,
            ..ordinary()
        }));
        all.extend([50, 1_000].map(|delay_ms| Self {
            delay_ms,
            ..ordinary()
        }));
        all.extend([10, 25, 50].map(|failing_percent| Self {
            failing_percent,
            ..ordinary()
        }));
        all.extend([10, 100].map(|batch| Self {
            is_http2: true,
            ..Self::of_batch(batch)
        }));
        all.push(Self {
            payload_bytes: kib(10),
            ..Self::of_batch(1_000)
        });
        all
    }

    /// How it differs from the ordinary one.
    pub fn name(&self) -> String {
        let ordinary = Self::default();
        let mut parts = vec![format!("batch {}", self.batch)];
        let mut differs = |does: bool, part: String| parts.extend(does.then_some(part));
        differs(
            self.auth != ordinary.auth,
            format!("auth {}", self.auth.name()),
        );
        differs(
            self.tenants != ordinary.tenants,
            format!("{} tenants", self.tenants),
        );
        differs(self.campaigns > 0, format!("{} campaigns", self.campaigns));
        let kib = self.payload_bytes / 1_024;
        differs(
            self.payload_bytes != ordinary.payload_bytes,
            format!("{kib} KiB"),
        );
        differs(self.delay_ms > 0, format!("answer in {} ms", self.delay_ms));
        differs(
            self.failing_percent > 0,
            format!("{} % fail", self.failing_percent),
        );
        differs(self.is_http2, "HTTP/2".to_owned());
        parts.join(", ")
    }

    /// Requests that are under way at a time.
    pub fn concurrency(&self) -> usize {
        let tenants = self.tenants.min(self.batch);
        self.batch.min(CALLS_PER_ENDPOINT * tenants).min(CALLS)
    }

    /// Different batches, enough for every tenant and campaign to have an event in one of them.
    pub fn distinct_batches(&self) -> usize {
        let keys = self.tenants.max(self.campaigns);
        keys.div_ceil(self.batch).max(1)
    }

    /// How it is measured. Where there is a target, turns are long enough for what is done once a second, and many, since
    /// the pace of a shared machine changes from one second to the next.
    pub fn turns(&self) -> Turns {
        let ms = Duration::from_millis;
        let keys = self.tenants.max(self.campaigns);
        let has_target = [10, 100].map(Self::of_batch).contains(self);
        let (count, delivery, reference) = match has_target {
            true => (15, ms(1_000), ms(1_000)),
            false if keys >= MANY_KEYS => (3, ms(1_500), ms(500)),
            false => (3, ms(500), ms(500)),
        };
        Turns {
            count,
            delivery,
            reference,
            is_in_a_row: keys >= MANY_KEYS,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scenario_is_called_by_how_it_differs() {
        let scenario = Scenario {
            failing_percent: 50,
            payload_bytes: 10 * 1_024,
            ..Scenario::default()
        };
        assert_eq!(scenario.name(), "batch 10, 10 KiB, 50 % fail");
    }

    #[test]
    fn no_two_scenarios_are_the_same() {
        let all = Scenario::all();
        let names: std::collections::BTreeSet<_> = all.iter().map(Scenario::name).collect();
        assert_eq!(names.len(), all.len());
    }

    #[test]
    fn a_tenant_has_sixteen_calls_at_a_time_and_a_batch_has_no_more_tenants_than_events() {
        let concurrency = |batch, tenants| {
            let scenario = Scenario {
                tenants,
                ..Scenario::of_batch(batch)
            };
            scenario.concurrency()
        };
        assert_eq!(
            [(10, 1), (100, 1), (10, MANY), (1_000, MANY)].map(|(b, t)| concurrency(b, t)),
            [10, 16, 10, 256]
        );
    }
}
