//! New key pairs, for administrators who do not want to carry a private key around.

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    error::Unspecified,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
        Ed25519KeyPair, RsaKeyPair,
    },
};
use domain::jwt::Algorithm;
use pem::Pem;
use secrecy::SecretString;

/// No key pair was made.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// The algorithm signs with a shared secret.
    #[error("the algorithm has no key pairs")]
    Symmetric,
    /// The cryptographic library failed.
    #[error("the cryptographic library made no key pair")]
    Library(#[from] Unspecified),
}

/// A new private key for the algorithm, in PKCS #8 as PEM: RSA of 2,048 bits (the least that RFC 7518 section 3.3
/// allows, and made within a second on a small function), P-256, P-384 or Ed25519. The randomness is the library's own.
///
/// # Errors
/// [`GenerateError`].
pub fn generate(algorithm: Algorithm) -> Result<SecretString, GenerateError> {
    let der: Vec<u8> = match algorithm {
        Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512 => {
            return Err(GenerateError::Symmetric);
        }
        Algorithm::RS256
        | Algorithm::RS384
        | Algorithm::RS512
        | Algorithm::PS256
        | Algorithm::PS384
        | Algorithm::PS512 => {
            let pair = RsaKeyPair::generate(KeySize::Rsa2048)?;
            let der: Pkcs8V1Der<'_> = pair.as_der()?;
            der.as_ref().to_vec()
        }
        Algorithm::ES256 => {
            let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?;
            pair.to_pkcs8v1()?.as_ref().to_vec()
        }
        Algorithm::ES384 => {
            let pair = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING)?;
            pair.to_pkcs8v1()?.as_ref().to_vec()
        }
        Algorithm::EdDSA => Ed25519KeyPair::generate()?.to_pkcs8v1()?.as_ref().to_vec(),
    };
    Ok(SecretString::from(pem::encode(&Pem::new(
        "PRIVATE KEY",
        der,
    ))))
}
