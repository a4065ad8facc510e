//! `POST /feedback-webhooks`: creates the webhook of a sandbox.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use config_store::StoreError;
use domain::{
    config::{Audit, Webhook},
    key::WebhookId,
};
use http::{StatusCode, header};
use uuid::Uuid;

use crate::{
    App, Store,
    audit::{Action, Change},
    body::JsonBody,
    caller::{Now, Tenant},
    draft::Draft,
    error::ApiError,
    openapi::{self, SandboxHeaders},
    precondition,
    seal::seal,
    wire::{request::WebhookRequest, response::WebhookResponse},
};

/// Create the webhook of a sandbox
///
/// A sandbox has at most one webhook: of several concurrent requests, one is answered 201 and the others 409.
/// Secrets are encrypted before they are stored, and no answer has them, but for one: a shared secret that this request
/// has generated is in its answer, and in no other.
#[utoipa::path(
    post,
    path = "/feedback-webhooks",
    tag = openapi::WEBHOOKS,
    params(SandboxHeaders),
    request_body = WebhookRequest,
    security(("token" = [])),
    responses(
        (status = CREATED, description = "The webhook as it is stored.", body = WebhookResponse, headers(
            ("Location" = String, description = "The path of the webhook."),
            ("ETag" = String, description = "The version; send it as If-Match with a change."),
        ), links(
            ("read" = (operation_id = "read", parameters(
                ("path.id" = "$response.body#/id"),
                ("header.x-sandbox-name" = "$request.header.x-sandbox-name"),
            ))),
            ("replace" = (operation_id = "replace", parameters(
                ("path.id" = "$response.body#/id"),
                ("header.x-sandbox-name" = "$request.header.x-sandbox-name"),
                ("header.If-Match" = "$response.header.ETag"),
            ))),
            ("delete" = (operation_id = "delete", parameters(
                ("path.id" = "$response.body#/id"),
                ("header.x-sandbox-name" = "$request.header.x-sandbox-name"),
                ("header.If-Match" = "$response.header.ETag"),
            ))),
            ("health" = (operation_id = "health", parameters(
                ("path.id" = "$response.body#/id"),
                ("header.x-sandbox-name" = "$request.header.x-sandbox-name"),
            ))),
            ("switch_on" = (operation_id = "switch_on", parameters(
                ("header.x-sandbox-name" = "$request.header.x-sandbox-name"),
            ))),
        )),
        openapi::Invalid,
        openapi::Exists,
        openapi::BodyProblems,
        openapi::CallerProblems,
    ),
)]
pub(crate) async fn create<S: Store>(
    State(app): State<Arc<App<S>>>,
    tenant: Tenant,
    Now(now): Now,
    JsonBody(body): JsonBody,
) -> Result<Response, ApiError> {
    let draft = Draft::read(body, &app.policy, None, now)?;
    let sealed = seal(draft, &app.sealer, &tenant.key, now).await?;
    let webhook = Webhook {
        id: WebhookId::new(Uuid::new_v4()),
        version: 1,
        config: sealed.config,
        audit: Audit {
            created_at: now,
            created_by: tenant.actor.clone(),
            modified_at: now,
            modified_by: tenant.actor.clone(),
        },
        key: tenant.key.clone(),
    };
    let change = Change::of_webhook(&tenant, Action::CreateWebhook, None, Some(&webhook));
    match app.store.create(&webhook).await {
        Ok(()) => {}
        Err(StoreError::AlreadyExists) => {
            let existing = app
                .store
                .read(&webhook.key)
                .await?
                .map(|existing| existing.id);
            // It may be this very webhook: written by a first attempt whose answer got lost, found by its repetition.
            if existing != Some(webhook.id) {
                return Err(ApiError::WebhookExists(existing));
            }
        }
        Err(error) => {
            change.failed(&error);
            return Err(error.into());
        }
    }
    change.made();
    Ok((
        StatusCode::CREATED,
        [
            (header::LOCATION, precondition::location(webhook.id)),
            (header::ETAG, precondition::etag(&webhook)),
        ],
        Json(
            WebhookResponse::from(&webhook).with_generated_secret(sealed.generated_secret.as_ref()),
        ),
    )
        .into_response())
}
