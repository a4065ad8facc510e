//! The results as charts.

use simulation::plot::{Chart, Line};

use super::{
    Results,
    growth::{Series, by_batch, by_campaigns, by_failures, by_tenants},
};
use crate::{cold::Starts, figures::Outcome};

pub(super) const BATCH_CHART: &str = "batch.svg";
pub(super) const TENANT_CHART: &str = "tenants.svg";
pub(super) const CAMPAIGN_CHART: &str = "campaigns.svg";
pub(super) const FAILURE_CHART: &str = "failures.svg";
pub(super) const COLD_CHART: &str = "cold-start.svg";

/// All charts with the names of their files.
pub fn charts(results: &Results) -> [(&'static str, String); 5] {
    let decades = |value: usize| (value as f64).log10();
    let batch = Axis {
        title: "Processor time of an event by batch size",
        name: "events of a batch, as a power of ten",
        end: 3.0,
        step: 1.0,
        place: decades,
    };
    let tenants = Axis {
        title: "Processor time of an event by tenants",
        name: "tenants, as a power of ten",
        end: 4.0,
        ..batch
    };
    let campaigns = Axis {
        title: "Processor time of an event by campaigns",
        name: "campaigns that are switched on, as a power of ten",
        end: 4.0,
        ..batch
    };
    let failures = Axis {
        title: "Processor time of an event by failures",
        name: "requests of a hundred that fail",
        end: 50.0,
        step: 10.0,
        place: |value| value as f64,
    };
    [
        (BATCH_CHART, growth(&batch, &by_batch(results))),
        (TENANT_CHART, growth(&tenants, &by_tenants(results))),
        (CAMPAIGN_CHART, growth(&campaigns, &by_campaigns(results))),
        (FAILURE_CHART, growth(&failures, &by_failures(results))),
        (COLD_CHART, cold(&results.cold)),
    ]
}

/// What is drawn to the right.
struct Axis {
    title: &'static str,
    name: &'static str,
    end: f64,
    step: f64,
    /// Where a value has its place.
    place: fn(usize) -> f64,
}

fn growth(axis: &Axis, series: &Series<'_>) -> String {
    let line = |label, cpu_us: fn(&Outcome) -> Option<f64>| Line {
        label,
        points: series
            .iter()
            .filter_map(|(value, outcome)| Some(((axis.place)(*value), cpu_us(outcome)?)))
            .collect(),
    };
    let chart = Chart {
        title: axis.title,
        times: (0.0, axis.end),
        time_step: axis.step,
        time_axis: axis.name,
        decades: (1, 4),
        tick: |value| format!("{value} µs"),
        shaded: (0.0, 0.0),
        limit: None,
    };
    let mut lines = vec![
        line("delivery", |outcome| Some(outcome.delivery.median.cpu_us)),
        line("reqwest loop", |outcome| {
            Some(outcome.reqwest.median.cpu_us)
        }),
        line("hyper loop", |outcome| Some(outcome.hyper.median.cpu_us)),
    ];
    let first_sight = line("delivery, first sight", |outcome| {
        outcome.first_sight.map(|sample| sample.cpu_us)
    });
    lines.extend(Some(first_sight).filter(|line| !line.points.is_empty()));
    chart.svg(&lines)
}

/// Starts by memory.
fn cold(starts: &[Starts]) -> String {
    let line = |label, time: fn(&Starts) -> f64| Line {
        label,
        points: starts
            .iter()
            .filter_map(|starts| Some((starts.memory_mb? as f64, time(starts) / 1_000.0)))
            .collect(),
    };
    let chart = Chart {
        title: "Time from the start of the process by memory",
        times: (0.0, 1_800.0),
        time_step: 200.0,
        time_axis: "memory in MB, as its share of a processor",
        decades: (0, 4),
        tick: |value| format!("{value} ms"),
        shaded: (0.0, 0.0),
        limit: None,
    };
    chart.svg(&[
        line("hello world asks", |starts| starts.hello_us),
        line("delivery asks", |starts| starts.delivery_us),
        line("first event", |starts| starts.delivered_us),
        line("config-api asks", |starts| starts.config_api_us),
        line("two TLS handshakes", |starts| starts.handshakes_us),
    ])
}
