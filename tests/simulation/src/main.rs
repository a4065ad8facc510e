//! Runs all studies and writes what they found.

use std::{fs, io::Write, path::PathBuf};

use anyhow::{Context, Result};
use clap::Parser;
use simulation::{
    report::{Report, ScenarioReport},
    scenarios::{all, template},
    settings::Traffic,
    studies::{concurrency, onset, outcome, retry_lane},
};

/// What one dead endpoint does to everybody else, within the documented limits of SQS and Lambda.
#[derive(Debug, Parser)]
struct Arguments {
    /// The same seed gives the same results.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// What all tenants send together.
    #[arg(long, default_value_t = 15_000, value_parser = clap::value_parser!(u32).range(1..1_000_000))]
    events_per_second: u32,
    /// What the tenant sends whose endpoint dies.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..1_000_000))]
    failing_events_per_second: u32,
    /// Tenants whose endpoint stays healthy.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    healthy_tenants: u32,
    /// Share of calls to healthy endpoints that fail all the same.
    #[arg(long, default_value_t = 0.001)]
    transient_failure_rate: f64,
    /// How long the endpoint is dead.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(2..=1_440))]
    outage_minutes: u32,
    /// Where tables, JSON and charts go.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/results"))]
    output: PathBuf,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let report = study(&arguments).map_err(anyhow::Error::msg)?;
    let output = &arguments.output;
    fs::create_dir_all(output).with_context(|| format!("cannot create {}", output.display()))?;
    let tables = report.tables();
    let mut json = serde_json::to_string(&report)?;
    json.push('\n');
    let files = [("tables.md", tables.clone()), ("results.json", json)];
    for (name, content) in files.into_iter().chain(report.charts()) {
        let path = output.join(name);
        fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))?;
    }
    std::io::stdout().write_all(tables.as_bytes())?;
    eprintln!("Written to {}.", output.display());
    Ok(())
}

fn study(arguments: &Arguments) -> Result<Report, String> {
    let healthy_events_per_second = arguments
        .events_per_second
        .checked_sub(arguments.failing_events_per_second)
        .ok_or("the failing tenant cannot send more than all together")?;
    let traffic = Traffic {
        healthy_tenants: arguments.healthy_tenants,
        healthy_events_per_second,
        failing_events_per_second: arguments.failing_events_per_second,
        transient_failure_rate: arguments.transient_failure_rate,
    };
    let template = template(arguments.seed, traffic, arguments.outage_minutes * 60_000);
    let scenarios = all(&template);
    let named = |id| scenarios.iter().find(|scenario| scenario.id == id);
    let with_breaker = named("b").ok_or("the scenario with a circuit breaker is missing")?;
    eprintln!("Which concurrency is needed ...");
    let concurrency = concurrency(&scenarios[..3])?;
    eprintln!("What the first seconds cost ...");
    let onset = onset(&with_breaker.settings)?;
    eprintln!("Whether the retry lane keeps up ...");
    let retry_lane = retry_lane(&with_breaker.settings)?;
    let scenarios = scenarios
        .iter()
        .map(|scenario| {
            eprintln!("Scenario {}: {} ...", scenario.id, scenario.title);
            let (outcome, measures) = outcome(&scenario.settings)?;
            Ok(ScenarioReport::new(scenario.clone(), outcome, &measures))
        })
        .collect::<Result<Vec<_>, String>>()?;
    Ok(Report {
        traffic,
        scenarios,
        concurrency,
        onset,
        retry_lane,
    })
}
