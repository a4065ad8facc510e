//! `GET /feedback-webhooks/{id}/health`: reads what delivery knows of the endpoint.

use std::sync::Arc;

use axum::{Json, extract::State};

use crate::{
    App, Store,
    caller::{Tenant, WebhookPath},
    error::ApiError,
    openapi::{self, SandboxHeaders},
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
        ("id" = String, Path, format = "uuid", description = "The webhook's id."),
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
) -> Result<Json<HealthResponse>, ApiError> {
    let webhook = path.select(app.store.read(&tenant.key).await?)?;
    let health = app.store.read_health(&tenant.key).await?;
    Ok(Json(HealthResponse::new(&webhook, health)))
}
