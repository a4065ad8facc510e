//! Starts a fault run: arguments, the local cloud's description, then the report.

use std::{
    fs,
    io::{Write, stderr, stdout},
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use clap::Parser;
use driver::provenance::Provenance;
use faults::{
    DELIVERY_BINARY,
    cloud::Description,
    report::report,
    run::{Plan, carry_out},
};

/// Sends events through the delivery function while everything around it fails, and says what became of each.
///
/// It needs a local cloud: python -m infra.local exec -- cargo run -p faults
#[derive(Debug, Parser)]
struct Arguments {
    /// Events to send. With far fewer than 5,000, some faults never happen, which counts as failure.
    #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    events: u32,
    /// Decides what goes wrong and when; random if not given.
    #[arg(long)]
    seed: Option<u32>,
    /// The delivery function, as `make build` makes it.
    #[arg(long, default_value = DELIVERY_BINARY)]
    binary: PathBuf,
    /// The run ends after this time, and what is still on its way counts as lost.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    limit_minutes: u64,
    /// Also write the report to this file.
    #[arg(long)]
    report: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    run(Arguments::parse()).await.unwrap_or_else(|error| {
        // Where nobody can read it any more, there is nobody to tell.
        let _ = writeln!(stderr(), "Error: {error:?}");
        ExitCode::FAILURE
    })
}

async fn run(arguments: Arguments) -> Result<ExitCode> {
    // Both the endpoint's TLS and the HTTP clients use it.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let cloud = Description::of_environment()?;
    let seed = u64::from(arguments.seed.unwrap_or_else(|| fastrand::u32(..)));
    writeln!(
        stderr(),
        "Fault run of {} events with --seed {seed}",
        arguments.events
    )?;
    if let Some(folder) = arguments.report.as_deref().and_then(Path::parent) {
        // Before the run: an hour's work must not end here.
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let plan = Plan {
        seed,
        events: arguments.events,
        binary: arguments.binary,
        limit: Duration::from_secs(60 * arguments.limit_minutes),
    };
    let (origin, began) = (Provenance::now(), Instant::now());
    let verdict = carry_out(&plan, &cloud).await?;
    let report = report(seed, &origin, began.elapsed(), &verdict);
    stdout().write_all(report.as_bytes())?;
    if let Some(path) = &arguments.report {
        fs::write(path, &report).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(if verdict.is_good() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
