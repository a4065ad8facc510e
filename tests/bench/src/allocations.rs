//! Allocations per event, counted by valgrind in the very binaries that are measured: the difference between a run with
//! more batches and one with fewer.

use std::{fs, time::Duration};

use anyhow::{Context, Result, bail};
use driver::environment::{Answer, Launch};
use serde::Serialize;
use tokio::process::Command;

use crate::{batches::batches, load::Scenario, stage::Stage};

const TIMEOUT: Duration = Duration::from_secs(120);
/// Batches of the shorter run: connections are open and caches full after them.
const FEW: usize = 3;
/// Batches of the longer run.
const MANY: usize = 13;

/// What an event allocates.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Allocations {
    /// Events of a batch.
    pub batch: usize,
    /// Allocations.
    pub count: f64,
    /// Bytes.
    pub bytes: f64,
}

/// Counts the delivery function's allocations in a scenario.
///
/// # Errors
/// Where valgrind does not run, or the function fails.
pub async fn measure(stage: &Stage, scenario: &Scenario) -> Result<Allocations> {
    let few = run(stage, scenario, FEW).await?;
    let many = run(stage, scenario, MANY).await?;
    let events = ((MANY - FEW) * scenario.batch) as f64;
    Ok(Allocations {
        batch: scenario.batch,
        count: (many.0 - few.0) / events,
        bytes: (many.1 - few.1) / events,
    })
}

async fn run(stage: &Stage, scenario: &Scenario, count: usize) -> Result<(f64, f64)> {
    let log = stage.folder.join("valgrind.log");
    let wrapper = [
        "valgrind".to_owned(),
        "--tool=memcheck".to_owned(),
        "--undef-value-errors=no".to_owned(),
        format!("--log-file={}", log.display()),
    ];
    let launch = Launch {
        wrapper: wrapper.into(),
        ..stage.delivery()
    };
    let mut environment = stage.start(&launch).await?;
    let batches = batches(scenario);
    for number in 0..count {
        let batch = batches[number % batches.len()].clone();
        let answer = environment.invoke(batch, TIMEOUT).await;
        if !matches!(answer, Answer::Response(_)) {
            bail!("the function failed under valgrind: {answer:?}");
        }
    }
    let process = environment.id().context("the function has ended")?;
    // Valgrind sums up when it ends a program on a signal that it can catch.
    Command::new("/bin/sh")
        .args(["-c", &format!("kill {process}")])
        .status()
        .await?;
    environment.ended().await;
    let text = fs::read_to_string(&log)?;
    total(&text).with_context(|| format!("valgrind did not say what was allocated:\n{text}"))
}

/// From the line `==1==   total heap usage: 1,234 allocs, 1,200 frees, 5,678 bytes allocated`.
fn total(text: &str) -> Option<(f64, f64)> {
    let (_, usage) = text.rsplit_once("total heap usage: ")?;
    let mut words = usage.split_whitespace();
    let mut number = |index| words.nth(index)?.replace(',', "").parse().ok();
    Some((number(0)?, number(3)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_totals_are_read_from_what_valgrind_says() {
        let text = "==1== HEAP SUMMARY:\n==1==   total heap usage: 1,234 allocs, 1,200 frees, 5,678 bytes allocated\n";
        assert_eq!(total(text), Some((1_234.0, 5_678.0)));
    }
}
