//! Encrypts a draft's new secrets and makes the configuration that is stored.

use domain::{
    config::{Authentication, WebhookConfig, WebhookConfigParts},
    headers::{CustomHeader, CustomHeaderValue, CustomHeaders},
    jwt::JwtAuthentication,
    key::ConfigKey,
    secret::SealedSecret,
};
use futures_util::future::{try_join, try_join_all};
use jiff::Timestamp;
use secrets::{SealError, Sealer};

use crate::{
    draft::{AuthenticationDraft, Draft, HeaderDraft, HeaderValueDraft, JwtDraft, SecretDraft},
    error::ApiError,
    invalid::Invalid,
};

/// Encrypts under the context of `key`, all secrets at once.
///
/// # Errors
/// [`ApiError::KeyServiceUnavailable`]; [`ApiError::Invalid`] for what only shows in the whole, such as headers that are
/// too large together.
pub(crate) async fn seal(
    draft: Draft,
    sealer: &Sealer,
    key: &ConfigKey,
    now: Timestamp,
) -> Result<WebhookConfig, ApiError> {
    let seal = Seal { sealer, key, now };
    let (authentication, headers) = try_join(
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
    Ok(config)
}

struct Seal<'a> {
    sealer: &'a Sealer,
    key: &'a ConfigKey,
    now: Timestamp,
}

impl Seal<'_> {
    async fn secret(&self, draft: SecretDraft) -> Result<SealedSecret, SealError> {
        match draft {
            SecretDraft::Given(secret) => self.sealer.seal(self.key, &secret, self.now).await,
            SecretDraft::Kept(sealed) => Ok(sealed),
        }
    }

    async fn authentication(
        &self,
        draft: AuthenticationDraft,
    ) -> Result<Authentication, SealError> {
        match draft {
            AuthenticationDraft::None => Ok(Authentication::None),
            AuthenticationDraft::Jwt(draft) => {
                let JwtDraft {
                    algorithm,
                    key,
                    key_id,
                    issuer,
                    subject,
                    audience,
                    lifetime,
                    claims,
                    header_name,
                    header_prefix,
                } = *draft;
                Ok(Authentication::Jwt(Box::new(JwtAuthentication {
                    algorithm,
                    key: self.secret(key).await?,
                    key_id,
                    issuer,
                    subject,
                    audience,
                    lifetime,
                    claims,
                    header_name,
                    header_prefix,
                })))
            }
        }
    }

    async fn header(&self, draft: HeaderDraft) -> Result<CustomHeader, SealError> {
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
