//! The configuration API through the Runtime API: what each route costs, and how webhooks are made for everything else.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use driver::environment::{Answer, Environment};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{process::cpu_time, stage::Stage};

/// The function's timeout; the template's.
const TIMEOUT: Duration = Duration::from_secs(10);
const SANDBOX: &str = "prod";
/// The campaign that the routes of a switch are asked about.
const CAMPAIGN: &str = "16f24a15-7e21-477c-848a-d5695ca7f137";
/// Requests of a route that are not counted: the first ones open connections.
const WARM_UP: usize = 5;

/// A request as API Gateway hands it on.
#[derive(Debug, Clone)]
pub struct ApiRequest {
    method: &'static str,
    path: String,
    sandbox: String,
    body: Option<Value>,
}

impl ApiRequest {
    fn new(method: &'static str, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            sandbox: SANDBOX.to_owned(),
            body: None,
        }
    }

    fn of_sandbox(mut self, sandbox: String) -> Self {
        self.sandbox = sandbox;
        self
    }

    fn with(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    /// The request, or for the creation of a webhook one of a sandbox that has none.
    fn numbered(&self, number: usize) -> Self {
        let request = self.clone();
        match (self.method, self.path.as_str()) {
            ("POST", "/feedback-webhooks") => request.of_sandbox(format!("sandbox-{number}")),
            _ => request,
        }
    }

    fn event(&self, org: &str) -> String {
        json!({
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": self.path,
            "rawQueryString": "",
            "headers": {
                "authorization": "Bearer removed",
                "host": "api.example.com",
                "x-forwarded-proto": "https",
                "x-sandbox-name": self.sandbox,
                "content-type": "application/json",
                "if-match": "*",
            },
            "requestContext": {
                "accountId": "123456789012",
                "apiId": "api-id",
                "authorizer": {"jwt": {"claims": {
                    "cognito:groups": "[feedback-webhooks-manage]",
                    "custom:org": org,
                    "sub": "administrator",
                }, "scopes": null}},
                "domainName": "api.example.com",
                "domainPrefix": "api",
                "http": {
                    "method": self.method,
                    "path": self.path,
                    "protocol": "HTTP/1.1",
                    "sourceIp": "192.0.2.1",
                    "userAgent": "bench",
                },
                "requestId": "request",
                "routeKey": "$default",
                "stage": "$default",
                "time": "25/Nov/2026:09:00:00 +0000",
                "timeEpoch": 1_795_597_200_000_u64,
            },
            "isBase64Encoded": false,
            "body": self.body.as_ref().map(Value::to_string),
        })
        .to_string()
    }

    /// Sends the request as an administrator of this organisation; the answer's body.
    ///
    /// # Errors
    /// Where the answer is no success.
    pub async fn send(&self, environment: &mut Environment, org: &str) -> Result<Value> {
        let answer = environment.invoke(self.event(org), TIMEOUT).await;
        let Answer::Response(response) = answer else {
            bail!("{} {}: {answer:?}", self.method, self.path);
        };
        let response: Value = serde_json::from_slice(&response)?;
        let status = response["statusCode"].as_u64().unwrap_or(0);
        let (method, path) = (self.method, &self.path);
        ensure!((200..300).contains(&status), "{method} {path}: {response}");
        let body = response["body"].as_str().unwrap_or_default();
        Ok(serde_json::from_str(body).unwrap_or_default())
    }
}

/// A webhook as an administrator configures it; returns its id.
///
/// # Errors
/// Where the API does not create it.
pub async fn create(
    environment: &mut Environment,
    org: &str,
    sandbox: &str,
    webhook: Value,
) -> Result<String> {
    let request = ApiRequest::new("POST", "/feedback-webhooks").of_sandbox(sandbox.to_owned());
    let created = request.with(webhook).send(environment, org).await?;
    let id = created["id"].as_str().context("a webhook without id")?;
    Ok(id.to_owned())
}

/// Asks for the webhooks of an organisation that has none.
///
/// # Errors
/// Where the API does not answer.
pub async fn list(environment: &mut Environment) -> Result<()> {
    let request = ApiRequest::new("GET", "/feedback-webhooks");
    request.send(environment, "nobody").await.map(drop)
}

/// A webhook with this authentication that reports everything to the URL.
pub fn webhook(url: &str, authentication: Value) -> Value {
    json!({
        "name": "bench",
        "channels": ["email", "sms"],
        "url": url,
        "authentication": authentication,
        "headers": [{"name": "X-Source", "value": "bench"}],
        "campaigns": "all",
    })
}

/// What a route costs.
#[derive(Debug, Clone, Serialize)]
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

/// Measures each route with so many requests.
///
/// # Errors
/// Where the function fails.
pub async fn measure(
    stage: &Stage,
    requests: usize,
    mut step: impl FnMut(&str),
) -> Result<Vec<RouteCost>> {
    const ORG: &str = "api";
    let mut environment = stage.start(&stage.config_api()).await?;
    let process = environment.id().context("the function has ended")?;
    let url = stage.url(false);
    let key_pair = || json!({"type": "jwt", "algorithm": "ES256", "generateKey": true});
    let id = create(&mut environment, ORG, SANDBOX, webhook(&url, key_pair())).await?;
    let one = format!("/feedback-webhooks/{id}");
    let campaign = format!("/campaigns/{CAMPAIGN}/feedback-webhook");
    let secret = json!({"type": "jwt", "algorithm": "HS256", "secret": "s".repeat(32)});
    let get = |path: &str| ApiRequest::new("GET", path);
    let routes = [
        (
            "POST /feedback-webhooks",
            ApiRequest::new("POST", "/feedback-webhooks").with(webhook(&url, secret)),
        ),
        ("GET /feedback-webhooks", get("/feedback-webhooks")),
        ("GET /feedback-webhooks/{id}", get(&one)),
        (
            "PUT /feedback-webhooks/{id}",
            ApiRequest::new("PUT", one.clone()).with(webhook(&url, key_pair())),
        ),
        (
            "GET /feedback-webhooks/{id}/health",
            get(&format!("{one}/health")),
        ),
        (
            "GET /feedback-webhooks/{id}/jwks.json",
            get(&format!("{one}/jwks.json")),
        ),
        (
            "PUT /campaigns/{campaignId}/feedback-webhook",
            ApiRequest::new("PUT", campaign.clone()),
        ),
        (
            "GET /campaigns/{campaignId}/feedback-webhook",
            get(&campaign),
        ),
        (
            "DELETE /campaigns/{campaignId}/feedback-webhook",
            ApiRequest::new("DELETE", campaign.clone()),
        ),
        ("GET /me", get("/me")),
        ("GET /openapi.json", get("/openapi.json")),
        (
            "GET /feedback-event.schema.json",
            get("/feedback-event.schema.json"),
        ),
    ];
    let mut costs = Vec::new();
    for (route, request) in routes {
        step(route);
        for number in 0..WARM_UP {
            let request = request.numbered(number);
            request.send(&mut environment, ORG).await?;
        }
        let before = cpu_time(process)?;
        let mut times = Vec::with_capacity(requests);
        for number in WARM_UP..WARM_UP + requests {
            let request = request.numbered(number);
            let began = Instant::now();
            request.send(&mut environment, ORG).await?;
            times.push(began.elapsed());
        }
        let cpu = cpu_time(process)?.saturating_sub(before);
        times.sort_unstable();
        let quantile = |share: f64| 1e6 * crate::load::quantile(&times, share).as_secs_f64();
        costs.push(RouteCost {
            route: route.to_owned(),
            cpu_us: 1e6 * cpu.as_secs_f64() / requests as f64,
            p50_us: quantile(0.5),
            p99_us: quantile(0.99),
        });
    }
    environment.kill().await;
    Ok(costs)
}
