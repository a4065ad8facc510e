//! `PUT /feedback-webhooks/{id}`: replaces the configuration of a webhook.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use http::HeaderMap;

use crate::{
    App, Store,
    audit::Action,
    body::JsonBody,
    caller::{Now, Tenant, WebhookPath},
    draft::Draft,
    error::ApiError,
    openapi::{self, SandboxHeaders, VersionHeader, WebhookParams},
    seal::seal,
    stored::{expected, write},
    wire::request::WebhookRequest,
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
        WebhookParams,
        VersionHeader,
        SandboxHeaders,
    ),
    request_body = WebhookRequest,
    security(("token" = [])),
    responses(
        openapi::Changed,
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
    let stored = expected(&app, &tenant, path, &headers).await?;
    let draft = Draft::read(body, &app.policy, Some(&stored.config), now)?;
    let sealed = seal(draft, &app.sealer, &tenant.key, now).await?;
    let change = (&tenant, Action::ReplaceWebhook);
    write(&app, change, &stored, sealed, now).await
}
