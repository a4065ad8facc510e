//! Starts the benchmark: arguments, the measurements one after the other, then report and targets.

use std::{
    fs,
    io::{Write, stderr, stdout},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::{Context, Result};
use bench::{
    allocations, api, cold,
    load::{self, Scenario},
    report::{BATCH_CHART, COLD_CHART, Results, batch_chart, cold_chart, report, target_table},
    stage::{Programs, Stage},
    targets::{judge, zipped_bytes},
    tenants::{self, Auth},
};
use clap::Parser;
use driver::provenance::Provenance;
use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};

/// Tenants of the scenario with most of them.
const TENANTS: usize = 10_000;
/// Requests of each route of the configuration API that are measured.
const REQUESTS: usize = 200;

/// Measures what the functions cost: processor time, latency, memory, allocations and starts.
#[derive(Debug, Parser)]
struct Arguments {
    /// The functions and the programs to compare with, as `make bench` builds them.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/lambda"))]
    programs: PathBuf,
    /// Where report, results and charts go.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/results"))]
    output: PathBuf,
    /// Where files for the programs go.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../../.local/bench"))]
    folder: PathBuf,
    /// Measure only warm delivery.
    #[arg(long)]
    only_load: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match measure(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where nobody can read it any more, there is nobody to tell.
            let _ = writeln!(stderr(), "Error: {error:?}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(arguments: Arguments) -> Result<()> {
    let origin = Provenance::now();
    let programs = Programs::of(&arguments.programs);
    let mut results = Results {
        delivery_zipped_bytes: Some(zipped_bytes(&programs.delivery)?),
        config_api_zipped_bytes: Some(zipped_bytes(&programs.config_api)?),
        ..Results::default()
    };
    let stage = Stage::build(programs, arguments.folder).await?;
    let scenarios = scenarios();
    let steps = scenarios.len() as u64 + if arguments.only_load { 1 } else { 24 };
    let bar = ProgressBar::new(steps).with_finish(ProgressFinish::AndLeave);
    bar.set_style(ProgressStyle::with_template(
        "{bar:30} {pos}/{len} {elapsed} {msg}",
    )?);
    let step = |what: &str| {
        if bar.is_hidden() {
            // Where nobody can read it any more, there is nobody to tell.
            let _ = writeln!(stderr(), "{what}");
        }
        bar.set_message(what.to_owned());
        bar.inc(1);
    };
    step("tenants");
    tenants::set_up(&stage, TENANTS).await?;
    for scenario in &scenarios {
        let name = scenario.name();
        step(&name);
        results
            .load
            .push(load::measure(&stage, scenario).await.context(name)?);
    }
    if !arguments.only_load {
        step("answers without end");
        results.endless_answers_bytes = Some(load::memory_with_endless_answers(&stage).await?);
        for batch in [1, 10, 100] {
            step(&format!("allocations, batch {batch}"));
            let scenario = Scenario {
                batch,
                ..Scenario::default()
            };
            results
                .allocations
                .push(allocations::measure(&stage, &scenario).await?);
        }
        let on_start = |size: &str| step(&format!("starts, {size}"));
        (results.cold, results.cold_limits_missing) = cold::measure(&stage, on_start).await?;
        results.routes = api::measure(&stage, REQUESTS, step).await?;
    }
    bar.finish();
    let targets = judge(&results);
    let files = [
        ("report.md", report(&origin.to_string(), &results, &targets)),
        (
            "results.json",
            serde_json::to_string_pretty(&results)? + "\n",
        ),
        (BATCH_CHART, batch_chart(&results.load)),
        (COLD_CHART, cold_chart(&results.cold)),
    ];
    let output = &arguments.output;
    fs::create_dir_all(output).with_context(|| format!("cannot create {}", output.display()))?;
    for (name, content) in files {
        let path = output.join(name);
        fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))?;
    }
    stdout().write_all(target_table(&targets).as_bytes())?;
    Ok(())
}

/// The ordinary scenario, and those that differ from it in one respect.
fn scenarios() -> Vec<Scenario> {
    let ordinary = Scenario::default;
    let kib = |size: usize| size * 1_024;
    let mut all = Vec::new();
    all.extend([1, 10, 100, 1_000].map(|batch| Scenario {
        batch,
        ..ordinary()
    }));
    let others = Auth::ALL
        .into_iter()
        .filter(|auth| *auth != ordinary().auth);
    all.extend(others.map(|auth| Scenario { auth, ..ordinary() }));
    all.extend([100, TENANTS].map(|tenants| Scenario {
        tenants,
        ..ordinary()
    }));
    all.extend([1, 100, TENANTS].map(|campaigns| Scenario {
        campaigns,
        ..ordinary()
    }));
    all.extend([kib(10), kib(200)].map(|payload_bytes| Scenario {
        payload_bytes,
        ..ordinary()
    }));
    all.extend([50, 1_000].map(|delay_ms| Scenario {
        delay_ms,
        ..ordinary()
    }));
    all.extend([10, 50].map(|failing_percent| Scenario {
        failing_percent,
        ..ordinary()
    }));
    all.extend([10, 100].map(|batch| Scenario {
        batch,
        is_http2: true,
        ..ordinary()
    }));
    all.push(Scenario {
        batch: 1_000,
        payload_bytes: kib(10),
        ..ordinary()
    });
    all
}
