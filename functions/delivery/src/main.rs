//! Starts the function: settings, clients, then one batch after the other.

use std::{
    io::{Write, stdout},
    time::Duration,
};

use aws_config::{BehaviorVersion, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use config_store::DynamoStore;
use delivery::{
    App, SETTLE_RESERVE, auth::Authenticator, batch, deliver::Courier, lookup::Lookup,
    send::Sender, settings::Settings, settle::Settler,
};
use jiff::Timestamp;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use secrets::Opener;
use tokio::time::Instant;
use tracing_subscriber::EnvFilter;

// One thread: with the fraction of a processor that comes with 512 MB of memory, more would only take turns.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let settings = Settings::from_environment()?;
    tracing_subscriber::fmt()
        .json()
        .with_env_filter(EnvFilter::new(&settings.log_filter))
        .with_span_list(false)
        .init();
    let app = &app(&settings, &aws_config().await)?;
    if let Err(error) = app.lookup.warm_up().await {
        tracing::warn!(error = ?error, "the store could not be reached at start");
    }
    let function_name = &settings.function_name;
    lambda_runtime::run(service_fn(async |event| {
        invoke(app, function_name, event).await
    }))
    .await
}

/// AWS answers within milliseconds; a call that takes seconds is better made again, on another connection.
async fn aws_config() -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(Duration::from_secs(2))
        .operation_timeout(SETTLE_RESERVE)
        .build();
    aws_config::defaults(BehaviorVersion::latest())
        .timeout_config(timeouts)
        .retry_config(RetryConfig::standard())
        .load()
        .await
}

#[expect(
    clippy::disallowed_methods,
    reason = "the clock of everything below is set here"
)]
fn app(settings: &Settings, aws: &SdkConfig) -> anyhow::Result<App<DynamoStore>> {
    let store = DynamoStore::new(aws_sdk_dynamodb::Client::new(aws), &settings.table);
    let opener = Opener::new(aws_sdk_kms::Client::new(aws), &settings.secrets_key_id);
    let policy = settings.endpoint_policy.clone();
    Ok(App {
        lookup: Lookup::new(store, settings.config_cache),
        courier: Courier {
            authenticator: Authenticator::new(opener),
            sender: Sender::new(policy, settings.development_ca.clone())?,
        },
        settler: Settler::new(
            aws_sdk_sqs::Client::new(aws),
            &settings.retry_queue_url,
            &settings.dead_letter_queue_url,
        ),
        retry: settings.retry,
        delivery_timeout: settings.delivery_timeout,
        clock: Timestamp::now,
        jitter: fastrand::f64,
    })
}

async fn invoke(
    app: &App<DynamoStore>,
    function_name: &str,
    event: LambdaEvent<SqsEvent>,
) -> Result<SqsBatchResponse, Error> {
    let now = (app.clock)();
    let time_left = Timestamp::try_from(event.context.deadline())?.duration_since(now);
    let deadline = Instant::now() + Duration::try_from(time_left).unwrap_or_default();
    let handled = batch::handle(app, &event.payload, deadline).await?;
    let metrics = handled.tally.embedded_metrics(function_name, now);
    writeln!(stdout(), "{metrics}")?;
    Ok(handled.response)
}
