//! Starts the benchmark: arguments, the measurements, then report and targets.

use std::{
    fs,
    io::{Write, stderr, stdout},
    path::{Path, PathBuf},
    process::ExitCode,
    thread::available_parallelism,
    time::Instant,
};

use anyhow::{Context, Result};
use bench::{
    report::{Results, charts, report, target_table},
    run::{Part, Plan},
    stage::{Programs, Stage},
    targets::judge,
};
use clap::Parser;
use driver::{processors, provenance::Provenance};
use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};

const RESULTS: &str = "results.json";

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
    /// What bounds the targets that are missed.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/EXPLANATIONS.md"))]
    explanations: PathBuf,
    /// Measure only this part; may be given several times.
    #[arg(long, value_enum)]
    only: Vec<Part>,
    /// Of scenarios, measure only those whose names have this text in them.
    #[arg(long)]
    matching: Option<String>,
    /// Measure nothing, but write report and charts anew from the results that are there, with the explanations of now.
    #[arg(long)]
    rewrite: bool,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where nobody can read it any more, there is nobody to tell.
            let _ = writeln!(stderr(), "Error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    if arguments.rewrite {
        let text = fs::read_to_string(arguments.output.join(RESULTS))?;
        return write(arguments, &serde_json::from_str(&text)?);
    }
    // It counts the processors.
    let origin = Provenance::now();
    // Before there are other threads, since they inherit it.
    let processor = processors::set_apart()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(available_parallelism()?.get())
        .enable_all()
        .build()?;
    let mut results = Results {
        processor,
        ..Results::default()
    };
    let began = Instant::now();
    let measured = runtime.block_on(measure(arguments, &mut results));
    results.origin = Some(origin.ended());
    results.seconds = began.elapsed().as_secs();
    // What there is, is written down even where something failed.
    write(arguments, &results)?;
    measured
}

async fn measure(arguments: &Arguments, results: &mut Results) -> Result<()> {
    let plan = Plan::new(&arguments.only, arguments.matching.as_deref());
    let programs = Programs::of(&arguments.programs);
    let stage = Stage::build(programs, arguments.folder.clone(), results.processor).await?;
    let bar = ProgressBar::new(plan.steps() as u64).with_finish(ProgressFinish::AndLeave);
    bar.set_style(ProgressStyle::with_template(
        "{bar:30} {pos}/{len} {elapsed} {msg}",
    )?);
    let step = |what: &str| {
        bar.inc(1);
        if bar.is_hidden() {
            let (done, of) = (bar.position(), plan.steps());
            // Where nobody can read it any more, there is nobody to tell.
            let _ = writeln!(stderr(), "{done}/{of} {:?} {what}", bar.elapsed());
        }
        bar.set_message(what.to_owned());
    };
    plan.run(&stage, results, step).await?;
    bar.finish_with_message("done");
    Ok(())
}

fn write(arguments: &Arguments, results: &Results) -> Result<()> {
    let explanations = read(&arguments.explanations)?;
    let mut files = vec![
        ("report.md", report(results, &explanations)),
        (RESULTS, serde_json::to_string_pretty(results)? + "\n"),
    ];
    files.extend(charts(results));
    let output = &arguments.output;
    fs::create_dir_all(output).with_context(|| format!("cannot create {}", output.display()))?;
    for (name, content) in files {
        let path = output.join(name);
        fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))?;
    }
    stdout().write_all(target_table(&judge(results)).as_bytes())?;
    Ok(())
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}
