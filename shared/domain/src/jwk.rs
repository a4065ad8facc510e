//! Public halves of key pairs, as receivers get them: JSON Web Keys (RFC 7517).
//!
//! No type here has a place for a private member. Fingerprints are computed by the `signing` crate.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    jwt::{Algorithm, TokenText},
    key::WebhookId,
};

/// The public half of a key pair, by its members of RFC 7518 section 6 and RFC 8037 section 2, in base64url.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kty")]
#[expect(missing_docs, reason = "the members are those of the two RFCs")]
pub enum PublicKey {
    /// For RS* and PS*.
    #[serde(rename = "RSA")]
    Rsa { n: String, e: String },
    /// For ES*.
    #[serde(rename = "EC")]
    EllipticCurve { crv: String, x: String, y: String },
    /// For EdDSA.
    #[serde(rename = "OKP")]
    OctetKeyPair { crv: String, x: String },
}

/// A public key with what receivers choose it by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedKey {
    /// `kid`: that of the tokens which it verifies.
    #[serde(rename = "kid")]
    pub id: TokenText,
    /// `alg`: the only algorithm that the key is used with.
    #[serde(rename = "alg")]
    pub algorithm: Algorithm,
    /// The key.
    #[serde(flatten)]
    pub key: PublicKey,
}

/// The public keys of a webhook, as they are stored for everybody to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySet {
    /// The webhook that signs.
    pub webhook: WebhookId,
    /// Its version.
    pub version: u64,
    /// Its keys: the one that signs, the next one, then retired ones.
    pub keys: Vec<KeySetEntry>,
}

/// A key of a [`KeySet`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySetEntry {
    /// The key.
    pub key: PublishedKey,
    /// When it stops being published, if that is known.
    pub until: Option<Timestamp>,
}

impl KeySet {
    /// The keys that are published at this time.
    pub fn at(&self, now: Timestamp) -> Vec<&PublishedKey> {
        let published = |entry: &&KeySetEntry| entry.until.is_none_or(|until| now < until);
        let entries = self.keys.iter().filter(published);
        entries.map(|entry| &entry.key).collect()
    }
}
