//! What became of a batch, counted, as one line in the CloudWatch embedded metric format.
//!
//! CloudWatch makes metrics of such a log line by itself (Amazon CloudWatch User Guide, "Specification: Embedded metric
//! format"), so no call is made and nothing is lost when the execution environment is frozen.

use std::collections::BTreeMap;

use jiff::Timestamp;
use queue_message::DeadLetterReason;
use serde::Serialize;

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

    /// The log line, without its end.
    pub fn embedded_metrics<'a>(
        &'a self,
        function_name: &'a str,
        now: Timestamp,
    ) -> impl Serialize + 'a {
        let metrics = self.0.keys().map(|name| Metric {
            name,
            unit: "Count",
        });
        EmbeddedMetrics {
            metadata: Metadata {
                timestamp: now.as_millisecond(),
                cloud_watch_metrics: [Directive {
                    namespace: NAMESPACE,
                    dimensions: [["FunctionName"]],
                    metrics: metrics.collect(),
                }],
            },
            function_name,
            counts: &self.0,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct EmbeddedMetrics<'a> {
    #[serde(rename = "_aws")]
    metadata: Metadata<'a>,
    function_name: &'a str,
    #[serde(flatten)]
    counts: &'a BTreeMap<&'static str, u64>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata<'a> {
    timestamp: i64,
    cloud_watch_metrics: [Directive<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive<'a> {
    namespace: &'a str,
    dimensions: [[&'a str; 1]; 1],
    metrics: Vec<Metric<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metric<'a> {
    name: &'a str,
    unit: &'a str,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

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
            serde_json::to_value(tally.embedded_metrics("delivery", now)).unwrap(),
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
