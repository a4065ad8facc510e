//! Signatures of the Standard Webhooks specification: which secrets sign, and until when. The secrets themselves are
//! checked and used by the `signing` crate.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Refusal, secret::SealedSecret, text_type};

/// How long a secret goes on signing beside the one that replaced it: a working day in every time zone for the
/// endpoint's developers to follow.
pub const PREVIOUS_SECRET_LIFETIME: SignedDuration = SignedDuration::from_hours(24);

/// How a secret signs (Standard Webhooks 1.0.0, "Signature scheme"); the name is that of the signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SignatureScheme {
    /// HMAC-SHA256 with a secret that both sides share.
    #[serde(rename = "v1")]
    V1,
    /// Ed25519: the endpoint only knows the public key.
    #[serde(rename = "v1a")]
    V1a,
}

impl SignatureScheme {
    /// Every scheme, in the order in which a form would show them.
    pub const ALL: [Self; 2] = [Self::V1, Self::V1a];

    /// The name that stands before each signature.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V1 => "v1",
            Self::V1a => "v1a",
        }
    }
}

/// The public half of an Ed25519 key pair as the specification writes it: `whpk_` and the base64 of 32 bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SignaturePublicKey(String);
text_type!(SignaturePublicKey);

impl SignaturePublicKey {
    /// Takes what `signing` writes: the prefix and 44 characters of base64. That it is a point on the curve is not
    /// looked at: it is only ever shown.
    ///
    /// # Errors
    /// `public-key-invalid` for anything else.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
        text.strip_prefix("whpk_")
            .filter(|base64| base64.len() == 44 && base64.bytes().all(is_base64))
            .map(|_| Self(text.to_owned()))
            .ok_or_else(|| {
                Refusal::new(
                    "public-key-invalid",
                    "A public key must be 'whpk_' and the base64 of 32 bytes.",
                )
            })
    }
}

/// A secret that signs requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignatureSecret {
    /// Scheme `v1`: the `whsec_` text, encrypted.
    Symmetric(SealedSecret),
    /// Scheme `v1a`: the `whsk_` text, encrypted, and its public half.
    Asymmetric(SealedSecret, SignaturePublicKey),
}

impl SignatureSecret {
    /// How it signs.
    pub fn scheme(&self) -> SignatureScheme {
        match self {
            Self::Symmetric(_) => SignatureScheme::V1,
            Self::Asymmetric(..) => SignatureScheme::V1a,
        }
    }

    /// The secret, encrypted.
    pub fn sealed(&self) -> &SealedSecret {
        match self {
            Self::Symmetric(sealed) | Self::Asymmetric(sealed, _) => sealed,
        }
    }

    /// The public half, which the endpoint verifies with; a symmetric secret has none.
    pub fn public_key(&self) -> Option<&SignaturePublicKey> {
        match self {
            Self::Symmetric(_) => None,
            Self::Asymmetric(_, public_key) => Some(public_key),
        }
    }
}

/// A secret that was replaced and still signs for a while, so that the endpoint need not change at the same moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviousSecret {
    /// The secret.
    pub secret: SignatureSecret,
    /// When it stops signing.
    pub expires_at: Timestamp,
}

/// How requests are authenticated by a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandardWebhooks {
    /// The secret that signs.
    pub secret: SignatureSecret,
    /// The one before it.
    pub previous: Option<PreviousSecret>,
}

impl StandardWebhooks {
    /// The previous secret, if it still signs at `now`.
    pub fn previous_at(&self, now: Timestamp) -> Option<&PreviousSecret> {
        self.previous
            .as_ref()
            .filter(|previous| now < previous.expires_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_previous_secret_signs_until_its_end() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let secret = || {
            SignatureSecret::Symmetric(SealedSecret {
                ciphertext: Vec::new(),
                set_at: at(0),
            })
        };
        let keys = StandardWebhooks {
            secret: secret(),
            previous: Some(PreviousSecret {
                secret: secret(),
                expires_at: at(100),
            }),
        };
        assert!(keys.previous_at(at(99)).is_some());
        assert!(keys.previous_at(at(100)).is_none());
    }

    #[test]
    fn a_public_key_is_its_prefix_and_32_bytes() {
        let key = format!("whpk_{}=", "A".repeat(43));
        assert_eq!(SignaturePublicKey::parse(&key).unwrap().as_str(), key);
        for bad in [
            "",
            "whpk_",
            &key[5..],
            &key.replace("whpk", "whsk"),
            &key.replace("A=", "-="),
            &format!("{key}="),
        ] {
            assert_eq!(
                SignaturePublicKey::parse(bad).unwrap_err().code,
                "public-key-invalid"
            );
        }
    }
}
