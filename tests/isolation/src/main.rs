//! Starts the benchmark: arguments, the runs, then report and exit code.

use std::{
    fs,
    io::{Write, stderr, stdout},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context, Result};
use clap::Parser;
use driver::provenance::Provenance;
use faults::{
    DELIVERY_BINARY,
    cloud::{self, Description},
};
use isolation::{
    report::{chart, judge, report},
    scenario::{SCENARIOS, Setting, run},
};

const CHART: &str = "latency.svg";

/// Measures whether a tenant whose endpoint hangs delays the others. The exit code is 0 only if it does not.
///
/// It needs a local cloud: python -m infra.local exec -- cargo run -p isolation
#[derive(Debug, Parser)]
struct Arguments {
    /// Events per second of each of the healthy tenants. The other one sends ten times what all of them do.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
    healthy_per_second: u32,
    /// Seconds that are measured in each run.
    #[arg(long, default_value_t = 45, value_parser = clap::value_parser!(u64).range(10..=3_600))]
    seconds: u64,
    /// The delivery function, as `make build` makes it.
    #[arg(long, default_value = DELIVERY_BINARY)]
    binary: PathBuf,
    /// Where report and chart go.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/results"))]
    output: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    measure(Arguments::parse()).await.unwrap_or_else(|error| {
        // Where nobody can read it any more, there is nobody to tell.
        let _ = writeln!(stderr(), "Error: {error:?}");
        ExitCode::FAILURE
    })
}

async fn measure(arguments: Arguments) -> Result<ExitCode> {
    // Both the endpoints' TLS and the HTTP clients use it.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let (cloud, aws) = (Description::of_environment()?, cloud::aws().await);
    let origin = Provenance::now();
    let setting = Setting {
        binary: arguments.binary,
        healthy_per_second: arguments.healthy_per_second,
        measured: Duration::from_secs(arguments.seconds),
    };
    let mut outcomes = Vec::new();
    for scenario in SCENARIOS {
        writeln!(stderr(), "Run {}: {}", scenario.id, scenario.title)?;
        outcomes.push(run(scenario, &setting, &cloud, &aws).await?);
    }
    let [alone, hanging, ..] = outcomes.as_slice() else {
        anyhow::bail!("two runs are needed to compare");
    };
    let judgement = judge(&alone.latencies, &hanging.latencies).context("nothing was delivered")?;
    let report = report(&origin, &setting, &outcomes, judgement, CHART);
    let output = &arguments.output;
    fs::create_dir_all(output).with_context(|| format!("cannot create {}", output.display()))?;
    let chart = chart(&outcomes, setting.measured);
    for (name, content) in [("report.md", &report), (CHART, &chart)] {
        let path = output.join(name);
        fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))?;
    }
    stdout().write_all(report.as_bytes())?;
    Ok(if judgement.isolated {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
