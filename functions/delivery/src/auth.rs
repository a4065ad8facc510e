//! What a webhook's requests carry to be let in: custom headers, secret ones among them, and a JSON Web Token.
//!
//! Secrets are opened once per version of a webhook, and a token is signed once and used until shortly before it
//! expires. Nothing here is ever logged.

use std::{sync::Arc, time::Duration};

use domain::{
    config::{Authentication, Webhook},
    headers::{CustomHeaderValue, header_value},
    key::{ConfigKey, WebhookId},
    secret::SealedSecret,
};
use futures_util::future::try_join_all;
use http::{HeaderMap, HeaderName, HeaderValue};
use moka::future::Cache;
use secrecy::{ExposeSecret, SecretString};
use secrets::{OpenError, Opener};
use signing::SigningKey;

use crate::{request::Attempt, token::Signer};

/// Webhooks whose secrets are kept open. More only costs calls to the key service.
const OPENED_MAX: u64 = 1_000;
/// How long a secret is kept open. Each opening is visible in the key service's trail, and a key that was disabled there
/// stops being used after this time.
const OPENED_SECONDS: u64 = 300;

/// Opens secrets and signs tokens, and remembers both. Not `Debug`: it is full of secrets.
#[derive(Clone)]
pub struct Authenticator {
    opener: Opener,
    /// By the webhook's id and version; `None` where a secret was refused, which only another version can mend.
    opened: Cache<(WebhookId, u64), Option<Arc<Opened>>>,
}

/// Why a request cannot be authenticated.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AuthError {
    /// The key service is not available at the moment.
    #[error("the key service is not available")]
    Unavailable(#[source] Arc<OpenError>),
    /// A secret belongs to another tenant, is damaged, or is no longer accepted; an administrator must set it again.
    #[error("a secret of the webhook cannot be used")]
    Refused,
}

impl Authenticator {
    /// Opens secrets with the given opener.
    pub fn new(opener: Opener) -> Self {
        let opened = Cache::builder()
            .max_capacity(OPENED_MAX)
            .time_to_live(Duration::from_secs(OPENED_SECONDS))
            .build();
        Self { opener, opened }
    }

    /// The webhook's custom headers, and those that authenticate the request of this attempt with this body.
    ///
    /// # Errors
    /// [`AuthError`], which tells whether an administrator has to act.
    pub async fn authenticate(
        &self,
        webhook: &Webhook,
        attempt: Attempt<'_>,
        body: &[u8],
    ) -> Result<HeaderMap, AuthError> {
        let opened = self.opened(webhook).await?;
        let mut headers = opened.headers.clone();
        headers.extend(opened.credential.headers(webhook, attempt, body)?);
        Ok(headers)
    }

    async fn opened(&self, webhook: &Webhook) -> Result<Arc<Opened>, AuthError> {
        // The events of a batch that ask at the same time share one opening.
        self.opened
            .try_get_with((webhook.id, webhook.version), async {
                match open(&self.opener, webhook).await {
                    Ok(opened) => Ok(Some(Arc::new(opened))),
                    Err(AuthError::Refused) => Ok(None),
                    Err(unavailable) => Err(unavailable),
                }
            })
            .await
            .map_err(|error| AuthError::clone(&error))?
            .ok_or(AuthError::Refused)
    }
}

/// A webhook's headers with its secrets opened.
struct Opened {
    headers: HeaderMap,
    credential: Credential,
}

/// What requests are authenticated with, by the webhook's kind of authentication.
enum Credential {
    None,
    Jwt(Signer),
}

impl Credential {
    /// The headers that authenticate one request.
    fn headers(
        &self,
        webhook: &Webhook,
        attempt: Attempt<'_>,
        _body: &[u8],
    ) -> Result<HeaderMap, AuthError> {
        let mut headers = HeaderMap::new();
        match (webhook.config.authentication(), self) {
            (Authentication::Jwt(jwt), Self::Jwt(signer)) => {
                let token = signer
                    .header(jwt, attempt.at)
                    .map_err(|_| AuthError::Refused)?;
                headers.insert(jwt.header_name.clone(), token);
            }
            (Authentication::None, Self::None) => {}
            // The credential was made from this very version of the webhook.
            (Authentication::Jwt(_), Self::None) | (Authentication::None, Self::Jwt(_)) => {
                return Err(AuthError::Refused);
            }
        }
        Ok(headers)
    }
}

async fn open(opener: &Opener, webhook: &Webhook) -> Result<Opened, AuthError> {
    let headers = webhook.config.headers().iter().map(|header| async {
        let value = match &header.value {
            CustomHeaderValue::Plain(value) => value.clone(),
            CustomHeaderValue::Secret(sealed) => {
                let secret = open_one(opener, &webhook.key, sealed).await?;
                sensitive(secret.expose_secret())?
            }
        };
        Ok((header.name.name().clone(), value))
    });
    let headers: Vec<(HeaderName, HeaderValue)> = try_join_all(headers).await?;
    let credential = match webhook.config.authentication() {
        Authentication::None => Credential::None,
        Authentication::Jwt(jwt) => {
            let material = open_one(opener, &webhook.key, &jwt.key).await?;
            let key =
                SigningKey::parse(jwt.algorithm, &material).map_err(|_| AuthError::Refused)?;
            Credential::Jwt(Signer::new(key))
        }
    };
    Ok(Opened {
        headers: headers.into_iter().collect(),
        credential,
    })
}

async fn open_one(
    opener: &Opener,
    key: &ConfigKey,
    sealed: &SealedSecret,
) -> Result<SecretString, AuthError> {
    opener.open(key, sealed).await.map_err(|error| match error {
        OpenError::Unavailable(_) => AuthError::Unavailable(Arc::new(error)),
        OpenError::Refused(_) | OpenError::NotText => AuthError::Refused,
    })
}

fn sensitive(text: &str) -> Result<HeaderValue, AuthError> {
    let mut value = header_value(text).map_err(|_| AuthError::Refused)?;
    value.set_sensitive(true);
    Ok(value)
}
