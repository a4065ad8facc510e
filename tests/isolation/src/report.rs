//! Compares the runs, judges, and writes it down in Markdown with a chart.

use std::{fmt::Write, time::Duration};

use driver::provenance::Provenance;
use simulation::plot::{Chart, Line};

use crate::{
    deliveries::{Latency, Quantiles},
    scenario::{GRACE, Outcome, Setting, WARM_UP},
    tenants::{ANSWER_AFTER, HEALTHY},
    traffic::SHARE,
};

/// How many times longer the 99th percentile may be than without the hanging endpoint.
const FACTOR_MAX: f64 = 2.0;
/// The chart shows the longest latency of so many seconds.
const BUCKET_SECONDS: u64 = 2;

/// Whether the healthy tenants were kept apart from the hanging one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judgement {
    /// The 99th percentile with the hanging endpoint, divided by that without it.
    pub factor: f64,
    /// Whether that is within the bound, and everything arrived.
    pub isolated: bool,
}

/// Judges the run with the hanging endpoint by the one without it; `None` if one of them delivered nothing.
pub fn judge(alone: &[Latency], hanging: &[Latency]) -> Option<Judgement> {
    let (alone, hanging) = (Quantiles::of(alone)?, Quantiles::of(hanging)?);
    let factor = hanging.p99.as_secs_f64() / alone.p99.as_secs_f64();
    Some(Judgement {
        factor,
        isolated: factor <= FACTOR_MAX && alone.missing == 0 && hanging.missing == 0,
    })
}

/// The whole report. The chart lies beside it, under this name.
pub fn report(
    origin: &Provenance,
    setting: &Setting,
    outcomes: &[Outcome],
    judgement: Judgement,
    chart: &str,
) -> String {
    let verdict = if judgement.isolated {
        "within"
    } else {
        "NOT within"
    };
    let healthy = setting.healthy_per_second as usize * HEALTHY;
    let mut text = format!(
        "# One hanging endpoint among ten\n\n\
         With the hanging endpoint, the 99th percentile of the healthy tenants' delivery latency is {:.2} times what it \
         is without: {verdict} the bound of {FACTOR_MAX}.\n\n\
         {origin}\
         - Traffic: {HEALTHY} healthy tenants send {} events/s each, {healthy} together; the tenant whose endpoint \
         hangs sends {SHARE} times as much as all of them, {} events/s.\n\
         - Time: {} s of warm-up without the hanging endpoint, then {} s that count. What has not arrived {} s later \
         counts with the time that it has waited by then.\n\
         - Healthy endpoints answer after {} ms.\n\n\
         | run | healthy events | p50 | p99 | max | not arrived | invocations at a time, peak | of the retry queue |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|\n",
        judgement.factor,
        setting.healthy_per_second,
        healthy * SHARE,
        WARM_UP.as_secs(),
        setting.measured.as_secs(),
        GRACE.as_secs(),
        ANSWER_AFTER.as_millis(),
    );
    for outcome in outcomes {
        let Some(quantiles) = Quantiles::of(&outcome.latencies) else {
            continue;
        };
        let row = format!(
            "| **{}**: {} | {} | {} | {} | {} | {} | {} | {} |\n",
            outcome.scenario.id,
            outcome.scenario.title,
            quantiles.count,
            seconds(quantiles.p50),
            seconds(quantiles.p99),
            seconds(quantiles.max),
            quantiles.missing,
            outcome.feedback_peak,
            outcome.retry_peak,
        );
        text += &row;
    }
    let unsettled: u32 = outcomes.iter().map(|outcome| outcome.unsettled).sum();
    let _ = write!(
        text,
        "\nMessages that the function left on their queue in all runs: {unsettled}.\n\n![Latency]({chart})\n"
    );
    text
}

/// The longest latency by the time of sending, a line for each run.
pub fn chart(outcomes: &[Outcome], measured: Duration) -> String {
    let lines: Vec<Line<'_>> = outcomes
        .iter()
        .map(|outcome| Line {
            label: outcome.scenario.id,
            points: longest(&outcome.latencies),
        })
        .collect();
    let end = measured.as_secs_f64();
    let chart = Chart {
        title: "Healthy tenants: longest delivery latency by time of sending",
        times: (0.0, end),
        time_step: 10.0,
        time_axis: "seconds since the hanging tenant began to send",
        decades: (-1, 2),
        tick: |value| format!("{value} s"),
        shaded: (0.0, end),
        limit: None,
    };
    chart.svg(&lines)
}

fn longest(latencies: &[Latency]) -> Vec<(f64, f64)> {
    let mut longest: Vec<Duration> = Vec::new();
    for latency in latencies {
        let bucket = latency.sent_after.as_secs() / BUCKET_SECONDS;
        let bucket = usize::try_from(bucket).unwrap_or(usize::MAX);
        if bucket >= longest.len() {
            longest.resize(bucket + 1, Duration::ZERO);
        }
        longest[bucket] = longest[bucket].max(latency.took);
    }
    let middle = |bucket: usize| (bucket as f64 + 0.5) * BUCKET_SECONDS as f64;
    let points = longest.iter().enumerate();
    points
        .map(|(bucket, took)| (middle(bucket), took.as_secs_f64()))
        .collect()
}

fn seconds(duration: Duration) -> String {
    format!("{:.2} s", duration.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn latencies(took_ms: u64, arrived: bool) -> [Latency; 1] {
        [Latency {
            sent_after: Duration::from_secs(3),
            took: Duration::from_millis(took_ms),
            arrived,
        }]
    }

    #[test]
    fn twice_as_long_is_isolated_and_longer_or_lost_is_not() {
        let alone = latencies(100, true);
        for (took_ms, arrived, isolated) in [
            (90, true, true),
            (200, true, true),
            (201, true, false),
            (100, false, false),
        ] {
            let judgement = judge(&alone, &latencies(took_ms, arrived)).unwrap();
            assert_eq!(judgement.isolated, isolated, "{took_ms} ms, {arrived}");
        }
        assert_eq!(judge(&alone, &[]), None);
    }

    #[test]
    fn the_chart_has_the_longest_latency_at_the_time_of_sending() {
        assert_eq!(longest(&latencies(500, true)), [(1.0, 0.0), (3.0, 0.5)]);
    }
}
