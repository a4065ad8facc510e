//! Authentication by OAuth 2.0 client credentials: what a client sends, and what it is answered.

use deserr::Deserr;
use domain::{
    endpoint::EndpointUrl,
    oauth::{
        ClientAuthentication, ClientCredentials, ClientId, Scope, TokenAudience,
        check_client_secret,
    },
};
use jiff::Timestamp;
use secrecy::SecretString;
use serde::Serialize;
use utoipa::ToSchema;

use super::fields::{Checked, Field, ReadOnly, Refused};
use crate::invalid::Invalid;

/// OAuth 2.0 client credentials (RFC 6749 section 4.4) as a client sends them.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Invalid, rename_all = camelCase, deny_unknown_fields)]
#[schema(rename_all = "camelCase")]
pub struct ClientCredentialsRequest {
    /// The authorization server's token endpoint; the rules are those of the webhook's own URL.
    #[schema(value_type = String, format = "uri", max_length = 2000, example = "https://login.example.com/oauth2/token")]
    pub token_url: Checked<EndpointUrl>,
    /// The client's id.
    #[schema(value_type = String, min_length = 1, max_length = 512, example = "feedback-webhooks")]
    pub client_id: Checked<ClientId>,
    /// The client's secret. Left out of a replacement, the saved one is kept as long as token URL and client id stay.
    #[deserr(default)]
    #[schema(value_type = Option<String>, write_only, format = "password", max_length = 1024)]
    pub client_secret: Option<Checked<ClientSecret>>,
    /// Where id and secret stand in the token request (RFC 6749 section 2.3.1): in the header `Authorization` (`basic`,
    /// the default) or in its body.
    #[deserr(default)]
    #[schema(value_type = Option<ClientAuthenticationSchema>)]
    pub client_authentication: Option<Checked<ClientAuthentication>>,
    /// `scope`: words separated by single spaces. Without it the server chooses.
    #[deserr(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 2000, example = "feedback:write")]
    pub scope: Option<Checked<Scope>>,
    /// `audience`: the service that the token is meant for, where the server asks for it.
    #[deserr(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 2000, example = "https://hooks.example.com")]
    pub audience: Option<Checked<TokenAudience>>,
    #[deserr(default)]
    #[schema(ignore)]
    client_secret_set_at: ReadOnly,
}

/// A client's secret of legal characters.
#[derive(Debug)]
pub struct ClientSecret(pub SecretString);

impl Field for ClientSecret {
    type Raw = String;

    fn check(text: String) -> Result<Self, Refused> {
        check_client_secret(&text)?;
        Ok(Self(text.into()))
    }
}

/// OAuth 2.0 client credentials; instead of the secret they say when that was set.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ClientCredentials)]
pub(crate) struct ClientCredentialsResponse<'a> {
    /// The authorization server's token endpoint, in normalised form.
    #[schema(format = "uri", example = "https://login.example.com/oauth2/token")]
    token_url: &'a str,
    /// The client's id.
    #[schema(example = "feedback-webhooks")]
    client_id: &'a str,
    /// When the client's secret was set.
    #[schema(value_type = String, format = "date-time")]
    client_secret_set_at: Timestamp,
    /// Where id and secret stand in the token request.
    #[schema(value_type = ClientAuthenticationSchema)]
    client_authentication: ClientAuthentication,
    /// `scope` of the token request.
    #[schema(example = "feedback:write")]
    scope: Option<&'a str>,
    /// `audience` of the token request.
    #[schema(example = "https://hooks.example.com")]
    audience: Option<&'a str>,
}

/// Where client id and secret stand in the token request.
#[derive(ToSchema)]
#[schema(as = ClientAuthentication, rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the names are those of the domain's type, which this describes to the OpenAPI document"
)]
pub enum ClientAuthenticationSchema {
    Basic,
    Body,
}

impl<'a> From<&'a ClientCredentials> for ClientCredentialsResponse<'a> {
    fn from(client: &'a ClientCredentials) -> Self {
        Self {
            token_url: client.token_url.as_str(),
            client_id: client.client_id.as_str(),
            client_secret_set_at: client.client_secret.set_at,
            client_authentication: client.client_authentication,
            scope: client.scope.as_ref().map(AsRef::as_ref),
            audience: client.audience.as_ref().map(AsRef::as_ref),
        }
    }
}
