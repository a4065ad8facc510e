//! Access tokens of OAuth 2.0 authorization servers (RFC 6749 section 4.4): fetched once for all who need one at the same
//! time, and used until shortly before they expire.
//!
//! Nothing here is ever logged but what kind of fault it was.

mod answer;
mod request;

use std::{sync::Arc, time::Duration};

use domain::{
    config::Webhook,
    key::{ConfigKey, WebhookId},
    oauth::ClientCredentials,
};
use http::{HeaderValue, header::RETRY_AFTER};
use jiff::{SignedDuration, Timestamp};
use moka::{future::Cache, ops::compute::Op};
use secrecy::SecretString;
use tokio::time::{Instant, timeout_at};

pub(crate) use answer::Issued;
pub use answer::TokenErrorKind;
pub(crate) use request::TokenRequest;

use crate::{retry::retry_after, send::Sender, send_error::SendErrorKind};

/// Webhooks whose token is kept. More only costs calls to their authorization servers.
const TOKENS_MAX: u64 = 1_000;
/// Most bytes of an answer that are read; answers with several tokens in them are smaller.
const ANSWER_MAX_BYTES: usize = 64 * 1_024;
/// Time after which a token that nobody uses is forgotten.
const IDLE_SECONDS: u64 = 3_600;
/// How long before its end a token is replaced: longer than one attempt may last, and than clocks differ. A token that
/// lives for less than a minute is replaced after half its life.
const TOKEN_RESERVE: SignedDuration = SignedDuration::from_secs(30);

/// A token could not be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .kind.as_str())]
pub struct TokenError {
    /// What kind of fault it was.
    pub kind: TokenErrorKind,
    /// How long the authorization server asks to wait.
    pub retry_after: Option<Duration>,
}

impl From<TokenErrorKind> for TokenError {
    fn from(kind: TokenErrorKind) -> Self {
        Self {
            kind,
            retry_after: None,
        }
    }
}

/// A token as it stands in the header `Authorization`, and until when it is used.
struct AccessToken {
    header: HeaderValue,
    use_until: Timestamp,
}

/// One version of a webhook, by which what its secrets gave is kept. With the tenant, since an item copied to another one
/// has the same id and version, and must not find there what it may not open itself.
pub(crate) type Version = (ConfigKey, WebhookId, u64);

/// The version that a webhook is.
pub(crate) fn version(webhook: &Webhook) -> Version {
    (webhook.key.clone(), webhook.id, webhook.version)
}

/// The tokens of all webhooks.
#[derive(Clone)]
pub(crate) struct AccessTokens(Cache<Version, Arc<AccessToken>>);

impl Default for AccessTokens {
    fn default() -> Self {
        let tokens = Cache::builder()
            .max_capacity(TOKENS_MAX)
            .time_to_idle(Duration::from_secs(IDLE_SECONDS));
        Self(tokens.build())
    }
}

impl AccessTokens {
    /// The client of one version of a webhook, with its secret opened.
    pub(crate) fn client(
        &self,
        webhook: &Webhook,
        client: &ClientCredentials,
        secret: &SecretString,
    ) -> TokenClient {
        TokenClient {
            tokens: self.clone(),
            webhook: version(webhook),
            request: TokenRequest::new(client, secret),
        }
    }
}

/// Has a token for the requests to one endpoint.
pub(crate) struct TokenClient {
    tokens: AccessTokens,
    webhook: Version,
    request: TokenRequest,
}

/// A token that a request carried, so that it can be given back if the endpoint refuses it.
pub(crate) struct UsedToken(Arc<AccessToken>);

impl UsedToken {
    /// The value of the header `Authorization`.
    pub(crate) fn header(&self) -> HeaderValue {
        self.0.header.clone()
    }
}

impl TokenClient {
    /// The token to use at `now`: the one that is known, or a new one. Whoever asks while a new one is being fetched gets
    /// the same, or the same error.
    ///
    /// # Errors
    /// [`TokenError`] where there is none before the deadline.
    pub(crate) async fn token(
        &self,
        sender: &Sender,
        now: Timestamp,
        deadline: Instant,
    ) -> Result<UsedToken, TokenError> {
        if let Some(known) = self.tokens.0.get(&self.webhook).await
            && now >= known.use_until
        {
            self.forget(&known).await;
        }
        let fetched = self
            .tokens
            .0
            .try_get_with(self.webhook.clone(), self.fetch(sender, now, deadline));
        // The fetch may be another attempt's, which ends later.
        match timeout_at(deadline, fetched).await {
            Ok(Ok(token)) => Ok(UsedToken(token)),
            Ok(Err(error)) => Err(TokenError::clone(&error)),
            Err(_) => Err(TokenErrorKind::Send(SendErrorKind::Timeout).into()),
        }
    }

    /// Forgets a token that the endpoint has refused, unless another attempt has done so already.
    pub(crate) async fn refused(&self, token: &UsedToken) {
        self.forget(&token.0).await;
    }

    async fn forget(&self, token: &Arc<AccessToken>) {
        let entry = self.tokens.0.entry(self.webhook.clone());
        // Comparing and removing are one step: the token that someone else has fetched meanwhile must stay.
        entry
            .and_compute_with(|known| {
                let is_same = known.is_some_and(|known| Arc::ptr_eq(known.value(), token));
                std::future::ready(if is_same { Op::Remove } else { Op::Nop })
            })
            .await;
    }

    async fn fetch(
        &self,
        sender: &Sender,
        now: Timestamp,
        deadline: Instant,
    ) -> Result<Arc<AccessToken>, TokenError> {
        let started = Instant::now();
        let issued = self.ask(sender, now, deadline).await;
        tracing::info!(
            error.kind = issued.as_ref().err().map(|error| error.kind.as_str()),
            duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            "an access token was asked for"
        );
        let issued = issued?;
        let reserve = TOKEN_RESERVE.min(issued.lifetime / 2);
        // One that lives longer than time itself is used forever.
        let use_until = now
            .checked_add(issued.lifetime)
            .and_then(|expires_at| expires_at.checked_sub(reserve))
            .unwrap_or(Timestamp::MAX);
        Ok(Arc::new(AccessToken {
            header: issued.header,
            use_until,
        }))
    }

    async fn ask(
        &self,
        sender: &Sender,
        now: Timestamp,
        deadline: Instant,
    ) -> Result<Issued, TokenError> {
        let answer = sender
            .send_and_read(&self.request.to_post(), ANSWER_MAX_BYTES, deadline)
            .await
            .map_err(|error| TokenErrorKind::Send(error.kind))?;
        let body = answer.is_complete.then_some(answer.body.as_slice());
        Issued::read(answer.status, body).map_err(|kind| TokenError {
            kind,
            retry_after: answer
                .headers
                .get(RETRY_AFTER)
                .and_then(|header| retry_after(header, now)),
        })
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        endpoint::EndpointUrl,
        key::{OrgId, SandboxName},
        oauth::{ClientAuthentication, ClientId},
        secret::SealedSecret,
    };

    use super::*;

    #[tokio::test]
    async fn refusing_an_old_token_does_not_take_the_new_one_from_the_others() {
        let key = ConfigKey {
            org: OrgId::parse("org").unwrap(),
            sandbox: SandboxName::parse("prod").unwrap(),
        };
        let credentials = ClientCredentials {
            token_url: EndpointUrl::parse("https://login.example.com/").unwrap(),
            client_id: ClientId::parse("a").unwrap(),
            client_secret: SealedSecret {
                ciphertext: Vec::new(),
                set_at: Timestamp::UNIX_EPOCH,
            },
            client_authentication: ClientAuthentication::Basic,
            scope: None,
            audience: None,
        };
        let client = TokenClient {
            tokens: AccessTokens::default(),
            webhook: (key, WebhookId::new(uuid::Uuid::nil()), 1),
            request: TokenRequest::new(&credentials, &"b".into()),
        };
        let know = async || {
            let token = Arc::new(AccessToken {
                header: HeaderValue::from_static("Bearer t"),
                use_until: Timestamp::MAX,
            });
            let tokens = &client.tokens.0;
            tokens
                .insert(client.webhook.clone(), Arc::clone(&token))
                .await;
            UsedToken(token)
        };
        let known = async || client.tokens.0.get(&client.webhook).await;
        let old = know().await;
        client.refused(&old).await;
        assert!(known().await.is_none());
        let new = know().await;
        client.refused(&old).await;
        assert!(
            known()
                .await
                .is_some_and(|known| Arc::ptr_eq(&known, &new.0))
        );
    }
}
