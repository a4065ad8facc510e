//! Secrets that sign requests by the Standard Webhooks specification 1.0.0, "Signature scheme".

use aws_lc_rs::{
    hmac,
    rand::{SecureRandom as _, SystemRandom},
    signature::{Ed25519KeyPair, KeyPair as _},
};
use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
    prelude::BASE64_STANDARD,
};
use domain::{
    Refusal,
    standard_webhooks::{SignaturePublicKey, SignatureScheme},
};
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

const SYMMETRIC_PREFIX: &str = "whsec_";
const PRIVATE_PREFIX: &str = "whsk_";
const PUBLIC_PREFIX: &str = "whpk_";
/// Bytes of a symmetric secret that are taken: the specification's 192 to 512 bits.
const SYMMETRIC_BYTES: std::ops::RangeInclusive<usize> = 24..=64;
/// Bytes of a symmetric secret that is generated: those of the hash (RFC 2104 section 3).
const GENERATED_BYTES: usize = 32;
/// Bytes of an Ed25519 private key (RFC 8032 section 5.1.5), and of its public key.
const SEED_BYTES: usize = 32;
/// Longest text that is looked at; the longest legal one has 93 characters.
const TEXT_MAX_BYTES: usize = 256;

/// Secrets are pasted by people, some from tools that leave the padding out.
const BASE64_LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A secret that signs requests. Not `Debug`: it is one.
pub struct WebhookSecret(Key);

enum Key {
    /// Boxed, because it is ten times as large as the other.
    Symmetric(Box<hmac::Key>),
    Asymmetric(Ed25519KeyPair),
}

/// The cryptographic library refused to sign or to generate; it does so only when memory or randomness is exhausted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cryptographic library failed")]
pub struct CryptoError;

impl WebhookSecret {
    /// Takes the specification's text forms: `whsec_` and the base64 of 24 to 64 bytes, or `whsk_` and the base64 of an
    /// Ed25519 private key (32 bytes, or 64 with its public key behind it).
    ///
    /// # Errors
    /// `signing-secret-invalid`, `signing-secret-public`, `signing-secret-length`. No message repeats the secret.
    pub fn parse(text: &SecretString) -> Result<Self, Refusal> {
        let text = text.expose_secret().trim();
        if text.starts_with(PUBLIC_PREFIX) {
            return Err(Refusal::new(
                "signing-secret-public",
                "This is a public key; the secret key, which begins with 'whsk_', is needed to sign.",
            ));
        }
        if let Some(base64) = text.strip_prefix(SYMMETRIC_PREFIX) {
            let bytes = decode(base64)?;
            if !SYMMETRIC_BYTES.contains(&bytes.len()) {
                return Err(Refusal::new(
                    "signing-secret-length",
                    "The secret must have 24 to 64 bytes before they are written as base64.",
                ));
            }
            let key = hmac::Key::new(hmac::HMAC_SHA256, &bytes);
            return Ok(Self(Key::Symmetric(Box::new(key))));
        }
        let base64 = text.strip_prefix(PRIVATE_PREFIX).ok_or_else(invalid)?;
        let bytes = decode(base64)?;
        let pair = match bytes.split_at_checked(SEED_BYTES) {
            Some((seed, [])) => Ed25519KeyPair::from_seed_unchecked(seed),
            Some((seed, public)) if public.len() == SEED_BYTES => {
                Ed25519KeyPair::from_seed_and_public_key(seed, public)
            }
            _ => {
                return Err(Refusal::new(
                    "signing-secret-length",
                    "The secret key must have 32 bytes, or 64 with its public key, before they are written as base64.",
                ));
            }
        };
        pair.map(|pair| Self(Key::Asymmetric(pair))).map_err(|_| {
            Refusal::new(
                "signing-secret-invalid",
                "The secret key and the public key behind it do not belong together.",
            )
        })
    }

    /// A new secret in its text form, by the operating system's random source.
    ///
    /// # Errors
    /// [`CryptoError`] where that fails.
    pub fn generate(scheme: SignatureScheme) -> Result<SecretString, CryptoError> {
        let mut bytes = Zeroizing::new(vec![0; GENERATED_BYTES]);
        SystemRandom::new()
            .fill(&mut bytes)
            .map_err(|_| CryptoError)?;
        let prefix = match scheme {
            SignatureScheme::V1 => SYMMETRIC_PREFIX,
            SignatureScheme::V1a => {
                // With its public key behind it, as other implementations write it.
                let pair = Ed25519KeyPair::from_seed_unchecked(&bytes).map_err(|_| CryptoError)?;
                // Growing in place could leave a copy of the key behind.
                let seed = bytes;
                bytes = Zeroizing::new([seed.as_slice(), pair.public_key().as_ref()].concat());
                PRIVATE_PREFIX
            }
        };
        let base64 = Zeroizing::new(BASE64_STANDARD.encode(&*bytes));
        Ok(SecretString::from([prefix, &base64].concat()))
    }

    /// How it signs.
    pub fn scheme(&self) -> SignatureScheme {
        match self.0 {
            Key::Symmetric(_) => SignatureScheme::V1,
            Key::Asymmetric(_) => SignatureScheme::V1a,
        }
    }

    /// The public half; a symmetric secret has none.
    pub fn public_key(&self) -> Option<SignaturePublicKey> {
        match &self.0 {
            Key::Symmetric(_) => None,
            Key::Asymmetric(pair) => {
                let base64 = BASE64_STANDARD.encode(pair.public_key());
                SignaturePublicKey::parse(&[PUBLIC_PREFIX, &base64].concat()).ok()
            }
        }
    }

    /// The signature of a request, with its scheme before it: `v1,…` or `v1a,…`.
    ///
    /// `id` may hold full stops, which the specification warns of: what is signed could then be cut into id, timestamp and
    /// body at another place. That is harmless here, because the timestamp is ours and the body is one JSON object, and no
    /// other cut leaves a body that is.
    ///
    /// # Errors
    /// [`CryptoError`] where the cryptographic library refuses.
    pub fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> Result<String, CryptoError> {
        let mut signed = format!("{id}.{timestamp}.").into_bytes();
        signed.extend_from_slice(body);
        let signature = match &self.0 {
            Key::Symmetric(key) => BASE64_STANDARD.encode(hmac::sign(key, &signed)),
            Key::Asymmetric(pair) => {
                BASE64_STANDARD.encode(pair.try_sign(&signed).map_err(|_| CryptoError)?)
            }
        };
        Ok(format!("{},{signature}", self.scheme().as_str()))
    }
}

fn decode(base64: &str) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    if base64.len() > TEXT_MAX_BYTES {
        return Err(Refusal::new(
            "signing-secret-length",
            "The secret is too long.",
        ));
    }
    BASE64_LENIENT
        .decode(base64)
        .map(Zeroizing::new)
        .map_err(|_| invalid())
}

fn invalid() -> Refusal {
    Refusal::new(
        "signing-secret-invalid",
        "The secret must be 'whsec_' or 'whsk_' and base64 (Standard Webhooks).",
    )
}
