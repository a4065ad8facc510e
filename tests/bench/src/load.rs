//! What a delivered event costs while the function is warm, beside the programs that it is compared with.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use driver::environment::{Answer, Environment};
use hyper::body::Bytes;
use reference::Client;
use serde::Serialize;

use crate::{
    batches::batches,
    endpoint::Behaviour,
    process::{cpu_time, peak_memory},
    reference::Reference,
    stage::Stage,
    tenants::Auth,
};

/// Longest time that a batch may take.
const TIMEOUT: Duration = Duration::from_secs(60);
/// The programs take turns, so that whatever else the machine does meets all of them; what counts is the median turn.
const TURNS: usize = 3;
/// Time of a turn. A turn with a slow endpoint has at least [`BATCHES_MIN`] batches.
const TURN: Duration = Duration::from_millis(600);
const BATCHES_MIN: usize = 2;
/// Batches whose arrivals are timed.
const TIMED: usize = 200;
/// Time in which that many are timed, or fewer.
const TIMED_FOR: Duration = Duration::from_millis(1_500);
/// Calls to one endpoint at a time; the function's own limit (`CALLS_PER_ENDPOINT`), which the others keep, too.
pub const CALLS_PER_ENDPOINT: usize = 16;

/// A kind of load.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Scenario {
    /// Events of a batch.
    pub batch: usize,
    /// How requests are authenticated.
    pub auth: Auth,
    /// Tenants that the events belong to, in turn.
    pub tenants: usize,
    /// Size of a message in bytes, about.
    pub payload_bytes: usize,
    /// Time that the endpoint takes to answer, in milliseconds.
    pub delay_ms: u64,
    /// Of a hundred requests, so many fail.
    pub failing_percent: u64,
    /// Whether the endpoint speaks HTTP/2.
    pub is_http2: bool,
    /// Campaigns that have to be switched on, and that the events belong to in turn; 0 where every campaign is reported.
    pub campaigns: usize,
}

impl Default for Scenario {
    fn default() -> Self {
        Self {
            batch: 10,
            auth: Auth::HS256,
            tenants: 1,
            payload_bytes: 1_024,
            delay_ms: 0,
            failing_percent: 0,
            is_http2: false,
            campaigns: 0,
        }
    }
}

impl Scenario {
    /// How it differs from the ordinary one.
    pub fn name(&self) -> String {
        let ordinary = Self::default();
        let mut parts = vec![format!("batch {}", self.batch)];
        let mut differs = |does: bool, part: String| parts.extend(does.then_some(part));
        differs(
            self.auth != ordinary.auth,
            format!("auth {}", self.auth.name()),
        );
        differs(
            self.tenants != ordinary.tenants,
            format!("{} tenants", self.tenants),
        );
        differs(self.campaigns > 0, format!("{} campaigns", self.campaigns));
        let kib = self.payload_bytes / 1_024;
        differs(
            self.payload_bytes != ordinary.payload_bytes,
            format!("{kib} KiB"),
        );
        differs(self.delay_ms > 0, format!("answer in {} ms", self.delay_ms));
        differs(
            self.failing_percent > 0,
            format!("{} % fail", self.failing_percent),
        );
        differs(self.is_http2, "HTTP/2".to_owned());
        parts.join(", ")
    }

    /// Requests that are under way at a time.
    pub fn concurrency(&self) -> usize {
        self.batch.min(CALLS_PER_ENDPOINT * self.tenants)
    }
}

/// What a program did in a turn.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Sample {
    /// Processor time of an event, in microseconds.
    pub cpu_us: f64,
    /// Events per second of real time.
    pub per_second: f64,
}

/// Times between handing over a batch and the arrival of an event at the endpoint, in microseconds.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Latency {
    /// Half of the events take longer.
    pub p50_us: f64,
    /// One event in a hundred does.
    pub p99_us: f64,
    /// One in a thousand does.
    pub p999_us: f64,
}

/// A program's figures.
#[derive(Debug, Clone, Serialize)]
pub struct Figures {
    /// The median turn.
    pub median: Sample,
    /// All turns.
    pub turns: Vec<Sample>,
    /// When events arrive.
    pub latency: Latency,
    /// Most memory that it has had resident, in bytes.
    pub peak_memory_bytes: u64,
}

/// What a scenario came to.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome {
    /// The scenario.
    pub scenario: Scenario,
    /// The function.
    pub delivery: Figures,
    /// A plain loop with reqwest.
    pub reqwest: Figures,
    /// A plain loop with hyper.
    pub hyper: Figures,
    /// What the function logs, in bytes for each event.
    pub logged_bytes: f64,
    /// What a request has in HTTP/1.1, in bytes: its head and its body, without TLS.
    pub request_bytes: usize,
}

impl Outcome {
    /// The function's processor time in relation to the reqwest loop's.
    pub fn ratio(&self) -> f64 {
        self.delivery.median.cpu_us / self.reqwest.median.cpu_us
    }

    /// The same in relation to the hyper loop's.
    pub fn hyper_ratio(&self) -> f64 {
        self.delivery.median.cpu_us / self.hyper.median.cpu_us
    }
}

/// A program under load.
enum Program {
    Delivery {
        environment: Environment,
        batches: Vec<Bytes>,
        next: usize,
        logged: Arc<AtomicU64>,
    },
    Reference(Reference),
}

impl Program {
    async fn delivery(stage: &Stage, scenario: &Scenario) -> Result<Self> {
        let logged = Arc::new(AtomicU64::new(0));
        let log = {
            let logged = Arc::clone(&logged);
            // With the line's end.
            move |line: &str| {
                logged.fetch_add(line.len() as u64 + 1, Ordering::Relaxed);
            }
        };
        let mut environment = Environment::start(&stage.delivery(), log).await?;
        environment.ready().await?;
        Ok(Self::Delivery {
            environment,
            batches: batches(scenario),
            next: 0,
            logged,
        })
    }

    fn process(&self) -> Result<u32> {
        let id = match self {
            Self::Delivery { environment, .. } => environment.id(),
            Self::Reference(reference) => reference.id(),
        };
        id.context("the program has ended")
    }

    /// One batch, from its handing over to its end.
    async fn batch(&mut self) -> Result<()> {
        match self {
            Self::Reference(reference) => reference.rounds(1).await,
            Self::Delivery {
                environment,
                batches,
                next,
                ..
            } => {
                let batch = batches[*next % batches.len()].clone();
                *next += 1;
                match environment.invoke(batch, TIMEOUT).await {
                    Answer::Response(body) => {
                        ensure!(
                            body.as_ref() == br#"{"batchItemFailures":[]}"#,
                            "not all was settled: {}",
                            String::from_utf8_lossy(&body)
                        );
                        Ok(())
                    }
                    other => bail!("the function failed: {other:?}"),
                }
            }
        }
    }
}

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
    // The others send what the function sent.
    delivery.batch().await?;
    let (headers, body) = stage.endpoint.latest().context("nothing arrived")?;
    let request_bytes = bytes_of(&stage.url(scenario.is_http2), &headers, &body);
    let mut programs = [
        delivery,
        start(stage, scenario, Client::Reqwest, &headers, &body).await?,
        start(stage, scenario, Client::Hyper, &headers, &body).await?,
    ];
    let mut turns = [const { Vec::new() }; 3];
    for program in &mut programs {
        program.batch().await?;
    }
    for _ in 0..TURNS {
        for (program, turns) in programs.iter_mut().zip(&mut turns) {
            turns.push(turn(program, scenario.batch).await?);
        }
    }
    let mut figures = Vec::new();
    let mut logged_bytes = 0.0;
    for (mut program, turns) in programs.into_iter().zip(turns) {
        let latency = latency(stage, &mut program).await?;
        figures.push(Figures {
            median: median(&turns),
            turns,
            latency,
            peak_memory_bytes: peak_memory(program.process()?)?,
        });
        match program {
            Program::Delivery {
                environment,
                next,
                logged,
                ..
            } => {
                environment.kill().await;
                let events = (next * scenario.batch) as f64;
                logged_bytes = logged.load(Ordering::Relaxed) as f64 / events;
            }
            Program::Reference(reference) => reference.end().await,
        }
    }
    stage.endpoint.behave(Behaviour::default());
    let [delivery, reqwest, hyper] = figures.try_into().ok().context("three programs")?;
    Ok(Outcome {
        scenario: scenario.clone(),
        delivery,
        reqwest,
        hyper,
        logged_bytes,
        request_bytes,
    })
}

/// A request's bytes in HTTP/1.1.
fn bytes_of(url: &str, headers: &http::HeaderMap, body: &[u8]) -> usize {
    let path = url.splitn(4, '/').nth(3).unwrap_or_default();
    let head = "POST / HTTP/1.1\r\n\r\n".len() + path.len();
    let lines = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4);
    head + lines.sum::<usize>() + body.len()
}

async fn start(
    stage: &Stage,
    scenario: &Scenario,
    client: Client,
    headers: &http::HeaderMap,
    body: &[u8],
) -> Result<Program> {
    Reference::start(stage, client, scenario, headers, body)
        .await
        .map(Program::Reference)
}

async fn turn(program: &mut Program, batch: usize) -> Result<Sample> {
    let process = program.process()?;
    let (before, began) = (cpu_time(process)?, Instant::now());
    let mut done = 0;
    while done < BATCHES_MIN || began.elapsed() < TURN {
        program.batch().await?;
        done += 1;
    }
    let (cpu, took) = (cpu_time(process)?.saturating_sub(before), began.elapsed());
    let events = (done * batch) as f64;
    Ok(Sample {
        cpu_us: 1e6 * cpu.as_secs_f64() / events,
        per_second: events / took.as_secs_f64(),
    })
}

async fn latency(stage: &Stage, program: &mut Program) -> Result<Latency> {
    drop(stage.endpoint.take_arrivals());
    let began = Instant::now();
    for _ in 0..TIMED {
        stage.endpoint.hand_over();
        program.batch().await?;
        if began.elapsed() > TIMED_FOR {
            break;
        }
    }
    let mut arrivals = stage.endpoint.take_arrivals();
    arrivals.sort_unstable();
    let at = |share| 1e6 * quantile(&arrivals, share).as_secs_f64();
    Ok(Latency {
        p50_us: at(0.5),
        p99_us: at(0.99),
        p999_us: at(0.999),
    })
}

/// The turn in the middle by processor time.
fn median(turns: &[Sample]) -> Sample {
    let mut sorted = turns.to_vec();
    sorted.sort_by(|a, b| a.cpu_us.total_cmp(&b.cpu_us));
    sorted[sorted.len() / 2]
}

/// The value that this share of the sorted ones does not exceed; zero where there are none.
pub fn quantile(sorted: &[Duration], share: f64) -> Duration {
    let index = (sorted.len() as f64 * share).ceil() as usize;
    sorted
        .get(index.saturating_sub(1))
        .copied()
        .unwrap_or_default()
}

/// Most memory of the function while bodies without end are sent to it, in bytes.
///
/// # Errors
/// Where the function fails.
pub async fn memory_with_endless_answers(stage: &Stage) -> Result<u64> {
    stage.endpoint.behave(Behaviour {
        endless: true,
        ..Behaviour::default()
    });
    let scenario = Scenario::default();
    let mut program = Program::delivery(stage, &scenario).await?;
    for _ in 0..20 {
        program.batch().await?;
    }
    let peak = peak_memory(program.process()?)?;
    stage.endpoint.behave(Behaviour::default());
    if let Program::Delivery { environment, .. } = program {
        environment.kill().await;
    }
    Ok(peak)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_were_measured() {
        let times: Vec<Duration> = (1..=100).map(Duration::from_millis).collect();
        for (share, expected) in [(0.5, 50), (0.99, 99), (0.999, 100), (1.0, 100)] {
            assert_eq!(quantile(&times, share), Duration::from_millis(expected));
        }
        assert_eq!(quantile(&[], 0.5), Duration::ZERO);
    }

    #[test]
    fn a_scenario_is_called_by_how_it_differs() {
        let scenario = Scenario {
            failing_percent: 50,
            payload_bytes: 10 * 1_024,
            ..Scenario::default()
        };
        assert_eq!(scenario.name(), "batch 10, 10 KiB, 50 % fail");
    }
}
