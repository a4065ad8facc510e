//! The words of the product: organisations, sandboxes, webhook configurations and feedback events.
//!
//! Every type here is valid once it exists: a private field, one fallible constructor, and nobody checks again.
//! No AWS, no HTTP client, no runtime, no clock and no randomness: what needs one of them takes it as an argument.

pub mod config;
pub mod endpoint;
pub mod event;
pub mod headers;
pub mod health;
pub mod jwk;
pub mod jwt;
pub mod key;
pub mod oauth;
pub mod payload;
pub mod secret;
pub mod standard_webhooks;
pub mod token_keys;

/// Why a value was refused, in words that an administrator understands.
///
/// The configuration API shows both parts at the field that they concern; `code` is stable, `message` may be reworded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// Machine-readable reason in kebab case, for example `url-not-https`.
    pub code: &'static str,
    /// One sentence; it never repeats the refused value, which may be a secret.
    pub message: String,
}

impl Refusal {
    /// A refusal with its stable code and its sentence.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

/// Writes the plumbing of a text type: `Display`, `AsRef<str>`, and serde through its `parse` constructor.
macro_rules! text_type {
    ($name:ident) => {
        impl $name {
            /// The text as it was given.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::Refusal;

            fn try_from(text: String) -> Result<Self, $crate::Refusal> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> String {
                value.0
            }
        }
    };
}
pub(crate) use text_type;
