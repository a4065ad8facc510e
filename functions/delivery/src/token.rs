//! The JSON Web Tokens of a webhook: one that is signed once and used until shortly before it expires, or one for each
//! delivery that is bound to it.

use std::sync::{Mutex, PoisonError};

use aws_lc_rs::digest;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::{
    endpoint::EndpointUrl,
    jwt::{BODY_CLAIM, JwtAuthentication},
};
use http::HeaderValue;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};
use signing::SigningKey;
use uuid::Uuid;

use crate::request::Attempt;

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

    /// The header with the token of a request: one of its own if the webhook wants that, else the current one, which is
    /// signed anew when it is about to expire.
    pub(crate) fn header(
        &self,
        jwt: &JwtAuthentication,
        url: &EndpointUrl,
        attempt: Attempt<'_>,
        body: &[u8],
    ) -> Result<HeaderValue, TokenError> {
        if jwt.token_per_delivery {
            let bound = Bound {
                audience: url.as_str(),
                event_id: attempt.event_id,
                body,
            };
            return Ok(self.sign(jwt, Some(bound), attempt.at)?.header);
        }
        let mut current = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(token) = current.as_ref()
            && token.expires_at.duration_since(attempt.at) > TOKEN_RESERVE
        {
            return Ok(token.header.clone());
        }
        let token = self.sign(jwt, None, attempt.at)?;
        let header = token.header.clone();
        *current = Some(token);
        Ok(header)
    }

    fn sign(
        &self,
        jwt: &JwtAuthentication,
        bound: Option<Bound<'_>>,
        now: Timestamp,
    ) -> Result<Token, TokenError> {
        let lifetime = SignedDuration::from_secs(jwt.lifetime.as_seconds().into());
        let issued_at = now.checked_sub(CLOCK_SKEW).map_err(|_| TokenError)?;
        let expires_at = issued_at.checked_add(lifetime).map_err(|_| TokenError)?;
        let claims = match bound {
            Some(bound) => bound_claims(jwt, issued_at, expires_at, bound),
            // Several requests share the token, so its id is no event's.
            None => claims(jwt, issued_at, expires_at, &Uuid::new_v4().to_string()),
        };
        let key_id = jwt.keys.current().kid().map(AsRef::as_ref);
        let token = self.key.sign(key_id, &claims).map_err(|_| TokenError)?;
        let text = format!("{} {token}", jwt.header_prefix);
        let mut header = HeaderValue::try_from(text.trim_start()).map_err(|_| TokenError)?;
        header.set_sensitive(true);
        Ok(Token { header, expires_at })
    }
}

/// The only request that a token is for.
#[derive(Clone, Copy)]
struct Bound<'a> {
    audience: &'a str,
    event_id: &'a str,
    body: &'a [u8],
}

/// Claims of a token that is of no use with another endpoint, event or body.
fn bound_claims(
    jwt: &JwtAuthentication,
    issued_at: Timestamp,
    expires_at: Timestamp,
    bound: Bound<'_>,
) -> Map<String, Value> {
    let mut claims = claims(jwt, issued_at, expires_at, bound.event_id);
    claims.entry("aud").or_insert_with(|| bound.audience.into());
    let digest = digest::digest(&digest::SHA256, bound.body);
    let digest = BASE64_URL_SAFE_NO_PAD.encode(digest);
    claims.insert(BODY_CLAIM.to_owned(), digest.into());
    claims
}

/// The configured claims, and the registered ones of RFC 7519 section 4.1.
fn claims(
    jwt: &JwtAuthentication,
    issued_at: Timestamp,
    expires_at: Timestamp,
    id: &str,
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
    set("jti", id.into());
    claims
}

#[cfg(test)]
mod tests {
    use domain::{
        jwt::{Algorithm, Audiences, ExtraClaims, TokenLifetime, TokenPrefix, TokenText},
        secret::SealedSecret,
        token_keys::{TokenKey, TokenKeys},
    };
    use http::header::AUTHORIZATION;
    use secrecy::SecretString;
    use serde_json::json;

    use super::*;

    fn jwt(audience: &[&str]) -> JwtAuthentication {
        let audience = audience.iter().map(|text| TokenText::parse(text).unwrap());
        JwtAuthentication {
            algorithm: Algorithm::HS256,
            keys: TokenKeys::new(TokenKey {
                secret: SealedSecret {
                    ciphertext: Vec::new(),
                    set_at: at(0),
                },
                id: None,
                public: None,
            }),
            issuer: None,
            subject: None,
            audience: Audiences::new(audience.collect()).unwrap(),
            lifetime: TokenLifetime::from_seconds(60).unwrap(),
            claims: ExtraClaims::default(),
            header_name: AUTHORIZATION,
            header_prefix: TokenPrefix::default(),
            token_per_delivery: false,
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn header(signer: &Signer, jwt: &JwtAuthentication, second: i64) -> HeaderValue {
        let url = EndpointUrl::parse("https://hooks.example.com/").unwrap();
        let attempt = Attempt {
            event_id: "e-1",
            number: 1,
            remaining: 1,
            retry_until: at(second),
            at: at(second),
        };
        signer.header(jwt, &url, attempt, b"{}").unwrap()
    }

    fn signer() -> Signer {
        let material = SecretString::from("0123456789abcdef0123456789abcdef");
        Signer::new(SigningKey::parse(Algorithm::HS256, &material).unwrap())
    }

    #[test]
    fn a_token_is_used_until_30_seconds_before_its_end() {
        let (signer, jwt) = (signer(), jwt(&[]));
        let token_at = |second| header(&signer, &jwt, second);
        // Issued at 995, it ends at 1,055.
        let first = token_at(1_000);
        assert_eq!(token_at(1_024), first);
        let second = token_at(1_025);
        assert_ne!(second, first);
        assert_eq!(token_at(1_026), second);
        assert!(first.is_sensitive(), "Debug output must not show it");
    }

    #[test]
    fn a_token_of_one_delivery_is_never_kept_for_another() {
        let (signer, shared) = (signer(), jwt(&[]));
        let own = JwtAuthentication {
            token_per_delivery: true,
            ..shared.clone()
        };
        let of_its_own = header(&signer, &own, 1_000);
        assert!(of_its_own.is_sensitive());
        assert_ne!(header(&signer, &shared, 1_000), of_its_own);
    }

    #[test]
    fn only_what_is_configured_becomes_a_claim_and_an_audience_has_its_plain_form() {
        for (audience, expected) in [
            (&[][..], None),
            (&["a"], Some(json!("a"))),
            (&["a", "b"], Some(json!(["a", "b"]))),
        ] {
            let mut claims = claims(&jwt(audience), at(1), at(2), "id");
            assert_eq!(claims.remove("aud"), expected);
            assert_eq!(
                Value::Object(claims),
                json!({"iat": 1, "nbf": 1, "exp": 2, "jti": "id"})
            );
        }
    }

    #[test]
    fn a_bound_token_names_its_endpoint_event_and_body() {
        let bound = Bound {
            audience: "https://hooks.example.com/",
            event_id: "e-1",
            body: b"{}",
        };
        for (audience, expected) in [
            (&[][..], json!("https://hooks.example.com/")),
            (&["a"], json!("a")),
        ] {
            assert_eq!(
                Value::Object(bound_claims(&jwt(audience), at(1), at(2), bound)),
                json!({
                    "aud": expected, "iat": 1, "nbf": 1, "exp": 2, "jti": "e-1",
                    // openssl dgst -sha256 -binary of "{}", in base64url
                    "body_sha256": "RBNvo1WzZ4oRRq0W9-hknpT7T8If536DEMBg9hyq_4o",
                })
            );
        }
    }
}
