//! Keys that sign JSON Web Tokens and requests: made or checked when an administrator saves one, used when an event is
//! delivered.
//!
//! Both functions share this crate, so a key that was accepted is a key that signs. No I/O and no clock.

mod generate;
mod public;
pub mod standard_webhooks;

use aws_lc_rs::signature::RsaKeyPair;
use domain::{Refusal, jwt::Algorithm};
use jsonwebtoken::{EncodingKey, Header};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

pub use generate::{GenerateError, generate};
pub use public::publish;

/// Longest secret or PEM file, in bytes: what the key service encrypts in one call. An RSA key of 4,096 bits has about
/// 3,300 bytes as PEM.
pub const KEY_MAX_BYTES: usize = 4_096;
/// Smallest RSA key, in bits (RFC 7518 sections 3.3 and 3.5).
const RSA_MIN_BITS: usize = 2_048;

/// A key with the algorithm that it is used for. `Debug` hides it.
///
/// Its bytes are wiped from memory when it is dropped. What the libraries copy while they read a PEM file is not wiped,
/// but freed at once; AWS-LC wipes the form that it signs with.
#[derive(Debug, Clone)]
pub struct SigningKey {
    algorithm: Algorithm,
    key: EncodingKey,
}

/// Signing failed although the key was accepted; the cause has no secrets.
#[derive(Debug, thiserror::Error)]
#[error("the token could not be signed")]
pub struct SigningError(#[from] jsonwebtoken::errors::Error);

impl SigningKey {
    /// Takes a shared secret for HS*, or a private key as PEM (PKCS #8, or PKCS #1 for RSA) for the others, and signs
    /// with it once.
    ///
    /// # Errors
    /// `secret-too-short` (RFC 7518 section 3.2 asks for as many bytes as the hash has), `key-too-long`, `key-invalid`,
    /// `key-public`, `key-encrypted`, `key-wrong-form`, `key-too-short`. No message repeats the key.
    pub fn parse(algorithm: Algorithm, material: &SecretString) -> Result<Self, Refusal> {
        let text = material.expose_secret();
        if text.len() > KEY_MAX_BYTES {
            return Err(Refusal::new(
                "key-too-long",
                "The key must have at most 4,096 bytes.",
            ));
        }
        let key = match hash_bytes_of_hmac(algorithm) {
            Some(hash_bytes) => shared_secret(text, hash_bytes)?,
            None => private_key(algorithm, text.trim())?,
        };
        let key = Self { algorithm, key };
        key.sign(None, &serde_json::Map::new())
            .map_err(|_| key_invalid(algorithm))?;
        Ok(key)
    }

    /// The compact form (RFC 7515 section 7.1) of a token with these claims. `kid` goes into the token's header.
    ///
    /// # Errors
    /// [`SigningError`] where the cryptographic library refuses.
    pub fn sign(
        &self,
        key_id: Option<&str>,
        claims: &impl Serialize,
    ) -> Result<String, SigningError> {
        let mut header = Header::new(library_algorithm(self.algorithm));
        header.kid = key_id.map(str::to_owned);
        Ok(jsonwebtoken::encode(&header, claims, &self.key)?)
    }
}

fn shared_secret(text: &str, hash_bytes: usize) -> Result<EncodingKey, Refusal> {
    if text.len() < hash_bytes {
        return Err(Refusal::new(
            "secret-too-short",
            format!("The secret must have at least {hash_bytes} bytes for this algorithm."),
        ));
    }
    Ok(EncodingKey::from_secret(text.as_bytes()))
}

fn private_key(algorithm: Algorithm, pem: &str) -> Result<EncodingKey, Refusal> {
    if pem.contains("BEGIN PUBLIC KEY")
        || pem.contains("BEGIN RSA PUBLIC KEY")
        || pem.contains("BEGIN CERTIFICATE")
    {
        return Err(Refusal::new(
            "key-public",
            "This is a public key or a certificate; the private key is needed to sign.",
        ));
    }
    if pem.contains("ENCRYPTED") {
        return Err(Refusal::new(
            "key-encrypted",
            "The private key is protected by a password; paste it without one.",
        ));
    }
    if pem.contains("BEGIN EC PRIVATE KEY") {
        return Err(Refusal::new(
            "key-wrong-form",
            "The private key must be in PKCS #8 form ('BEGIN PRIVATE KEY'); 'openssl pkcs8 -topk8 -nocrypt' converts it.",
        ));
    }
    let key = match algorithm {
        Algorithm::ES256 | Algorithm::ES384 => EncodingKey::from_ec_pem(pem.as_bytes()),
        Algorithm::EdDSA => EncodingKey::from_ed_pem(pem.as_bytes()),
        _ => EncodingKey::from_rsa_pem(pem.as_bytes()),
    }
    .map_err(|_| key_invalid(algorithm))?;
    if matches!(
        library_algorithm(algorithm).family(),
        jsonwebtoken::AlgorithmFamily::Rsa
    ) {
        let bits =
            RsaKeyPair::from_der(key.as_bytes()).map_or(0, |pair| pair.public_modulus_len() * 8);
        if bits < RSA_MIN_BITS {
            return Err(Refusal::new(
                "key-too-short",
                "The RSA key must be valid and have at least 2,048 bits.",
            ));
        }
    }
    Ok(key)
}

fn key_invalid(algorithm: Algorithm) -> Refusal {
    let needed = match algorithm {
        Algorithm::ES256 => "a private key on the curve P-256",
        Algorithm::ES384 => "a private key on the curve P-384",
        Algorithm::EdDSA => "an Ed25519 private key",
        _ => "an RSA private key",
    };
    Refusal::new(
        "key-invalid",
        format!("The private key must be {needed} in PEM form ('-----BEGIN PRIVATE KEY-----')."),
    )
}

/// The size of the algorithm's hash in bytes, for the symmetric ones.
fn hash_bytes_of_hmac(algorithm: Algorithm) -> Option<usize> {
    match algorithm {
        Algorithm::HS256 => Some(32),
        Algorithm::HS384 => Some(48),
        Algorithm::HS512 => Some(64),
        _ => None,
    }
}

fn library_algorithm(algorithm: Algorithm) -> jsonwebtoken::Algorithm {
    use jsonwebtoken::Algorithm as Library;
    match algorithm {
        Algorithm::HS256 => Library::HS256,
        Algorithm::HS384 => Library::HS384,
        Algorithm::HS512 => Library::HS512,
        Algorithm::RS256 => Library::RS256,
        Algorithm::RS384 => Library::RS384,
        Algorithm::RS512 => Library::RS512,
        Algorithm::PS256 => Library::PS256,
        Algorithm::PS384 => Library::PS384,
        Algorithm::PS512 => Library::PS512,
        Algorithm::ES256 => Library::ES256,
        Algorithm::ES384 => Library::ES384,
        Algorithm::EdDSA => Library::EdDSA,
    }
}
