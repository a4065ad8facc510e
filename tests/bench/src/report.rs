//! The results as Markdown, JSON and charts.

use std::fmt::Write as _;

use serde::Serialize;
use simulation::plot::{Chart, Line};

use crate::{
    allocations::Allocations,
    api::RouteCost,
    cold::Starts,
    load::{Figures, Outcome, Scenario},
    targets::Target,
};

/// The chart of what an event costs by the size of the batch.
pub const BATCH_CHART: &str = "batch.svg";
/// The chart of starts by memory.
pub const COLD_CHART: &str = "cold-start.svg";

/// Everything that a run measured.
#[derive(Debug, Default, Serialize)]
pub struct Results {
    /// Warm delivery.
    pub load: Vec<Outcome>,
    /// Most memory of delivery while bodies without end are sent to it, in bytes.
    pub endless_answers_bytes: Option<u64>,
    /// Allocations of delivery.
    pub allocations: Vec<Allocations>,
    /// Starts.
    pub cold: Vec<Starts>,
    /// Why there are no starts with a limit.
    pub cold_limits_missing: Option<String>,
    /// The configuration API.
    pub routes: Vec<RouteCost>,
    /// Size of the delivery function as a zip file.
    pub delivery_zipped_bytes: Option<u64>,
    /// Size of the configuration API as a zip file.
    pub config_api_zipped_bytes: Option<u64>,
}

/// The whole report. The charts lie beside it.
pub fn report(origin: &str, results: &Results, targets: &[Target]) -> String {
    let mut text = format!("# Benchmark\n\n{origin}\n{}", target_table(targets));
    load(&mut text, &results.load);
    if let Some(bytes) = results.endless_answers_bytes {
        let mib = bytes as f64 / 1_048_576.0;
        let _ = write!(
            text,
            "\nWhile the endpoint's answers have no end, delivery has {mib:.1} MiB resident at most.\n"
        );
    }
    allocations(&mut text, &results.allocations);
    cold(&mut text, results);
    routes(&mut text, &results.routes);
    text
}

/// The table of targets, met or missed.
pub fn target_table(targets: &[Target]) -> String {
    let mut text = String::from("| what | target | measured | |\n|---|---:|---:|---|\n");
    for target in targets {
        let verdict = match target.met {
            Some(true) => "met",
            Some(false) => "**missed**",
            None => "–",
        };
        let Target {
            what,
            target,
            measured,
            ..
        } = target;
        let _ = writeln!(text, "| {what} | {target} | {measured} | {verdict} |");
    }
    text
}

fn load(text: &mut String, outcomes: &[Outcome]) {
    if outcomes.is_empty() {
        return;
    }
    *text += "\n## Warm delivery\n\n\
        Processor time of an event in µs, and in relation to the loops of reqwest and hyper that send the same bytes; events \
        per second of real time; µs from handing over a batch to the arrival of an event; MiB resident at most.\n\n\
        | load | delivery | reqwest | hyper | of reqwest | of hyper | events/s | reqwest | p50 | p99 | p99.9 | reqwest p50 | MiB |\n\
        |---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n";
    for outcome in outcomes {
        let Outcome {
            delivery,
            reqwest,
            hyper,
            ..
        } = outcome;
        let cpu = |figures: &Figures| figures.median.cpu_us;
        let _ = writeln!(
            text,
            "| {} | {:.1} | {:.1} | {:.1} | {:.2} | {:.2} | {:.0} | {:.0} | {:.0} | {:.0} | {:.0} | {:.0} | {:.1} |",
            outcome.scenario.name(),
            cpu(delivery),
            cpu(reqwest),
            cpu(hyper),
            outcome.ratio(),
            outcome.hyper_ratio(),
            delivery.median.per_second,
            reqwest.median.per_second,
            delivery.latency.p50_us,
            delivery.latency.p99_us,
            delivery.latency.p999_us,
            reqwest.latency.p50_us,
            delivery.peak_memory_bytes as f64 / 1_048_576.0,
        );
    }
    let _ = write!(text, "\n![Processor time by batch size]({BATCH_CHART})\n");
}

fn allocations(text: &mut String, allocations: &[Allocations]) {
    if allocations.is_empty() {
        return;
    }
    *text += "\n## Allocations of delivery\n\n| batch | allocations per event | bytes per event |\n|---:|---:|---:|\n";
    for Allocations {
        batch,
        count,
        bytes,
    } in allocations
    {
        let _ = writeln!(text, "| {batch} | {count:.1} | {bytes:.0} |");
    }
}

fn cold(text: &mut String, results: &Results) {
    if results.cold.is_empty() {
        return;
    }
    *text += "\n## Starts\n\n\
        Median ms from the start of the process. Lambda gives more of a processor to the initialisation than the quota that \
        comes with the memory, so the real ones lie between the first row and that of their memory.\n\n\
        | memory | hello world asks | delivery asks | first event | with a token | config-api asks | first answer | two TLS handshakes |\n\
        |---:|---:|---:|---:|---:|---:|---:|---:|\n";
    for starts in &results.cold {
        let size = starts
            .memory_mb
            .map_or("no limit".to_owned(), |size| format!("{size} MB"));
        let times = [
            starts.hello_us,
            starts.delivery_us,
            starts.delivered_us,
            starts.delivered_with_token_us,
            starts.config_api_us,
            starts.answered_us,
            starts.handshakes_us,
        ];
        let times = times
            .map(|time| format!("{:.1}", time / 1_000.0))
            .join(" | ");
        let _ = writeln!(text, "| {size} | {times} |");
    }
    if let Some(reason) = &results.cold_limits_missing {
        let _ = write!(text, "\nNo starts with a limit: {reason}.\n");
    } else {
        let _ = write!(text, "\n![Starts by memory]({COLD_CHART})\n");
    }
}

fn routes(text: &mut String, routes: &[RouteCost]) {
    if routes.is_empty() {
        return;
    }
    *text += "\n## Configuration API\n\n| route | processor time, µs | p50, µs | p99, µs |\n|---|---:|---:|---:|\n";
    for RouteCost {
        route,
        cpu_us,
        p50_us,
        p99_us,
    } in routes
    {
        let _ = writeln!(
            text,
            "| `{route}` | {cpu_us:.0} | {p50_us:.0} | {p99_us:.0} |"
        );
    }
}

/// Processor time by the size of the batch.
pub fn batch_chart(outcomes: &[Outcome]) -> String {
    let ordinary = Scenario::default();
    let by_batch: Vec<&Outcome> = outcomes
        .iter()
        .filter(|outcome| {
            let batch = outcome.scenario.batch;
            outcome.scenario
                == Scenario {
                    batch,
                    ..ordinary.clone()
                }
        })
        .collect();
    let line = |label, figures: fn(&Outcome) -> &Figures| Line {
        label,
        points: by_batch
            .iter()
            .map(|outcome| {
                let batch = outcome.scenario.batch as f64;
                (batch.log10(), figures(outcome).median.cpu_us)
            })
            .collect(),
    };
    let chart = Chart {
        title: "Processor time of an event by batch size",
        times: (0.0, 3.0),
        time_step: 1.0,
        time_axis: "events of a batch, as a power of ten",
        decades: (1, 3),
        tick: |value| format!("{value} µs"),
        shaded: (0.0, 0.0),
        limit: None,
    };
    chart.svg(&[
        line("delivery", |outcome| &outcome.delivery),
        line("reqwest loop", |outcome| &outcome.reqwest),
        line("hyper loop", |outcome| &outcome.hyper),
    ])
}

/// Starts by memory.
pub fn cold_chart(starts: &[Starts]) -> String {
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
