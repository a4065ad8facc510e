//! `GET /feedback-webhooks/{id}/jwks.json`: the public keys that a webhook's tokens are verified with. It is public.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use domain::{
    jwk::{PublicKey, PublishedKey},
    jwt::{Algorithm, TokenText},
    key::WebhookId,
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    App, Store,
    caller::{Now, WebhookPath},
    error::ApiError,
    openapi::{self, WebhookParams},
    precondition,
    wire::jwt::AlgorithmSchema,
};

/// Five minutes in caches: as long as an administrator waits between publishing a key and letting it sign.
const CACHE_CONTROL: &str = "public, max-age=300";
/// RFC 7517 section 8.5.2.
const CONTENT_TYPE: &str = "application/jwk-set+json";

/// The path of a webhook's key set.
pub(crate) fn location(webhook: WebhookId) -> String {
    format!("/feedback-webhooks/{webhook}/jwks.json")
}

/// Read the public keys of a webhook
///
/// A JSON Web Key Set (RFC 7517) for those who verify the webhook's tokens: choose the key by `kid`. It has the key that
/// signs, the next one, and replaced ones whose tokens may be on their way. No token is needed; the webhook's id is all
/// that has to be known.
#[utoipa::path(
    get,
    path = "/feedback-webhooks/{id}/jwks.json",
    tag = openapi::WEBHOOKS,
    params(
        WebhookParams,
        ("If-None-Match" = Option<String>, Header, description = "ETags of key sets that the client has."),
    ),
    responses(
        (status = OK, description = "The keys.", body = KeySetResponse, content_type = "application/jwk-set+json", headers(
            ("ETag" = String, description = "Changes with the keys."),
            ("Cache-Control" = String, description = "How long the keys may be kept."),
        )),
        (status = NOT_MODIFIED, description = "The client has these keys already.", headers(
            ("ETag" = String, description = "Changes with the keys."),
        )),
        openapi::NotFound,
        openapi::DocumentProblems,
    ),
)]
pub(crate) async fn key_set<S: Store>(
    State(app): State<Arc<App<S>>>,
    path: WebhookPath,
    headers: HeaderMap,
    Now(now): Now,
) -> Result<Response, ApiError> {
    let set = app.store.read_key_set(path.id()).await?;
    let set = set.ok_or(ApiError::NoSuchKeySet)?;
    let keys = set.at(now);
    let etag = precondition::key_set_etag(set.version, keys.len());
    let is_known = precondition::is_known(&headers, &etag);
    let cached = [
        (header::ETAG, etag),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static(CACHE_CONTROL),
        ),
    ];
    if is_known {
        return Ok((StatusCode::NOT_MODIFIED, cached).into_response());
    }
    let keys = keys.into_iter().map(JwkResponse::from).collect();
    let content_type = [(header::CONTENT_TYPE, CONTENT_TYPE)];
    Ok((cached, content_type, Json(KeySetResponse { keys })).into_response())
}

/// A JSON Web Key Set (RFC 7517 section 5).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = KeySet)]
struct KeySetResponse<'a> {
    /// The keys.
    keys: Vec<JwkResponse<'a>>,
}

/// A public key (RFC 7517, RFC 7518 section 6, RFC 8037 section 2).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PublicKey)]
struct JwkResponse<'a> {
    /// `RSA`, `EC` or `OKP`.
    #[schema(example = "EC")]
    kty: &'static str,
    /// Always `sig`.
    #[serde(rename = "use")]
    usage: &'static str,
    /// The algorithm that it is used with.
    #[schema(value_type = AlgorithmSchema)]
    alg: Algorithm,
    /// The `kid` of its tokens.
    #[schema(value_type = String)]
    kid: &'a TokenText,
    /// Modulus of an RSA key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    n: Option<&'a str>,
    /// Exponent of an RSA key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    e: Option<&'a str>,
    /// Curve of an EC or OKP key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    crv: Option<&'a str>,
    /// First coordinate of an EC key, or an OKP key as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    x: Option<&'a str>,
    /// Second coordinate of an EC key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    y: Option<&'a str>,
}

impl<'a> From<&'a PublishedKey> for JwkResponse<'a> {
    fn from(published: &'a PublishedKey) -> Self {
        let with_type = |kty| Self {
            kty,
            usage: "sig",
            alg: published.algorithm,
            kid: &published.id,
            n: None,
            e: None,
            crv: None,
            x: None,
            y: None,
        };
        match &published.key {
            PublicKey::Rsa { n, e } => Self {
                n: Some(n),
                e: Some(e),
                ..with_type("RSA")
            },
            PublicKey::EllipticCurve { crv, x, y } => Self {
                crv: Some(crv),
                x: Some(x),
                y: Some(y),
                ..with_type("EC")
            },
            PublicKey::OctetKeyPair { crv, x } => Self {
                crv: Some(crv),
                x: Some(x),
                ..with_type("OKP")
            },
        }
    }
}
