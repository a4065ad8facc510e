//! Starts the function: settings, clients, then one batch after the other.

use std::{
    io::{Write, stdout},
    time::Duration,
};

use aws_config::{BehaviorVersion, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_lambda_events::sqs::SqsBatchResponse;
use config_store::DynamoStore;
use delivery::{
    App, batch, causes::Causes, invocation::Invocation, operation::operate, settings::Settings,
};
use jiff::Timestamp;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use operations::Reply;
use serde::Serialize;
use tokio::time::Instant;
use tracing_subscriber::EnvFilter;

// One thread: with the fraction of a processor that comes with 512 MB of memory, more would only take turns.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let settings = Settings::from_environment()?;
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_env_filter(EnvFilter::new(&settings.log_filter))
        .with_span_list(false)
        .init();
    let app = &App::new(&settings, &aws_config().await)?;
    if let Err(error) = app.lookup.warm_up().await {
        tracing::warn!(error = %Causes(&error), "the store could not be reached at start");
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
        .operation_timeout(batch::SETTLE_RESERVE)
        .build();
    aws_config::defaults(BehaviorVersion::latest())
        .timeout_config(timeouts)
        .retry_config(RetryConfig::standard())
        .load()
        .await
}

/// What an invocation is answered with.
#[derive(Serialize)]
#[serde(untagged)]
enum Answer {
    Batch(SqsBatchResponse),
    Reply(Reply),
}

async fn invoke(
    app: &App<DynamoStore>,
    function_name: &str,
    event: LambdaEvent<Invocation>,
) -> Result<Answer, Error> {
    let now = (app.clock)();
    let time_left = Timestamp::try_from(event.context.deadline())?.duration_since(now);
    let deadline = Instant::now() + Duration::try_from(time_left).unwrap_or_default();
    let batch = match event.payload {
        Invocation::Batch(batch) => batch,
        Invocation::Operation(operation) => {
            return Ok(Answer::Reply(operate(app, *operation, deadline).await));
        }
    };
    let handled = batch::handle(app, &batch, deadline).await?;
    let metrics = handled.tally.embedded_metrics(function_name, now);
    // The batch is settled; failing now would only deliver it again.
    if let Err(error) = writeln!(stdout(), "{metrics}") {
        tracing::error!(error = %error, "the metrics could not be written");
    }
    Ok(Answer::Batch(handled.response))
}
