//! `PUT /feedback-webhooks/{id}`: replaces the configuration of a webhook.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use config_store::StoreError;
use domain::config::{Audit, Webhook};
use http::{HeaderMap, header};
use jiff::Timestamp;

use crate::{
    App, Store,
    audit::{Action, Change},
    body::JsonBody,
    caller::{Now, Tenant, WebhookPath},
    draft::Draft,
    error::ApiError,
    openapi::{self, SandboxHeaders},
    precondition,
    seal::{Sealed, seal},
    wire::{request::WebhookRequest, response::WebhookResponse},
};

/// Replace a webhook's configuration
///
/// The whole configuration is replaced, but a secret that is left out is kept: the key of the JWT authentication as long
/// as the algorithm stays, the secret of a signature as long as the scheme stays, the client's secret as long as token URL
/// and client id stay, and the value of a secret header of the same name.
///
/// A signature's secret that is replaced goes on signing for 24 hours, unless `keepPrevious` is false.
#[utoipa::path(
    put,
    path = "/feedback-webhooks/{id}",
    tag = openapi::WEBHOOKS,
    params(
        ("id" = String, Path, format = "uuid", description = "The webhook's id."),
        ("If-Match" = String, Header, description = "The ETag of the version that is replaced, or `*` for whichever it is."),
        SandboxHeaders,
    ),
    request_body = WebhookRequest,
    security(("token" = [])),
    responses(
        (status = OK, description = "The webhook as it is stored now.", body = WebhookResponse, headers(
            ("ETag" = String, description = "The new version."),
        )),
        openapi::Invalid,
        openapi::NotFound,
        openapi::PreconditionProblems,
        openapi::BodyProblems,
        openapi::CallerProblems,
    ),
)]
pub(crate) async fn replace<S: Store>(
    State(app): State<Arc<App<S>>>,
    tenant: Tenant,
    path: WebhookPath,
    headers: HeaderMap,
    Now(now): Now,
    JsonBody(body): JsonBody,
) -> Result<Response, ApiError> {
    let stored = path.select(app.store.read(&tenant.key).await?)?;
    precondition::require_match(&headers, &stored)?;
    let draft = Draft::read(body, &app.policy, Some(&stored.config))?;
    let sealed = seal(draft, &app.sealer, &tenant.key, now).await?;
    let change = (&tenant, Action::ReplaceWebhook);
    write(&app, change, &stored, sealed, now).await
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
