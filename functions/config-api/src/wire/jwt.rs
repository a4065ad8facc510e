//! The JSON of JWT authentication, and of the key that is going to sign.

use deserr::Deserr;
use domain::{
    jwt::{
        Algorithm, Audiences, ExtraClaims, JwtAuthentication, TokenLifetime, TokenPrefix, TokenText,
    },
    key::WebhookId,
    token_keys::{TokenKey, TokenKeys},
};
use jiff::Timestamp;
use secrecy::SecretString;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::fields::{Checked, ReadOnly, TokenHeaderName};
use crate::{invalid::Invalid, jwks};

/// JWT authentication as a client sends it.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Invalid, rename_all = camelCase, deny_unknown_fields)]
#[schema(rename_all = "camelCase")]
pub struct JwtRequest {
    /// The signature algorithm (RFC 7518, RFC 8037). HS* sign with `secret`, the others with `privateKey`.
    #[schema(value_type = AlgorithmSchema)]
    pub algorithm: Checked<Algorithm>,
    /// The shared secret of HS256 (at least 32 bytes), HS384 (48) or HS512 (64). Left out of a replacement, the saved
    /// one is kept.
    #[deserr(default)]
    #[schema(value_type = Option<String>, write_only, format = "password", max_length = 4096)]
    pub secret: Option<Checked<SecretString>>,
    /// The private key of the other algorithms: PKCS #8 as PEM, or PKCS #1 for RSA, without a password. Left out of a
    /// replacement, the saved one is kept.
    #[deserr(default)]
    #[schema(value_type = Option<String>, write_only, format = "password", max_length = 4096)]
    pub private_key: Option<Checked<SecretString>>,
    /// Whether a new key pair is made here, instead of pasting a private key; not for HS*. The private half is never shown.
    /// Each request with it makes another pair.
    #[deserr(default)]
    pub generate_key: Option<bool>,
    /// `kid` in the token's header. Unless given, that of a key pair is its SHA-256 thumbprint (RFC 7638), and a shared
    /// secret has none.
    #[deserr(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 512)]
    pub key_id: Option<Checked<TokenText>>,
    /// `iss`.
    #[deserr(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 512)]
    pub issuer: Option<Checked<TokenText>>,
    /// `sub`.
    #[deserr(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 512)]
    pub subject: Option<Checked<TokenText>>,
    /// `aud`. With `tokenPerDelivery` it is the webhook's URL unless given.
    #[deserr(default)]
    #[schema(value_type = Option<Vec<String>>, max_items = 10)]
    pub audience: Option<Checked<Audiences>>,
    /// `exp` less `iat`; 300 unless given.
    #[deserr(default)]
    #[schema(value_type = Option<u32>, minimum = 60, maximum = 86400, example = 300)]
    pub lifetime_seconds: Option<Checked<TokenLifetime>>,
    /// Further claims of any JSON type, at most 4,096 bytes as JSON; not the registered ones of RFC 7519, nor
    /// `body_sha256`.
    #[deserr(default)]
    #[schema(value_type = Option<Object>)]
    pub claims: Option<Checked<ExtraClaims>>,
    /// The header that carries the token; `Authorization` unless given.
    #[deserr(default)]
    #[schema(value_type = Option<String>, max_length = 128, example = "Authorization")]
    pub header_name: Option<Checked<TokenHeaderName>>,
    /// The word before the token, or an empty text for the token alone; `Bearer` unless given.
    #[deserr(default)]
    #[schema(value_type = Option<String>, max_length = 32, example = "Bearer")]
    pub header_prefix: Option<Checked<TokenPrefix>>,
    /// Whether each delivery gets a token of its own that is of no use for another: `aud` is the webhook's URL unless
    /// `audience` is given, `jti` is `webhook-id`, and `body_sha256` the SHA-256 of the body in base64url. Otherwise
    /// deliveries share a token until shortly before it expires.
    #[deserr(default)]
    pub token_per_delivery: Option<bool>,
    #[deserr(default)]
    #[schema(ignore)]
    public_keys: ReadOnly,
    #[deserr(default)]
    #[schema(ignore)]
    jwks_uri: ReadOnly,
    #[deserr(default)]
    #[schema(ignore)]
    secret_set_at: ReadOnly,
    #[deserr(default)]
    #[schema(ignore)]
    private_key_set_at: ReadOnly,
}

/// The key that is going to sign: either `privateKey` or `generateKey`.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Invalid, rename_all = camelCase, deny_unknown_fields)]
#[schema(rename_all = "camelCase", examples(json!({"generateKey": true})))]
pub struct NextKeyRequest {
    /// A private key for the webhook's algorithm: PKCS #8 as PEM, or PKCS #1 for RSA, without a password.
    #[deserr(default)]
    #[schema(value_type = Option<String>, write_only, format = "password", max_length = 4096)]
    pub private_key: Option<Checked<SecretString>>,
    /// Whether a new key pair is made here.
    #[deserr(default)]
    pub generate_key: Option<bool>,
    /// `kid`; the SHA-256 thumbprint (RFC 7638) unless given.
    #[deserr(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 512)]
    pub key_id: Option<Checked<TokenText>>,
}

/// JWT authentication; instead of the secret or private key it says when that was set.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = JwtAuthentication)]
pub(super) struct JwtResponse<'a> {
    /// The signature algorithm.
    #[schema(value_type = AlgorithmSchema)]
    algorithm: Algorithm,
    /// When the shared secret was set; for HS* only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "date-time", nullable = false)]
    secret_set_at: Option<Timestamp>,
    /// When the private key was set; for the other algorithms only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "date-time", nullable = false)]
    private_key_set_at: Option<Timestamp>,
    /// `kid` in the token's header, as it was chosen; `publicKeys` has the ids that are not.
    #[schema(value_type = Option<String>)]
    key_id: Option<&'a TokenText>,
    /// `iss`.
    #[schema(value_type = Option<String>)]
    issuer: Option<&'a TokenText>,
    /// `sub`.
    #[schema(value_type = Option<String>)]
    subject: Option<&'a TokenText>,
    /// `aud`.
    #[schema(value_type = Vec<String>)]
    audience: &'a [TokenText],
    /// `exp` less `iat`.
    #[schema(example = 300)]
    lifetime_seconds: u32,
    /// Further claims.
    #[schema(value_type = Object)]
    claims: &'a Map<String, Value>,
    /// The header that carries the token.
    #[schema(example = "authorization")]
    header_name: &'a str,
    /// The word before the token; empty for the token alone.
    #[schema(example = "Bearer")]
    header_prefix: &'a str,
    /// Whether each delivery gets a token of its own.
    token_per_delivery: bool,
    /// The published keys: the one that signs, the next one, then retired ones. Empty for HS*.
    public_keys: Vec<PublicKeyResponse<'a>>,
    /// Where everybody can read them, relative to this API; not for HS*.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        nullable = false,
        format = "uri-reference",
        example = "/feedback-webhooks/00000000-0000-0000-0000-000000000000/jwks.json"
    )]
    jwks_uri: Option<String>,
}

/// A published key.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PublicKeyState)]
struct PublicKeyResponse<'a> {
    /// `kid` of its tokens.
    #[schema(value_type = String, example = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")]
    key_id: &'a TokenText,
    /// What it is used for.
    state: KeyState,
    /// Since when it has been published.
    #[schema(value_type = String, format = "date-time")]
    published_at: Timestamp,
    /// When it stops being published; for retired keys only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "date-time", nullable = false)]
    published_until: Option<Timestamp>,
}

/// What a published key is used for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
enum KeyState {
    /// It signs tokens.
    Signing,
    /// It is going to sign.
    Next,
    /// Its tokens may be on their way.
    Retired,
}

/// A signature algorithm.
#[derive(ToSchema)]
#[schema(as = Algorithm)]
#[expect(
    missing_docs,
    reason = "the names are those of the domain's type, which this describes to the OpenAPI document"
)]
pub enum AlgorithmSchema {
    HS256,
    HS384,
    HS512,
    RS256,
    RS384,
    RS512,
    PS256,
    PS384,
    PS512,
    ES256,
    ES384,
    EdDSA,
}

impl<'a> JwtResponse<'a> {
    pub(super) fn new(jwt: &'a JwtAuthentication, webhook: WebhookId) -> Self {
        let is_symmetric = jwt.algorithm.is_symmetric();
        let current = jwt.keys.current();
        Self {
            algorithm: jwt.algorithm,
            secret_set_at: is_symmetric.then_some(current.secret.set_at),
            private_key_set_at: (!is_symmetric).then_some(current.secret.set_at),
            key_id: current.id.as_ref(),
            issuer: jwt.issuer.as_ref(),
            subject: jwt.subject.as_ref(),
            audience: jwt.audience.as_slice(),
            lifetime_seconds: jwt.lifetime.as_seconds(),
            claims: jwt.claims.as_map(),
            header_name: jwt.header_name.as_str(),
            header_prefix: jwt.header_prefix.as_str(),
            token_per_delivery: jwt.token_per_delivery,
            public_keys: public_keys(&jwt.keys),
            jwks_uri: (!is_symmetric).then(|| jwks::location(webhook)),
        }
    }
}

fn public_keys(keys: &TokenKeys) -> Vec<PublicKeyResponse<'_>> {
    let retired = keys.retired().iter().map(|retired| PublicKeyResponse {
        key_id: &retired.key.id,
        state: KeyState::Retired,
        published_at: retired.published_at,
        published_until: Some(retired.until),
    });
    published(keys.current(), KeyState::Signing)
        .into_iter()
        .chain(keys.next().and_then(|next| published(next, KeyState::Next)))
        .chain(retired)
        .collect()
}

fn published(key: &TokenKey, state: KeyState) -> Option<PublicKeyResponse<'_>> {
    Some(PublicKeyResponse {
        key_id: &key.public.as_ref()?.id,
        state,
        published_at: key.secret.set_at,
        published_until: None,
    })
}
