//! Authentication by a Standard Webhooks signature: what a client sends, and what it is answered.

use deserr::Deserr;
use domain::{
    Refusal,
    standard_webhooks::{
        PreviousSecret, SignaturePublicKey, SignatureScheme, SignatureSecret, StandardWebhooks,
    },
};
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Serialize, Serializer};
use signing::standard_webhooks::WebhookSecret;
use utoipa::ToSchema;

use super::fields::{Checked, Field, ReadOnly, Refused};
use crate::invalid::Invalid;

/// A Standard Webhooks signature as a client sends it.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Invalid, rename_all = camelCase, deny_unknown_fields)]
#[schema(rename_all = "camelCase")]
pub struct StandardWebhooksRequest {
    /// How requests are signed. It need not be given where the secret tells it, or where the saved one is kept; a secret is
    /// generated for `v1` unless this says otherwise.
    #[deserr(default)]
    #[schema(value_type = Option<SchemeSchema>)]
    pub scheme: Option<Checked<SignatureScheme>>,
    /// For `v1`: `whsec_` and the base64 of 24 to 64 random bytes. For `v1a`: `whsk_` and the base64 of an Ed25519 private
    /// key, with or without its public key behind it. Left out of a replacement, the saved one is kept.
    #[deserr(default)]
    #[schema(value_type = Option<String>, write_only, format = "password", max_length = 256)]
    pub secret: Option<Checked<GivenSecret>>,
    /// Whether a new secret is generated instead. A generated `v1` secret is in the answer to this request, and never
    /// again in any other.
    #[deserr(default)]
    pub generate_secret: Option<bool>,
    /// Whether the secret that a new one replaces signs for 24 hours more, beside it; it does unless this is false, which
    /// also ends a previous secret that still signs.
    #[deserr(default)]
    pub keep_previous: Option<bool>,
    #[deserr(default)]
    #[schema(ignore)]
    secret_set_at: ReadOnly,
    #[deserr(default)]
    #[schema(ignore)]
    generated_secret: ReadOnly,
    #[deserr(default)]
    #[schema(ignore)]
    public_key: ReadOnly,
    #[deserr(default)]
    #[schema(ignore)]
    previous: ReadOnly,
}

/// A secret that comes with the request and can sign.
#[derive(Debug)]
pub struct GivenSecret {
    /// Its text form.
    pub text: SecretString,
    /// How it signs.
    pub scheme: SignatureScheme,
    /// The public half of a key pair.
    pub public_key: Option<SignaturePublicKey>,
}

impl Field for GivenSecret {
    type Raw = String;

    fn check(text: String) -> Result<Self, Refused> {
        Ok(Self::parse(text.into())?)
    }
}

impl GivenSecret {
    /// Takes what can sign.
    ///
    /// # Errors
    /// Those of [`WebhookSecret::parse`].
    pub fn parse(text: SecretString) -> Result<Self, Refusal> {
        let secret = WebhookSecret::parse(&text)?;
        Ok(Self {
            scheme: secret.scheme(),
            public_key: secret.public_key(),
            text,
        })
    }
}

/// A Standard Webhooks signature; instead of the secret it says when that was set.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = StandardWebhooksAuthentication)]
pub(crate) struct StandardWebhooksResponse<'a> {
    /// How requests are signed.
    #[schema(value_type = SchemeSchema)]
    scheme: SignatureScheme,
    /// When the secret was set.
    #[schema(value_type = String, format = "date-time")]
    secret_set_at: Timestamp,
    /// The secret that this very request had generated, for `v1`. It is shown this once.
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "show_this_once"
    )]
    #[schema(value_type = Option<String>, nullable = false, example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    pub(crate) generated_secret: Option<&'a SecretString>,
    /// The key that verifies, for `v1a`: `whpk_` and the base64 of an Ed25519 public key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false, example = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=")]
    public_key: Option<&'a str>,
    /// The secret before this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    previous: Option<PreviousSecretResponse<'a>>,
}

/// A secret that was replaced; it signs beside the current one for a while.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PreviousSecret)]
struct PreviousSecretResponse<'a> {
    /// How it signs.
    #[schema(value_type = SchemeSchema)]
    scheme: SignatureScheme,
    /// When it was set.
    #[schema(value_type = String, format = "date-time")]
    secret_set_at: Timestamp,
    /// The key that verifies, for `v1a`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    public_key: Option<&'a str>,
    /// When it stops signing, or has stopped.
    #[schema(value_type = String, format = "date-time")]
    expires_at: Timestamp,
}

/// How requests are signed: `v1` with HMAC-SHA256 and a shared secret, `v1a` with Ed25519 and a key pair.
#[derive(ToSchema)]
#[schema(as = SignatureScheme, rename_all = "lowercase")]
#[expect(
    missing_docs,
    reason = "the names are those of the domain's type, which this describes to the OpenAPI document"
)]
pub enum SchemeSchema {
    V1,
    V1a,
}

/// The only place where a secret is written into an answer: its receiver has to learn it once.
fn show_this_once<S: Serializer>(
    secret: &Option<&SecretString>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    secret
        .map(|secret| secret.expose_secret())
        .serialize(serializer)
}

fn public_key(secret: &SignatureSecret) -> Option<&str> {
    secret.public_key().map(AsRef::as_ref)
}

impl<'a> From<&'a StandardWebhooks> for StandardWebhooksResponse<'a> {
    fn from(signature: &'a StandardWebhooks) -> Self {
        let secret = &signature.secret;
        Self {
            scheme: secret.scheme(),
            secret_set_at: secret.sealed().set_at,
            generated_secret: None,
            public_key: public_key(secret),
            previous: signature.previous.as_ref().map(Into::into),
        }
    }
}

impl<'a> From<&'a PreviousSecret> for PreviousSecretResponse<'a> {
    fn from(previous: &'a PreviousSecret) -> Self {
        Self {
            scheme: previous.secret.scheme(),
            secret_set_at: previous.secret.sealed().set_at,
            public_key: public_key(&previous.secret),
            expires_at: previous.expires_at,
        }
    }
}
