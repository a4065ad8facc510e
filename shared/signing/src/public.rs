//! The public halves of private keys, and the ids that are computed from them.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::{
    Refusal,
    jwk::{PublicKey, PublishedKey},
    jwt::{Algorithm, TokenText},
};
use jsonwebtoken::jwk::{Jwk, ThumbprintHash};

use crate::{SigningKey, key_invalid, library_algorithm};

impl SigningKey {
    /// The public half of a private key; a shared secret has none.
    ///
    /// # Errors
    /// `key-invalid` where the library cannot tell it, although it has signed with the key.
    pub fn public_key(&self) -> Result<Option<PublicKey>, Refusal> {
        if self.algorithm.is_symmetric() {
            return Ok(None);
        }
        let invalid = || key_invalid(self.algorithm);
        if self.algorithm == Algorithm::EdDSA {
            // jsonwebtoken reads only one of the two forms of PKCS #8 that it signs with.
            let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(self.key.as_bytes());
            let pair = pair.map_err(|_| invalid())?;
            return Ok(Some(PublicKey::OctetKeyPair {
                crv: "Ed25519".to_owned(),
                x: BASE64_URL_SAFE_NO_PAD.encode(pair.public_key()),
            }));
        }
        let jwk = Jwk::from_encoding_key(&self.key, library_algorithm(self.algorithm));
        let members = serde_json::to_value(jwk.map_err(|_| invalid())?);
        let key = members.and_then(serde_json::from_value);
        key.map(Some).map_err(|_| invalid())
    }
}

/// A public key as receivers get it: with this id, or else its SHA-256 thumbprint (RFC 7638).
///
/// # Errors
/// `key-invalid` for a key that is not of the algorithm, which none of [`SigningKey::public_key`] is.
pub fn publish(
    algorithm: Algorithm,
    key: PublicKey,
    id: Option<TokenText>,
) -> Result<PublishedKey, Refusal> {
    let id = match id {
        Some(id) => id,
        None => TokenText::parse(&thumbprint(&key).ok_or_else(|| key_invalid(algorithm))?)?,
    };
    Ok(PublishedKey { id, algorithm, key })
}

fn thumbprint(key: &PublicKey) -> Option<String> {
    let jwk: Jwk = serde_json::from_value(serde_json::to_value(key).ok()?).ok()?;
    jwk.thumbprint(ThumbprintHash::SHA256).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7638 section 3.1, and that of RFC 8037 appendix A.3.
    #[test]
    fn ids_are_the_thumbprints_of_the_standards_examples() {
        let rsa = PublicKey::Rsa {
            n: "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw".to_owned(),
            e: "AQAB".to_owned(),
        };
        let ed25519 = PublicKey::OctetKeyPair {
            crv: "Ed25519".to_owned(),
            x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo".to_owned(),
        };
        for (algorithm, key, id) in [
            (
                Algorithm::RS256,
                rsa,
                "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
            ),
            (
                Algorithm::EdDSA,
                ed25519,
                "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
            ),
        ] {
            let published = publish(algorithm, key.clone(), None).unwrap();
            assert_eq!(published.id.as_str(), id);
            let chosen = TokenText::parse("chosen").ok();
            assert_eq!(
                publish(algorithm, key, chosen).unwrap().id.as_str(),
                "chosen"
            );
        }
    }
}
