//! Takes over the latest measured values, then writes tables and charts.

use std::{
    fs,
    io::{Write, stdout},
    path::PathBuf,
};

use anyhow::{Context, Result};
use clap::Parser;
use costs::{
    charts::charts,
    inputs::{Inputs, Measured},
    tables::tables,
};

/// Estimates the cost of a million events and the concurrency that they need.
#[derive(Debug, Parser)]
struct Arguments {
    /// Prices, measured values and settings. The measured values are rewritten where the benchmark has results.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/inputs.json"))]
    inputs: PathBuf,
    /// The benchmark's results.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../bench/results/results.json"))]
    bench: PathBuf,
    /// Where tables and charts go.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/results"))]
    output: PathBuf,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let mut inputs = Inputs::read(&arguments.inputs)?;
    if arguments.bench.exists() {
        inputs.measured = Measured::read(&arguments.bench)?;
        inputs.write(&arguments.inputs)?;
    }
    let tables = tables(&inputs);
    let mut files = charts(&inputs);
    files.push(("tables.md", tables.clone()));
    let output = &arguments.output;
    fs::create_dir_all(output).with_context(|| format!("cannot create {}", output.display()))?;
    for (name, content) in files {
        let path = output.join(name);
        fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))?;
    }
    stdout().write_all(tables.as_bytes())?;
    Ok(())
}
