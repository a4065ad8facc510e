//! The signature of a request by the Standard Webhooks specification: over the event's id, the time of the attempt and the
//! very bytes of the body.

use domain::Refusal;
use http::{HeaderName, HeaderValue};
use jiff::Timestamp;
use secrecy::SecretString;
use signing::standard_webhooks::{CryptoError, WebhookSecret};

use crate::request::Attempt;

/// The signatures, with a space between them.
const WEBHOOK_SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");

/// Signs for one version of a webhook. Not `Debug`: it holds secrets.
pub(crate) struct Signatures {
    current: WebhookSecret,
    /// The secret before it, and when it stops signing.
    previous: Option<(WebhookSecret, Timestamp)>,
}

impl Signatures {
    /// Takes the secrets in their text form.
    ///
    /// # Errors
    /// [`Refusal`] for a secret that cannot sign.
    pub(crate) fn new(
        current: &SecretString,
        previous: Option<(SecretString, Timestamp)>,
    ) -> Result<Self, Refusal> {
        let previous =
            previous.map(|(text, until)| WebhookSecret::parse(&text).map(|secret| (secret, until)));
        Ok(Self {
            current: WebhookSecret::parse(current)?,
            previous: previous.transpose()?,
        })
    }

    /// The header with one signature of each secret that signs at the time of the attempt, the current one first.
    ///
    /// # Errors
    /// [`CryptoError`] where the cryptographic library refuses.
    pub(crate) fn header(
        &self,
        attempt: Attempt<'_>,
        body: &[u8],
    ) -> Result<(HeaderName, HeaderValue), CryptoError> {
        let sign =
            |secret: &WebhookSecret| secret.sign(attempt.event_id, attempt.at.as_second(), body);
        let mut signatures = sign(&self.current)?;
        if let Some((previous, until)) = &self.previous
            && attempt.at < *until
        {
            signatures.push(' ');
            signatures.push_str(&sign(previous)?);
        }
        let mut value = HeaderValue::try_from(signatures)
            .expect("base64, commas and spaces may stand in a header");
        value.set_sensitive(true);
        Ok((WEBHOOK_SIGNATURE, value))
    }
}
