//! What a delivered event costs while the function is warm, beside the programs that it is compared with.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context, Result};
use http::HeaderMap;
use hyper::body::Bytes;
use reference::Client;
use serde::{Deserialize, Serialize};

use crate::{
    endpoint::Behaviour,
    figures::{Figures, Outcome, Sample},
    program::Program,
    reference::{Reference, task},
    scenario::{Scenario, Turns},
    stage::Stage,
};

/// Before its first turn, a program is under load for this long, and for one batch at least.
const WARM_UP: Duration = Duration::from_millis(100);
/// The turns of a program on plain connections, or on encrypted ones for comparison.
const PLAIN_TURNS: usize = 3;
const PLAIN_TURN: Duration = Duration::from_millis(600);

/// Measures a scenario.
///
/// # Errors
/// Where a program fails.
pub async fn measure(stage: &Stage, scenario: &Scenario) -> Result<Outcome> {
    stage.endpoint.behave(Behaviour {
        delay: Duration::from_millis(scenario.delay_ms),
        failing_percent: scenario.failing_percent,
        endless: false,
    });
    let mut delivery = Program::delivery(stage, scenario).await?;
    // It opens the connections. The others send what the function sent.
    delivery.batch().await?;
    let sent = sent(stage)?;
    let unseen = scenario.distinct_batches() - 1;
    let first_sight = match unseen {
        0 => None,
        unseen => Some(delivery.batches(unseen).await?),
    };
    let mut programs = [
        delivery,
        reference(stage, scenario, Client::Reqwest, &sent).await?,
        reference(stage, scenario, Client::Hyper, &sent).await?,
    ];
    let Usage {
        turns,
        calls,
        logged_bytes,
    } = take_turns(stage, &mut programs, scenario.turns()).await?;
    let events: usize = turns[0].iter().map(|turn| turn.events).sum();
    let mut figures = Vec::new();
    for (mut program, turns) in programs.into_iter().zip(turns) {
        let latency = program.latency(stage).await?;
        figures.push(Figures {
            median: Sample::median(&turns).context("no turn")?,
            turns,
            latency,
            peak_memory_bytes: program.peak_memory()?,
        });
        program.end().await;
    }
    stage.endpoint.behave(Behaviour::default());
    let [delivery, reqwest, hyper] = figures.try_into().ok().context("three programs")?;
    let per_1000 = |(name, count)| (name, 1_000.0 * count as f64 / events as f64);
    Ok(Outcome {
        request_bytes: bytes_of(&stage.url(scenario.is_http2), &sent),
        scenario: scenario.clone(),
        delivery,
        reqwest,
        hyper,
        first_sight,
        calls_per_1000: calls.into_iter().map(per_1000).collect(),
        logged_bytes: logged_bytes as f64 / events as f64,
    })
}

/// What all turns came to.
struct Usage {
    /// Those of each program.
    turns: [Vec<Sample>; 3],
    /// Calls of AWS services, by their names.
    calls: BTreeMap<String, u64>,
    /// What the function logged.
    logged_bytes: u64,
}

/// The programs take turns, so that whatever else the machine does meets all of them.
async fn take_turns(stage: &Stage, programs: &mut [Program; 3], plan: Turns) -> Result<Usage> {
    let mut usage = Usage {
        turns: [const { Vec::new() }; 3],
        calls: BTreeMap::new(),
        logged_bytes: 0,
    };
    let (blocks, in_a_row) = match plan.is_in_a_row {
        true => (1, plan.count),
        false => (plan.count, 1),
    };
    for block in 0..blocks {
        for (index, program) in programs.iter_mut().enumerate() {
            if block == 0 {
                program.turn(WARM_UP).await?;
            }
            let logged = program.logged();
            drop(stage.services.take_calls());
            for _ in 0..in_a_row {
                let time = if index == 0 {
                    plan.delivery
                } else {
                    plan.reference
                };
                usage.turns[index].push(program.turn(time).await?);
            }
            // Only the function logs, and calls services.
            usage.logged_bytes += program.logged() - logged;
            for (name, count) in stage.services.take_calls() {
                *usage.calls.entry(name).or_default() += count;
            }
        }
    }
    Ok(usage)
}

/// The headers and the body that arrived last.
type Sent = (HeaderMap, Bytes);

fn sent(stage: &Stage) -> Result<Sent> {
    stage.endpoint.latest().context("nothing arrived")
}

async fn reference(
    stage: &Stage,
    scenario: &Scenario,
    client: Client,
    (headers, body): &Sent,
) -> Result<Program> {
    let task = task(stage, client, scenario, headers, body)?;
    let reference = Reference::start(stage, &task).await?;
    Ok(Program::reference(reference, scenario.batch))
}

/// A request's bytes in HTTP/1.1.
fn bytes_of(url: &str, (headers, body): &Sent) -> usize {
    let path = url.splitn(4, '/').nth(3).unwrap_or_default();
    let head = "POST / HTTP/1.1\r\n\r\n".len() + path.len();
    let lines = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4);
    head + lines.sum::<usize>() + body.len()
}

/// What TLS costs the references; the function refuses to do without.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Plain {
    /// The reqwest loop over TLS.
    pub reqwest_tls: Sample,
    /// The same over plain connections.
    pub reqwest: Sample,
    /// The hyper loop over TLS.
    pub hyper_tls: Sample,
    /// The same over plain connections.
    pub hyper: Sample,
}

/// Measures the references with and without TLS, with requests of the scenario.
///
/// # Errors
/// Where a program fails.
pub async fn measure_plain(stage: &Stage, scenario: &Scenario) -> Result<Plain> {
    let mut delivery = Program::delivery(stage, scenario).await?;
    delivery.batch().await?;
    delivery.end().await;
    let (headers, body) = sent(stage)?;
    let mut programs = Vec::new();
    for client in [Client::Reqwest, Client::Hyper] {
        for url in [stage.url(false), stage.plain_url()] {
            let mut task = task(stage, client, scenario, &headers, &body)?;
            task.url = url;
            let reference = Reference::start(stage, &task).await?;
            let mut program = Program::reference(reference, scenario.batch);
            program.turn(WARM_UP).await?;
            programs.push((program, Vec::new()));
        }
    }
    for _ in 0..PLAIN_TURNS {
        for (program, turns) in &mut programs {
            turns.push(program.turn(PLAIN_TURN).await?);
        }
    }
    let mut samples = Vec::new();
    for (program, turns) in programs {
        samples.push(Sample::median(&turns).context("no turn")?);
        program.end().await;
    }
    let [reqwest_tls, reqwest, hyper_tls, hyper] =
        samples.try_into().ok().context("four programs")?;
    Ok(Plain {
        reqwest_tls,
        reqwest,
        hyper_tls,
        hyper,
    })
}
