//! Starting: from the process to its first question for work, and to the first event that is delivered, with the share of
//! a processor that comes with an amount of memory.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use driver::environment::{Answer, Environment, Launch};
use serde::Serialize;
use tokio::process::Command;

use crate::{api, batches::batches, load::Scenario, quota::Quota, stage::Stage, tenants::Auth};

/// Memory sizes that are tried, in MB; `None` is without a quota.
pub const SIZES: [Option<u64>; 6] = [
    None,
    Some(128),
    Some(256),
    Some(512),
    Some(1_024),
    Some(1_769),
];
/// Starts of each program and size; the median counts.
const STARTS: usize = 7;
const TIMEOUT: Duration = Duration::from_secs(30);

/// Median times in microseconds of one size.
#[derive(Debug, Clone, Serialize)]
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
    /// The configuration API, until it asks for work.
    pub config_api_us: f64,
    /// The same, until it has answered a request that reads the table.
    pub answered_us: f64,
    /// Two TLS handshakes by themselves, one with the AWS services and one with the endpoint.
    pub handshakes_us: f64,
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
    for memory_mb in SIZES {
        step(&memory_mb.map_or("no limit".to_owned(), |size| format!("{size} MB")));
        let quota = match memory_mb.map(Quota::new).transpose() {
            Ok(quota) => quota,
            Err(error) => return Ok((all, Some(format!("{error:#}")))),
        };
        let wrapper = quota.as_ref().map(Quota::wrapper).unwrap_or_default();
        all.push(starts(stage, memory_mb, &wrapper).await?);
    }
    Ok((all, None))
}

async fn starts(stage: &Stage, memory_mb: Option<u64>, wrapper: &[String]) -> Result<Starts> {
    let within = |launch: Launch| Launch {
        wrapper: wrapper.to_vec(),
        ..launch
    };
    let (hello, delivery) = (within(stage.hello()), within(stage.delivery()));
    let config_api = within(stage.config_api());
    let mut times = [const { Vec::new() }; 7];
    // In turn, so that whatever else the machine does meets all of them.
    for _ in 0..STARTS {
        let asked = start(&hello).await?;
        let without = first_event(stage, &delivery, Auth::None).await?;
        let with = first_event(stage, &delivery, Auth::HS256).await?;
        let api = first_request(&config_api).await?;
        let handshakes = handshakes(stage, wrapper).await?;
        let started = [
            asked, without.0, without.1, with.1, api.0, api.1, handshakes,
        ];
        for (times, time) in times.iter_mut().zip(started) {
            times.push(time);
        }
    }
    let [
        hello_us,
        delivery_us,
        delivered_us,
        with_token_us,
        config_api_us,
        answered_us,
        handshakes_us,
    ] = times.map(|times| 1e6 * median(times).as_secs_f64());
    Ok(Starts {
        memory_mb,
        hello_us,
        delivery_us,
        delivered_us,
        delivered_with_token_us: with_token_us,
        config_api_us,
        answered_us,
        handshakes_us,
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

/// Times until the function asks for work, and until an event has arrived.
async fn first_event(stage: &Stage, launch: &Launch, auth: Auth) -> Result<(Duration, Duration)> {
    let scenario = Scenario {
        batch: 1,
        auth,
        ..Scenario::default()
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
    environment.kill().await;
    let arrivals = stage.endpoint.take_arrivals();
    let arrival = arrivals.first().context("the first event did not arrive")?;
    Ok((asked, *arrival))
}

/// Times until the function asks for work, and until it has answered.
async fn first_request(launch: &Launch) -> Result<(Duration, Duration)> {
    let (mut environment, asked) = started(launch).await?;
    let began = environment.started();
    api::list(&mut environment).await?;
    let answered = began.elapsed();
    environment.kill().await;
    Ok((asked, answered))
}

async fn handshakes(stage: &Stage, wrapper: &[String]) -> Result<Duration> {
    let mut words = wrapper.to_vec();
    words.push(stage.programs.reference.display().to_string());
    let (program, arguments) = words.split_first().context("no program")?;
    let output = Command::new(program)
        .args(arguments)
        .arg("handshakes")
        .arg(&stage.authority)
        .args([stage.services_url(), stage.url(false)])
        .output()
        .await?;
    let text = String::from_utf8(output.stdout)?;
    let times: Vec<u64> = text.lines().map(str::parse).collect::<Result<_, _>>()?;
    if times.len() != 2 {
        bail!("handshakes: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(Duration::from_micros(times.iter().sum()))
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
