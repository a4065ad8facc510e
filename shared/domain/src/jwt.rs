//! JWT Authentication: what a token says and where it goes. The key itself is checked and used by the `signing` crate.

use http::HeaderName;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Refusal, text_type, token_keys::TokenKeys};

/// The claim that binds a token to a payload: the SHA-256 of the body in base64url, without padding.
pub const BODY_CLAIM: &str = "body_sha256";
/// Claims of RFC 7519 section 4.1 and our own, which have fields of their own or are set at each signature.
const REGISTERED_CLAIMS: [&str; 8] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti", BODY_CLAIM];
/// Longest text in a claim or of a key id, in bytes: a token travels in a header, and servers bound those.
const TEXT_MAX_BYTES: usize = 512;
/// Most extra claims, measured as compact JSON in bytes, for the same reason.
const EXTRA_CLAIMS_MAX_BYTES: usize = 4_096;
/// Most audiences of one token.
const AUDIENCES_MAX: usize = 10;

/// Signature algorithms of RFC 7518 section 3.1 and RFC 8037 that a webhook may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "the names are those of RFC 7518 section 3.1 and RFC 8037"
)]
pub enum Algorithm {
    HS256,
    HS384,
    HS512,
    RS256,
    RS384,
    RS512,
    PS256,
    PS384,
    PS512,
    ES256,
    ES384,
    EdDSA,
}

impl Algorithm {
    /// Every algorithm, in the order in which a form would show them.
    pub const ALL: [Self; 12] = [
        Self::HS256,
        Self::HS384,
        Self::HS512,
        Self::RS256,
        Self::RS384,
        Self::RS512,
        Self::PS256,
        Self::PS384,
        Self::PS512,
        Self::ES256,
        Self::ES384,
        Self::EdDSA,
    ];

    /// Whether the key is a secret that both sides share, rather than a private key.
    pub fn is_symmetric(self) -> bool {
        matches!(self, Self::HS256 | Self::HS384 | Self::HS512)
    }
}

/// A text of a token: issuer, subject, audience or key id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TokenText(String);
text_type!(TokenText);

impl TokenText {
    /// Takes 1 to 512 bytes without control characters.
    ///
    /// # Errors
    /// `token-text-invalid` for anything else.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        if text.trim().is_empty()
            || text.len() > TEXT_MAX_BYTES
            || text.chars().any(char::is_control)
        {
            return Err(Refusal::new(
                "token-text-invalid",
                "This must be 1 to 512 bytes of text without control characters.",
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

/// The audiences of a token: none, one or several.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Audiences(Vec<TokenText>);

impl Audiences {
    /// Takes at most ten audiences.
    ///
    /// # Errors
    /// `audience-too-many`.
    pub fn new(audiences: Vec<TokenText>) -> Result<Self, Refusal> {
        if audiences.len() > AUDIENCES_MAX {
            return Err(Refusal::new(
                "audience-too-many",
                "A token can have at most ten audiences.",
            ));
        }
        Ok(Self(audiences))
    }

    /// The audiences in the administrator's order.
    pub fn as_slice(&self) -> &[TokenText] {
        &self.0
    }
}

/// How long a token is valid, in whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenLifetime(u32);

impl TokenLifetime {
    /// Takes 60 seconds (shorter ones expire on the way where clocks differ) to 86,400 (a day).
    ///
    /// # Errors
    /// `lifetime-out-of-range`.
    pub fn from_seconds(seconds: u64) -> Result<Self, Refusal> {
        u32::try_from(seconds)
            .ok()
            .filter(|seconds| (60..=86_400).contains(seconds))
            .map(Self)
            .ok_or_else(|| {
                Refusal::new(
                    "lifetime-out-of-range",
                    "The lifetime must be 60 to 86,400 seconds.",
                )
            })
    }

    /// The lifetime in seconds.
    pub fn as_seconds(self) -> u32 {
        self.0
    }
}

/// Five minutes: long enough to be reused by many deliveries, short enough to be of little use when it leaks.
impl Default for TokenLifetime {
    fn default() -> Self {
        Self(300)
    }
}

/// Additional claims of any JSON type.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ExtraClaims(Map<String, Value>);

impl ExtraClaims {
    /// Takes claims that do not replace a registered one and have at most 4,096 bytes as JSON.
    ///
    /// # Errors
    /// `claim-registered` with the names of those claims, `claims-too-large`.
    pub fn new(claims: Map<String, Value>) -> Result<Self, (Vec<&'static str>, Refusal)> {
        let mut registered = REGISTERED_CLAIMS.to_vec();
        registered.retain(|name| claims.contains_key(*name));
        if !registered.is_empty() {
            return Err((
                registered,
                Refusal::new(
                    "claim-registered",
                    "This claim has its own field or is set at each signature.",
                ),
            ));
        }
        let bytes = serde_json::to_vec(&claims).map_or(usize::MAX, |json| json.len());
        if bytes > EXTRA_CLAIMS_MAX_BYTES {
            return Err((
                Vec::new(),
                Refusal::new(
                    "claims-too-large",
                    "The extra claims must have at most 4,096 bytes as JSON.",
                ),
            ));
        }
        Ok(Self(claims))
    }

    /// The claims by name.
    pub fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }
}

/// The word before the token in its header, such as `Bearer`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TokenPrefix(String);
text_type!(TokenPrefix);

impl TokenPrefix {
    /// Takes up to 32 visible ASCII characters; an empty text means that the token stands alone.
    ///
    /// # Errors
    /// `header-prefix-invalid`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        if text.len() <= 32 && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Refusal::new(
                "header-prefix-invalid",
                "The prefix must be at most 32 visible ASCII characters, without spaces.",
            ))
        }
    }
}

/// RFC 6750 section 2.1.
impl Default for TokenPrefix {
    fn default() -> Self {
        Self("Bearer".to_owned())
    }
}

/// How requests are authenticated by a JSON Web Token.
#[derive(Debug, Clone, PartialEq)]
pub struct JwtAuthentication {
    /// The signature algorithm.
    pub algorithm: Algorithm,
    /// What signs, and what receivers verify with. All private keys are for the algorithm.
    pub keys: TokenKeys,
    /// `iss`.
    pub issuer: Option<TokenText>,
    /// `sub`.
    pub subject: Option<TokenText>,
    /// `aud`.
    pub audience: Audiences,
    /// `exp` less `iat`.
    pub lifetime: TokenLifetime,
    /// Further claims.
    pub claims: ExtraClaims,
    /// The header that carries the token; `Authorization` by default.
    pub header_name: HeaderName,
    /// The word before the token.
    pub header_prefix: TokenPrefix,
    /// Whether each delivery gets a token of its own, bound to endpoint, event and body.
    pub token_per_delivery: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extra_claims_cannot_replace_registered_ones() {
        let claims = |json: &str| serde_json::from_str(json).unwrap();
        assert!(ExtraClaims::new(claims(r#"{"tenant": {"a": [1, null]}}"#)).is_ok());
        for name in REGISTERED_CLAIMS {
            let (names, refusal) =
                ExtraClaims::new(claims(&format!(r#"{{"x": 1, "{name}": 2}}"#))).unwrap_err();
            assert_eq!((names, refusal.code), (vec![name], "claim-registered"));
        }
        let (names, _) = ExtraClaims::new(claims(r#"{"jti": 1, "exp": 2}"#)).unwrap_err();
        assert_eq!(names, ["exp", "jti"]);
        let long = format!(r#"{{"x": "{}"}}"#, "y".repeat(4_096));
        assert_eq!(
            ExtraClaims::new(claims(&long)).unwrap_err().1.code,
            "claims-too-large"
        );
    }

    #[test]
    fn lifetimes_are_a_minute_to_a_day() {
        for seconds in [60, 300, 86_400] {
            assert!(TokenLifetime::from_seconds(seconds).is_ok());
        }
        for seconds in [0, 59, 86_401, u64::MAX] {
            assert_eq!(
                TokenLifetime::from_seconds(seconds).unwrap_err().code,
                "lifetime-out-of-range"
            );
        }
    }
}
