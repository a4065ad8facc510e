//! `GET …/attempts` and `GET …/attempts/{attemptId}`: shows what became of single deliveries.

use std::sync::Arc;

use axum::{Json, extract::State};
use config_store::history::{AttemptId, AttemptQuery, Subject};
use domain::Refusal;
use utoipa::IntoParams;

use crate::{
    App, Store,
    caller::{AttemptPath, Now, Tenant, WebhookPath},
    error::ApiError,
    openapi::{self, AttemptParams, SandboxHeaders, WebhookParams},
    page,
    query::Parameters,
    stored::{find_attempt, find_webhook},
    wire::history::{AttemptPageResponse, AttemptResponse},
};

/// What [`read`] reads.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters to the OpenAPI document")]
pub(crate) struct AttemptsQuery {
    /// Only attempts that succeeded, or only those that failed.
    outcome: Option<OutcomeFilter>,
    /// Most items of the answer.
    #[param(required = false, minimum = 1, maximum = 100, default = 20)]
    limit: u16,
    /// `_page.next` of the answer before.
    #[param(required = false)]
    cursor: String,
}

/// Which attempts are wanted.
#[derive(utoipa::ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "describes what `read` reads")]
pub(crate) enum OutcomeFilter {
    /// Those that succeeded.
    Delivered,
    /// Those that failed.
    Failed,
}

/// Which attempts the query asks for.
fn read(mut parameters: Parameters) -> Result<AttemptQuery, ApiError> {
    let delivered = parameters.read("outcome", |text| match text {
        "delivered" => Ok(true),
        "failed" => Ok(false),
        _ => Err(Refusal::new(
            "outcome-invalid",
            "The outcome must be 'delivered' or 'failed'.",
        )),
    });
    let limit = page::limit(&mut parameters).into();
    let before = parameters.read("cursor", |text| {
        AttemptId::parse(text).ok_or_else(page::bad_cursor)
    });
    parameters.check()?;
    Ok(AttemptQuery {
        delivered,
        before,
        limit,
    })
}

/// List the attempts to deliver events
///
/// Newest first. Kept for seven days: every failed attempt, and of the successful ones a sample (up to ten a minute in
/// each execution environment).
#[utoipa::path(
    get,
    path = "/feedback-webhooks/{id}/attempts",
    tag = openapi::WEBHOOKS,
    params(
        WebhookParams,
        AttemptsQuery,
        SandboxHeaders,
    ),
    security(("token" = [])),
    responses(
        (status = OK, description = "A part of the attempts; `_page.next` leads to older ones.", body = AttemptPageResponse),
        openapi::Invalid,
        openapi::NotFound,
        openapi::CallerProblems,
    ),
)]
pub(crate) async fn attempts<S: Store>(
    State(app): State<Arc<App<S>>>,
    tenant: Tenant,
    path: WebhookPath,
    Now(now): Now,
    parameters: Parameters,
) -> Result<Json<AttemptPageResponse>, ApiError> {
    let query = read(parameters)?;
    let webhook = find_webhook(&app, &tenant, path).await?;
    let page = app
        .store
        .attempts(&Subject::from(&webhook), query, now)
        .await?;
    Ok(Json(page.into()))
}

/// Read an attempt
///
/// With the request that was made. Values of secret headers are left out, addresses of recipients are masked.
#[utoipa::path(
    get,
    path = "/feedback-webhooks/{id}/attempts/{attemptId}",
    tag = openapi::WEBHOOKS,
    params(
        AttemptParams,
        SandboxHeaders,
    ),
    security(("token" = [])),
    responses(
        (status = OK, description = "The attempt.", body = AttemptResponse),
        openapi::Invalid,
        openapi::NotFound,
        openapi::CallerProblems,
    ),
)]
pub(crate) async fn attempt<S: Store>(
    State(app): State<Arc<App<S>>>,
    tenant: Tenant,
    path: AttemptPath,
) -> Result<Json<AttemptResponse>, ApiError> {
    let (_, attempt) = find_attempt(&app, &tenant, path).await?;
    Ok(Json(AttemptResponse::whole(attempt)))
}
