//! `DELETE /feedback-webhooks/{id}`: deletes the webhook of a sandbox.

use std::sync::Arc;

use axum::extract::State;
use config_store::StoreError;
use http::{HeaderMap, StatusCode};

use crate::{
    App, Store,
    audit::{Action, Change},
    caller::{Tenant, WebhookPath},
    error::ApiError,
    openapi::{self, SandboxHeaders, VersionHeader, WebhookParams},
    stored::expected,
};

/// Delete a webhook
///
/// Its secrets are deleted with it. The campaigns' switches stay as they are, for the webhook that may follow.
#[utoipa::path(
    delete,
    path = "/feedback-webhooks/{id}",
    tag = openapi::WEBHOOKS,
    params(
        WebhookParams,
        VersionHeader,
        SandboxHeaders,
    ),
    security(("token" = [])),
    responses(
        (status = NO_CONTENT, description = "The webhook is deleted."),
        openapi::Invalid,
        openapi::NotFound,
        openapi::PreconditionProblems,
        openapi::CallerProblems,
    ),
)]
pub(crate) async fn delete<S: Store>(
    State(app): State<Arc<App<S>>>,
    tenant: Tenant,
    path: WebhookPath,
    headers: HeaderMap,
) -> Result<StatusCode, ApiError> {
    let stored = expected(&app, &tenant, path, &headers).await?;
    let change = Change::of_webhook(&tenant, Action::DeleteWebhook, Some(&stored), None);
    let deleted = app
        .store
        .delete(&tenant.key, stored.id, stored.version)
        .await;
    match deleted {
        Ok(()) => change.made(),
        Err(error) => {
            match error {
                // It may be gone by a first attempt whose answer got lost.
                StoreError::Stale => change.perhaps_made(),
                _ => change.failed(&error),
            }
            return Err(error.into());
        }
    }
    Ok(StatusCode::NO_CONTENT)
}
