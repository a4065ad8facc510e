//! How long each event of a healthy tenant took from being put on the queue to being received by its endpoint.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// The events of the healthy tenants.
#[derive(Debug, Default)]
pub struct Deliveries(Mutex<Vec<Event>>);

#[derive(Debug, Clone, Copy)]
struct Event {
    sent: Instant,
    received: Option<Instant>,
}

/// What became of one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Latency {
    /// When it was put on the queue, since the beginning of the measurement.
    pub sent_after: Duration,
    /// How long it took, or has taken by now.
    pub took: Duration,
    /// Whether the endpoint has received it.
    pub arrived: bool,
}

/// Shares of latencies that are not longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quantiles {
    /// How many there are.
    pub count: usize,
    /// How many of them have not arrived; what they took until then counts.
    pub missing: usize,
    /// The median.
    pub p50: Duration,
    /// 99 % are not longer.
    pub p99: Duration,
    /// The longest.
    pub max: Duration,
}

impl Deliveries {
    /// An event is about to be put on the queue; returns its number.
    pub fn sent(&self, at: Instant) -> usize {
        let mut events = self.lock();
        events.push(Event {
            sent: at,
            received: None,
        });
        events.len() - 1
    }

    /// The endpoint received the event; only the first time counts.
    pub fn received(&self, number: usize, at: Instant) {
        if let Some(event) = self.lock().get_mut(number) {
            event.received.get_or_insert(at);
        }
    }

    /// How many have not arrived.
    pub fn missing(&self) -> usize {
        let events = self.lock();
        let missing = events.iter().filter(|event| event.received.is_none());
        missing.count()
    }

    /// The latencies of the events that were sent from `begin` on, as of `now`.
    pub fn since(&self, begin: Instant, now: Instant) -> Vec<Latency> {
        let events = self.lock();
        let measured = events.iter().filter(|event| event.sent >= begin);
        let latency = |event: &Event| Latency {
            sent_after: event.sent - begin,
            took: event.received.unwrap_or(now) - event.sent,
            arrived: event.received.is_some(),
        };
        measured.map(latency).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Event>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Quantiles {
    /// Of these latencies; `None` if there are none.
    pub fn of(latencies: &[Latency]) -> Option<Self> {
        let mut took: Vec<Duration> = latencies.iter().map(|latency| latency.took).collect();
        took.sort_unstable();
        // The nearest rank: the least value that this share of all values does not exceed.
        let rank = |percent: usize| took.get((took.len() * percent).div_ceil(100).max(1) - 1);
        Some(Self {
            count: took.len(),
            missing: latencies.iter().filter(|latency| !latency.arrived).count(),
            p50: *rank(50)?,
            p99: *rank(99)?,
            max: *took.last()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn latency(took_ms: u64) -> Latency {
        Latency {
            sent_after: Duration::ZERO,
            took: Duration::from_millis(took_ms),
            arrived: true,
        }
    }

    #[test]
    fn quantiles_are_of_the_nearest_rank() {
        for (count, p50_ms, p99_ms) in [(1, 1, 1), (2, 1, 2), (100, 50, 99), (200, 100, 198)] {
            let latencies: Vec<_> = (1..=count).rev().map(latency).collect();
            let quantiles = Quantiles::of(&latencies).unwrap();
            let expected = [p50_ms, p99_ms, count].map(Duration::from_millis);
            assert_eq!([quantiles.p50, quantiles.p99, quantiles.max], expected);
        }
        assert_eq!(Quantiles::of(&[]), None);
    }

    #[test]
    fn what_did_not_arrive_counts_with_the_time_that_it_has_waited() {
        let (deliveries, begin) = (Deliveries::default(), Instant::now());
        let second = |count| begin + Duration::from_secs(count);
        deliveries.received(deliveries.sent(second(1)), second(2));
        deliveries.sent(second(1));
        let latencies = deliveries.since(begin, second(11));
        let quantiles = Quantiles::of(&latencies).unwrap();
        assert_eq!((quantiles.count, quantiles.missing), (2, 1));
        assert_eq!(quantiles.max, Duration::from_secs(10));
        assert_eq!(deliveries.since(second(2), second(11)), []);
    }
}
