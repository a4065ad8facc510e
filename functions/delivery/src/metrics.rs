//! What became of a batch, counted, as one line in the CloudWatch embedded metric format.
//!
//! CloudWatch makes metrics of such a log line by itself (Amazon CloudWatch User Guide, "Specification: Embedded metric
//! format"), so no call is made and nothing is lost when the execution environment is frozen.

use std::collections::BTreeMap;

use jiff::Timestamp;
use queue_message::DeadLetterReason;
use serde_json::{Value, json};

use crate::{circuits::Changes, selection::Skip, settle::Disposition};

const NAMESPACE: &str = "FeedbackWebhooks";

/// Counts by metric.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Tally(BTreeMap<&'static str, u64>);

impl Tally {
    /// Counts a record whose disposition was carried out.
    pub fn settled(&mut self, disposition: &Disposition) {
        self.count(match disposition {
            Disposition::Delivered => "Delivered",
            Disposition::Skipped(Skip::NoConfiguration) => "SkippedNoConfiguration",
            Disposition::Skipped(Skip::Channel) => "SkippedChannel",
            Disposition::Skipped(Skip::Status) => "SkippedStatus",
            Disposition::Skipped(Skip::Campaign) => "SkippedCampaign",
            Disposition::TryLater(_) => "TriedLater",
            Disposition::Wait(_) => "Waited",
            Disposition::Postpone(_) => "Postponed",
            Disposition::Pass(_) => "PassedOpenCircuit",
            Disposition::Hold(_) => "Held",
            Disposition::DeadLetter(_, DeadLetterReason::Unreadable) => "DeadLetteredUnreadable",
            Disposition::DeadLetter(_, DeadLetterReason::Gone) => "DeadLetteredGone",
            Disposition::DeadLetter(_, DeadLetterReason::AttemptsExhausted) => {
                "DeadLetteredAttemptsExhausted"
            }
            Disposition::DeadLetter(_, DeadLetterReason::HeldTooLong) => "DeadLetteredHeldTooLong",
            Disposition::DeadLetter(_, DeadLetterReason::TooLarge) => "DeadLetteredTooLarge",
            Disposition::Leave => "Unsettled",
        });
    }

    /// Counts a record that stays on its queue, because its disposition could not be carried out.
    pub fn unsettled(&mut self) {
        self.count("Unsettled");
    }

    /// Counts circuits that opened and closed.
    pub fn circuits(&mut self, changes: Changes) {
        self.add("CircuitOpened", changes.opened);
        self.add("CircuitClosed", changes.closed);
    }

    /// Counts attempts that the history did not take.
    pub fn attempts_lost(&mut self, attempts: u64) {
        self.add("AttemptsNotKept", attempts);
    }

    fn count(&mut self, metric: &'static str) {
        self.add(metric, 1);
    }

    fn add(&mut self, metric: &'static str, count: u64) {
        // What did not happen is no part of the line.
        if count > 0 {
            *self.0.entry(metric).or_default() += count;
        }
    }

    /// The log line.
    pub fn embedded_metrics(&self, function_name: &str, now: Timestamp) -> Value {
        let metrics: Vec<Value> = self
            .0
            .keys()
            .map(|name| json!({"Name": name, "Unit": "Count"}))
            .collect();
        let mut line = json!({
            "_aws": {
                "Timestamp": now.as_millisecond(),
                "CloudWatchMetrics": [{
                    "Namespace": NAMESPACE,
                    "Dimensions": [["FunctionName"]],
                    "Metrics": metrics,
                }],
            },
            "FunctionName": function_name,
        });
        for (name, count) in &self.0 {
            line[*name] = (*count).into();
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_one_line_with_a_count_for_each_thing_that_happened() {
        let mut tally = Tally::default();
        tally.settled(&Disposition::Delivered);
        tally.settled(&Disposition::Delivered);
        tally.settled(&Disposition::Skipped(Skip::Campaign));
        tally.unsettled();
        let now = Timestamp::from_millisecond(1_700_000_000_123).unwrap();
        assert_eq!(
            tally.embedded_metrics("delivery", now),
            json!({
                "_aws": {
                    "Timestamp": 1_700_000_000_123_i64,
                    "CloudWatchMetrics": [{
                        "Namespace": "FeedbackWebhooks",
                        "Dimensions": [["FunctionName"]],
                        "Metrics": [
                            {"Name": "Delivered", "Unit": "Count"},
                            {"Name": "SkippedCampaign", "Unit": "Count"},
                            {"Name": "Unsettled", "Unit": "Count"},
                        ],
                    }],
                },
                "FunctionName": "delivery",
                "Delivered": 2,
                "SkippedCampaign": 1,
                "Unsettled": 1,
            })
        );
    }
}
