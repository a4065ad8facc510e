//! `/feedback-webhooks/{id}/next-key`: publishes the key that is going to sign, lets it sign, or takes it back.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::{
    config::{Authentication, Webhook},
    jwt::{Algorithm, JwtAuthentication, TokenText},
    token_keys::TokenKeys,
};
use http::HeaderMap;
use jiff::Timestamp;
use serde_json::Value;

use crate::{
    App, Store,
    audit::Action,
    body::JsonBody,
    caller::{Now, Tenant, WebhookPath},
    error::ApiError,
    invalid::{Invalid, required},
    key_draft::{KeyDraft, KeyRequest},
    openapi::{self, SandboxHeaders, VersionHeader, WebhookParams},
    seal::{Seal, Sealed},
    stored::{expected, write},
    wire::{
        across::{NextKeyMembers, left_out},
        fields::Checked,
        jwt::NextKeyRequest,
    },
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
        WebhookParams,
        VersionHeader,
        SandboxHeaders,
    ),
    request_body = NextKeyRequest,
    security(("token" = [])),
    responses(
        openapi::Changed,
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
    let stored = expected(&app, &tenant, path, &headers).await?;
    let jwt = key_pair(&stored)?;
    if jwt.keys.next().is_some() {
        return Err(ApiError::NextKeyExists);
    }
    let (draft, id) = read_next_key(body, jwt.algorithm)?;
    let seal = Seal {
        sealer: &app.sealer,
        key: &tenant.key,
        now,
    };
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
        WebhookParams,
        VersionHeader,
        SandboxHeaders,
    ),
    security(("token" = [])),
    responses(
        openapi::Changed,
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
    let stored = expected(&app, &tenant, path, &headers).await?;
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
        WebhookParams,
        VersionHeader,
        SandboxHeaders,
    ),
    security(("token" = [])),
    responses(
        openapi::Changed,
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
    let stored = expected(&app, &tenant, path, &headers).await?;
    let jwt = key_pair(&stored)?;
    if jwt.keys.next().is_none() {
        return Err(ApiError::NoNextKey);
    }
    let keys = jwt.keys.clone().without_next();
    change(&app, (&tenant, Action::DeleteNextKey), &stored, keys, now).await
}

/// The key that a request gives or asks for, and the id that it chooses.
fn read_next_key(
    body: Value,
    algorithm: Algorithm,
) -> Result<(KeyDraft, Option<TokenText>), Invalid> {
    let members: NextKeyMembers = deserr::deserialize::<_, _, Invalid>(body.clone())?;
    let (request, mut faults) = match deserr::deserialize(body) {
        Ok(request) => (Some::<NextKeyRequest>(request), Invalid::default()),
        Err(invalid) => (None, invalid),
    };
    let given = KeyRequest {
        secret: left_out(),
        private_key: members.private_key,
        generate: members.generate_key,
    };
    let missing = || {
        let message = "Give a private key here, or let one be made with 'generateKey'.";
        Err(required(message))
    };
    let draft = given.read(algorithm, "", missing, &mut faults);
    match (request, draft) {
        (Some(request), Some(draft)) if faults.is_empty() => {
            Ok((draft, request.key_id.map(|Checked(id)| id)))
        }
        _ => Err(faults),
    }
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
