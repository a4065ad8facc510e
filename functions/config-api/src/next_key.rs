//! `/feedback-webhooks/{id}/next-key`: publishes the key that is going to sign, lets it sign, or takes it back.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::{
    config::{Authentication, Webhook},
    jwt::JwtAuthentication,
    token_keys::TokenKeys,
};
use http::HeaderMap;
use jiff::Timestamp;

use crate::{
    App, Store,
    audit::Action,
    body::JsonBody,
    caller::{Now, Tenant, WebhookPath},
    error::ApiError,
    invalid::{Invalid, required},
    key_draft::KeyRequest,
    openapi::{self, SandboxHeaders},
    precondition,
    replace::write,
    seal::{Seal, Sealed},
    wire::{fields::Checked, jwt::NextKeyRequest, response::WebhookResponse},
};

/// Publish the key that is going to sign
///
/// Tokens are still signed by the current key, while receivers that cache the key set get to know the next one. Let it
/// sign once they had time to: five minutes, if they keep to the key set's `Cache-Control`.
#[utoipa::path(
    post,
    path = "/feedback-webhooks/{id}/next-key",
    tag = openapi::WEBHOOKS,
    params(
        ("id" = String, Path, format = "uuid", description = "The webhook's id."),
        ("If-Match" = String, Header, description = "The ETag of the version that is changed, or `*` for whichever it is."),
        SandboxHeaders,
    ),
    request_body = NextKeyRequest,
    security(("token" = [])),
    responses(
        (status = OK, description = "The webhook as it is stored now.", body = WebhookResponse, headers(
            ("ETag" = String, description = "The new version."),
        )),
        openapi::Invalid,
        openapi::NotFound,
        openapi::KeyConflict,
        openapi::PreconditionProblems,
        openapi::BodyProblems,
        openapi::CallerProblems,
    ),
)]
pub(crate) async fn publish_next_key<S: Store>(
    State(app): State<Arc<App<S>>>,
    tenant: Tenant,
    path: WebhookPath,
    headers: HeaderMap,
    Now(now): Now,
    JsonBody(body): JsonBody,
) -> Result<Response, ApiError> {
    let stored = path.select(app.store.read(&tenant.key).await?)?;
    precondition::require_match(&headers, &stored)?;
    let request: NextKeyRequest = deserr::deserialize::<_, _, Invalid>(body)?;
    let jwt = key_pair(&stored)?;
    if jwt.keys.next().is_some() {
        return Err(ApiError::NextKeyExists);
    }
    let given = KeyRequest {
        secret: None,
        private_key: request.private_key.map(|Checked(key)| key),
        generate: request.generate_key == Some(true),
    };
    let draft = given
        .read(jwt.algorithm, "")
        .and_then(|draft| {
            let message = "Give a private key here, or let one be made with 'generateKey'.";
            draft.ok_or_else(|| ("/privateKey".to_owned(), required(message)))
        })
        .map_err(|(pointer, refusal)| ApiError::at(&pointer, refusal))?;
    let seal = Seal {
        sealer: &app.sealer,
        key: &tenant.key,
        now,
    };
    let id = request.key_id.map(|Checked(id)| id);
    let key = seal.token_key(draft, jwt.algorithm, id).await?;
    let keys = jwt.keys.clone().with_next(key, now);
    let keys = keys.map_err(|refusal| ApiError::at("/keyId", refusal))?;
    change(&app, (&tenant, Action::PublishNextKey), &stored, keys, now).await
}

/// Let the next key sign
///
/// The key that has signed so far stays published until its last tokens have expired, and ten minutes more. Deliveries
/// use the new key within the seconds that the deployment caches configurations for.
#[utoipa::path(
    post,
    path = "/feedback-webhooks/{id}/next-key/activate",
    tag = openapi::WEBHOOKS,
    params(
        ("id" = String, Path, format = "uuid", description = "The webhook's id."),
        ("If-Match" = String, Header, description = "The ETag of the version that is changed, or `*` for whichever it is."),
        SandboxHeaders,
    ),
    security(("token" = [])),
    responses(
        (status = OK, description = "The webhook as it is stored now.", body = WebhookResponse, headers(
            ("ETag" = String, description = "The new version."),
        )),
        openapi::Invalid,
        openapi::NotFound,
        openapi::KeyConflict,
        openapi::PreconditionProblems,
        openapi::CallerProblems,
    ),
)]
pub(crate) async fn activate_next_key<S: Store>(
    State(app): State<Arc<App<S>>>,
    tenant: Tenant,
    path: WebhookPath,
    headers: HeaderMap,
    Now(now): Now,
) -> Result<Response, ApiError> {
    let stored = path.select(app.store.read(&tenant.key).await?)?;
    precondition::require_match(&headers, &stored)?;
    let jwt = key_pair(&stored)?;
    let keys = jwt.keys.clone().activated(jwt.lifetime, now);
    let keys = keys.ok_or(ApiError::NoNextKey)?;
    change(&app, (&tenant, Action::ActivateNextKey), &stored, keys, now).await
}

/// Take the next key back
///
/// It is deleted, and not published any more.
#[utoipa::path(
    delete,
    path = "/feedback-webhooks/{id}/next-key",
    tag = openapi::WEBHOOKS,
    params(
        ("id" = String, Path, format = "uuid", description = "The webhook's id."),
        ("If-Match" = String, Header, description = "The ETag of the version that is changed, or `*` for whichever it is."),
        SandboxHeaders,
    ),
    security(("token" = [])),
    responses(
        (status = OK, description = "The webhook as it is stored now.", body = WebhookResponse, headers(
            ("ETag" = String, description = "The new version."),
        )),
        openapi::Invalid,
        openapi::NotFound,
        openapi::KeyConflict,
        openapi::PreconditionProblems,
        openapi::CallerProblems,
    ),
)]
pub(crate) async fn delete_next_key<S: Store>(
    State(app): State<Arc<App<S>>>,
    tenant: Tenant,
    path: WebhookPath,
    headers: HeaderMap,
    Now(now): Now,
) -> Result<Response, ApiError> {
    let stored = path.select(app.store.read(&tenant.key).await?)?;
    precondition::require_match(&headers, &stored)?;
    let jwt = key_pair(&stored)?;
    if jwt.keys.next().is_none() {
        return Err(ApiError::NoNextKey);
    }
    let keys = jwt.keys.clone().without_next();
    change(&app, (&tenant, Action::DeleteNextKey), &stored, keys, now).await
}

/// The authentication of a webhook that signs with a key pair.
fn key_pair(webhook: &Webhook) -> Result<&JwtAuthentication, ApiError> {
    match webhook.config.authentication() {
        Authentication::Jwt(jwt) if !jwt.algorithm.is_symmetric() => Ok(jwt),
        _ => Err(ApiError::NoKeyPair),
    }
}

async fn change<S: Store>(
    app: &App<S>,
    change: (&Tenant, Action),
    stored: &Webhook,
    keys: TokenKeys,
    now: Timestamp,
) -> Result<Response, ApiError> {
    let sealed = Sealed {
        config: stored.config.clone().with_token_keys(keys),
        generated_secret: None,
    };
    write(app, change, stored, sealed, now).await
}
