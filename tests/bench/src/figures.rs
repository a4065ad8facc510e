//! What is found out about a program under load, and in relation to the others.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

use crate::scenario::Scenario;

/// Fewer samples than this have no such quantile: the one value above it would be chance.
const SAMPLES_FOR_P99: usize = 200;
const SAMPLES_FOR_P999: usize = 2_000;

/// What a program did in a turn.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Sample {
    /// How many events it had.
    pub events: usize,
    /// Processor time of an event, in microseconds.
    pub cpu_us: f64,
    /// Events per second of real time.
    pub per_second: f64,
}

impl Sample {
    /// So many events within this time, for this processor time.
    pub fn new(events: usize, cpu: Duration, took: Duration) -> Self {
        Self {
            events,
            cpu_us: 1e6 * cpu.as_secs_f64() / events as f64,
            per_second: events as f64 / took.as_secs_f64(),
        }
    }

    /// The turn in the middle by processor time; `None` where there is none.
    pub fn median(turns: &[Self]) -> Option<Self> {
        let mut sorted = turns.to_vec();
        sorted.sort_by(|a, b| a.cpu_us.total_cmp(&b.cpu_us));
        sorted.get(sorted.len() / 2).copied()
    }

    /// The share of a processor that was in use.
    pub fn busy(&self) -> f64 {
        self.cpu_us * self.per_second / 1e6
    }
}

/// Times between handing over a batch and the arrival of an event at the endpoint, in microseconds.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Latency {
    /// Events that were timed.
    pub events: usize,
    /// Half of the events take longer.
    pub p50_us: f64,
    /// One event in a hundred does; `None` for too few events to say.
    pub p99_us: Option<f64>,
    /// One in a thousand does; `None` for too few events to say.
    pub p999_us: Option<f64>,
}

impl Latency {
    /// Of these times.
    pub fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let at = |share| 1e6 * quantile(&times, share).as_secs_f64();
        Self {
            events: times.len(),
            p50_us: at(0.5),
            p99_us: (times.len() >= SAMPLES_FOR_P99).then(|| at(0.99)),
            p999_us: (times.len() >= SAMPLES_FOR_P999).then(|| at(0.999)),
        }
    }
}

/// The value that this share of the sorted ones does not exceed; zero where there are none.
pub fn quantile(sorted: &[Duration], share: f64) -> Duration {
    let index = (sorted.len() as f64 * share).ceil() as usize;
    sorted
        .get(index.saturating_sub(1))
        .copied()
        .unwrap_or_default()
}

/// A program's figures.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Figures {
    /// The median turn.
    pub median: Sample,
    /// All turns.
    pub turns: Vec<Sample>,
    /// When events arrive.
    pub latency: Latency,
    /// Most memory that it has had resident, in bytes.
    pub peak_memory_bytes: u64,
}

/// What a scenario came to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Outcome {
    /// The scenario.
    pub scenario: Scenario,
    /// The function.
    pub delivery: Figures,
    /// A plain loop with reqwest.
    pub reqwest: Figures,
    /// A plain loop with hyper.
    pub hyper: Figures,
    /// The function when it sees each tenant and campaign for the first time; `None` where the first batch has them all.
    pub first_sight: Option<Sample>,
    /// Calls of AWS services for a thousand events, by their names.
    pub calls_per_1000: BTreeMap<String, f64>,
    /// What the function logs, in bytes for each event.
    pub logged_bytes: f64,
    /// What a request has in HTTP/1.1, in bytes: its head and its body, without TLS.
    pub request_bytes: usize,
}

impl Outcome {
    /// The function's processor time in relation to the reqwest loop's.
    pub fn ratio(&self) -> f64 {
        self.delivery.median.cpu_us / self.reqwest.median.cpu_us
    }

    /// The same in relation to the hyper loop's.
    pub fn hyper_ratio(&self) -> f64 {
        self.delivery.median.cpu_us / self.hyper.median.cpu_us
    }

    /// The least and the greatest ratio to the reqwest loop, turn by turn.
    pub fn ratio_range(&self) -> (f64, f64) {
        let turns = self.delivery.turns.iter().zip(&self.reqwest.turns);
        let ratios = turns.map(|(delivery, reqwest)| delivery.cpu_us / reqwest.cpu_us);
        ratios.fold((f64::INFINITY, 0.0), |(least, greatest), ratio| {
            (ratio.min(least), ratio.max(greatest))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_were_measured() {
        let times: Vec<Duration> = (1..=100).map(Duration::from_millis).collect();
        for (share, expected) in [(0.5, 50), (0.99, 99), (0.999, 100), (1.0, 100)] {
            assert_eq!(quantile(&times, share), Duration::from_millis(expected));
        }
        assert_eq!(quantile(&[], 0.5), Duration::ZERO);
    }

    #[test]
    fn rare_times_are_not_told_from_few_events() {
        let latency = |events| Latency::of(vec![Duration::from_micros(7); events]);
        assert_eq!(latency(199).p99_us, None);
        assert_eq!(latency(200).p99_us, Some(7.0));
        assert_eq!(latency(1_999).p999_us, None);
        assert_eq!(latency(2_000).p999_us, Some(7.0));
    }
}
