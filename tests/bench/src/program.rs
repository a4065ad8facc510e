//! A program under load: the function or one of those that it is compared with. A batch is the same to all of them.

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

use crate::{
    batches::{batch_of, batches},
    figures::{Latency, Sample},
    process::{cpu_time, peak_memory},
    reference::Reference,
    scenario::Scenario,
    stage::Stage,
};

/// Longest time that a batch may take.
pub const TIMEOUT: Duration = Duration::from_secs(60);
/// Least batches of a turn, where the endpoint is slow.
const BATCHES_MIN: usize = 2;
/// Events whose arrivals are timed, and the time for that; whatever is over first.
const TIMED_EVENTS: usize = 4_000;
const TIMED_FOR: Duration = Duration::from_millis(800);

/// A running program with its load.
#[derive(Debug)]
pub struct Program {
    kind: Kind,
    /// Events of a batch.
    batch: usize,
}

#[derive(Debug)]
enum Kind {
    Delivery(Box<Delivery>),
    Reference(Box<Reference>),
}

#[derive(Debug)]
struct Delivery {
    environment: Environment,
    batches: Vec<Bytes>,
    next: usize,
    logged: Arc<AtomicU64>,
}

impl Program {
    /// The function.
    ///
    /// # Errors
    /// Where it does not start.
    pub async fn delivery(stage: &Stage, scenario: &Scenario) -> Result<Self> {
        Self::delivery_of(stage, scenario, batches(scenario)).await
    }

    /// The function with events of this organisation.
    ///
    /// # Errors
    /// Where it does not start.
    pub async fn delivery_for(stage: &Stage, scenario: &Scenario, org: &str) -> Result<Self> {
        Self::delivery_of(stage, scenario, vec![batch_of(scenario, org)]).await
    }

    async fn delivery_of(stage: &Stage, scenario: &Scenario, batches: Vec<Bytes>) -> Result<Self> {
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
        Ok(Self {
            kind: Kind::Delivery(Box::new(Delivery {
                environment,
                batches,
                next: 0,
                logged,
            })),
            batch: scenario.batch,
        })
    }

    /// A program to compare with, whose rounds have so many requests.
    pub fn reference(reference: Reference, batch: usize) -> Self {
        Self {
            kind: Kind::Reference(Box::new(reference)),
            batch,
        }
    }

    fn process(&self) -> Result<u32> {
        let id = match &self.kind {
            Kind::Delivery(delivery) => delivery.environment.id(),
            Kind::Reference(reference) => reference.id(),
        };
        id.context("the program has ended")
    }

    /// One batch, from its handing over to its end.
    ///
    /// # Errors
    /// Where not all of it is settled.
    pub async fn batch(&mut self) -> Result<()> {
        match &mut self.kind {
            Kind::Reference(reference) => reference.rounds(1).await,
            Kind::Delivery(delivery) => delivery.batch().await,
        }
    }

    /// Bytes that the function has logged so far.
    pub fn logged(&self) -> u64 {
        match &self.kind {
            Kind::Delivery(delivery) => delivery.logged.load(Ordering::Relaxed),
            Kind::Reference(_) => 0,
        }
    }

    /// So many batches, one after the other.
    ///
    /// # Errors
    /// Those of [`Program::batch`].
    pub async fn batches(&mut self, count: usize) -> Result<Sample> {
        self.work(|done, _| done < count).await
    }

    /// Batches for this time, and at least two.
    ///
    /// # Errors
    /// Those of [`Program::batch`].
    pub async fn turn(&mut self, time: Duration) -> Result<Sample> {
        self.work(|done, took| done < BATCHES_MIN || took < time)
            .await
    }

    /// Batches until there are enough. `goes_on` is asked with their number and the time that they took.
    async fn work(&mut self, goes_on: impl Fn(usize, Duration) -> bool) -> Result<Sample> {
        let process = self.process()?;
        let (before, began) = (cpu_time(process)?, Instant::now());
        let mut done = 0;
        while goes_on(done, began.elapsed()) {
            self.batch().await?;
            done += 1;
        }
        let (cpu, took) = (cpu_time(process)?.saturating_sub(before), began.elapsed());
        Ok(Sample::new(done * self.batch, cpu, took))
    }

    /// When events arrive.
    ///
    /// # Errors
    /// Those of [`Program::batch`].
    pub async fn latency(&mut self, stage: &Stage) -> Result<Latency> {
        drop(stage.endpoint.take_arrivals());
        let began = Instant::now();
        let mut timed = 0;
        while timed < TIMED_EVENTS && began.elapsed() < TIMED_FOR {
            stage.endpoint.hand_over();
            self.batch().await?;
            timed += self.batch;
        }
        Ok(Latency::of(stage.endpoint.take_arrivals()))
    }

    /// Most memory that it has had resident, in bytes.
    ///
    /// # Errors
    /// Where it has ended.
    pub fn peak_memory(&self) -> Result<u64> {
        peak_memory(self.process()?)
    }

    /// Ends it.
    pub async fn end(self) {
        match self.kind {
            Kind::Delivery(delivery) => delivery.environment.kill().await,
            Kind::Reference(reference) => reference.end().await,
        }
    }
}

impl Delivery {
    async fn batch(&mut self) -> Result<()> {
        let batch = self.batches[self.next % self.batches.len()].clone();
        self.next += 1;
        match self.environment.invoke(batch, TIMEOUT).await {
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
