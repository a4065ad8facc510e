//! OAuth 2.0 client credentials (RFC 6749 section 4.4): where an access token comes from and what is asked for.

use serde::{Deserialize, Serialize};

use crate::{Refusal, endpoint::EndpointUrl, secret::SealedSecret, text_type};

/// Longest client id, in bytes. RFC 6749 sets no limit; those of real services have well below 256.
const CLIENT_ID_MAX_BYTES: usize = 512;
/// Longest client secret, in bytes: with every byte percent-encoded it still fits into a header of common servers.
const CLIENT_SECRET_MAX_BYTES: usize = 1_024;
/// Longest scope or audience, in bytes.
const PARAMETER_MAX_BYTES: usize = 2_000;

/// `VSCHAR` of RFC 6749 appendix A: visible ASCII characters and spaces.
fn is_vschar(byte: u8) -> bool {
    (0x20..=0x7e).contains(&byte)
}

/// A client identifier (RFC 6749 appendix A.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClientId(String);
text_type!(ClientId);

impl ClientId {
    /// Takes 1 to 512 visible ASCII characters and spaces.
    ///
    /// # Errors
    /// `client-id-invalid` for anything else.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        if text.is_empty() || text.len() > CLIENT_ID_MAX_BYTES || !text.bytes().all(is_vschar) {
            return Err(Refusal::new(
                "client-id-invalid",
                "The client id must be 1 to 512 visible ASCII characters.",
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

/// Checks a client secret (RFC 6749 appendix A.2): 1 to 1,024 visible ASCII characters and spaces.
///
/// # Errors
/// `client-secret-invalid`; the message does not repeat the secret.
pub fn check_client_secret(text: &str) -> Result<(), Refusal> {
    if text.is_empty() || text.len() > CLIENT_SECRET_MAX_BYTES || !text.bytes().all(is_vschar) {
        return Err(Refusal::new(
            "client-secret-invalid",
            "The client secret must be 1 to 1,024 visible ASCII characters.",
        ));
    }
    Ok(())
}

/// The scope that is asked for (RFC 6749 section 3.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Scope(String);
text_type!(Scope);

impl Scope {
    /// Takes words of visible ASCII characters other than `"` and `\`, separated by single spaces, of at most 2,000
    /// bytes.
    ///
    /// # Errors
    /// `scope-invalid` for anything else.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let is_word = |word: &str| {
            let legal = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
            !word.is_empty() && word.bytes().all(legal)
        };
        if text.len() > PARAMETER_MAX_BYTES || !text.split(' ').all(is_word) {
            return Err(Refusal::new(
                "scope-invalid",
                "The scope must be words separated by single spaces, without quotation marks and backslashes (RFC 6749).",
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

/// The service that the token is meant for: the parameter `audience`, which several authorization servers ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TokenAudience(String);
text_type!(TokenAudience);

impl TokenAudience {
    /// Takes 1 to 2,000 bytes without control characters.
    ///
    /// # Errors
    /// `audience-invalid` for anything else.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        if text.trim().is_empty()
            || text.len() > PARAMETER_MAX_BYTES
            || text.chars().any(char::is_control)
        {
            return Err(Refusal::new(
                "audience-invalid",
                "The audience must be 1 to 2,000 bytes of text without control characters.",
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

/// How the client shows who it is (RFC 6749 section 2.3.1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ClientAuthentication {
    /// Id and secret in the header `Authorization`, which every authorization server has to support.
    #[default]
    Basic,
    /// Id and secret as parameters of the request.
    Body,
}

/// How requests are authenticated by an access token of an authorization server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientCredentials {
    /// The authorization server's token endpoint.
    pub token_url: EndpointUrl,
    /// The client's id.
    pub client_id: ClientId,
    /// The client's secret, encrypted.
    pub client_secret: SealedSecret,
    /// How the client shows who it is.
    pub client_authentication: ClientAuthentication,
    /// The scope that is asked for; without one the server chooses.
    pub scope: Option<Scope>,
    /// The service that the token is meant for.
    pub audience: Option<TokenAudience>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_words_with_single_spaces_between_them() {
        for scope in ["a", "hooks:write openid", "https://a.example/x!#[]"] {
            assert_eq!(Scope::parse(scope).unwrap().as_str(), scope);
        }
        for bad in ["", " ", "a  b", " a", "a ", "a\tb", "a\"b", "a\\b", "é"] {
            assert_eq!(
                Scope::parse(bad).unwrap_err().code,
                "scope-invalid",
                "{bad:?}"
            );
        }
    }

    #[test]
    fn ids_and_secrets_are_visible_ascii() {
        assert!(ClientId::parse("a client:of 100%").is_ok());
        assert!(check_client_secret("p@ss word+&=:").is_ok());
        for bad in ["", "a\nb", "é", &"x".repeat(1_025)] {
            assert_eq!(ClientId::parse(bad).unwrap_err().code, "client-id-invalid");
            let refusal = check_client_secret(bad).unwrap_err();
            assert_eq!(refusal.code, "client-secret-invalid");
        }
    }

    #[test]
    fn an_audience_is_any_text_on_one_line() {
        assert!(TokenAudience::parse("https://hooks.example.com/å").is_ok());
        for bad in ["", "  ", "a\nb", &"x".repeat(2_001)] {
            assert_eq!(
                TokenAudience::parse(bad).unwrap_err().code,
                "audience-invalid"
            );
        }
    }
}
