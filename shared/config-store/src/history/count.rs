//! Counts of attempts over time, in buckets of five minutes.

use std::time::Duration;

use jiff::Timestamp;

use super::Subject;

/// Five minutes: a week then has 2,016 buckets, which two reads of DynamoDB bring.
const BUCKET_SECONDS: i64 = 300;

/// Five minutes, by the time at which they begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Bucket(Timestamp);

impl Bucket {
    /// How long a bucket lasts.
    pub const LENGTH: Duration = Duration::from_secs(BUCKET_SECONDS.unsigned_abs());

    /// The bucket that a time is in.
    pub fn of(at: Timestamp) -> Self {
        let second = at.as_second().div_euclid(BUCKET_SECONDS) * BUCKET_SECONDS;
        // Rounding down leaves the calendar at its very beginning only.
        Self(Timestamp::from_second(second).unwrap_or(at))
    }

    /// When it begins.
    pub fn start(self) -> Timestamp {
        self.0
    }
}

/// How many attempts of a webhook succeeded and failed within a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// The webhook.
    pub subject: Subject,
    /// When.
    pub bucket: Bucket,
    /// Attempts that delivered their event.
    pub delivered: u64,
    /// Attempts that failed.
    pub failed: u64,
    /// When the latest of the successes was.
    pub last_delivery: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_begins_at_a_multiple_of_five_minutes() {
        for (second, start) in [(0, 0), (299, 0), (300, 300), (-1, -300)] {
            let at = Timestamp::from_second(second).unwrap();
            assert_eq!(Bucket::of(at).start().as_second(), start);
        }
        Bucket::of(Timestamp::MIN);
    }
}
