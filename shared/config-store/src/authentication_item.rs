//! How a stored item tells the kind of authentication, and the parts of the kinds that came after JWT.

use domain::{
    Refusal,
    config::Authentication,
    endpoint::EndpointUrl,
    oauth::{ClientAuthentication, ClientCredentials, ClientId, Scope, TokenAudience},
    standard_webhooks::{PreviousSecret, SignaturePublicKey, SignatureSecret, StandardWebhooks},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{item::SealedItem, jwt_item::JwtItem};

/// The kind of authentication. An item with a kind that this version does not know cannot be read: its events are tried
/// later, never sent without authentication.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Kind {
    None,
    Jwt,
    StandardWebhooks,
    #[serde(rename = "oauth2ClientCredentials")]
    ClientCredentials,
}

/// The attributes of an item that say how requests are authenticated. `jwt` was there before there were other kinds, so
/// each kind has an attribute of its own.
pub(crate) struct AuthenticationParts {
    pub(crate) kind: Option<Kind>,
    pub(crate) jwt: Option<JwtItem>,
    pub(crate) standard_webhooks: Option<StandardWebhooksItem>,
    pub(crate) client_credentials: Option<ClientCredentialsItem>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct StandardWebhooksItem {
    secret: SignatureSecretItem,
    previous: Option<PreviousSecretItem>,
}

#[derive(Serialize, Deserialize)]
struct SignatureSecretItem {
    sealed: SealedItem,
    /// Only an asymmetric secret has one.
    public_key: Option<SignaturePublicKey>,
}

#[derive(Serialize, Deserialize)]
struct PreviousSecretItem {
    secret: SignatureSecretItem,
    expires_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct ClientCredentialsItem {
    token_url: EndpointUrl,
    client_id: ClientId,
    client_secret: SealedItem,
    client_authentication: ClientAuthentication,
    scope: Option<Scope>,
    audience: Option<TokenAudience>,
}

impl From<&Authentication> for AuthenticationParts {
    fn from(authentication: &Authentication) -> Self {
        let of_kind = |kind| Self {
            kind: Some(kind),
            jwt: None,
            standard_webhooks: None,
            client_credentials: None,
        };
        match authentication {
            Authentication::None => of_kind(Kind::None),
            Authentication::Jwt(jwt) => Self {
                jwt: Some(jwt.as_ref().into()),
                ..of_kind(Kind::Jwt)
            },
            Authentication::StandardWebhooks(signature) => Self {
                standard_webhooks: Some(signature.as_ref().into()),
                ..of_kind(Kind::StandardWebhooks)
            },
            Authentication::ClientCredentials(client) => Self {
                client_credentials: Some(client.as_ref().into()),
                ..of_kind(Kind::ClientCredentials)
            },
        }
    }
}

impl TryFrom<AuthenticationParts> for Authentication {
    type Error = Refusal;

    fn try_from(item: AuthenticationParts) -> Result<Self, Refusal> {
        let AuthenticationParts {
            kind,
            jwt,
            standard_webhooks,
            client_credentials,
        } = item;
        match (kind, jwt, standard_webhooks, client_credentials) {
            (Some(Kind::None) | None, None, None, None) => Ok(Self::None),
            (Some(Kind::Jwt) | None, Some(jwt), None, None) => {
                Ok(Self::Jwt(Box::new(jwt.try_into()?)))
            }
            (Some(Kind::StandardWebhooks), None, Some(signature), None) => {
                Ok(Self::StandardWebhooks(Box::new(signature.into())))
            }
            (Some(Kind::ClientCredentials), None, None, Some(client)) => {
                Ok(Self::ClientCredentials(Box::new(client.into())))
            }
            _ => Err(Refusal::new(
                "authentication-contradictory",
                "The parts of the authentication are not those of its kind.",
            )),
        }
    }
}

impl From<&StandardWebhooks> for StandardWebhooksItem {
    fn from(signature: &StandardWebhooks) -> Self {
        Self {
            secret: (&signature.secret).into(),
            previous: signature
                .previous
                .as_ref()
                .map(|previous| PreviousSecretItem {
                    secret: (&previous.secret).into(),
                    expires_at: previous.expires_at,
                }),
        }
    }
}

impl From<StandardWebhooksItem> for StandardWebhooks {
    fn from(item: StandardWebhooksItem) -> Self {
        Self {
            secret: item.secret.into(),
            previous: item.previous.map(|previous| PreviousSecret {
                secret: previous.secret.into(),
                expires_at: previous.expires_at,
            }),
        }
    }
}

impl From<&SignatureSecret> for SignatureSecretItem {
    fn from(secret: &SignatureSecret) -> Self {
        Self {
            sealed: secret.sealed().into(),
            public_key: secret.public_key().cloned(),
        }
    }
}

impl From<SignatureSecretItem> for SignatureSecret {
    fn from(item: SignatureSecretItem) -> Self {
        match item.public_key {
            None => Self::Symmetric(item.sealed.into()),
            Some(public_key) => Self::Asymmetric(item.sealed.into(), public_key),
        }
    }
}

impl From<&ClientCredentials> for ClientCredentialsItem {
    fn from(client: &ClientCredentials) -> Self {
        Self {
            token_url: client.token_url.clone(),
            client_id: client.client_id.clone(),
            client_secret: (&client.client_secret).into(),
            client_authentication: client.client_authentication,
            scope: client.scope.clone(),
            audience: client.audience.clone(),
        }
    }
}

impl From<ClientCredentialsItem> for ClientCredentials {
    fn from(item: ClientCredentialsItem) -> Self {
        Self {
            token_url: item.token_url,
            client_id: item.client_id,
            client_secret: item.client_secret.into(),
            client_authentication: item.client_authentication,
            scope: item.scope,
            audience: item.audience,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use aws_sdk_dynamodb::types::AttributeValue;

    use super::*;
    use crate::item::{webhook_from_item, webhook_to_item};

    fn text(text: &str) -> AttributeValue {
        AttributeValue::S(text.to_owned())
    }

    /// The item of a webhook, less `removed` and with `added`.
    fn read(
        removed: &[&str],
        added: &[(&str, AttributeValue)],
    ) -> Result<Authentication, crate::UnreadableItem> {
        let webhook = crate::contract::webhook(&crate::contract::fresh_key());
        let mut item: HashMap<_, _> = webhook_to_item(&webhook).unwrap();
        for name in removed {
            item.remove(*name);
        }
        for (name, value) in added {
            item.insert((*name).to_owned(), value.clone());
        }
        webhook_from_item(item).map(|webhook| webhook.config.authentication().clone())
    }

    #[test]
    fn an_item_of_the_time_before_kinds_is_read() {
        let new = ["authentication", "standard_webhooks", "client_credentials"];
        assert!(matches!(read(&new, &[]), Ok(Authentication::Jwt(_))));
        let without = [&new[..], &["jwt"]].concat();
        assert!(matches!(read(&without, &[]), Ok(Authentication::None)));
    }

    #[test]
    fn an_item_that_contradicts_itself_is_not_taken_for_one_without_authentication() {
        for (removed, added) in [
            (&["jwt"][..], &[][..]),
            (&["jwt"], &[("authentication", text("standardWebhooks"))]),
            (&["jwt"], &[("authentication", text("aKindOfTheFuture"))]),
            (&[], &[("authentication", text("none"))]),
            (&[], &[("authentication", text("oauth2ClientCredentials"))]),
        ] {
            assert!(read(removed, added).is_err(), "{removed:?} {added:?}");
        }
    }
}
