//! The tenants: organisations with a webhook each, and the endpoints that the webhooks name.

use std::{sync::Arc, time::Duration};

use anyhow::Result;
use aws_config::SdkConfig;
use driver::server::{Reply, Server, answer, tls};
use faults::{administrator::Administrator, cloud::Description};
use http::{Request, StatusCode};
use hyper::body::Bytes;
use tokio::time::{Instant, sleep};

use crate::deliveries::Deliveries;

/// Tenants whose endpoint answers.
pub const HEALTHY: usize = 9;
/// How long a healthy endpoint takes to answer.
pub const ANSWER_AFTER: Duration = Duration::from_millis(50);
/// The sandbox of each tenant.
pub const SANDBOX: &str = "prod";
/// The path of the endpoint that takes requests and never answers.
const HANGING: &str = "/hanging";

/// Somebody whose events are delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tenant {
    /// One of those whose endpoint answers.
    Healthy(usize),
    /// The one whose endpoint hangs.
    Hanging,
}

impl Tenant {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..HEALTHY).map(Self::Healthy).chain([Self::Hanging])
    }

    /// Its organisation, in a run of this name.
    pub fn organisation(self, run: &str) -> String {
        match self {
            Self::Healthy(number) => format!("{run}-healthy-{number}@TestOrg"),
            Self::Hanging => format!("{run}-hanging@TestOrg"),
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Healthy(_) => "/healthy",
            Self::Hanging => HANGING,
        }
    }
}

/// Starts the endpoints of all tenants, and has each tenant's administrator create the webhook.
///
/// # Errors
/// Where the cloud or its configuration API refuses.
pub async fn set_up(
    cloud: &Description,
    aws: &SdkConfig,
    run: &str,
    deliveries: &Arc<Deliveries>,
) -> Result<Server> {
    let (chain, key) = cloud.certificate()?;
    let deliveries = Arc::clone(deliveries);
    let server = Server::start(
        Some(tls(&chain, &key, &["h2", "http/1.1"])?),
        move |request| {
            let deliveries = Arc::clone(&deliveries);
            async move { receive(&deliveries, &request).await }
        },
    )
    .await?;
    for tenant in Tenant::all() {
        let organisation = tenant.organisation(run);
        let administrator = Administrator::new(cloud, aws, &organisation).await?;
        let url = format!("https://localhost:{}{}", server.port, tenant.path());
        administrator.create(SANDBOX, &url).await?;
    }
    Ok(server)
}

async fn receive(deliveries: &Deliveries, request: &Request<Bytes>) -> Reply {
    let now = Instant::now();
    if request.uri().path() == HANGING {
        return std::future::pending().await;
    }
    let id = request.headers().get("webhook-id");
    let number = id.and_then(|id| id.to_str().ok()?.parse().ok());
    let Some(number) = number else {
        return Ok(answer(StatusCode::BAD_REQUEST, Bytes::new()));
    };
    deliveries.received(number, now);
    sleep(ANSWER_AFTER).await;
    Ok(answer(StatusCode::NO_CONTENT, Bytes::new()))
}
