//! A webhook and its configuration.

use std::collections::BTreeSet;

use http::{HeaderName, header::AUTHORIZATION};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Refusal,
    endpoint::EndpointUrl,
    headers::CustomHeaders,
    jwk::KeySet,
    jwt::JwtAuthentication,
    key::{CampaignId, ConfigKey, WebhookId},
    oauth::ClientCredentials,
    standard_webhooks::StandardWebhooks,
    text_type,
    token_keys::TokenKeys,
};

/// A webhook's descriptive name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WebhookName(String);
text_type!(WebhookName);

impl WebhookName {
    /// Takes 1 to 100 characters, without control characters; spaces at the ends are dropped.
    ///
    /// # Errors
    /// `name-invalid` for anything else.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let text = text.trim();
        if !(1..=100).contains(&text.chars().count()) || text.chars().any(char::is_control) {
            return Err(Refusal::new(
                "name-invalid",
                "The name must be 1 to 100 characters long, without control characters.",
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

/// A channel whose feedback can be delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// E-mail.
    Email,
    /// SMS.
    Sms,
}

impl Channel {
    /// Reads the name that feedback events and the API use; `None` for a channel that this product does not report.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "email" => Some(Self::Email),
            "sms" => Some(Self::Sms),
            _ => None,
        }
    }
}

/// What became of a message. The vocabulary is open: it has grown twice in a year, so any word is taken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FeedbackStatus(String);
text_type!(FeedbackStatus);

impl FeedbackStatus {
    /// Takes 1 to 64 ASCII letters, digits, `-`, `_` and `.`.
    ///
    /// # Errors
    /// `status-invalid` for anything else.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if (1..=64).contains(&text.len()) && text.bytes().all(legal) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Refusal::new(
                "status-invalid",
                "A feedback status must be 1 to 64 letters, digits, hyphens, underscores and dots.",
            ))
        }
    }
}

/// A selection of one or more values, in their natural order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection<T>(Box<[T]>);

impl<T: Ord> Selection<T> {
    /// Takes at least one and at most 50 values; repeated ones count once.
    ///
    /// # Errors
    /// `selection-empty`, `selection-too-large`.
    pub fn new(values: impl IntoIterator<Item = T>) -> Result<Self, Refusal> {
        let values: BTreeSet<T> = values.into_iter().collect();
        match values.len() {
            0 => Err(Refusal::new("selection-empty", "Select at least one.")),
            1..=50 => Ok(Self(values.into_iter().collect())),
            _ => Err(Refusal::new("selection-too-large", "Select at most 50.")),
        }
    }

    /// The values in their natural order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter()
    }

    /// Whether `value` was selected.
    pub fn contains<Q: Ord + ?Sized>(&self, value: &Q) -> bool
    where
        T: std::borrow::Borrow<Q>,
    {
        let found = self.0.binary_search_by(|one| one.borrow().cmp(value));
        found.is_ok()
    }
}

/// So that a status can be looked up by its text.
impl std::borrow::Borrow<str> for FeedbackStatus {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl Selection<FeedbackStatus> {
    /// The four statuses that the product reports unless told otherwise.
    pub fn documented() -> Self {
        Self(
            ["bounce", "delivered", "error", "sent"]
                .map(|status| FeedbackStatus(status.to_owned()))
                .into(),
        )
    }
}

/// Whose messages are reported.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CampaignScope {
    /// Those of campaigns that have *Enable webhooks* switched on.
    #[default]
    SwitchedOn,
    /// Those of all campaigns of the sandbox.
    All,
}

/// How requests to the endpoint are authenticated.
#[derive(Debug, Clone, PartialEq)]
pub enum Authentication {
    /// No authentication header is added.
    None,
    /// A JSON Web Token in a header.
    Jwt(Box<JwtAuthentication>),
    /// A signature of the Standard Webhooks specification.
    StandardWebhooks(Box<StandardWebhooks>),
    /// An access token of an OAuth 2.0 authorization server.
    ClientCredentials(Box<ClientCredentials>),
}

impl Authentication {
    /// The header that carries a token, which no custom header may be. The headers of a signature are reserved for every
    /// webhook.
    pub fn token_header(&self) -> Option<&HeaderName> {
        match self {
            Self::None | Self::StandardWebhooks(_) => None,
            Self::Jwt(jwt) => Some(&jwt.header_name),
            // RFC 6750 section 2.1.
            Self::ClientCredentials(_) => Some(&AUTHORIZATION),
        }
    }
}

/// What an administrator configures.
#[derive(Debug, Clone, PartialEq)]
pub struct WebhookConfig {
    name: WebhookName,
    channels: Selection<Channel>,
    url: EndpointUrl,
    authentication: Authentication,
    headers: CustomHeaders,
    feedback_statuses: Selection<FeedbackStatus>,
    campaigns: CampaignScope,
    paused: bool,
}

/// The parts of a [`WebhookConfig`], each valid by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct WebhookConfigParts {
    /// Descriptive name.
    pub name: WebhookName,
    /// Channels whose feedback is delivered.
    pub channels: Selection<Channel>,
    /// Where it is delivered to.
    pub url: EndpointUrl,
    /// How requests are authenticated.
    pub authentication: Authentication,
    /// Custom headers.
    pub headers: CustomHeaders,
    /// Feedback statuses that are delivered.
    pub feedback_statuses: Selection<FeedbackStatus>,
    /// Whose messages are reported.
    pub campaigns: CampaignScope,
    /// Whether events are held instead of delivered.
    pub paused: bool,
}

/// The index of a custom header that would collide with the header that carries the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenHeaderCollision(pub usize);

impl TokenHeaderCollision {
    /// What to tell the administrator at that header.
    pub fn refusal(self) -> Refusal {
        Refusal::new(
            "header-carries-token",
            "This header carries the token of the authentication; remove it here.",
        )
    }
}

impl WebhookConfig {
    /// Joins parts that do not contradict each other.
    ///
    /// # Errors
    /// [`TokenHeaderCollision`] where a custom header has the name of the header that carries the token.
    pub fn new(parts: WebhookConfigParts) -> Result<Self, TokenHeaderCollision> {
        let WebhookConfigParts {
            name,
            channels,
            url,
            authentication,
            headers,
            feedback_statuses,
            campaigns,
            paused,
        } = parts;
        if let Some(header) = authentication.token_header()
            && let Some(index) = headers.position(header)
        {
            return Err(TokenHeaderCollision(index));
        }
        Ok(Self {
            name,
            channels,
            url,
            authentication,
            headers,
            feedback_statuses,
            campaigns,
            paused,
        })
    }

    /// The same with other keys, where there is JWT authentication.
    #[must_use]
    pub fn with_token_keys(mut self, keys: TokenKeys) -> Self {
        if let Authentication::Jwt(jwt) = &mut self.authentication {
            jwt.keys = keys;
        }
        self
    }

    /// Descriptive name.
    pub fn name(&self) -> &WebhookName {
        &self.name
    }

    /// Channels whose feedback is delivered.
    pub fn channels(&self) -> &Selection<Channel> {
        &self.channels
    }

    /// Where it is delivered to.
    pub fn url(&self) -> &EndpointUrl {
        &self.url
    }

    /// How requests are authenticated.
    pub fn authentication(&self) -> &Authentication {
        &self.authentication
    }

    /// Custom headers.
    pub fn headers(&self) -> &CustomHeaders {
        &self.headers
    }

    /// Feedback statuses that are delivered.
    pub fn feedback_statuses(&self) -> &Selection<FeedbackStatus> {
        &self.feedback_statuses
    }

    /// Whose messages are reported.
    pub fn campaigns(&self) -> CampaignScope {
        self.campaigns
    }

    /// Whether events are held instead of delivered.
    pub fn is_paused(&self) -> bool {
        self.paused
    }
}

/// Who wrote something first and last, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// When it was created.
    pub created_at: Timestamp,
    /// Subject of the token that created it.
    pub created_by: String,
    /// When it was last changed.
    pub modified_at: Timestamp,
    /// Subject of the token that last changed it.
    pub modified_by: String,
}

/// A saved webhook.
#[derive(Debug, Clone, PartialEq)]
pub struct Webhook {
    /// Its id, new for each creation.
    pub id: WebhookId,
    /// The organisation and sandbox that it belongs to.
    pub key: ConfigKey,
    /// 1 when created, one more after each change.
    pub version: u64,
    /// What was configured.
    pub config: WebhookConfig,
    /// Who and when.
    pub audit: Audit,
}

impl Webhook {
    /// The public keys that its tokens can be verified with; `None` where it signs with none.
    pub fn key_set(&self) -> Option<KeySet> {
        match self.config.authentication() {
            Authentication::Jwt(jwt) => jwt.keys.key_set(self.id, self.version),
            Authentication::None
            | Authentication::StandardWebhooks(_)
            | Authentication::ClientCredentials(_) => None,
        }
    }
}

/// A campaign that has *Enable webhooks* switched on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignSwitch {
    /// The organisation and sandbox of the campaign.
    pub key: ConfigKey,
    /// The campaign.
    pub campaign: CampaignId,
    /// When it was switched on.
    pub enabled_at: Timestamp,
    /// Subject of the token that switched it on.
    pub enabled_by: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_trimmed_and_bounded_in_characters() {
        assert_eq!(
            WebhookName::parse("  Återkoppling ").unwrap().as_str(),
            "Återkoppling"
        );
        assert!(WebhookName::parse(&"å".repeat(100)).is_ok());
        for bad in ["", "   ", "a\u{0}b", "a\nb", &"x".repeat(101)] {
            assert_eq!(
                WebhookName::parse(bad).unwrap_err().code,
                "name-invalid",
                "{bad:?}"
            );
        }
    }

    #[test]
    fn future_statuses_can_be_selected() {
        let statuses = Selection::new([FeedbackStatus::parse("quarantined.v2").unwrap()]).unwrap();
        assert!(statuses.contains("quarantined.v2"));
        assert!(!statuses.contains("sent"));
        assert_eq!(
            FeedbackStatus::parse("a b").unwrap_err().code,
            "status-invalid"
        );
    }

    #[test]
    fn what_the_product_reports_unless_told_otherwise_is_found() {
        let documented = Selection::documented();
        for status in ["sent", "delivered", "bounce", "error"] {
            assert!(documented.contains(status), "{status}");
        }
    }

    #[test]
    fn nothing_selected_is_refused() {
        assert_eq!(
            Selection::<Channel>::new([]).unwrap_err().code,
            "selection-empty"
        );
    }
}
