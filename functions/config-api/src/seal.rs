//! Generates and encrypts a draft's new secrets, and makes the configuration that is stored.

mod jwt;
mod standard_webhooks;

use domain::{
    config::{Authentication, WebhookConfig, WebhookConfigParts},
    headers::{CustomHeader, CustomHeaderValue, CustomHeaders},
    key::ConfigKey,
    oauth::ClientCredentials,
    secret::SealedSecret,
};
use futures_util::future::{try_join, try_join_all};
use jiff::Timestamp;
use secrecy::SecretString;
use secrets::{SealError, Sealer};

use crate::{
    draft::{
        AuthenticationDraft, ClientCredentialsDraft, Draft, HeaderDraft, HeaderValueDraft,
        SecretDraft,
    },
    error::ApiError,
    invalid::Invalid,
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
                Authentication::Jwt(Box::new(self.jwt(*draft).await?))
            }
        };
        Ok((authentication, None))
    }

    async fn client_credentials(
        &self,
        draft: ClientCredentialsDraft,
    ) -> Result<ClientCredentials, SealError> {
        Ok(ClientCredentials {
            token_url: draft.token_url,
            client_id: draft.client_id,
            client_secret: self.secret(draft.client_secret).await?,
            client_authentication: draft.client_authentication,
            scope: draft.scope,
            audience: draft.audience,
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
