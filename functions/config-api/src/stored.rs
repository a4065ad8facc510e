//! The stored webhook that a change is about: read as the caller has seen it, and written in its next version.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use config_store::StoreError;
use domain::config::{Audit, Webhook};
use http::{HeaderMap, header};
use jiff::Timestamp;

use crate::{
    App, Store,
    audit::{Action, Change},
    caller::{Tenant, WebhookPath},
    error::ApiError,
    precondition,
    seal::Sealed,
    wire::response::WebhookResponse,
};

/// The sandbox's webhook, if it is the one of the path, in a version that `If-Match` names.
///
/// # Errors
/// [`ApiError::NoSuchWebhook`], those of [`precondition::require_match`] and those of the store.
pub(crate) async fn expected<S: Store>(
    app: &App<S>,
    tenant: &Tenant,
    path: WebhookPath,
    headers: &HeaderMap,
) -> Result<Webhook, ApiError> {
    let stored = path.select(app.store.read(&tenant.key).await?)?;
    precondition::require_match(headers, &stored)?;
    Ok(stored)
}

/// Stores a webhook's next version, tells the audit trail who did what, and answers with the webhook and with a secret
/// that was generated for it.
pub(crate) async fn write<S: Store>(
    app: &App<S>,
    (tenant, action): (&Tenant, Action),
    stored: &Webhook,
    sealed: Sealed,
    now: Timestamp,
) -> Result<Response, ApiError> {
    let webhook = Webhook {
        version: stored.version + 1,
        config: sealed.config,
        audit: Audit {
            modified_at: now,
            modified_by: tenant.actor.clone(),
            ..stored.audit.clone()
        },
        ..stored.clone()
    };
    let change = Change::of_webhook(tenant, action, Some(stored), Some(&webhook));
    match app.store.replace(&webhook).await {
        Ok(()) => {}
        Err(StoreError::Stale) => {
            let current = app.store.read(&webhook.key).await?;
            // It may be this very version: written by a first attempt whose answer got lost.
            if current.as_ref() != Some(&webhook) {
                return Err(ApiError::PreconditionFailed(current.map(Box::new)));
            }
        }
        Err(error) => {
            change.failed(&error);
            return Err(error.into());
        }
    }
    change.made();
    Ok((
        [(header::ETAG, precondition::etag(&webhook))],
        Json(
            WebhookResponse::from(&webhook).with_generated_secret(sealed.generated_secret.as_ref()),
        ),
    )
        .into_response())
}
