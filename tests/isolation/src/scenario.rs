//! One run of the traffic, with or without the tenant whose endpoint hangs.

use std::{
    io::{Write, stderr},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use aws_config::SdkConfig;
use faults::{
    cloud::{Description, Queues},
    launch::launch,
};
use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};
use simulation::limits::POLLERS_PER_SECOND;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, sleep_until},
};

use crate::{
    deliveries::{Deliveries, Latency},
    mapping::{Activity, Mapping},
    tenants::set_up,
    traffic::{Traffic, send},
};

/// `CIRCUIT_FAILURE_THRESHOLD` of the template.
pub const THRESHOLD: u32 = 5;
/// The highest of the template. No environment makes as many calls in a run, so there is no circuit breaker.
pub const NO_BREAKER: u32 = 1_000;
/// `MaximumConcurrency` of the feedback queue in the template.
pub const CONCURRENCY: u32 = 200;
/// `MaximumConcurrency` of the retry queue in the template.
const RETRY_CONCURRENCY: u32 = 50;
/// `BatchSize` and `MaximumBatchingWindowInSeconds` of the feedback queue in the template.
const FEEDBACK_BATCH: (usize, Duration) = (50, Duration::from_secs(1));
/// The same of the retry queue.
const RETRY_BATCH: (usize, Duration) = (10, Duration::ZERO);
/// `VisibilityTimeout` of both.
const VISIBILITY_TIMEOUT: Duration = Duration::from_secs(180);
/// Traffic of the healthy tenants before the measurement, so that it is not one of cold starts.
pub const WARM_UP: Duration = Duration::from_secs(10);
/// How long what has not arrived is waited for at the end.
pub const GRACE: Duration = Duration::from_secs(15);
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Looks between two lines where there is no terminal.
const LOOKS_PER_LINE: u64 = 20;

/// What a run varies.
#[derive(Debug, Clone, Copy)]
pub struct Scenario {
    /// What legends and tables call it.
    pub id: &'static str,
    /// What it is.
    pub title: &'static str,
    /// Whether the tenant with the hanging endpoint sends anything.
    pub hanging: bool,
    /// `MaximumConcurrency` of the feedback queue.
    pub maximum_concurrency: u32,
    /// Places that are added at once while all are taken, as many in a minute whatever this is.
    pub places_at_once: u32,
    /// `CIRCUIT_FAILURE_THRESHOLD`.
    pub failure_threshold: u32,
}

/// The runs that are compared: the first two decide, the others show why.
pub const SCENARIOS: [Scenario; 5] = [
    Scenario {
        id: "alone",
        title: "the nine healthy tenants",
        hanging: false,
        maximum_concurrency: CONCURRENCY,
        places_at_once: 1,
        failure_threshold: THRESHOLD,
    },
    Scenario {
        id: "hanging",
        title: "the same, and the tenant whose endpoint hangs",
        hanging: true,
        maximum_concurrency: CONCURRENCY,
        places_at_once: 1,
        failure_threshold: THRESHOLD,
    },
    Scenario {
        id: "in steps",
        title: "the same with places that Lambda adds five at once each second",
        hanging: true,
        maximum_concurrency: CONCURRENCY,
        places_at_once: POLLERS_PER_SECOND,
        failure_threshold: THRESHOLD,
    },
    Scenario {
        id: "limit 20",
        title: "evenly again, with a concurrency of 20",
        hanging: true,
        maximum_concurrency: 20,
        places_at_once: 1,
        failure_threshold: THRESHOLD,
    },
    Scenario {
        id: "20, no breaker",
        title: "the same with a concurrency of 20 and without circuit breaker",
        hanging: true,
        maximum_concurrency: 20,
        places_at_once: 1,
        failure_threshold: NO_BREAKER,
    },
];

/// What all runs have in common.
#[derive(Debug)]
pub struct Setting {
    /// The function.
    pub binary: PathBuf,
    /// Events per second of each healthy tenant.
    pub healthy_per_second: u32,
    /// How long is measured.
    pub measured: Duration,
}

/// What a run came to.
#[derive(Debug)]
pub struct Outcome {
    /// The run.
    pub scenario: Scenario,
    /// Of the healthy tenants' events.
    pub latencies: Vec<Latency>,
    /// Most invocations at a time for the feedback queue.
    pub feedback_peak: u32,
    /// Most invocations at a time for the retry queue.
    pub retry_peak: u32,
    /// Messages that the function left on their queue.
    pub unsettled: u32,
}

/// Carries a run out.
///
/// # Errors
/// Where it could not take place: the cloud refuses, or the function cannot be started or fails.
pub async fn run(
    scenario: Scenario,
    setting: &Setting,
    cloud: &Description,
    aws: &SdkConfig,
) -> Result<Outcome> {
    let name = format!("isolation-{:08x}", fastrand::u32(..));
    let queues = Arc::new(Queues::create(aws, &name, VISIBILITY_TIMEOUT).await?);
    let deliveries = Arc::new(Deliveries::default());
    let _endpoints = set_up(cloud, aws, &name, &deliveries).await?;
    let launch = launch(
        setting.binary.clone(),
        cloud,
        &queues,
        cloud.endpoint_url.clone(),
    )?
    .with([(
        "CIRCUIT_FAILURE_THRESHOLD",
        scenario.failure_threshold.to_string(),
    )]);
    let (feedback, retry) = (Arc::new(Activity::default()), Arc::new(Activity::default()));
    let mut work = JoinSet::new();
    for (queue, (batch_size, window), maximum_concurrency, activity) in [
        (
            &queues.feedback,
            FEEDBACK_BATCH,
            scenario.maximum_concurrency,
            &feedback,
        ),
        (&queues.retry, RETRY_BATCH, RETRY_CONCURRENCY, &retry),
    ] {
        let mapping = Mapping {
            queue: queue.clone(),
            batch_size,
            window,
            maximum_concurrency,
            places_at_once: scenario.places_at_once,
            launch: launch.clone(),
        };
        let (queues, region) = (Arc::clone(&queues), cloud.region.clone());
        work.spawn(mapping.work(queues, region, Arc::clone(activity)));
    }
    let begin = Instant::now();
    let measured_begin = begin + WARM_UP;
    let traffic = Traffic {
        healthy_per_second: setting.healthy_per_second,
        begin,
        hanging_begin: scenario.hanging.then_some(measured_begin),
        end: measured_begin + setting.measured,
    };
    let whole = async {
        send(traffic, &name, &queues, &deliveries).await?;
        sleep_until(traffic.end).await;
        while deliveries.missing() > 0 && traffic.end.elapsed() < GRACE {
            sleep(LOOK_EVERY).await;
        }
        Ok(())
    };
    let whole_takes = WARM_UP + setting.measured;
    tokio::select! {
        ended = whole => ended,
        ended = work.join_next() => {
            ended.context("nothing works")??.context("a mapping ended early")
        }
        never = show_progress(scenario.id, begin, whole_takes, &deliveries) => never,
        _ = tokio::signal::ctrl_c() => bail!("interrupted"),
    }?;
    let latencies = deliveries.since(measured_begin, Instant::now());
    // Every function ends with its mapping.
    work.shutdown().await;
    Ok(Outcome {
        scenario,
        latencies,
        feedback_peak: feedback.peak(),
        retry_peak: retry.peak(),
        unsettled: feedback.unsettled() + retry.unsettled(),
    })
}

/// Shows how far the run is until it is dropped: a bar on a terminal, now and then a line elsewhere.
async fn show_progress(
    id: &str,
    begin: Instant,
    takes: Duration,
    deliveries: &Deliveries,
) -> Result<()> {
    let bar = ProgressBar::new(takes.as_secs()).with_finish(ProgressFinish::AndClear);
    let style = ProgressStyle::with_template("{msg} {wide_bar} {pos} of {len} s");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    for look in 0_u64.. {
        let (seconds, missing) = (begin.elapsed().as_secs(), deliveries.missing());
        bar.set_position(seconds);
        bar.set_message(format!("{id}: {missing} healthy events on their way"));
        if bar.is_hidden() && look.is_multiple_of(LOOKS_PER_LINE) {
            let (message, all) = (bar.message(), takes.as_secs());
            // Where nobody can read it any more, there is nobody to tell.
            let _ = writeln!(stderr(), "{message}, {seconds} of {all} s");
        }
        sleep(LOOK_EVERY).await;
    }
    Ok(())
}
