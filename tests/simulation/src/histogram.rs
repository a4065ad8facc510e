//! Counts of durations in logarithmic buckets. Exact to 2.5 %, the longest one exactly.

use crate::Millis;

/// Ratio of the bounds of a bucket.
const RATIO: f64 = 1.05;

/// Counts of durations.
#[derive(Debug, Clone, Default)]
pub struct Histogram {
    counts: Vec<u64>,
    total: u64,
    unfinished: u64,
    longest_ms: Millis,
}

impl Histogram {
    /// Counts `count` durations of the same length.
    pub fn record(&mut self, duration_ms: Millis, count: u64) {
        let bucket = bucket(duration_ms);
        if bucket >= self.counts.len() {
            self.counts.resize(bucket + 1, 0);
        }
        self.counts[bucket] += count;
        self.total += count;
        self.longest_ms = self.longest_ms.max(duration_ms);
    }

    /// Counts durations that had not ended when the run did: longer than all others.
    pub fn record_unfinished(&mut self, count: u64) {
        self.unfinished += count;
        self.total += count;
    }

    /// Adds the counts of another histogram.
    pub fn add(&mut self, other: &Self) {
        if other.counts.len() > self.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
        self.total += other.total;
        self.unfinished += other.unfinished;
        self.longest_ms = self.longest_ms.max(other.longest_ms);
    }

    /// How many durations were counted.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The duration that a share of all durations does not exceed; `None` if there are none, or if it had not ended.
    pub fn quantile(&self, share: f64) -> Option<Millis> {
        let rank = (self.total as f64 * share).ceil().max(1.0) as u64;
        let mut seen = 0;
        for (bucket, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= rank {
                return Some(middle_ms(bucket).min(self.longest_ms));
            }
        }
        None
    }

    /// The longest duration; `None` if there are none, or if one had not ended.
    pub fn longest_ms(&self) -> Option<Millis> {
        (self.total > 0 && self.unfinished == 0).then_some(self.longest_ms)
    }
}

fn bucket(duration_ms: Millis) -> usize {
    f64::from(duration_ms.max(1)).log(RATIO) as usize
}

fn middle_ms(bucket: usize) -> Millis {
    RATIO.powf(bucket as f64 + 0.5).round() as Millis
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_exact_to_a_few_per_cent() {
        let mut histogram = Histogram::default();
        for duration_ms in 1..=10_000 {
            histogram.record(duration_ms, 3);
        }
        for (share, expected) in [(0.5, 5_000.0), (0.99, 9_900.0), (1.0, 10_000.0)] {
            let quantile = f64::from(histogram.quantile(share).unwrap());
            assert!(
                (quantile / expected - 1.0).abs() < 0.03,
                "{share}: {quantile}"
            );
        }
        assert_eq!(histogram.longest_ms(), Some(10_000));
    }

    #[test]
    fn what_never_ended_is_longer_than_everything_else() {
        let mut histogram = Histogram::default();
        histogram.record(100, 98);
        histogram.record_unfinished(2);
        assert_eq!(histogram.quantile(0.5), Some(100));
        assert_eq!(histogram.quantile(0.99), None);
        assert_eq!(histogram.longest_ms(), None);
    }

    #[test]
    fn nothing_has_no_quantile() {
        assert_eq!(Histogram::default().quantile(0.5), None);
    }
}
