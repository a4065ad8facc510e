//! The Lambda function: builds the clients and serves the API.

use std::time::Duration;

use anyhow::anyhow;
use aws::SdkConfig;
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};
use config_api::{
    App, audit, console, delivery_function::DeliveryFunction, error::cause_chain,
    gateway::GatewayEvent, router, settings::Settings,
};
use config_store::{ConfigStore as _, DynamoStore};
use domain::key::OrgId;
use lambda_http::{Adapter, LambdaEvent, lambda_runtime, tower::ServiceExt as _};
use secrets::Sealer;
use tracing_subscriber::{fmt, prelude::*};

/// One call, and the call with the SDK's repetitions: a request makes three calls in a row (read, encrypt, write), and
/// is to be answered within 10 seconds even if each takes its longest.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(2);
const CALL_TIMEOUT: Duration = Duration::from_secs(3);
/// A test event: delivery's cold start and its own longest attempt; API Gateway gives up after 30 seconds.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(24);

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let settings = Settings::from_env()?;
    let lines = fmt::layer()
        .json()
        .flatten_event(true)
        .with_span_list(false);
    tracing_subscriber::registry()
        .with(lines)
        .with(audit::log_filter(&settings.log_filter)?)
        .init();
    let timeouts = TimeoutConfig::builder()
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(CALL_TIMEOUT)
        .build();
    let sdk = aws::Environment::of_process()?.config(timeouts)?;
    let store = DynamoStore::new(aws_sdk_dynamodb::Client::new(&sdk), settings.tables);
    let warm_up = warm_up(store.clone());
    let sealer = Sealer::new(aws_sdk_kms::Client::new(&sdk), settings.secrets_key_id);
    let api = router(App {
        store,
        sealer,
        delivery: DeliveryFunction::new(lambda_client(&sdk), settings.delivery_function),
        policy: settings.policy,
        access: settings.access,
    });
    let routes = api.merge(console::router(settings.sign_in.as_ref()));
    let service = Adapter::from(routes).map_request(|event: LambdaEvent<GatewayEvent>| {
        LambdaEvent::new(event.payload.into(), event.context)
    });
    let ended = aws::warm_up_beside(warm_up, |connected| {
        lambda_runtime::run(service.map_future(move |answer| {
            let connected = connected.clone();
            async move {
                connected.await;
                answer.await
            }
        }))
    });
    ended.await.map_err(|error| anyhow!(error))
}

/// A client that waits for a whole test, and makes no call twice: an endpoint would get its test event twice.
fn lambda_client(sdk: &SdkConfig) -> aws_sdk_lambda::Client {
    let timeouts = TimeoutConfig::builder()
        .operation_attempt_timeout(DELIVERY_TIMEOUT)
        .operation_timeout(DELIVERY_TIMEOUT)
        .build();
    let config = aws_sdk_lambda::config::Builder::from(sdk)
        .timeout_config(timeouts)
        .retry_config(RetryConfig::disabled())
        .build();
    aws_sdk_lambda::Client::from_conf(config)
}

/// Opens the connection to DynamoDB.
async fn warm_up(store: DynamoStore) {
    let Ok(nobody) = OrgId::parse("warm-up") else {
        return;
    };
    if let Err(error) = store.list(&nobody, None, 1).await {
        tracing::warn!(
            error.cause = cause_chain(&error),
            "the table did not answer at start"
        );
    }
}
