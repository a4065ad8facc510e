//! Allocations per event, counted by valgrind in the programs that are measured, the function with the system's allocator:
//! the difference between a run with more batches and one with fewer.

use std::{fs, path::Path, time::Duration};

use anyhow::{Context, Result, bail};
use driver::environment::{Answer, Launch};
use reference::{Client, Task};
use serde::{Deserialize, Serialize};
use tokio::process::Command;

use crate::{
    batches::batches,
    reference::{Reference, task},
    scenario::Scenario,
    stage::Stage,
    tenants::Auth,
};

const TIMEOUT: Duration = Duration::from_secs(120);
/// Events of the shorter run, at least: connections are open and caches full after them, and the webhook has had as many
/// samples of its history as are kept in a minute.
const FEW_EVENTS: usize = 20;
/// Events by which the longer run is longer, at least.
const MORE_EVENTS: usize = 100;

/// What an event allocates.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Heap {
    /// Allocations.
    pub count: f64,
    /// Bytes.
    pub bytes: f64,
}

/// What an event of a scenario allocates.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Allocations {
    /// The scenario.
    pub scenario: Scenario,
    /// In the function.
    pub delivery: Heap,
    /// In the loop with reqwest.
    pub reqwest: Heap,
    /// In the loop with hyper.
    pub hyper: Heap,
}

/// The scenarios that are counted. Those with slow or failing endpoints allocate what others do, and thousands of
/// tenants would take minutes.
pub fn scenarios() -> Vec<Scenario> {
    let ordinary = Scenario::default();
    let mut all: Vec<Scenario> = [1, 10, 100, 1_000].map(Scenario::of_batch).into();
    let others = Auth::ALL.into_iter().filter(|auth| *auth != ordinary.auth);
    all.extend(others.map(|auth| Scenario {
        auth,
        ..Scenario::default()
    }));
    all.push(Scenario {
        tenants: 100,
        ..Scenario::default()
    });
    all.extend([10, 200].map(|kib| Scenario {
        payload_bytes: kib * 1_024,
        ..Scenario::default()
    }));
    all
}

/// Counts allocations in a scenario. What the loops allocate is taken from `counted`, if they had requests of the same
/// size in batches of the same size there.
///
/// # Errors
/// Where valgrind does not run, or a program fails.
pub async fn measure(
    stage: &Stage,
    scenario: &Scenario,
    counted: &[Allocations],
) -> Result<Allocations> {
    let few = FEW_EVENTS.div_ceil(scenario.batch);
    let few = few.max(scenario.distinct_batches());
    let more = MORE_EVENTS.div_ceil(scenario.batch);
    let per_event = |few: Heap, many: Heap| {
        let events = (more * scenario.batch) as f64;
        Heap {
            count: (many.count - few.count) / events,
            bytes: (many.bytes - few.bytes) / events,
        }
    };
    // Two at a time on different processors, since nothing here depends on time.
    let (shorter, longer) = tokio::try_join!(
        delivery(stage, scenario, few, stage.processor),
        delivery(stage, scenario, few + more, None),
    )?;
    let delivery = per_event(shorter, longer);
    let size = |scenario: &Scenario| (scenario.batch, scenario.payload_bytes);
    let mut same = counted.iter();
    if let Some(same) = same.find(|other| size(&other.scenario) == size(scenario)) {
        return Ok(Allocations {
            scenario: scenario.clone(),
            delivery,
            ..same.clone()
        });
    }
    let (headers, body) = stage.endpoint.latest().context("nothing arrived")?;
    let mut loops = Vec::new();
    for client in [Client::Reqwest, Client::Hyper] {
        let task = task(stage, client, scenario, &headers, &body)?;
        let (shorter, longer) = tokio::try_join!(
            reference(stage, &task, few, stage.processor),
            reference(stage, &task, few + more, None),
        )?;
        loops.push(per_event(shorter, longer));
    }
    Ok(Allocations {
        scenario: scenario.clone(),
        delivery,
        reqwest: loops[0],
        hyper: loops[1],
    })
}

async fn delivery(
    stage: &Stage,
    scenario: &Scenario,
    count: usize,
    processor: Option<usize>,
) -> Result<Heap> {
    let log = stage.folder.join(format!("valgrind-{count}.log"));
    let launch = Launch {
        wrapper: valgrind(&log),
        processor,
        binary: stage.programs.delivery_counted.clone(),
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
    heap(&log)
}

async fn reference(
    stage: &Stage,
    task: &Task,
    count: usize,
    processor: Option<usize>,
) -> Result<Heap> {
    let log = stage.folder.join(format!("valgrind-{count}.log"));
    let wrapper = valgrind(&log);
    let mut reference = Reference::start_within(stage, task, &wrapper, processor).await?;
    reference.rounds(count).await?;
    reference.finish().await?;
    heap(&log)
}

fn valgrind(log: &Path) -> Vec<String> {
    vec![
        "valgrind".to_owned(),
        "--tool=memcheck".to_owned(),
        // Only the heap is of interest.
        "--undef-value-errors=no".to_owned(),
        format!("--log-file={}", log.display()),
    ]
}

/// What was allocated according to valgrind's log.
fn heap(log: &Path) -> Result<Heap> {
    let text = fs::read_to_string(log)?;
    total(&text).with_context(|| format!("valgrind did not say what was allocated:\n{text}"))
}

/// From the line `==1==   total heap usage: 1,234 allocs, 1,200 frees, 5,678 bytes allocated`.
fn total(text: &str) -> Option<Heap> {
    let (_, usage) = text.rsplit_once("total heap usage: ")?;
    let numbers: Vec<f64> = usage
        .split_whitespace()
        .filter_map(|word| word.replace(',', "").parse().ok())
        .collect();
    match numbers.as_slice() {
        [count, _, bytes, ..] => Some(Heap {
            count: *count,
            bytes: *bytes,
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_totals_are_read_from_what_valgrind_says() {
        let text = "==1== HEAP SUMMARY:\n==1==   total heap usage: 1,234 allocs, 1,200 frees, 5,678 bytes allocated\n";
        let heap = total(text).unwrap();
        assert_eq!((heap.count, heap.bytes), (1_234.0, 5_678.0));
    }
}
