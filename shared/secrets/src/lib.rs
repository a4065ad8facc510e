//! Encrypts secrets for one organisation and sandbox, and opens them again, with a key that never leaves AWS KMS.
//!
//! Organisation and sandbox are the encryption context (AWS KMS Developer Guide, "Encryption context"): a ciphertext
//! that is copied to another tenant cannot be opened there, and each use is visible in CloudTrail.
//! The configuration function only seals, the delivery function only opens; the template grants them no more.

use aws_sdk_kms::{
    Client,
    error::SdkError,
    operation::{decrypt::DecryptError, encrypt::EncryptError},
    primitives::Blob,
};
use domain::{key::ConfigKey, secret::SealedSecret};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

/// Context names; they are part of what is stored, so they never change.
const CONTEXT_ORGANISATION: &str = "organisation";
const CONTEXT_SANDBOX: &str = "sandbox";

/// Encrypts secrets.
#[derive(Debug, Clone)]
pub struct Sealer {
    client: Client,
    key_id: String,
}

/// The key service did not encrypt; nothing was stored.
#[derive(Debug, thiserror::Error)]
#[error("the secret could not be encrypted")]
pub struct SealError(#[source] Box<SdkError<EncryptError>>);

impl Sealer {
    /// Encrypts under the KMS key with this id, ARN or alias.
    pub fn new(client: Client, key_id: impl Into<String>) -> Self {
        Self {
            client,
            key_id: key_id.into(),
        }
    }

    /// Encrypts a secret of 1 to 4,096 bytes for `key`.
    ///
    /// # Errors
    /// [`SealError`] where the key service refuses or is not reached after the SDK's own retries.
    pub async fn seal(
        &self,
        key: &ConfigKey,
        secret: &SecretString,
        now: Timestamp,
    ) -> Result<SealedSecret, SealError> {
        let answer = self
            .client
            .encrypt()
            .key_id(&self.key_id)
            .plaintext(Blob::new(secret.expose_secret().as_bytes()))
            .encryption_context(CONTEXT_ORGANISATION, key.org.as_str())
            .encryption_context(CONTEXT_SANDBOX, key.sandbox.as_str())
            .send()
            .await
            .map_err(|error| SealError(Box::new(error)))?;
        let ciphertext = answer
            .ciphertext_blob
            .map(Blob::into_inner)
            .unwrap_or_default();
        Ok(SealedSecret {
            ciphertext,
            set_at: now,
        })
    }
}

/// Opens what a [`Sealer`] encrypted.
#[derive(Debug, Clone)]
pub struct Opener {
    client: Client,
    key_id: String,
}

/// A sealed secret was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The ciphertext belongs to another organisation or sandbox, or is damaged; trying again does not help.
    #[error("the secret does not belong to this organisation and sandbox, or is damaged")]
    Refused(#[source] Box<SdkError<DecryptError>>),
    /// The key service was not reached or is not willing at the moment.
    #[error("the key service is not available")]
    Unavailable(#[source] Box<SdkError<DecryptError>>),
    /// What was encrypted is no text, which a [`Sealer`] never writes.
    #[error("the secret is not text")]
    NotText,
}

impl Opener {
    /// Opens with the KMS key with this id or ARN; ciphertexts under any other key are refused.
    pub fn new(client: Client, key_id: impl Into<String>) -> Self {
        Self {
            client,
            key_id: key_id.into(),
        }
    }

    /// Decrypts a secret of `key`.
    ///
    /// # Errors
    /// [`OpenError`], which tells whether trying again can help.
    pub async fn open(
        &self,
        key: &ConfigKey,
        sealed: &SealedSecret,
    ) -> Result<SecretString, OpenError> {
        let answer = self
            .client
            .decrypt()
            .key_id(&self.key_id)
            .ciphertext_blob(Blob::new(sealed.ciphertext.as_slice()))
            .encryption_context(CONTEXT_ORGANISATION, key.org.as_str())
            .encryption_context(CONTEXT_SANDBOX, key.sandbox.as_str())
            .send()
            .await
            .map_err(classify)?;
        let bytes = answer.plaintext.map(Blob::into_inner).unwrap_or_default();
        String::from_utf8(bytes)
            .map(SecretString::from)
            .map_err(|_| OpenError::NotText)
    }
}

fn classify(error: SdkError<DecryptError>) -> OpenError {
    match error.as_service_error() {
        Some(
            DecryptError::InvalidCiphertextException(_)
            | DecryptError::IncorrectKeyException(_)
            | DecryptError::InvalidKeyUsageException(_),
        ) => OpenError::Refused(Box::new(error)),
        _ => OpenError::Unavailable(Box::new(error)),
    }
}
