//! Reads the inputs, writes tables and charts.

use std::{
    fs,
    io::{Write, stdout},
    path::PathBuf,
};

use anyhow::{Context, Result};
use clap::Parser;
use costs::{
    inputs::Inputs,
    tables::{concurrency_chart, cost_chart, tables},
};

/// Estimates the cost of a million events and the concurrency that they need.
#[derive(Debug, Parser)]
struct Arguments {
    /// Prices, measured values and settings.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/inputs.json"))]
    inputs: PathBuf,
    /// Where tables and charts go.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/results"))]
    output: PathBuf,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let inputs = Inputs::read(&arguments.inputs)?;
    let tables = tables(&inputs);
    let output = &arguments.output;
    fs::create_dir_all(output).with_context(|| format!("cannot create {}", output.display()))?;
    let files = [
        ("tables.md", tables.clone()),
        ("cost.svg", cost_chart(&inputs)),
        ("concurrency.svg", concurrency_chart(&inputs)),
    ];
    for (name, content) in files {
        let path = output.join(name);
        fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))?;
    }
    stdout().write_all(tables.as_bytes())?;
    Ok(())
}
