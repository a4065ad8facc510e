//! A Lambda event source mapping on a queue of the local cloud, with execution environments that are real processes.
//!
//! It scales as Lambda does: five batches at a time at first, and while all of them are being handled five more per
//! second, up to the maximum (`simulation::limits` names the pages). It deletes a batch when its invocation has ended,
//! as Lambda does, so one hanging call holds a whole batch and a place.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use anyhow::{Result, bail};
use aws_sdk_sqs::types::Message;
use driver::environment::{Answer, Environment, Launch};
use faults::{
    cloud::{Queue, Queues},
    event_source::{acknowledged, event},
};
use simulation::limits::{POLLERS_AT_START, POLLERS_PER_SECOND};
use tokio::{
    sync::Semaphore,
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval, sleep},
};

/// The function's timeout; the template's.
const INVOCATION_TIMEOUT: Duration = Duration::from_secs(30);
/// Time between two looks at the queue while a batch gathers.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// An event source mapping as the template describes it.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// `Queue`.
    pub queue: Queue,
    /// `BatchSize`.
    pub batch_size: usize,
    /// `MaximumBatchingWindowInSeconds`.
    pub window: Duration,
    /// `MaximumConcurrency`.
    pub maximum_concurrency: u32,
    /// Places that are added at once while all are taken: Lambda's pages say how many in a minute, not how they are spaced.
    pub places_at_once: u32,
    /// How the function is started.
    pub launch: Launch,
}

/// What the function does.
#[derive(Debug, Default)]
pub struct Activity {
    running: AtomicU32,
    peak: AtomicU32,
    unsettled: AtomicU32,
}

impl Activity {
    /// Most invocations at a time.
    pub fn peak(&self) -> u32 {
        self.peak.load(Ordering::Relaxed)
    }

    /// Messages that it left on their queue.
    pub fn unsettled(&self) -> u32 {
        self.unsettled.load(Ordering::Relaxed)
    }

    fn running(&self) -> u32 {
        self.running.load(Ordering::Relaxed)
    }

    fn begin(&self) {
        let running = self.running.fetch_add(1, Ordering::Relaxed) + 1;
        self.peak.fetch_max(running, Ordering::Relaxed);
    }

    fn end(&self) {
        self.running.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What the parts of a mapping share.
struct Shared {
    mapping: Mapping,
    queues: Arc<Queues>,
    region: String,
    places: Arc<Semaphore>,
    first_look: Semaphore,
    idle: Mutex<Vec<Environment>>,
    activity: Arc<Activity>,
}

impl Mapping {
    /// Works until it is dropped.
    ///
    /// # Errors
    /// Where the cloud refuses, or the function cannot be started, fails or does not answer in time.
    pub async fn work(
        self,
        queues: Arc<Queues>,
        region: String,
        activity: Arc<Activity>,
    ) -> Result<()> {
        let places = POLLERS_AT_START.min(self.maximum_concurrency);
        let shared = Arc::new(Shared {
            places: Arc::new(Semaphore::new(places as usize)),
            first_look: Semaphore::new(1),
            mapping: self,
            queues,
            region,
            idle: Mutex::default(),
            activity,
        });
        let mut parts = JoinSet::new();
        for _ in 0..POLLERS_AT_START {
            parts.spawn(poll(Arc::clone(&shared)));
        }
        parts.spawn(async move {
            scale(&shared, places).await;
            Ok(())
        });
        while let Some(ended) = parts.join_next().await {
            ended??;
        }
        Ok(())
    }
}

/// Gathers one batch after the other, each as soon as there is a place for it.
async fn poll(shared: Arc<Shared>) -> Result<()> {
    let mut invocations = JoinSet::new();
    loop {
        let place = Arc::clone(&shared.places).acquire_owned().await?;
        while let Some(ended) = invocations.try_join_next() {
            let ended: Result<()> = ended?;
            ended?;
        }
        let messages = gather(&shared).await?;
        let shared = Arc::clone(&shared);
        invocations.spawn(async move {
            shared.activity.begin();
            let handled = handle(&shared, &messages).await;
            shared.activity.end();
            drop(place);
            handled
        });
    }
}

/// A full batch, or what comes within the window after its first message.
async fn gather(shared: &Shared) -> Result<Vec<Message>> {
    let Mapping {
        queue,
        batch_size,
        window,
        ..
    } = &shared.mapping;
    let mut messages = Vec::new();
    // One at a time waits for a first message: the local cloud looks through the whole queue for each that waits.
    let first_look = shared.first_look.acquire().await?;
    while messages.is_empty() {
        messages = shared.queues.receive(queue, *batch_size).await?;
    }
    drop(first_look);
    let end = Instant::now() + *window;
    while messages.len() < *batch_size && Instant::now() < end {
        sleep(LOOK_EVERY).await;
        let room = batch_size - messages.len();
        messages.extend(shared.queues.receive_at_once(queue, room).await?);
    }
    Ok(messages)
}

async fn handle(shared: &Shared, messages: &[Message]) -> Result<()> {
    let queue = &shared.mapping.queue;
    // The one that worked last, as Lambda does, so that few are kept warm.
    let idle = {
        let mut idle = shared.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.pop()
    };
    let mut environment = match idle {
        Some(environment) => environment,
        None => Environment::start(&shared.mapping.launch, |_| {}).await?,
    };
    let event = event(messages, &queue.arn, &shared.region);
    let body = match environment.invoke(event, INVOCATION_TIMEOUT).await {
        Answer::Response(body) => body,
        Answer::Error(body) => bail!("the function failed: {}", String::from_utf8_lossy(&body)),
        Answer::Crashed => bail!("the function's process ended"),
        Answer::TimedOut => bail!("an invocation timed out"),
    };
    shared
        .idle
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(environment);
    let safe = acknowledged(messages, &body);
    let left = u32::try_from(messages.len() - safe.len())?;
    shared.activity.unsettled.fetch_add(left, Ordering::Relaxed);
    shared.queues.delete(queue, &safe).await
}

/// Adds places while all of them are taken.
async fn scale(shared: &Shared, mut places: u32) {
    let (step, most) = (
        shared.mapping.places_at_once,
        shared.mapping.maximum_concurrency,
    );
    let mut ticks = interval(Duration::from_secs(step.into()) / POLLERS_PER_SECOND);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if shared.activity.running() >= places {
            let added = step.min(most - places);
            places += added;
            shared.places.add_permits(added as usize);
        }
    }
}
