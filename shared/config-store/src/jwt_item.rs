//! How a JWT authentication is stored within its webhook.

use domain::{
    Refusal,
    jwk::PublishedKey,
    jwt::{
        Algorithm, Audiences, ExtraClaims, JwtAuthentication, TokenLifetime, TokenPrefix, TokenText,
    },
    token_keys::{RetiredKey, TokenKey, TokenKeys},
};
use http::HeaderName;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::item::SealedItem;

#[derive(Serialize, Deserialize)]
pub(crate) struct JwtItem {
    algorithm: Algorithm,
    key: SealedItem,
    key_id: Option<TokenText>,
    /// Absent, like the keys that follow, from items that were written before public halves were kept.
    #[serde(default)]
    public_key: Option<PublishedKey>,
    #[serde(default)]
    next_key: Option<KeyItem>,
    #[serde(default)]
    retired_keys: Vec<RetiredItem>,
    issuer: Option<TokenText>,
    subject: Option<TokenText>,
    audience: Vec<TokenText>,
    lifetime_seconds: u64,
    /// As JSON text, so that every number keeps its form.
    claims: String,
    header_name: String,
    header_prefix: TokenPrefix,
    #[serde(default)]
    token_per_delivery: bool,
}

#[derive(Serialize, Deserialize)]
struct KeyItem {
    secret: SealedItem,
    id: Option<TokenText>,
    public: Option<PublishedKey>,
}

#[derive(Serialize, Deserialize)]
struct RetiredItem {
    public: PublishedKey,
    published_at: Timestamp,
    until: Timestamp,
}

impl From<&JwtAuthentication> for JwtItem {
    fn from(jwt: &JwtAuthentication) -> Self {
        let retired = jwt.keys.retired().iter().map(|retired| RetiredItem {
            public: retired.key.clone(),
            published_at: retired.published_at,
            until: retired.until,
        });
        let current = jwt.keys.current();
        Self {
            algorithm: jwt.algorithm,
            key: SealedItem::from(&current.secret),
            key_id: current.id.clone(),
            public_key: current.public.clone(),
            next_key: jwt.keys.next().map(KeyItem::from),
            retired_keys: retired.collect(),
            issuer: jwt.issuer.clone(),
            subject: jwt.subject.clone(),
            audience: jwt.audience.as_slice().to_vec(),
            lifetime_seconds: jwt.lifetime.as_seconds().into(),
            claims: serde_json::Value::Object(jwt.claims.as_map().clone()).to_string(),
            header_name: jwt.header_name.to_string(),
            header_prefix: jwt.header_prefix.clone(),
            token_per_delivery: jwt.token_per_delivery,
        }
    }
}

impl TryFrom<JwtItem> for JwtAuthentication {
    type Error = Refusal;

    fn try_from(item: JwtItem) -> Result<Self, Refusal> {
        let claims = serde_json::from_str(&item.claims).map_err(|_| {
            Refusal::new("claims-invalid", "The extra claims are not a JSON object.")
        })?;
        let header_name = HeaderName::try_from(item.header_name.as_str()).map_err(|_| {
            Refusal::new(
                "header-name-invalid",
                "The token's header has an illegal name.",
            )
        })?;
        let retired = item.retired_keys.into_iter().map(|retired| RetiredKey {
            key: retired.public,
            published_at: retired.published_at,
            until: retired.until,
        });
        Ok(Self {
            algorithm: item.algorithm,
            keys: TokenKeys::from_parts(
                TokenKey {
                    secret: item.key.into(),
                    id: item.key_id,
                    public: item.public_key,
                },
                item.next_key.map(TokenKey::from),
                retired.collect(),
            )?,
            issuer: item.issuer,
            subject: item.subject,
            audience: Audiences::new(item.audience)?,
            lifetime: TokenLifetime::from_seconds(item.lifetime_seconds)?,
            claims: ExtraClaims::new(claims).map_err(|(_, refusal)| refusal)?,
            header_name,
            header_prefix: item.header_prefix,
            token_per_delivery: item.token_per_delivery,
        })
    }
}

impl From<&TokenKey> for KeyItem {
    fn from(key: &TokenKey) -> Self {
        Self {
            secret: SealedItem::from(&key.secret),
            id: key.id.clone(),
            public: key.public.clone(),
        }
    }
}

impl From<KeyItem> for TokenKey {
    fn from(item: KeyItem) -> Self {
        Self {
            secret: item.secret.into(),
            id: item.id,
            public: item.public,
        }
    }
}
