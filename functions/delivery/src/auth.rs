//! What a webhook's requests carry to be let in: custom headers, secret ones among them, and a token or a signature.
//!
//! Secrets are opened once per version of a webhook, and a token is signed once and used until shortly before it
//! expires, unless the webhook wants one for each delivery. Access tokens are fetched by `oauth`. Nothing here is ever
//! logged.

use std::{sync::Arc, time::Duration};

use domain::{
    config::{Authentication, Webhook},
    headers::{CustomHeaderValue, header_value},
    key::ConfigKey,
    secret::SealedSecret,
};
use futures_util::{FutureExt as _, future::try_join_all};
use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use secrets::{OpenError, Opener};
use signing::SigningKey;

use crate::{
    oauth::{AccessTokens, TokenClient, Version, version},
    request::{Attempt, lasting_headers},
    signature::Signatures,
    token::Signer,
    ttl_cache::TtlCache,
};

/// Webhooks whose secrets are kept open, as many as webhooks are remembered. At one or two KiB each they are a small part
/// of the memory, while opening one takes as long as delivering some twenty events.
const OPENED_MAX: usize = 10_000;
/// How long a secret is kept open. Each opening is visible in the key service's trail, and a key that was disabled there
/// stops being used after this time.
const OPEN_TIME: Duration = Duration::from_secs(300);

/// Opens secrets and signs tokens, and remembers both. Not `Debug`: it is full of secrets.
#[derive(Clone)]
pub struct Authenticator {
    opener: Opener,
    /// `None` where a secret was refused, which only another version can mend.
    opened: Arc<TtlCache<Version, Option<Arc<Opened>>>>,
    access_tokens: AccessTokens,
}

/// What a request carries to be let in.
pub struct Authenticated {
    /// All headers but those of the attempt.
    pub headers: HeaderMap,
    /// Has the access token that goes with them, if the webhook needs one; to have it may take a call.
    pub(crate) token_client: Option<Arc<TokenClient>>,
}

/// Why a request cannot be authenticated.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// The key service is not available at the moment.
    #[error("the key service is not available")]
    Unavailable(#[source] OpenError),
    /// A secret belongs to another tenant, is damaged, or is no longer accepted; an administrator must set it again.
    #[error("a secret of the webhook cannot be used")]
    Refused,
}

impl Authenticator {
    /// Opens secrets with the given opener, and keeps them open for five minutes.
    pub fn new(opener: Opener) -> Self {
        Self::with_open_time(opener, OPEN_TIME)
    }

    /// Keeps secrets open for another time.
    pub fn with_open_time(opener: Opener, open_time: Duration) -> Self {
        Self {
            opener,
            opened: Arc::new(TtlCache::new(OPENED_MAX, open_time)),
            access_tokens: AccessTokens::default(),
        }
    }

    /// The headers of a request of this attempt with this body: the webhook's custom ones, ours, and what authenticates.
    ///
    /// # Errors
    /// [`AuthError`], which tells whether an administrator has to act.
    pub async fn authenticate(
        &self,
        webhook: &Webhook,
        attempt: Attempt<'_>,
        body: &[u8],
    ) -> Result<Authenticated, AuthError> {
        let opened = self.opened(webhook, attempt.at).await?;
        opened.authenticate(webhook, attempt, body)
    }

    /// What all requests of this version of a webhook have in common.
    ///
    /// # Errors
    /// [`AuthError`], which tells whether an administrator has to act.
    pub(crate) async fn opened(
        &self,
        webhook: &Webhook,
        now: Timestamp,
    ) -> Result<Arc<Opened>, AuthError> {
        let version = version(webhook);
        if let Some(known) = self.opened.get(&version) {
            return known.ok_or(AuthError::Refused);
        }
        // Boxed, because it is needed once per version, and every event would carry its room.
        let opened = self.open(webhook, now).boxed().await.map(Arc::new);
        match &opened {
            Ok(opened) => self.opened.insert(version, Some(Arc::clone(opened))),
            Err(AuthError::Refused) => self.opened.insert(version, None),
            Err(AuthError::Unavailable(_)) => {}
        }
        opened
    }

    async fn open(&self, webhook: &Webhook, now: Timestamp) -> Result<Opened, AuthError> {
        let open = async |sealed| open_one(&self.opener, &webhook.key, sealed).await;
        let headers = webhook.config.headers().iter().map(|header| async {
            let value = match &header.value {
                CustomHeaderValue::Plain(value) => value.clone(),
                CustomHeaderValue::Secret(sealed) => {
                    let secret = open(sealed).await?;
                    sensitive(secret.expose_secret())?
                }
            };
            Ok((header.name.name().clone(), value))
        });
        let headers: Vec<(HeaderName, HeaderValue)> = try_join_all(headers).await?;
        let credential = match webhook.config.authentication() {
            Authentication::None => Credential::None,
            Authentication::Jwt(jwt) => {
                let material = open(&jwt.keys.current().secret).await?;
                let key =
                    SigningKey::parse(jwt.algorithm, &material).map_err(|_| AuthError::Refused)?;
                Credential::Jwt(Signer::new(key))
            }
            Authentication::StandardWebhooks(signature) => {
                let current = open(signature.secret.sealed()).await?;
                let previous = match signature.previous_at(now) {
                    None => None,
                    Some(previous) => {
                        let text = open(previous.secret.sealed()).await?;
                        Some((text, previous.expires_at))
                    }
                };
                let signatures =
                    Signatures::new(&current, previous).map_err(|_| AuthError::Refused)?;
                Credential::StandardWebhooks(signatures)
            }
            Authentication::ClientCredentials(client) => {
                let secret = open(&client.client_secret).await?;
                let client = self.access_tokens.client(webhook, client, &secret);
                Credential::ClientCredentials(Arc::new(client))
            }
        };
        Ok(Opened {
            headers: lasting_headers(headers.into_iter().collect()),
            credential,
        })
    }
}

/// What a webhook's requests have in common, with its secrets opened.
pub(crate) struct Opened {
    headers: HeaderMap,
    credential: Credential,
}

impl Opened {
    /// The headers of a request of this attempt with this body. `webhook` is of the version that was opened.
    ///
    /// # Errors
    /// [`AuthError::Refused`] where there can be no credential.
    pub(crate) fn authenticate(
        &self,
        webhook: &Webhook,
        attempt: Attempt<'_>,
        body: &[u8],
    ) -> Result<Authenticated, AuthError> {
        let mut headers = self.headers.clone();
        if let Some((name, value)) = self.credential.header(webhook, attempt, body)? {
            headers.insert(name, value);
        }
        let token_client = match &self.credential {
            Credential::ClientCredentials(client) => Some(Arc::clone(client)),
            Credential::None | Credential::Jwt(_) | Credential::StandardWebhooks(_) => None,
        };
        Ok(Authenticated {
            headers,
            token_client,
        })
    }
}

/// What requests are authenticated with, by the webhook's kind of authentication.
enum Credential {
    None,
    Jwt(Signer),
    StandardWebhooks(Signatures),
    ClientCredentials(Arc<TokenClient>),
}

impl Credential {
    /// The header that authenticates one request, as far as it needs no call.
    fn header(
        &self,
        webhook: &Webhook,
        attempt: Attempt<'_>,
        body: &[u8],
    ) -> Result<Option<(HeaderName, HeaderValue)>, AuthError> {
        match (webhook.config.authentication(), self) {
            (Authentication::Jwt(jwt), Self::Jwt(signer)) => {
                let token = signer
                    .header(jwt, webhook.config.url(), attempt, body)
                    .map_err(|_| AuthError::Refused)?;
                Ok(Some((jwt.header_name.clone(), token)))
            }
            (Authentication::StandardWebhooks(_), Self::StandardWebhooks(signatures)) => signatures
                .header(attempt, body)
                .map(Some)
                .map_err(|_| AuthError::Refused),
            (Authentication::None, Self::None)
            | (Authentication::ClientCredentials(_), Self::ClientCredentials(_)) => Ok(None),
            // The credential was made from this very version of the webhook.
            (
                Authentication::None
                | Authentication::Jwt(_)
                | Authentication::StandardWebhooks(_)
                | Authentication::ClientCredentials(_),
                _,
            ) => Err(AuthError::Refused),
        }
    }
}

async fn open_one(
    opener: &Opener,
    key: &ConfigKey,
    sealed: &SealedSecret,
) -> Result<SecretString, AuthError> {
    opener.open(key, sealed).await.map_err(|error| match error {
        OpenError::Unavailable(_) => AuthError::Unavailable(error),
        OpenError::Refused(_) | OpenError::NotText => AuthError::Refused,
    })
}

fn sensitive(text: &str) -> Result<HeaderValue, AuthError> {
    let mut value = header_value(text).map_err(|_| AuthError::Refused)?;
    value.set_sensitive(true);
    Ok(value)
}
