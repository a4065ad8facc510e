//! The results as Markdown; `charts` has their pictures.

mod charts;
mod growth;
mod load;
mod starts;

use driver::provenance::Provenance;
use serde::{Deserialize, Serialize};

use crate::{
    allocations::Allocations,
    api::ApiCost,
    cold::Starts,
    explanations::explanation,
    figures::Outcome,
    load::Plain,
    memory::Endless,
    scenario::Scenario,
    targets::{Target, judge},
};

pub use charts::charts;

const MIB: f64 = 1_048_576.0;

/// Everything that a run measured.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Results {
    /// Where it comes from.
    pub origin: Option<Provenance>,
    /// How long it took, in seconds.
    pub seconds: u64,
    /// The processor that only measured programs ran on; `None` where there is but one.
    pub processor: Option<usize>,
    /// Warm delivery.
    pub load: Vec<Outcome>,
    /// What TLS costs.
    pub plain: Option<Plain>,
    /// Memory of delivery while bodies without end are sent to it.
    pub endless: Option<Endless>,
    /// Allocations.
    pub allocations: Vec<Allocations>,
    /// Starts.
    pub cold: Vec<Starts>,
    /// Why there are no starts with a limit.
    pub cold_limits_missing: Option<String>,
    /// The configuration API.
    pub api: Option<ApiCost>,
    /// Size of the delivery function as a zip file.
    pub delivery_zipped_bytes: Option<u64>,
    /// Size of the configuration API as a zip file.
    pub config_api_zipped_bytes: Option<u64>,
}

impl Results {
    /// What a scenario came to.
    pub fn of(&self, scenario: &Scenario) -> Option<&Outcome> {
        let mut outcomes = self.load.iter();
        outcomes.find(|outcome| outcome.scenario == *scenario)
    }
}

/// The whole report. The charts lie beside it. `explanations` says of targets what bounds them.
pub fn report(results: &Results, explanations: &str) -> String {
    let origin = results.origin.as_ref();
    let origin = origin.map(ToString::to_string).unwrap_or_default();
    let targets = judge(results);
    let sections = [
        format!(
            "# Benchmark\n\n{origin}- Time: {} s\n- {}\n\n## Targets\n\n{}",
            results.seconds,
            pinned(results.processor),
            target_table(&targets)
        ),
        missed(&targets, explanations),
        load::section(results),
        load::plain(results),
        growth::section(results),
        load::memory(results),
        allocations(&results.allocations),
        starts::section(results),
        routes(results),
    ];
    let sections = sections.iter().filter(|section| !section.is_empty());
    sections.cloned().collect::<Vec<_>>().join("\n")
}

fn pinned(processor: Option<usize>) -> String {
    match processor {
        Some(number) => format!(
            "Processors: measured programs, one at a time, had processor {number} for themselves; the benchmark with endpoint, services and \
             Runtime API had the others"
        ),
        None => "Processors: one, which measured programs shared with the benchmark".to_owned(),
    }
}

/// The table of targets, met or missed.
pub fn target_table(targets: &[Target]) -> String {
    let rows = targets.iter().map(|target| {
        let verdict = match target.met {
            Some(true) => "met",
            Some(false) => "**missed**",
            None => "–",
        };
        [&target.what, &target.target, &target.measured, verdict].map(str::to_owned)
    });
    table(["what", "target", "measured", "verdict"], rows)
}

/// What bounds each target that is missed, or could not be measured, and what was tried.
fn missed(targets: &[Target], explanations: &str) -> String {
    let not_met = targets.iter().filter(|target| target.met != Some(true));
    let texts: Vec<String> = not_met
        .map(|target| {
            let text = explanation(explanations, target.id);
            let text = text.unwrap_or("**There is no explanation yet.**");
            format!("\n**{}: {}.**\n{text}\n", target.what, target.measured)
        })
        .collect();
    match texts.is_empty() {
        true => String::new(),
        false => format!("## What is missed, and why\n{}", texts.concat()),
    }
}

fn allocations(counted: &[Allocations]) -> String {
    if counted.is_empty() {
        return String::new();
    }
    let rows = counted.iter().map(|allocations| {
        let Allocations {
            scenario,
            delivery,
            reqwest,
            hyper,
        } = allocations;
        [
            scenario.name(),
            format!("{:.1}", delivery.count),
            format!("{:.1}", reqwest.count),
            format!("{:.1}", hyper.count),
            ratio(delivery.count, reqwest.count),
            format!("{:.0}", delivery.bytes),
            format!("{:.0}", reqwest.bytes),
            format!("{:.0}", hyper.bytes),
            ratio(delivery.bytes, reqwest.bytes),
        ]
    });
    let head = [
        "load",
        "delivery",
        "reqwest",
        "hyper",
        "of reqwest",
        "delivery, bytes",
        "reqwest, bytes",
        "hyper, bytes",
        "of reqwest",
    ];
    format!(
        "## Allocations of an event\n\n\
         Counted by valgrind, once the function is warm.\n\
         Scenarios that are not in the table allocate what those in it do, or are too slow under valgrind (10,000 tenants).\n\n{}",
        table(head, rows)
    )
}

fn routes(results: &Results) -> String {
    let Some(api) = &results.api else {
        return String::new();
    };
    let rows = api.routes.iter().map(|route| {
        [
            format!("`{}`", route.route),
            format!("{:.0}", route.cpu_us),
            format!("{:.0}", route.p50_us),
            format!("{:.0}", route.p99_us),
        ]
    });
    format!(
        "## Configuration API\n\n\
         Processor time of the function, and time until its answer; tables and key service answer at once, and tests of an \
         endpoint, and events that are sent again, go through the real delivery function.\n\
         Keys are made by the function where it makes, replaces or tests a webhook.\n\
         After all of these requests, it has had {:.1} MiB resident at most.\n\n{}",
        api.peak_memory_bytes as f64 / MIB,
        table(["route", "processor time, µs", "p50, µs", "p99, µs"], rows)
    )
}

/// A table in Markdown; all columns but the first hold numbers.
fn table<const N: usize>(head: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut text = line(&head.map(str::to_owned));
    text += &format!("|---|{}\n", "---:|".repeat(N - 1));
    for row in rows {
        text += &line(&row);
    }
    text
}

/// How many times the second value the first one is.
fn ratio(value: f64, of: f64) -> String {
    format!("{:.2} ×", value / of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missed_target_without_explanation_is_said_to_have_none() {
        let targets = judge(&Results::default());
        let id = targets[0].id;
        let text = missed(
            &targets[..2],
            &format!("# Why\n\n## {id}\n\nIt is bounded.\n"),
        );
        assert!(text.contains("not measured.**\nIt is bounded.\n"), "{text}");
        assert!(text.contains("not measured.**\n**There is no"), "{text}");
    }

    #[test]
    fn results_that_were_written_can_be_read() {
        let text = serde_json::to_string(&Results::default()).unwrap();
        serde_json::from_str::<Results>(&text).unwrap();
    }
}
