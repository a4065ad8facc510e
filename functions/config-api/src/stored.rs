//! What a request's path names, as it is stored, and the writing of a webhook's next version.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use config_store::{
    StoreError,
    history::{Attempt, Subject},
};
use domain::config::{Audit, Webhook};
use http::{HeaderMap, header};
use jiff::Timestamp;

use crate::{
    App, Store,
    audit::{Action, Change},
    caller::{AttemptPath, Tenant, WebhookPath},
    error::ApiError,
    precondition,
    seal::Sealed,
    wire::response::WebhookResponse,
};

/// The sandbox's webhook, if it is the one of the path.
///
/// # Errors
/// [`ApiError::NoSuchWebhook`], which does not tell whether the id exists elsewhere, and those of the store.
pub(crate) async fn find_webhook<S: Store>(
    app: &App<S>,
    tenant: &Tenant,
    path: WebhookPath,
) -> Result<Webhook, ApiError> {
    let stored = app.store.read(&tenant.key).await?;
    stored
        .filter(|webhook| webhook.id == path.id())
        .ok_or(ApiError::NoSuchWebhook)
}

/// The attempt of the path, with the webhook that it belongs to.
///
/// # Errors
/// [`ApiError::NoSuchAttempt`], and those of [`find_webhook`].
pub(crate) async fn find_attempt<S: Store>(
    app: &App<S>,
    tenant: &Tenant,
    path: AttemptPath,
) -> Result<(Webhook, Attempt), ApiError> {
    let webhook = find_webhook(app, tenant, path.webhook).await?;
    let subject = Subject::from(&webhook);
    let attempt = app.store.attempt(&subject, path.attempt).await?;
    Ok((webhook, attempt.ok_or(ApiError::NoSuchAttempt)?))
}

/// The sandbox's webhook, if it is the one of the path, in a version that `If-Match` names.
///
/// # Errors
/// Those of [`find_webhook`] and of [`precondition::require_match`].
pub(crate) async fn expected<S: Store>(
    app: &App<S>,
    tenant: &Tenant,
    path: WebhookPath,
    headers: &HeaderMap,
) -> Result<Webhook, ApiError> {
    let stored = find_webhook(app, tenant, path).await?;
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
