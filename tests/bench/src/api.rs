//! What each route of the configuration API costs, through the Runtime API.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use driver::environment::{Answer, Environment};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    batches::batch_of,
    figures::{Sample, quantile},
    process::{cpu_time, peak_memory},
    request::{ApiRequest, create, webhook},
    routes::{Known, MAKE, ROUTES, Route},
    scenario::Scenario,
    stage::Stage,
    tenants::SANDBOX,
};

const ORG: &str = "api";
/// Requests of a route that are measured, and the ones before them that open connections.
const REQUESTS: usize = 150;
const WARM_UP: usize = 5;

/// What a route costs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RouteCost {
    /// Method and path.
    pub route: String,
    /// Processor time of a request, in microseconds.
    pub cpu_us: f64,
    /// Median time until the answer, in microseconds.
    pub p50_us: f64,
    /// The time that one request in a hundred takes longer than, in microseconds.
    pub p99_us: f64,
}

/// What the configuration API costs.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub struct ApiCost {
    /// Each route.
    pub routes: Vec<RouteCost>,
    /// Most memory resident after all of them, in bytes.
    pub peak_memory_bytes: u64,
}

/// Measures each route.
///
/// # Errors
/// Where the function fails.
pub async fn measure(stage: &Stage) -> Result<ApiCost> {
    let mut environment = stage.start(&stage.config_api()).await?;
    let process = environment.id().context("the function has ended")?;
    let mut known = prepare(stage, &mut environment).await?;
    let (cost, made) = measure_route(&mut environment, &MAKE, &known).await?;
    known.made = made;
    let mut routes = vec![cost];
    for route in &ROUTES {
        let (cost, _) = measure_route(&mut environment, route, &known).await?;
        // One is there twice, for the sake of the one after it.
        if routes.iter().all(|other| other.route != cost.route) {
            routes.push(cost);
        }
    }
    let peak_memory_bytes = peak_memory(process)?;
    environment.kill().await;
    if let Some(delivery) = stage.services.invoke_with(None).await {
        delivery.kill().await;
    }
    Ok(ApiCost {
        routes,
        peak_memory_bytes,
    })
}

/// A webhook that has delivered events, and a function for what the API has the delivery function do.
async fn prepare(stage: &Stage, environment: &mut Environment) -> Result<Known> {
    let url = stage.url(false);
    let key_pair = json!({"type": "jwt", "algorithm": "ES256", "generateKey": true});
    let id = create(environment, ORG, SANDBOX, webhook(&url, key_pair)).await?;
    let mut delivery = stage.start(&stage.delivery()).await?;
    let batch = batch_of(&Scenario::default(), ORG);
    let answer = delivery.invoke(batch, crate::program::TIMEOUT).await;
    ensure!(matches!(answer, Answer::Response(_)), "{answer:?}");
    stage.services.invoke_with(Some(delivery)).await;
    let path = format!("/feedback-webhooks/{id}/attempts");
    let attempts = ApiRequest::new("GET", path, SANDBOX);
    let attempts = attempts.send(environment, ORG).await?;
    let attempt = attempts["items"][0]["id"].as_str();
    Ok(Known {
        url,
        webhook: id,
        attempt: attempt.context("no attempt was kept")?.to_owned(),
        made: Vec::new(),
    })
}

/// Also returns the ids in the answers, if they have any.
async fn measure_route(
    environment: &mut Environment,
    route: &Route,
    known: &Known,
) -> Result<(RouteCost, Vec<String>)> {
    let process = environment.id().context("the function has ended")?;
    let mut ids = Vec::new();
    let mut times = Vec::with_capacity(REQUESTS);
    let mut before = cpu_time(process)?;
    let mut began = Instant::now();
    for number in 0..WARM_UP + REQUESTS {
        if number == WARM_UP {
            (before, began) = (cpu_time(process)?, Instant::now());
        }
        let request = (route.request)(known, number);
        let asked = Instant::now();
        let answer = request.send(environment, ORG).await?;
        if number >= WARM_UP {
            times.push(asked.elapsed());
        }
        ids.extend(answer["id"].as_str().map(str::to_owned));
    }
    let cpu = cpu_time(process)?.saturating_sub(before);
    let sample = Sample::new(REQUESTS, cpu, began.elapsed());
    times.sort_unstable();
    let at = |share| 1e6 * quantile(&times, share).as_secs_f64();
    let cost = RouteCost {
        route: format!("{} {}", route.method, route.path),
        cpu_us: sample.cpu_us,
        p50_us: at(0.5),
        p99_us: at(0.99),
    };
    Ok((cost, ids))
}
