//! What a run is asked for: latencies by the time an event was sent, and the state of both queues every second.

use serde::Serialize;

use crate::{
    Millis,
    histogram::Histogram,
    queue::{Parcel, Tenant},
    settings::Outage,
};

/// Events sent within so long are measured together.
pub const INTERVAL_MS: Millis = 10_000;

/// Age of the oldest visible message from which the feedback queue counts as stalled.
pub const STALLED_AGE_MS: Millis = 10_000;

/// What happened in a run.
#[derive(Debug)]
pub struct Measures {
    outage: Outage,
    intervals: Vec<Interval>,
    /// Events of healthy tenants whose first attempt failed: from being sent to being delivered.
    pub healthy_retried: Histogram,
    failing_sent: u64,
    failing_delivered: u64,
    failing_drained_at: Option<Millis>,
    /// Calls to the endpoint that hung.
    pub hanging_calls: u64,
    /// The state every second.
    pub samples: Vec<Sample>,
}

/// Events of healthy tenants that were sent within [`INTERVAL_MS`].
#[derive(Debug, Default)]
struct Interval {
    /// Those delivered at the first attempt, from being sent to being delivered.
    first_attempts: Histogram,
    sent: u64,
    failed_first: u64,
}

/// The state of both lanes at a moment.
#[derive(Debug, Clone, Copy, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Sample {
    /// The moment.
    pub at_ms: Millis,
    /// The feedback queue.
    pub feedback: LaneSample,
    /// The retry queue.
    pub retry: LaneSample,
    /// Whether the circuit is open.
    pub circuit_is_open: bool,
}

/// The state of a lane at a moment.
#[derive(Debug, Clone, Copy, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LaneSample {
    /// Messages that could be received.
    pub visible: u64,
    /// Messages whose delay is not over.
    pub delayed: u64,
    /// Messages received and not deleted.
    pub in_flight: u64,
    /// Invocations that are running.
    pub concurrency: u32,
    /// How long the oldest message of a healthy tenant has been visible.
    pub healthy_age_ms: Millis,
}

impl Measures {
    pub(crate) fn new(outage: Outage) -> Self {
        Self {
            outage,
            intervals: Vec::new(),
            healthy_retried: Histogram::default(),
            failing_sent: 0,
            failing_delivered: 0,
            failing_drained_at: None,
            hanging_calls: 0,
            samples: Vec::new(),
        }
    }

    pub(crate) fn sent(&mut self, tenant: Tenant, count: u32, now: Millis) {
        match tenant {
            Tenant::Healthy => self.interval(now).sent += u64::from(count),
            Tenant::Failing if self.outage.covers(now) => {
                self.failing_sent += u64::from(count);
            }
            Tenant::Failing => {}
        }
    }

    pub(crate) fn delivered(&mut self, tenant: Tenant, parcel: Parcel, at: Millis) {
        let (latency_ms, count) = (at - parcel.sent_at, u64::from(parcel.count));
        match tenant {
            Tenant::Healthy if parcel.tries > 0 => self.healthy_retried.record(latency_ms, count),
            Tenant::Healthy => self
                .interval(parcel.sent_at)
                .first_attempts
                .record(latency_ms, count),
            Tenant::Failing if self.outage.covers(parcel.sent_at) => {
                self.failing_delivered += count;
                if self.failing_drained_at.is_none() && self.failing_is_drained() {
                    self.failing_drained_at = Some(at);
                }
            }
            Tenant::Failing => {}
        }
    }

    pub(crate) fn failed(&mut self, tenant: Tenant, parcel: Parcel, hangs: bool) {
        if tenant == Tenant::Healthy && parcel.tries == 0 {
            self.interval(parcel.sent_at).failed_first += u64::from(parcel.count);
        }
        if hangs {
            self.hanging_calls += u64::from(parcel.count);
        }
    }

    /// Latency of healthy tenants' events that were sent from `from` to `to` and needed one attempt. What had none when
    /// the run ended counts as unfinished.
    pub fn healthy(&self, from: Millis, to: Millis) -> Histogram {
        let mut sum = Histogram::default();
        let range = index(from)..index(to).min(self.intervals.len());
        for interval in self.intervals.get(range).unwrap_or_default() {
            interval.add_to(&mut sum);
        }
        sum
    }

    /// The same for each interval, with the time at which it starts.
    pub fn healthy_over_time(&self) -> impl Iterator<Item = (Millis, Histogram)> {
        self.intervals.iter().enumerate().map(|(index, interval)| {
            let mut sum = Histogram::default();
            interval.add_to(&mut sum);
            (index as Millis * INTERVAL_MS, sum)
        })
    }

    /// When the oldest healthy event had waited for ten seconds for the first time since the outage began.
    pub fn stalled_at(&self) -> Option<Millis> {
        self.since_outage()
            .find(|sample| sample.feedback.healthy_age_ms >= STALLED_AGE_MS)
            .map(|sample| sample.at_ms)
    }

    /// For how many seconds since the outage began that was so.
    pub fn stalled_seconds(&self) -> usize {
        self.since_outage()
            .filter(|sample| sample.feedback.healthy_age_ms >= STALLED_AGE_MS)
            .count()
    }

    /// When the feedback queue reached a number of messages in flight.
    pub fn in_flight_reached_at(&self, in_flight: u64) -> Option<Millis> {
        self.since_outage()
            .find(|sample| sample.feedback.in_flight >= in_flight)
            .map(|sample| sample.at_ms)
    }

    /// The first moment since which no healthy event waits for longer than a second; `None` if one does at the end.
    pub fn caught_up_at(&self) -> Option<Millis> {
        let waiting = |sample: &Sample| sample.feedback.healthy_age_ms > 1_000;
        match self.samples.iter().rposition(waiting) {
            Some(last) => Some(self.samples.get(last + 1)?.at_ms.max(self.outage.start_ms)),
            None => Some(self.outage.start_ms),
        }
    }

    /// When 99 % of the failing tenant's events of the outage were delivered. The last ones had bad luck with the jitter
    /// or failed again, and say little about the queue.
    pub fn failing_drained_at(&self) -> Option<Millis> {
        self.failing_drained_at
    }

    pub(crate) fn failing_is_drained(&self) -> bool {
        self.failing_delivered * 100 >= self.failing_sent * 99
    }

    /// The largest value of something since the outage began.
    pub fn peak(&self, of: impl Fn(&Sample) -> u64) -> u64 {
        self.since_outage().map(of).max().unwrap_or_default()
    }

    fn since_outage(&self) -> impl Iterator<Item = &Sample> {
        let start_ms = self.outage.start_ms;
        self.samples
            .iter()
            .filter(move |sample| sample.at_ms >= start_ms)
    }

    fn interval(&mut self, at: Millis) -> &mut Interval {
        let index = index(at);
        if index >= self.intervals.len() {
            self.intervals.resize_with(index + 1, Interval::default);
        }
        &mut self.intervals[index]
    }
}

impl Interval {
    fn add_to(&self, sum: &mut Histogram) {
        sum.add(&self.first_attempts);
        let finished = self.first_attempts.total() + self.failed_first;
        sum.record_unfinished(self.sent - finished);
    }
}

fn index(at: Millis) -> usize {
    (at / INTERVAL_MS) as usize
}
