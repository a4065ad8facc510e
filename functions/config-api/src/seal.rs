//! Generates and encrypts a draft's new secrets, and makes the configuration that is stored.

use domain::{
    config::{Authentication, WebhookConfig, WebhookConfigParts},
    headers::{CustomHeader, CustomHeaderValue, CustomHeaders},
    jwt::{Algorithm, JwtAuthentication, TokenText},
    key::ConfigKey,
    oauth::ClientCredentials,
    secret::SealedSecret,
    standard_webhooks::{
        PREVIOUS_SECRET_LIFETIME, PreviousSecret, SignaturePublicKey, SignatureSecret,
        StandardWebhooks,
    },
    token_keys::{TokenKey, TokenKeys},
};
use futures_util::future::{try_join, try_join_all};
use jiff::Timestamp;
use secrecy::SecretString;
use secrets::{SealError, Sealer};
use signing::{SigningKey, standard_webhooks::WebhookSecret};

use crate::{
    draft::{
        AuthenticationDraft, ClientCredentialsDraft, Draft, HeaderDraft, HeaderValueDraft,
        JwtDraft, PreviousDraft, SecretDraft, SignatureSecretDraft, StandardWebhooksDraft,
    },
    error::ApiError,
    invalid::Invalid,
    key_draft::KeyDraft,
};

/// A configuration whose secrets are encrypted.
pub(crate) struct Sealed {
    /// What is stored.
    pub(crate) config: WebhookConfig,
    /// A secret that was generated and that the caller has to learn now, because it cannot be read again.
    pub(crate) generated_secret: Option<SecretString>,
}

/// Encrypts under the context of `key`, all secrets at once, after those that are asked for were generated.
///
/// # Errors
/// [`ApiError::KeyServiceUnavailable`], [`ApiError::KeyNotGenerated`]; [`ApiError::Invalid`] for what only shows in the
/// whole, such as headers that are too large together.
pub(crate) async fn seal(
    draft: Draft,
    sealer: &Sealer,
    key: &ConfigKey,
    now: Timestamp,
) -> Result<Sealed, ApiError> {
    let seal = Seal { sealer, key, now };
    let ((authentication, generated_secret), headers) = try_join(
        seal.authentication(draft.authentication),
        try_join_all(draft.headers.into_iter().map(|header| seal.header(header))),
    )
    .await?;
    let headers = CustomHeaders::new(headers).map_err(|(index, refusal)| {
        let mut invalid = Invalid::default();
        invalid.push(
            index.map_or("/headers".to_owned(), |index| {
                format!("/headers/{index}/name")
            }),
            refusal,
        );
        invalid
    })?;
    let config = WebhookConfig::new(WebhookConfigParts {
        name: draft.name,
        channels: draft.channels,
        url: draft.url,
        authentication,
        headers,
        feedback_statuses: draft.feedback_statuses,
        campaigns: draft.campaigns,
        paused: draft.paused,
    })
    .map_err(|collision| {
        let mut invalid = Invalid::default();
        invalid.push(
            format!("/headers/{}/name", collision.0),
            collision.refusal(),
        );
        invalid
    })?;
    Ok(Sealed {
        config,
        generated_secret,
    })
}

/// What is encrypted at the same time for the same tenant.
pub(crate) struct Seal<'a> {
    pub(crate) sealer: &'a Sealer,
    pub(crate) key: &'a ConfigKey,
    pub(crate) now: Timestamp,
}

impl Seal<'_> {
    /// Encrypts a key that signs tokens, or makes one, and finds what is published of it.
    pub(crate) async fn token_key(
        &self,
        draft: KeyDraft,
        algorithm: Algorithm,
        id: Option<TokenText>,
    ) -> Result<TokenKey, ApiError> {
        let (secret, public) = match draft {
            KeyDraft::Kept(key) => (key.secret, key.public.map(|public| public.key)),
            KeyDraft::Given { secret, public } => {
                let sealed = self.sealer.seal(self.key, &secret, self.now).await?;
                (sealed, public)
            }
            KeyDraft::Generated => {
                let failed = ApiError::KeyNotGenerated;
                let secret =
                    signing::generate(algorithm).map_err(|error| failed(Box::new(error)))?;
                let public = SigningKey::parse(algorithm, &secret)
                    .and_then(|key| key.public_key())
                    .map_err(|refusal| failed(Box::new(refusal)))?;
                let sealed = self.sealer.seal(self.key, &secret, self.now).await?;
                (sealed, public)
            }
        };
        let public = public
            .map(|key| signing::publish(algorithm, key, id.clone()))
            .transpose()
            .map_err(|refusal| ApiError::KeyNotGenerated(Box::new(refusal)))?;
        Ok(TokenKey { secret, id, public })
    }

    async fn secret(&self, draft: SecretDraft) -> Result<SealedSecret, SealError> {
        match draft {
            SecretDraft::Given(secret) => self.sealer.seal(self.key, &secret, self.now).await,
            SecretDraft::Kept(sealed) => Ok(sealed),
        }
    }

    /// The authentication, and a secret that was generated for it.
    async fn authentication(
        &self,
        draft: AuthenticationDraft,
    ) -> Result<(Authentication, Option<SecretString>), ApiError> {
        let authentication = match draft {
            AuthenticationDraft::None => Authentication::None,
            AuthenticationDraft::StandardWebhooks(draft) => {
                let (signature, generated) = self.standard_webhooks(*draft).await?;
                let authentication = Authentication::StandardWebhooks(Box::new(signature));
                return Ok((authentication, generated));
            }
            AuthenticationDraft::ClientCredentials(draft) => {
                let client = self.client_credentials(*draft).await?;
                Authentication::ClientCredentials(Box::new(client))
            }
            AuthenticationDraft::Jwt(draft) => {
                let JwtDraft {
                    algorithm,
                    key,
                    key_id,
                    previous,
                    issuer,
                    subject,
                    audience,
                    lifetime,
                    claims,
                    header_name,
                    header_prefix,
                    token_per_delivery,
                } = *draft;
                let key = self.token_key(key, algorithm, key_id).await?;
                let keys = match previous {
                    None => TokenKeys::new(key),
                    Some(previous) => {
                        let keeps_next = previous.algorithm == algorithm;
                        previous
                            .keys
                            .replaced(key, keeps_next, previous.lifetime, self.now)
                            .map_err(|refusal| ApiError::at("/authentication/keyId", refusal))?
                    }
                };
                Authentication::Jwt(Box::new(JwtAuthentication {
                    algorithm,
                    keys,
                    issuer,
                    subject,
                    audience,
                    lifetime,
                    claims,
                    header_name,
                    header_prefix,
                    token_per_delivery,
                }))
            }
        };
        Ok((authentication, None))
    }

    async fn standard_webhooks(
        &self,
        draft: StandardWebhooksDraft,
    ) -> Result<(StandardWebhooks, Option<SecretString>), ApiError> {
        let (secret, generated) = match draft.secret {
            SignatureSecretDraft::Kept(secret) => (secret, None),
            SignatureSecretDraft::Given(text, public_key) => {
                (self.signature_secret(&text, public_key).await?, None)
            }
            SignatureSecretDraft::Generated(scheme) => {
                let text = WebhookSecret::generate(scheme)?;
                let public_key = WebhookSecret::parse(&text)
                    .ok()
                    .and_then(|secret| secret.public_key());
                // The receiver needs a shared secret, but never the private half of a key pair.
                let is_shared = public_key.is_none();
                let secret = self.signature_secret(&text, public_key).await?;
                (secret, is_shared.then_some(text))
            }
        };
        let previous = match draft.previous {
            PreviousDraft::None => None,
            PreviousDraft::Kept(previous) => Some(previous),
            PreviousDraft::Replaced(secret) => Some(PreviousSecret {
                secret,
                expires_at: self
                    .now
                    .checked_add(PREVIOUS_SECRET_LIFETIME)
                    .unwrap_or(Timestamp::MAX),
            }),
        };
        let mut signature = StandardWebhooks { secret, previous };
        if signature.previous_at(self.now).is_none() {
            signature.previous = None;
        }
        Ok((signature, generated))
    }

    async fn signature_secret(
        &self,
        text: &SecretString,
        public_key: Option<SignaturePublicKey>,
    ) -> Result<SignatureSecret, SealError> {
        let sealed = self.sealer.seal(self.key, text, self.now).await?;
        Ok(match public_key {
            None => SignatureSecret::Symmetric(sealed),
            Some(public_key) => SignatureSecret::Asymmetric(sealed, public_key),
        })
    }

    async fn client_credentials(
        &self,
        draft: ClientCredentialsDraft,
    ) -> Result<ClientCredentials, SealError> {
        let ClientCredentialsDraft {
            token_url,
            client_id,
            client_secret,
            client_authentication,
            scope,
            audience,
        } = draft;
        Ok(ClientCredentials {
            token_url,
            client_id,
            client_secret: self.secret(client_secret).await?,
            client_authentication,
            scope,
            audience,
        })
    }

    async fn header(&self, draft: HeaderDraft) -> Result<CustomHeader, ApiError> {
        let value = match draft.value {
            HeaderValueDraft::Plain(value) => CustomHeaderValue::Plain(value),
            HeaderValueDraft::Secret(secret) => {
                CustomHeaderValue::Secret(self.secret(secret).await?)
            }
        };
        Ok(CustomHeader {
            name: draft.name,
            value,
        })
    }
}
