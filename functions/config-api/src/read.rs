//! `GET /feedback-webhooks/{id}`: reads the webhook of a sandbox.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};

use crate::{
    App, Store,
    caller::{Tenant, WebhookPath},
    error::ApiError,
    openapi::{self, SandboxHeaders, WebhookParams},
    precondition,
    stored::find_webhook,
    wire::response::WebhookResponse,
};

/// Read a webhook
///
/// Secrets are left out; the answer says when each was set.
#[utoipa::path(
    get,
    path = "/feedback-webhooks/{id}",
    tag = openapi::WEBHOOKS,
    params(
        WebhookParams,
        ("If-None-Match" = Option<String>, Header, description = "ETags of versions that the client has."),
        SandboxHeaders,
    ),
    security(("token" = [])),
    responses(
        (status = OK, description = "The webhook.", body = WebhookResponse, headers(
            ("ETag" = String, description = "The version; send it as If-Match with a change."),
        )),
        (status = NOT_MODIFIED, description = "The client has this version already.", headers(
            ("ETag" = String, description = "The version."),
        )),
        openapi::Invalid,
        openapi::NotFound,
        openapi::CallerProblems,
    ),
)]
pub(crate) async fn read<S: Store>(
    State(app): State<Arc<App<S>>>,
    tenant: Tenant,
    path: WebhookPath,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let webhook = find_webhook(&app, &tenant, path).await?;
    let etag = precondition::etag(&webhook);
    let is_known = precondition::is_known(&headers, &etag);
    let etag = [(header::ETAG, etag)];
    if is_known {
        return Ok((StatusCode::NOT_MODIFIED, etag).into_response());
    }
    Ok((etag, Json(WebhookResponse::from(&webhook))).into_response())
}
