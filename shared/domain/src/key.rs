//! What identifies things: organisation, sandbox, webhook and campaign.

use serde::{Deserialize, Serialize};

use crate::{Refusal, text_type};

/// Longest identifier that we store, in bytes; DynamoDB allows 1,024 for a whole sort key, which joins two of them.
const IDENTIFIER_MAX_BYTES: usize = 128;

/// An organisation, for example `0123456789ABCDEF@AdobeOrg`; opaque and case-sensitive.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OrgId(String);
text_type!(OrgId);

impl OrgId {
    /// Takes 1 to 128 visible ASCII characters other than `#`, which joins the parts of a table key.
    ///
    /// # Errors
    /// `organisation-invalid` for anything else.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        identifier(text).map(Self).ok_or_else(|| {
            Refusal::new(
                "organisation-invalid",
                "The organisation must be 1 to 128 visible ASCII characters other than '#'.",
            )
        })
    }
}

/// A sandbox's name, for example `prod`: lowercase letters, digits and hyphens.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SandboxName(String);
text_type!(SandboxName);

impl SandboxName {
    /// Takes 1 to 128 lowercase ASCII letters, digits and hyphens.
    ///
    /// # Errors
    /// `sandbox-invalid` for anything else.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let legal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if (1..=IDENTIFIER_MAX_BYTES).contains(&text.len()) && text.bytes().all(legal) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Refusal::new(
                "sandbox-invalid",
                "The sandbox name must be 1 to 128 lowercase letters, digits and hyphens.",
            ))
        }
    }
}

/// A campaign's id as the messaging backend gives it; opaque and case-sensitive.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CampaignId(String);
text_type!(CampaignId);

impl CampaignId {
    /// Takes 1 to 128 visible ASCII characters other than `#`.
    ///
    /// # Errors
    /// `campaign-invalid` for anything else.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        identifier(text).map(Self).ok_or_else(|| {
            Refusal::new(
                "campaign-invalid",
                "The campaign id must be 1 to 128 visible ASCII characters other than '#'.",
            )
        })
    }
}

fn identifier(text: &str) -> Option<String> {
    let legal = |byte: u8| byte.is_ascii_graphic() && byte != b'#';
    ((1..=IDENTIFIER_MAX_BYTES).contains(&text.len()) && text.bytes().all(legal))
        .then(|| text.to_owned())
}

/// What a configuration belongs to. There is at most one webhook for each key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConfigKey {
    /// The organisation, from a verified token or from a feedback event.
    pub org: OrgId,
    /// The sandbox within the organisation.
    pub sandbox: SandboxName,
}

/// A webhook's id. A webhook that is deleted and created again gets a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WebhookId(uuid::Uuid);

impl WebhookId {
    /// Wraps a UUID that the caller made.
    pub fn new(uuid: uuid::Uuid) -> Self {
        Self(uuid)
    }

    /// Reads a hyphenated UUID; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }
}

impl std::fmt::Display for WebhookId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn organisations_are_opaque_but_visible_ascii() {
        for good in ["myImsOrg", "0123456789ABCDEF@AdobeOrg", &"x".repeat(128)] {
            assert_eq!(OrgId::parse(good).map(String::from).as_deref(), Ok(good));
        }
        for bad in ["", " ", "a b", "a#b", "ö", "a\n", &"x".repeat(129)] {
            assert_eq!(
                OrgId::parse(bad).unwrap_err().code,
                "organisation-invalid",
                "{bad:?}"
            );
            assert_eq!(
                CampaignId::parse(bad).unwrap_err().code,
                "campaign-invalid",
                "{bad:?}"
            );
        }
    }

    #[test]
    fn sandbox_names_are_lowercase() {
        assert!(SandboxName::parse("prod-2").is_ok());
        for bad in ["", "Prod", "a b", "a#b", "å"] {
            assert_eq!(
                SandboxName::parse(bad).unwrap_err().code,
                "sandbox-invalid",
                "{bad:?}"
            );
        }
    }
}
