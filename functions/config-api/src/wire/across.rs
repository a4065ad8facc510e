//! The members that checks look at together, each read by itself, so that a fault elsewhere does not hide what is wrong
//! between them.

use deserr::Deserr;
use domain::{
    endpoint::EndpointUrl,
    headers::CustomHeaderName,
    jwt::{Algorithm, TokenText},
    oauth::ClientId,
    standard_webhooks::SignatureScheme,
};
use secrecy::SecretString;

use super::{
    client_credentials::ClientSecret,
    fields::{Checked, HeaderList, Readable, TokenHeaderName},
    request::AuthenticationType,
};
use crate::invalid::Invalid;

/// A member that may be left out; what is inside of `Readable` is `None` if it was.
pub type Optional<T> = Readable<Option<T>>;

impl<T> Optional<T> {
    /// Whether the member is not there, or null. One that is there and cannot be read is not left out.
    pub fn is_left_out(&self) -> bool {
        matches!(self, Readable(Some(None)))
    }
}

/// What [`super::request::WebhookRequest`] has of them.
#[derive(Debug, Deserr)]
#[deserr(error = Invalid, rename_all = camelCase)]
pub struct Across {
    /// The endpoint.
    #[deserr(default)]
    pub url: Readable<Checked<EndpointUrl>>,
    /// The authentication.
    #[deserr(default)]
    pub authentication: Readable<AuthenticationMembers>,
    /// The headers.
    #[deserr(default)]
    pub headers: Optional<HeaderList<Readable<HeaderMembers>>>,
}

/// What the authentications have of them, whatever their type.
#[derive(Debug, Default, Deserr)]
#[deserr(error = Invalid, rename_all = camelCase)]
pub struct AuthenticationMembers {
    /// Which one it is.
    #[deserr(default, rename = "type")]
    pub kind: Readable<AuthenticationType>,
    /// Of JWT.
    #[deserr(default)]
    pub algorithm: Readable<Checked<Algorithm>>,
    /// Of JWT, and of a signature.
    #[deserr(default = left_out())]
    pub secret: Optional<Checked<SecretString>>,
    /// Of JWT.
    #[deserr(default = left_out())]
    pub private_key: Optional<Checked<SecretString>>,
    /// Of JWT.
    #[deserr(default = left_out())]
    pub generate_key: Optional<bool>,
    /// Of JWT.
    #[deserr(default = left_out())]
    pub key_id: Optional<Checked<TokenText>>,
    /// Of JWT.
    #[deserr(default = left_out())]
    pub header_name: Optional<Checked<TokenHeaderName>>,
    /// Of a signature.
    #[deserr(default = left_out())]
    pub scheme: Optional<Checked<SignatureScheme>>,
    /// Of a signature.
    #[deserr(default = left_out())]
    pub generate_secret: Optional<bool>,
    /// Of a signature.
    #[deserr(default = left_out())]
    pub keep_previous: Optional<bool>,
    /// Of client credentials.
    #[deserr(default)]
    pub token_url: Readable<Checked<EndpointUrl>>,
    /// Of client credentials.
    #[deserr(default)]
    pub client_id: Readable<Checked<ClientId>>,
    /// Of client credentials.
    #[deserr(default = left_out())]
    pub client_secret: Optional<Checked<ClientSecret>>,
}

/// What [`super::request::HeaderRequest`] has of them.
#[derive(Debug, Deserr)]
#[deserr(error = Invalid, rename_all = camelCase)]
pub struct HeaderMembers {
    /// The name.
    #[deserr(default)]
    pub name: Readable<Checked<CustomHeaderName>>,
    /// The value.
    #[deserr(default = left_out())]
    pub value: Optional<Checked<SecretString>>,
    /// Whether the value is write-only.
    #[deserr(default = left_out())]
    pub secret: Optional<bool>,
}

/// What [`super::jwt::NextKeyRequest`] has of them.
#[derive(Debug, Deserr)]
#[deserr(error = Invalid, rename_all = camelCase)]
pub struct NextKeyMembers {
    /// The key that is given.
    #[deserr(default = left_out())]
    pub private_key: Optional<Checked<SecretString>>,
    /// Whether one is made.
    #[deserr(default = left_out())]
    pub generate_key: Optional<bool>,
}

/// An optional member that is not there, which is no fault.
pub(crate) fn left_out<T>() -> Optional<T> {
    Readable(Some(None))
}
