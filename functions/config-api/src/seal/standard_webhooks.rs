//! A signature's secret, generated where that is asked for, and the one that goes on signing beside it.

use domain::standard_webhooks::{
    PREVIOUS_SECRET_LIFETIME, PreviousSecret, SignaturePublicKey, SignatureSecret, StandardWebhooks,
};
use jiff::Timestamp;
use secrecy::SecretString;
use secrets::SealError;
use signing::standard_webhooks::WebhookSecret;

use super::Seal;
use crate::{
    draft::{PreviousDraft, SignatureSecretDraft, StandardWebhooksDraft},
    error::ApiError,
};

impl Seal<'_> {
    /// The signature, and its secret if that was generated and has to be shown.
    pub(super) async fn standard_webhooks(
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
}
