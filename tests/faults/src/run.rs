//! A run from its first event to the last.

use std::{
    io::{Write, stderr},
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, Result, bail};
use driver::{
    environment::Launch,
    server::{Server, tls},
};
use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};

use crate::{
    DELIVERY_TIMEOUT, RETRY_WINDOW,
    administrator::Administrator,
    changes::Webhooks,
    cloud::{self, Description, Queues},
    dice::Dice,
    events::Events,
    fault::Counts,
    lane::Lane,
    launch::launch,
    ledger::Ledger,
    producer::{collect_dead_letters, produce},
    proxy::Proxy,
    receiver::receive,
    verdict::Verdict,
};

/// Pollers of each queue, more than two cores keep busy because most batches wait for a silent endpoint; batches as in the
/// template.
const FEEDBACK_LANES: usize = 8;
const FEEDBACK_BATCH: usize = 50;
const RETRY_LANES: usize = 12;
const RETRY_BATCH: usize = 10;
/// Longer than an invocation may take, as the service demands, so that no batch is received twice for being slow.
const VISIBILITY_TIMEOUT: Duration = Duration::from_secs(12);
/// Time between two looks at how far the run is. Longer than it takes to read what a function has just logged.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Nothing is made to fail any more once each fault has happened and no more events than this are left. Else the last ones would wait for minutes,
/// because their delays grow with their age.
const CALM_BELOW: u64 = 250;
/// The endpoint that is down now and then has an outage once in this share of the run's events as requests. An open circuit
/// makes it last for many seconds, so outages by the number of requests alone would fill a long run: the events that wait
/// for it would become more and more.
const UNSTEADY_SHARE: u64 = 50;
const UNSTEADY_WINDOW_MIN: u64 = 40;
/// Looks between two lines where there is no terminal.
const LOOKS_PER_LINE: u64 = 20;

/// What a run is asked to do.
#[derive(Debug)]
pub struct Plan {
    /// Decides everything.
    pub seed: u64,
    /// Events to send.
    pub events: u32,
    /// The function.
    pub binary: PathBuf,
    /// The run ends after this time, whatever is left.
    pub limit: Duration,
}

/// What all parts of a run share.
#[derive(Debug)]
pub struct Run {
    /// Decides what goes wrong.
    pub dice: Dice,
    /// Counts it.
    pub faults: Counts,
    /// Keeps account of the events.
    pub ledger: Ledger,
    /// The queues.
    pub queues: Queues,
    /// The region of everything.
    pub region: String,
    /// Requests between two outages of the endpoint that is down now and then, on average.
    pub unsteady_window: u64,
    batches: AtomicU64,
    unsteady_requests: AtomicU64,
    calm: AtomicBool,
    mishaps: Mutex<Vec<String>>,
}

impl Run {
    /// The number of the next batch, from 0 on.
    pub fn next_batch(&self) -> u64 {
        self.batches.fetch_add(1, Ordering::Relaxed)
    }

    /// The number of the next request to the endpoint that is down now and then, from 0 on.
    pub fn next_unsteady_request(&self) -> u64 {
        self.unsteady_requests.fetch_add(1, Ordering::Relaxed)
    }

    /// Whether nothing is made to fail any more.
    pub fn is_calm(&self) -> bool {
        self.calm.load(Ordering::Relaxed)
    }

    /// Takes note of something that must not happen to the function, whatever goes wrong around it.
    pub fn mishap(&self, what: &str) {
        let mut mishaps = self.mishaps.lock().unwrap_or_else(PoisonError::into_inner);
        mishaps.push(what.to_owned());
    }
}

/// Sends the events through the function and returns what became of them.
///
/// # Errors
/// Where the run could not take place: the cloud refuses, or the function cannot be started.
pub async fn carry_out(plan: &Plan, cloud: &Description) -> Result<Verdict> {
    let began = Instant::now();
    let aws = cloud::aws().await;
    let events = Events::new(plan.seed);
    let administrator = Administrator::new(cloud, &aws, &events.organisation).await?;
    let run = Arc::new(Run {
        dice: Dice::new(plan.seed),
        faults: Counts::default(),
        ledger: Ledger::new(events, plan.events.into()),
        queues: Queues::create(&aws, &format!("faults-{}", plan.seed), VISIBILITY_TIMEOUT).await?,
        region: cloud.region.clone(),
        unsteady_window: (u64::from(plan.events) / UNSTEADY_SHARE).max(UNSTEADY_WINDOW_MIN),
        batches: AtomicU64::new(0),
        unsteady_requests: AtomicU64::new(0),
        calm: AtomicBool::new(false),
        mishaps: Mutex::default(),
    });
    let (chain, key) = cloud.certificate()?;
    let mut endpoints = Vec::new();
    for protocols in [&["h2", "http/1.1"][..], &["http/1.1"]] {
        let run = Arc::clone(&run);
        let receive = move |request| {
            let run = Arc::clone(&run);
            async move { receive(&run, request).await }
        };
        endpoints.push(Server::start(Some(tls(&chain, &key, protocols)?), receive).await?);
    }
    let urls = endpoints
        .iter()
        .map(|server| format!("https://localhost:{}/feedback", server.port));
    let webhooks = Webhooks::create(administrator, urls.collect()).await?;
    let proxy = Arc::new(Proxy::new(&cloud.endpoint_url)?);
    let proxied = Arc::clone(&run);
    let proxy = Server::start(None, move |request| {
        let (run, proxy) = (Arc::clone(&proxied), Arc::clone(&proxy));
        async move { proxy.handle(&run, request).await }
    })
    .await?;

    let launch = launch_of(plan, cloud, &run, &proxy)?;
    let mut work = JoinSet::new();
    for (lanes, queue, batch_size) in [
        (FEEDBACK_LANES, &run.queues.feedback, FEEDBACK_BATCH),
        (RETRY_LANES, &run.queues.retry, RETRY_BATCH),
    ] {
        for _ in 0..lanes {
            let lane = Lane {
                queue: queue.clone(),
                batch_size,
                launch: launch.clone(),
            };
            work.spawn(lane.work(Arc::clone(&run)));
        }
    }
    let shared = Arc::clone(&run);
    work.spawn(async move { webhooks.change(&shared).await });
    let shared = Arc::clone(&run);
    work.spawn(async move { collect_dead_letters(&shared).await });

    let whole = async {
        produce(&run, plan.events.into()).await?;
        run_dry(&run, plan.events.into()).await
    };
    let progress = show_progress(&run, plan.events.into());
    tokio::select! {
        ended = whole => ended?,
        ended = work.join_next() => {
            ended.context("nothing works")??.context("a part of the driver ended early")?;
        }
        () = sleep(plan.limit.saturating_sub(began.elapsed())) => {
            run.mishap("the run reached its time limit, and what was still on its way counts as lost");
        }
        () = progress => {}
        _ = tokio::signal::ctrl_c() => bail!("interrupted"),
    }
    // Every function ends with its lane.
    work.shutdown().await;
    let mishaps = run.mishaps.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(Verdict::new(&run.ledger, &run.faults, &mishaps))
}

/// Waits until the queues are empty, seen twice: what the last function said and sent is noted by then. Once every event
/// is safe, messages that are still delayed can only be duplicates.
async fn run_dry(run: &Run, events: u64) -> Result<()> {
    let queues = &run.queues;
    let mut seen_empty = 0;
    while seen_empty < 2 {
        sleep(LOOK_EVERY).await;
        if run.faults.all_happened() && run.ledger.safe() + CALM_BELOW >= events {
            run.calm.store(true, Ordering::Relaxed);
        }
        let mut left = 0;
        for queue in [&queues.feedback, &queues.retry, &queues.dead_letter] {
            let size = queues.size(queue).await?;
            left += size.visible + size.in_flight;
            if run.ledger.safe() < events {
                left += size.delayed;
            }
        }
        seen_empty = if left == 0 { seen_empty + 1 } else { 0 };
    }
    Ok(())
}

/// Shows how many events are safe, until it is dropped: a bar on a terminal, now and then a line elsewhere.
async fn show_progress(run: &Run, events: u64) {
    let bar = ProgressBar::new(events).with_finish(ProgressFinish::AndClear);
    let template = "{wide_bar} {pos} of {len} events safe, {elapsed}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    for look in 0_u64.. {
        let safe = run.ledger.safe();
        bar.set_position(safe);
        if bar.is_hidden() && look.is_multiple_of(LOOKS_PER_LINE) {
            // Where nobody can read it any more, there is nobody to tell.
            let _ = writeln!(stderr(), "{safe} of {events} events safe");
        }
        sleep(LOOK_EVERY).await;
    }
}

fn launch_of(plan: &Plan, cloud: &Description, run: &Run, proxy: &Server) -> Result<Launch> {
    let settings = [
        ("CONFIG_CACHE_SECONDS", 1),
        ("DELIVERY_TIMEOUT_SECONDS", DELIVERY_TIMEOUT.as_secs()),
        ("RETRY_FIRST_DELAY_SECONDS", 1),
        ("RETRY_WINDOW_HOURS", RETRY_WINDOW.as_secs() / 3_600),
    ];
    let services = format!("http://127.0.0.1:{}", proxy.port);
    let launch = launch(plan.binary.clone(), cloud, &run.queues, services)?;
    Ok(launch
        .with(settings.map(|(name, value)| (name, value.to_string())))
        // Where it tells what it skipped.
        .with([("RUST_LOG", "info,delivery::batch=debug".to_owned())]))
}
