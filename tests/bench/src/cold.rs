//! Starting: from the process to its first question for work, and to the first event that is delivered, with the share of
//! a processor that comes with an amount of memory.

use std::{process::Stdio, time::Duration};

use anyhow::{Context, Result, bail};
use driver::{
    environment::{Answer, Environment, Launch},
    processors,
};
use serde::{Deserialize, Serialize};
use tokio::process::Command;

use crate::{
    batches::batches, process::cpu_time, quota::Quota, request, scenario::Scenario, stage::Stage,
    tenants::Auth,
};

/// Memory sizes that are tried, in MB, with the starts of each program; `None` is without a quota. The median counts, so
/// there are more of them where there is a target.
pub const SIZES: [(Option<u64>, usize); 6] = [
    (None, 21),
    (Some(128), 7),
    (Some(256), 7),
    (Some(512), 21),
    (Some(1_024), 7),
    (Some(1_769), 7),
];
const TIMEOUT: Duration = Duration::from_secs(30);

/// Median times in microseconds of one size.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Starts {
    /// Memory in MB whose share of a processor the programs had; `None` for no limit.
    pub memory_mb: Option<u64>,
    /// The function that does nothing, until it asks for work.
    pub hello_us: f64,
    /// The delivery function, until it asks for work.
    pub delivery_us: f64,
    /// The same, until an event without token has arrived at the endpoint.
    pub delivered_us: f64,
    /// The same with a token, which needs the key service first.
    pub delivered_with_token_us: f64,
    /// Processor time of delivery from its start until the event without token is settled.
    pub delivered_cpu_us: f64,
    /// The configuration API, until it asks for work.
    pub config_api_us: f64,
    /// The same, until it has answered a request that reads the table.
    pub answered_us: f64,
    /// Two TLS handshakes by themselves in a new process, one with the AWS services and one with the endpoint.
    pub handshakes_us: f64,
    /// What of that is the cryptographic library's first random number, for which it gathers entropy once.
    pub entropy_us: f64,
    /// Their processor time.
    pub handshakes_cpu_us: f64,
}

/// Measures all sizes; those that cannot be set are left out, with the reason.
///
/// # Errors
/// Where a program fails.
pub async fn measure(
    stage: &Stage,
    mut step: impl FnMut(&str),
) -> Result<(Vec<Starts>, Option<String>)> {
    let mut all = Vec::new();
    for (memory_mb, count) in SIZES {
        step(&memory_mb.map_or("no limit".to_owned(), |size| format!("{size} MB")));
        let quota = match memory_mb.map(Quota::new).transpose() {
            Ok(quota) => quota,
            Err(error) => return Ok((all, Some(format!("{error:#}")))),
        };
        let wrapper = quota.as_ref().map(Quota::wrapper).unwrap_or_default();
        all.push(starts(stage, memory_mb, count, &wrapper).await?);
    }
    Ok((all, None))
}

async fn starts(
    stage: &Stage,
    memory_mb: Option<u64>,
    count: usize,
    wrapper: &[String],
) -> Result<Starts> {
    let within = |launch: Launch| Launch {
        wrapper: wrapper.to_vec(),
        ..launch
    };
    let (hello, delivery) = (within(stage.hello()), within(stage.delivery()));
    let config_api = within(stage.config_api());
    let mut times = [const { Vec::new() }; 10];
    // In turn, so that whatever else the machine does meets all of them.
    for _ in 0..count {
        let asked = start(&hello).await?;
        let without = first_event(stage, &delivery, Auth::None).await?;
        let with = first_event(stage, &delivery, Auth::HS256).await?;
        let api = first_request(&config_api).await?;
        let handshakes = handshakes(stage, wrapper).await?;
        let started = [
            asked,
            without.asked,
            without.arrived,
            with.arrived,
            without.cpu,
            api.0,
            api.1,
            handshakes.took,
            handshakes.entropy,
            handshakes.cpu,
        ];
        for (times, time) in times.iter_mut().zip(started) {
            times.push(time);
        }
    }
    let [
        hello_us,
        delivery_us,
        delivered_us,
        delivered_with_token_us,
        delivered_cpu_us,
        config_api_us,
        answered_us,
        handshakes_us,
        entropy_us,
        handshakes_cpu_us,
    ] = times.map(|times| 1e6 * median(times).as_secs_f64());
    Ok(Starts {
        memory_mb,
        hello_us,
        delivery_us,
        delivered_us,
        delivered_with_token_us,
        delivered_cpu_us,
        config_api_us,
        answered_us,
        handshakes_us,
        entropy_us,
        handshakes_cpu_us,
    })
}

async fn start(launch: &Launch) -> Result<Duration> {
    let (environment, asked) = started(launch).await?;
    environment.kill().await;
    Ok(asked)
}

async fn started(launch: &Launch) -> Result<(Environment, Duration)> {
    let mut environment = Environment::start(launch, |_| {}).await?;
    let asked = environment.ready().await?;
    let took = asked.duration_since(environment.started());
    Ok((environment, took))
}

/// A start up to its first event.
struct First {
    asked: Duration,
    arrived: Duration,
    cpu: Duration,
}

async fn first_event(stage: &Stage, launch: &Launch, auth: Auth) -> Result<First> {
    let scenario = Scenario {
        auth,
        ..Scenario::of_batch(1)
    };
    let batch = batches(&scenario).pop().context("no batch")?;
    drop(stage.endpoint.take_arrivals());
    stage.endpoint.hand_over();
    let (mut environment, asked) = started(launch).await?;
    if !matches!(
        environment.invoke(batch, TIMEOUT).await,
        Answer::Response(_)
    ) {
        bail!("the first event failed");
    }
    let cpu = cpu_time(environment.id().context("the function has ended")?)?;
    environment.kill().await;
    let arrivals = stage.endpoint.take_arrivals();
    let arrival = arrivals.first().context("the first event did not arrive")?;
    Ok(First {
        asked,
        arrived: *arrival,
        cpu,
    })
}

/// Times until the function asks for work, and until it has answered.
async fn first_request(launch: &Launch) -> Result<(Duration, Duration)> {
    let (mut environment, asked) = started(launch).await?;
    let began = environment.started();
    request::list(&mut environment).await?;
    let answered = began.elapsed();
    environment.kill().await;
    Ok((asked, answered))
}

/// Two handshakes.
struct Handshakes {
    took: Duration,
    /// The part of that before the first.
    entropy: Duration,
    cpu: Duration,
}

async fn handshakes(stage: &Stage, wrapper: &[String]) -> Result<Handshakes> {
    let mut words = wrapper.to_vec();
    words.push(stage.programs.reference.display().to_string());
    let (program, arguments) = words.split_first().context("no program")?;
    let mut command = Command::new(program);
    command
        .args(arguments)
        .arg("handshakes")
        .arg(&stage.authority)
        .args([stage.services_url(), stage.url(false)])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let process = processors::on(stage.processor, || command.spawn())?;
    let output = process.wait_with_output().await?;
    let text = String::from_utf8(output.stdout)?;
    let times: Vec<u64> = text
        .split_whitespace()
        .map(str::parse)
        .collect::<Result<_, _>>()?;
    let &[entropy, entropy_cpu, aws, aws_cpu, endpoint, endpoint_cpu] = times.as_slice() else {
        bail!("handshakes: {}", String::from_utf8_lossy(&output.stderr));
    };
    Ok(Handshakes {
        took: Duration::from_nanos(entropy + aws + endpoint),
        entropy: Duration::from_nanos(entropy),
        cpu: Duration::from_nanos(entropy_cpu + aws_cpu + endpoint_cpu),
    })
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
