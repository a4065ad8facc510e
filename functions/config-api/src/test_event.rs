//! `POST …/test`: sends a test event through the code that delivers, and reports stage by stage.

use std::sync::Arc;

use axum::{Json, extract::State};
use config_store::portable;
use domain::{
    config::{Audit, Webhook, WebhookConfig},
    key::WebhookId,
};
use jiff::Timestamp;
use operations::{Operation, Reply, TestReport};
use uuid::Uuid;

use crate::{
    App, Store,
    audit::{Action, Change},
    body::{JsonBody, OptionalJsonBody},
    caller::{Now, Tenant, WebhookPath},
    draft::Draft,
    error::ApiError,
    openapi::{self, SandboxHeaders, WebhookParams},
    seal::seal,
    stored::find_webhook,
    wire::request::WebhookRequest,
};

/// Test a configuration that is not saved
///
/// Takes what a webhook is created with, and saves nothing. The endpoint gets an event whose `requestId` and campaign
/// begin with `test-`, with the header `webhook-test: true`.
#[utoipa::path(
    post,
    path = "/feedback-webhooks/test",
    tag = openapi::WEBHOOKS,
    params(SandboxHeaders),
    request_body = WebhookRequest,
    security(("token" = [])),
    responses(
        (status = OK, description = "How it went; also where the endpoint did not take the event.", body = TestReport),
        openapi::Invalid,
        openapi::BodyProblems,
        openapi::CallerProblems,
    ),
)]
pub(crate) async fn test_draft<S: Store>(
    State(app): State<Arc<App<S>>>,
    tenant: Tenant,
    Now(now): Now,
    JsonBody(body): JsonBody,
) -> Result<Json<TestReport>, ApiError> {
    let draft = Draft::read(body, &app.policy, None, now)?;
    let config = seal(draft, &app.sealer, &tenant.key, now).await?.config;
    test(&app, &tenant, None, config, now).await
}

/// Test a webhook
///
/// Without a body, as it is saved. With a body that a replacement would take, as it would be then; secrets that are left
/// out are the saved ones. Nothing is saved, and health and attempts are as if nothing had happened.
#[utoipa::path(
    post,
    path = "/feedback-webhooks/{id}/test",
    tag = openapi::WEBHOOKS,
    params(
        WebhookParams,
        SandboxHeaders,
    ),
    request_body(content = Option<WebhookRequest>, description = "Nothing, or what a replacement would take."),
    security(("token" = [])),
    responses(
        (status = OK, description = "How it went; also where the endpoint did not take the event.", body = TestReport),
        openapi::Invalid,
        openapi::NotFound,
        openapi::BodyProblems,
        openapi::CallerProblems,
    ),
)]
pub(crate) async fn test_webhook<S: Store>(
    State(app): State<Arc<App<S>>>,
    tenant: Tenant,
    path: WebhookPath,
    Now(now): Now,
    OptionalJsonBody(body): OptionalJsonBody,
) -> Result<Json<TestReport>, ApiError> {
    let webhook = find_webhook(&app, &tenant, path).await?;
    let config = match body {
        None => webhook.config.clone(),
        Some(body) => {
            let draft = Draft::read(body, &app.policy, Some(&webhook.config), now)?;
            seal(draft, &app.sealer, &tenant.key, now).await?.config
        }
    };
    test(&app, &tenant, Some(&webhook), config, now).await
}

async fn test<S>(
    app: &App<S>,
    tenant: &Tenant,
    stored: Option<&Webhook>,
    config: WebhookConfig,
    now: Timestamp,
) -> Result<Json<TestReport>, ApiError> {
    let webhook = Webhook {
        // Of its own, so that delivery keeps nothing of it in mind for the saved one.
        id: WebhookId::new(Uuid::new_v4()),
        key: tenant.key.clone(),
        version: 1,
        config,
        audit: Audit {
            created_at: now,
            created_by: tenant.actor.clone(),
            modified_at: now,
            modified_by: tenant.actor.clone(),
        },
    };
    let operation = Operation::TestEvent {
        webhook: portable::write(&webhook).map_err(ApiError::StoreUnreadable)?,
    };
    let change = Change::of_nothing(tenant, Action::TestWebhook, stored, &webhook);
    let reply = app.delivery.call(&operation).await;
    match reply.inspect_err(|_| change.perhaps_made())? {
        Reply::Tested { report } => {
            change.made();
            Ok(Json(*report))
        }
        Reply::SentAgain | Reply::Unavailable | Reply::Unusable => Err(
            ApiError::DeliveryUnavailable("the endpoint could not be tested".into()),
        ),
    }
}
