//! `GET /feedback-webhooks/{id}/health`: reads what delivery knows of the endpoint.

use std::sync::Arc;

use axum::{Json, extract::State};
use futures_util::future::try_join;

use crate::{
    App, Store,
    caller::{Now, Tenant, WebhookPath},
    error::ApiError,
    history::subject,
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
    Now(now): Now,
) -> Result<Json<HealthResponse>, ApiError> {
    let webhook = path.select(app.store.read(&tenant.key).await?)?;
    let subject = subject(&webhook);
    let (health, last_delivery) = try_join(
        app.store.read_health(&tenant.key),
        app.store.last_delivery(&subject, now),
    )
    .await?;
    Ok(Json(HealthResponse::new(&webhook, health, last_delivery)))
}
