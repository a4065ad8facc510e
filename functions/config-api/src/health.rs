//! `GET /feedback-webhooks/{id}/health`: reads what delivery knows of the endpoint.

use std::sync::Arc;

use axum::{Json, extract::State};
use config_store::history::Subject;
use futures_util::future::try_join;

use crate::{
    App, Store,
    caller::{Now, Tenant, WebhookPath},
    error::ApiError,
    openapi::{self, SandboxHeaders, WebhookParams},
    stored::find_webhook,
    wire::health::HealthResponse,
};

/// Read the health of an endpoint
///
/// Any change of the webhook makes its endpoint healthy, until events show something else.
#[utoipa::path(
    get,
    path = "/feedback-webhooks/{id}/health",
    tag = openapi::WEBHOOKS,
    params(
        WebhookParams,
        SandboxHeaders,
    ),
    security(("token" = [])),
    responses(
        (status = OK, description = "The health.", body = HealthResponse),
        openapi::Invalid,
        openapi::NotFound,
        openapi::CallerProblems,
    ),
)]
pub(crate) async fn health<S: Store>(
    State(app): State<Arc<App<S>>>,
    tenant: Tenant,
    path: WebhookPath,
    Now(now): Now,
) -> Result<Json<HealthResponse>, ApiError> {
    let webhook = find_webhook(&app, &tenant, path).await?;
    let subject = Subject::from(&webhook);
    let (health, last_delivery) = try_join(
        app.store.read_health(&tenant.key),
        app.store.last_delivery(&subject, now),
    )
    .await?;
    Ok(Json(HealthResponse::new(&webhook, health, last_delivery)))
}
