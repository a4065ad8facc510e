//! What a webhook's requests carry to be let in: custom headers, secret ones among them, and a JSON Web Token.
//!
//! Secrets are opened once per version of a webhook, and a token is signed once and used until shortly before it
//! expires. Nothing here is ever logged.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::{
    config::{Authentication, Webhook},
    headers::{CustomHeaderValue, header_value},
    jwt::JwtAuthentication,
    key::{ConfigKey, WebhookId},
    secret::SealedSecret,
};
use futures_util::future::try_join_all;
use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::{SignedDuration, Timestamp};
use moka::future::Cache;
use secrecy::{ExposeSecret, SecretString};
use secrets::{OpenError, Opener};
use serde_json::{Map, Value};
use signing::SigningKey;
use uuid::Uuid;

/// Webhooks whose secrets are kept open. More only costs calls to the key service.
const OPENED_MAX: u64 = 1_000;
/// How long a secret is kept open. Each opening is visible in the key service's trail, and a key that was disabled there
/// stops being used after this time.
const OPENED_SECONDS: u64 = 300;
/// How long before its end a token is replaced: longer than one attempt may last, and than clocks differ.
const TOKEN_RESERVE: SignedDuration = SignedDuration::from_secs(30);
/// How far a token's beginning is dated back, so that an endpoint whose clock is a little slow does not call it "not yet
/// valid"; many libraries check `iat` and `nbf` without tolerance.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_secs(5);

/// Opens secrets and signs tokens, and remembers both. Not `Debug`: it is full of secrets.
#[derive(Clone)]
pub struct Authenticator {
    opener: Opener,
    opened: Cache<(WebhookId, u64), Arc<Opened>>,
}

/// Why a request cannot be authenticated.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AuthError {
    /// The key service is not available at the moment.
    #[error("the key service is not available")]
    Unavailable(#[source] Arc<OpenError>),
    /// A secret belongs to another tenant, is damaged, or is no longer accepted; an administrator must set it again.
    #[error("a secret of the webhook cannot be used")]
    Refused,
}

impl Authenticator {
    /// Opens secrets with the given opener.
    pub fn new(opener: Opener) -> Self {
        let opened = Cache::builder()
            .max_capacity(OPENED_MAX)
            .time_to_live(Duration::from_secs(OPENED_SECONDS))
            .build();
        Self { opener, opened }
    }

    /// The webhook's custom headers and the header with its token.
    ///
    /// # Errors
    /// [`AuthError`], which tells whether an administrator has to act.
    pub async fn headers(&self, webhook: &Webhook, now: Timestamp) -> Result<HeaderMap, AuthError> {
        // The events of a batch that ask at the same time share one opening.
        let opened = self
            .opened
            .try_get_with((webhook.id, webhook.version), open(&self.opener, webhook))
            .await
            .map_err(|error| AuthError::clone(&error))?;
        let mut headers = opened.headers.clone();
        if let (Authentication::Jwt(jwt), Some(signer)) =
            (webhook.config.authentication(), &opened.signer)
        {
            headers.insert(jwt.header_name.clone(), signer.header(jwt, now)?);
        }
        Ok(headers)
    }
}

/// A webhook's headers with its secrets opened.
struct Opened {
    headers: HeaderMap,
    signer: Option<Signer>,
}

async fn open(opener: &Opener, webhook: &Webhook) -> Result<Arc<Opened>, AuthError> {
    let headers = webhook.config.headers().iter().map(|header| async {
        let value = match &header.value {
            CustomHeaderValue::Plain(value) => value.clone(),
            CustomHeaderValue::Secret(sealed) => {
                let secret = open_one(opener, &webhook.key, sealed).await?;
                sensitive(secret.expose_secret())?
            }
        };
        Ok((header.name.name().clone(), value))
    });
    let headers: Vec<(HeaderName, HeaderValue)> = try_join_all(headers).await?;
    let signer = match webhook.config.authentication() {
        Authentication::None => None,
        Authentication::Jwt(jwt) => {
            let material = open_one(opener, &webhook.key, &jwt.key).await?;
            let key =
                SigningKey::parse(jwt.algorithm, &material).map_err(|_| AuthError::Refused)?;
            Some(Signer {
                key,
                token: Mutex::new(None),
            })
        }
    };
    Ok(Arc::new(Opened {
        headers: headers.into_iter().collect(),
        signer,
    }))
}

async fn open_one(
    opener: &Opener,
    key: &ConfigKey,
    sealed: &SealedSecret,
) -> Result<SecretString, AuthError> {
    opener.open(key, sealed).await.map_err(|error| match error {
        OpenError::Unavailable(_) => AuthError::Unavailable(Arc::new(error)),
        OpenError::Refused(_) | OpenError::NotText => AuthError::Refused,
    })
}

fn sensitive(text: &str) -> Result<HeaderValue, AuthError> {
    let mut value = header_value(text).map_err(|_| AuthError::Refused)?;
    value.set_sensitive(true);
    Ok(value)
}

/// Signs tokens for one version of a webhook.
struct Signer {
    key: SigningKey,
    token: Mutex<Option<Token>>,
}

#[derive(Clone)]
struct Token {
    header: HeaderValue,
    expires_at: Timestamp,
}

impl Signer {
    /// The header that carries the current token; it is signed anew when that one is about to expire.
    fn header(&self, jwt: &JwtAuthentication, now: Timestamp) -> Result<HeaderValue, AuthError> {
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

    fn sign(&self, jwt: &JwtAuthentication, now: Timestamp) -> Result<Token, AuthError> {
        let lifetime = SignedDuration::from_secs(jwt.lifetime.as_seconds().into());
        let issued_at = now
            .checked_sub(CLOCK_SKEW)
            .map_err(|_| AuthError::Refused)?;
        let expires_at = issued_at
            .checked_add(lifetime)
            .map_err(|_| AuthError::Refused)?;
        let claims = claims(jwt, issued_at, expires_at, Uuid::new_v4());
        let key_id = jwt.key_id.as_ref().map(AsRef::as_ref);
        let token = self
            .key
            .sign(key_id, &claims)
            .map_err(|_| AuthError::Refused)?;
        let text = format!("{} {token}", jwt.header_prefix);
        let mut header =
            HeaderValue::try_from(text.trim_start()).map_err(|_| AuthError::Refused)?;
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
    use domain::jwt::{Algorithm, Audiences, ExtraClaims, TokenLifetime, TokenPrefix, TokenText};
    use http::header::AUTHORIZATION;
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
        let signer = Signer {
            key: SigningKey::parse(Algorithm::HS256, &material).unwrap(),
            token: Mutex::new(None),
        };
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
