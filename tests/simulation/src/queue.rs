//! An SQS standard queue: visible, delayed and in-flight messages, the in-flight limit, and fair queues.
//!
//! It knows nothing of pollers or endpoints. Messages that are alike travel as one [`Parcel`] with a count.

use std::collections::{BTreeMap, VecDeque};

use fastrand::Rng;

use crate::{
    Millis,
    limits::{DELAY_MAX_MS, IN_FLIGHT_MAX, NOISY_IN_FLIGHT_MIN, NOISY_SHARE},
};

/// Whose message it is. The healthy tenants are alike, so the model keeps them together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tenant {
    /// One of those whose endpoint answers.
    Healthy,
    /// The one whose endpoint fails.
    Failing,
}

impl Tenant {
    /// Both kinds.
    pub const ALL: [Self; 2] = [Self::Healthy, Self::Failing];
}

/// Messages that are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parcel {
    /// When the backend sent them.
    pub sent_at: Millis,
    /// Not to be tried before.
    pub due_at: Millis,
    /// How often they have been tried or passed on.
    pub tries: u8,
    /// How many they are.
    pub count: u32,
}

/// A standard queue.
#[derive(Debug)]
pub struct Queue {
    is_fair: bool,
    groups: [Group; 2],
    sleeping: BTreeMap<Millis, Vec<Sleeper>>,
    delayed: u64,
}

#[derive(Debug)]
struct Group {
    /// Tenants that share these counts evenly.
    tenants: u32,
    visible: VecDeque<(Millis, Parcel)>,
    visible_count: u64,
    in_flight: u64,
    is_noisy: bool,
}

#[derive(Debug, Clone, Copy)]
struct Sleeper {
    tenant: Tenant,
    parcel: Parcel,
    is_in_flight: bool,
}

impl Queue {
    /// An empty queue for so many healthy tenants and one failing one. It is fair if messages carry a `MessageGroupId`.
    pub fn new(healthy_tenants: u32, is_fair: bool) -> Self {
        let group = |tenants| Group {
            tenants,
            visible: VecDeque::new(),
            visible_count: 0,
            in_flight: 0,
            is_noisy: false,
        };
        Self {
            is_fair,
            groups: [group(healthy_tenants), group(1)],
            sleeping: BTreeMap::new(),
            delayed: 0,
        }
    }

    /// Messages that a consumer could receive now.
    pub fn visible(&self) -> u64 {
        self.groups.iter().map(|group| group.visible_count).sum()
    }

    /// Messages that were received and neither deleted nor made visible again.
    pub fn in_flight(&self) -> u64 {
        self.groups.iter().map(|group| group.in_flight).sum()
    }

    /// Messages whose delay is not over.
    pub fn delayed(&self) -> u64 {
        self.delayed
    }

    /// How long the oldest visible message of a tenant has been visible.
    pub fn oldest_age_ms(&self, tenant: Tenant, now: Millis) -> Millis {
        let oldest = self.groups[tenant as usize].visible.front();
        oldest.map_or(0, |(since, _)| now - since)
    }

    /// Sends messages, with a delay of at most 15 minutes: a longer one is cut, as nobody can ask SQS for it.
    pub fn send(&mut self, tenant: Tenant, parcel: Parcel, delay_ms: Millis, now: Millis) {
        if delay_ms == 0 {
            return self.show(tenant, parcel, now);
        }
        self.delayed += u64::from(parcel.count);
        self.sleep(tenant, parcel, now + delay_ms.min(DELAY_MAX_MS), false);
    }

    /// Receives up to `max` messages, of quiet tenants first, the oldest first; none at the in-flight limit.
    pub fn receive(
        &mut self,
        max: u32,
        rng: &mut Rng,
        mut take: impl FnMut(Tenant, Parcel),
    ) -> u32 {
        let room = IN_FLIGHT_MAX.saturating_sub(self.in_flight());
        let wanted = max.min(u32::try_from(room).unwrap_or(u32::MAX));
        if self.is_fair {
            self.find_noisy();
        }
        let mut received = 0;
        while received < wanted {
            let Some(tenant) = self.next_tenant(rng) else {
                break;
            };
            take(tenant, self.groups[tenant as usize].take_one());
            received += 1;
        }
        received
    }

    /// Deletes received messages.
    pub fn delete(&mut self, tenant: Tenant, count: u32) {
        self.groups[tenant as usize].in_flight -= u64::from(count);
    }

    /// Leaves received messages in flight until their visibility timeout is over.
    pub fn hide(&mut self, tenant: Tenant, parcel: Parcel, timeout_ms: Millis, now: Millis) {
        self.sleep(tenant, parcel, now + timeout_ms.max(1), true);
    }

    /// Makes visible what is due.
    pub fn wake(&mut self, now: Millis) {
        while let Some(entry) = self.sleeping.first_entry()
            && *entry.key() <= now
        {
            for sleeper in entry.remove() {
                let count = u64::from(sleeper.parcel.count);
                if sleeper.is_in_flight {
                    self.groups[sleeper.tenant as usize].in_flight -= count;
                } else {
                    self.delayed -= count;
                }
                self.show(sleeper.tenant, sleeper.parcel, now);
            }
        }
    }

    fn show(&mut self, tenant: Tenant, parcel: Parcel, now: Millis) {
        let group = &mut self.groups[tenant as usize];
        group.visible_count += u64::from(parcel.count);
        group.visible.push_back((now, parcel));
    }

    fn sleep(&mut self, tenant: Tenant, parcel: Parcel, until: Millis, is_in_flight: bool) {
        self.sleeping.entry(until).or_default().push(Sleeper {
            tenant,
            parcel,
            is_in_flight,
        });
    }

    /// A tenant stays noisy until its backlog is gone.
    fn find_noisy(&mut self) {
        let all = self.in_flight() as f64;
        for group in &mut self.groups {
            let each = group.in_flight / u64::from(group.tenants);
            let is_above = each >= NOISY_IN_FLIGHT_MIN && each as f64 > NOISY_SHARE * all;
            group.is_noisy = is_above || (group.is_noisy && group.visible_count > 0);
        }
    }

    fn next_tenant(&self, rng: &mut Rng) -> Option<Tenant> {
        let [healthy, failing] = &self.groups;
        let (Some((healthy_since, first)), Some((failing_since, second))) =
            (healthy.visible.front(), failing.visible.front())
        else {
            return Tenant::ALL
                .into_iter()
                .find(|tenant| self.groups[*tenant as usize].visible_count > 0);
        };
        let is_healthy = match (healthy.is_noisy, failing.is_noisy) {
            (false, true) => true,
            (true, false) => false,
            // Of two noisy ones, the one with fewer messages in flight.
            (true, true) => healthy.in_flight / u64::from(healthy.tenants) <= failing.in_flight,
            // What arrived at the same time is in random order.
            (false, false) if healthy_since == failing_since => {
                rng.u32(..first.count + second.count) < first.count
            }
            (false, false) => healthy_since < failing_since,
        };
        Some(if is_healthy {
            Tenant::Healthy
        } else {
            Tenant::Failing
        })
    }
}

impl Group {
    /// Takes one message, of which the caller knows that there is one.
    fn take_one(&mut self) -> Parcel {
        let (_, parcel) = self.visible.front_mut().expect("a message is visible");
        let one = Parcel {
            count: 1,
            ..*parcel
        };
        parcel.count -= 1;
        if parcel.count == 0 {
            self.visible.pop_front();
        }
        self.visible_count -= 1;
        self.in_flight += 1;
        one
    }
}
