//! The JSON Web Token of a webhook: signed once, and used until shortly before it expires.

use std::sync::{Mutex, PoisonError};

use domain::jwt::JwtAuthentication;
use http::HeaderValue;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};
use signing::SigningKey;
use uuid::Uuid;

/// How long before its end a token is replaced: longer than one attempt may last, and than clocks differ.
const TOKEN_RESERVE: SignedDuration = SignedDuration::from_secs(30);
/// How far a token's beginning is dated back, so that an endpoint whose clock is a little slow does not call it "not yet
/// valid"; many libraries check `iat` and `nbf` without tolerance.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_secs(5);

/// Signs tokens for one version of a webhook. Not `Debug`: it holds a token.
pub(crate) struct Signer {
    key: SigningKey,
    token: Mutex<Option<Token>>,
}

#[derive(Clone)]
struct Token {
    header: HeaderValue,
    expires_at: Timestamp,
}

/// The token could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TokenError;

impl Signer {
    pub(crate) fn new(key: SigningKey) -> Self {
        Self {
            key,
            token: Mutex::new(None),
        }
    }

    /// The header that carries the current token; it is signed anew when that one is about to expire.
    pub(crate) fn header(
        &self,
        jwt: &JwtAuthentication,
        now: Timestamp,
    ) -> Result<HeaderValue, TokenError> {
        let mut current = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(token) = current.as_ref()
            && token.expires_at.duration_since(now) > TOKEN_RESERVE
        {
            return Ok(token.header.clone());
        }
        let token = self.sign(jwt, now)?;
        let header = token.header.clone();
        *current = Some(token);
        Ok(header)
    }

    fn sign(&self, jwt: &JwtAuthentication, now: Timestamp) -> Result<Token, TokenError> {
        let lifetime = SignedDuration::from_secs(jwt.lifetime.as_seconds().into());
        let issued_at = now.checked_sub(CLOCK_SKEW).map_err(|_| TokenError)?;
        let expires_at = issued_at.checked_add(lifetime).map_err(|_| TokenError)?;
        let claims = claims(jwt, issued_at, expires_at, Uuid::new_v4());
        let key_id = jwt.key_id.as_ref().map(AsRef::as_ref);
        let token = self.key.sign(key_id, &claims).map_err(|_| TokenError)?;
        let text = format!("{} {token}", jwt.header_prefix);
        let mut header = HeaderValue::try_from(text.trim_start()).map_err(|_| TokenError)?;
        header.set_sensitive(true);
        Ok(Token { header, expires_at })
    }
}

/// The configured claims, and the registered ones of RFC 7519 section 4.1.
fn claims(
    jwt: &JwtAuthentication,
    issued_at: Timestamp,
    expires_at: Timestamp,
    id: Uuid,
) -> Map<String, Value> {
    let mut claims = jwt.claims.as_map().clone();
    let mut set = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    if let Some(issuer) = &jwt.issuer {
        set("iss", issuer.as_str().into());
    }
    if let Some(subject) = &jwt.subject {
        set("sub", subject.as_str().into());
    }
    match jwt.audience.as_slice() {
        [] => {}
        // Section 4.1.3 allows the plain form for one audience, and some receivers read no other.
        [one] => {
            set("aud", one.as_str().into());
        }
        several => {
            set("aud", several.iter().map(AsRef::as_ref).collect());
        }
    }
    set("iat", issued_at.as_second().into());
    set("nbf", issued_at.as_second().into());
    set("exp", expires_at.as_second().into());
    // The id of the token, which several requests share; what tells events apart is `webhook-id`.
    set("jti", id.to_string().into());
    claims
}

#[cfg(test)]
mod tests {
    use domain::{
        jwt::{Algorithm, Audiences, ExtraClaims, TokenLifetime, TokenPrefix, TokenText},
        secret::SealedSecret,
    };
    use http::header::AUTHORIZATION;
    use secrecy::SecretString;
    use serde_json::json;

    use super::*;

    fn jwt(audience: &[&str]) -> JwtAuthentication {
        let audience = audience.iter().map(|text| TokenText::parse(text).unwrap());
        JwtAuthentication {
            algorithm: Algorithm::HS256,
            key: SealedSecret {
                ciphertext: Vec::new(),
                set_at: at(0),
            },
            key_id: None,
            issuer: None,
            subject: None,
            audience: Audiences::new(audience.collect()).unwrap(),
            lifetime: TokenLifetime::from_seconds(60).unwrap(),
            claims: ExtraClaims::default(),
            header_name: AUTHORIZATION,
            header_prefix: TokenPrefix::default(),
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_token_is_used_until_30_seconds_before_its_end() {
        let material = SecretString::from("0123456789abcdef0123456789abcdef");
        let signer = Signer::new(SigningKey::parse(Algorithm::HS256, &material).unwrap());
        let token_at = |second| signer.header(&jwt(&[]), at(second)).unwrap();
        // Issued at 995, it ends at 1,055.
        let first = token_at(1_000);
        assert_eq!(token_at(1_024), first);
        let second = token_at(1_025);
        assert_ne!(second, first);
        assert_eq!(token_at(1_026), second);
        assert!(first.is_sensitive(), "Debug output must not show it");
    }

    #[test]
    fn only_what_is_configured_becomes_a_claim_and_an_audience_has_its_plain_form() {
        let id = Uuid::from_u128(1);
        for (audience, expected) in [
            (&[][..], None),
            (&["a"], Some(json!("a"))),
            (&["a", "b"], Some(json!(["a", "b"]))),
        ] {
            let mut claims = claims(&jwt(audience), at(1), at(2), id);
            assert_eq!(claims.remove("aud"), expected);
            assert_eq!(
                Value::Object(claims),
                json!({"iat": 1, "nbf": 1, "exp": 2, "jti": "00000000-0000-0000-0000-000000000001"})
            );
        }
    }
}
