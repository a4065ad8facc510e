//! What the studies found, as JSON and as charts. It formats; it runs nothing.

use serde::Serialize;

use crate::{
    Millis,
    limits::IN_FLIGHT_MAX,
    measures::{Measures, Sample},
    plot::{Chart, Line},
    scenarios::Scenario,
    settings::{Settings, Traffic},
    studies::{Concurrency, Onset, Outcome, RetryLane},
    tables::grouped,
};

/// The scenarios that have a line in the charts: those that differ there.
const DRAWN: [&str; 6] = ["no outage", "a", "b", "c", "c+b, no groups", "recommended"];

/// Everything that was found.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Who sent how much.
    pub traffic: Traffic,
    /// The scenarios.
    pub scenarios: Vec<ScenarioReport>,
    /// Which concurrency they need.
    pub concurrency: Vec<Concurrency>,
    /// What the first seconds of an outage cost.
    pub onset: Vec<Onset>,
    /// Whether the retry lane keeps up.
    pub retry_lane: Vec<RetryLane>,
}

/// A scenario, what came of it, and the course that it took.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ScenarioReport {
    /// Short.
    pub id: &'static str,
    /// What is special about it.
    pub title: &'static str,
    /// Its settings.
    pub settings: Settings,
    /// What came of it.
    pub outcome: Outcome,
    /// 99th percentile of healthy tenants by the time of sending, since the start of the outage, in milliseconds; what
    /// was not delivered before the run ended is left out.
    pub healthy_p99: Vec<(i64, Millis)>,
    /// The state of both lanes every minute.
    pub samples: Vec<Sample>,
}

impl ScenarioReport {
    /// Thins the measures out.
    pub fn new(scenario: Scenario, outcome: Outcome, measures: &Measures) -> Self {
        let start_ms = i64::from(scenario.settings.outage.start_ms);
        Self {
            id: scenario.id,
            title: scenario.title,
            settings: scenario.settings,
            outcome,
            healthy_p99: measures
                .healthy_over_time()
                .filter_map(|(at, latency)| {
                    Some((i64::from(at) - start_ms, latency.quantile(0.99)?))
                })
                .collect(),
            samples: measures.samples.iter().step_by(60).copied().collect(),
        }
    }

    fn line(&self, value: impl Fn(&Sample) -> f64) -> Line<'_> {
        let start_ms = f64::from(self.settings.outage.start_ms);
        let minute = |at: Millis| (f64::from(at) - start_ms) / 60_000.0;
        Line {
            label: self.id,
            points: self
                .samples
                .iter()
                .map(|sample| (minute(sample.at_ms), value(sample)))
                .collect(),
        }
    }
}

impl Report {
    /// The charts, each with a file name.
    pub fn charts(&self) -> Vec<(&'static str, String)> {
        let outage = self.scenarios.first().map(|first| first.settings.outage);
        let outage_minutes = outage.map_or(0.0, |outage| {
            f64::from(outage.end_ms - outage.start_ms) / 60_000.0
        });
        let times = (-1.0, 2.5 * outage_minutes);
        let chart = |title, decades, tick, limit| Chart {
            title,
            times,
            time_step: if times.1 - times.0 > 120.0 {
                30.0
            } else {
                10.0
            },
            time_axis: "minutes since the endpoint died (shaded: dead)",
            decades,
            tick,
            shaded: (0.0, outage_minutes),
            limit,
        };
        let limit = Some((IN_FLIGHT_MAX as f64, "limit: 120,000"));
        let drawn = || self.scenarios.iter().filter(|one| DRAWN.contains(&one.id));
        let p99: Vec<Line<'_>> = drawn()
            .map(|scenario| Line {
                label: scenario.id,
                points: scenario
                    .healthy_p99
                    .iter()
                    .map(|(at, p99_ms)| (*at as f64 / 60_000.0, f64::from(*p99_ms) / 1_000.0))
                    .collect(),
            })
            .collect();
        let lines = |value: fn(&Sample) -> f64| -> Vec<Line<'_>> {
            drawn().map(|one| one.line(value)).collect()
        };
        vec![
            (
                "latency.svg",
                chart(
                    "Healthy tenants: 99th percentile by time of sending",
                    (-2, 4),
                    seconds,
                    None,
                )
                .svg(&p99),
            ),
            (
                "in-flight.svg",
                chart("Feedback queue: messages in flight", (2, 6), whole, limit)
                    .svg(&lines(|sample| sample.feedback.in_flight as f64)),
            ),
            (
                "concurrency.svg",
                chart("Invocations running, both lanes", (0, 3), whole, None).svg(&lines(
                    |sample| f64::from(sample.feedback.concurrency + sample.retry.concurrency),
                )),
            ),
            (
                "retry-queue.svg",
                chart("Retry queue: messages", (0, 7), whole, None).svg(&lines(|sample| {
                    (sample.retry.visible + sample.retry.delayed + sample.retry.in_flight) as f64
                })),
            ),
        ]
    }
}

fn seconds(value: f64) -> String {
    if value < 1.0 {
        format!("{:.0} ms", value * 1_000.0)
    } else {
        format!("{} s", grouped(value as u64))
    }
}

fn whole(value: f64) -> String {
    grouped(value as u64)
}
