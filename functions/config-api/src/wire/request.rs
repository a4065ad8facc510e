//! What a client sends when it creates or replaces a webhook.
//!
//! deserr reads these types; their schemas for the OpenAPI document are derived from the same fields.

use deserr::{Deserr, IntoValue, Map as _, Value, ValueKind, ValuePointerRef};
use domain::{
    config::{CampaignScope, Channel, FeedbackStatus, Selection, WebhookName},
    endpoint::EndpointUrl,
    headers::CustomHeaderName,
};
use secrecy::SecretString;
use utoipa::ToSchema;

use super::{
    client_credentials::ClientCredentialsRequest,
    fields::{Checked, HeaderList, ReadOnly, wrong_type},
    jwt::JwtRequest,
    standard_webhooks::StandardWebhooksRequest,
    unknown_type::wrong_for_every_type,
};
use crate::invalid::{Invalid, required};

/// The configuration of a webhook as a client sends it.
///
/// Members that only responses have (`id`, `createdAt` and so on) are ignored, so that what was read can be changed
/// and sent back. Any other unknown member is refused.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Invalid, rename_all = camelCase, deny_unknown_fields)]
#[schema(rename_all = "camelCase", as = WebhookRequest, examples(example))]
pub struct WebhookRequest {
    /// Descriptive name: 1 to 100 characters without control characters.
    #[schema(value_type = String, min_length = 1, max_length = 100, example = "Production feedback")]
    pub name: Checked<WebhookName>,
    /// Channels whose feedback is delivered.
    #[schema(value_type = Vec<super::response::ChannelSchema>, min_items = 1)]
    pub channels: Checked<Selection<Channel>>,
    /// The HTTPS endpoint: a public host name, the default port, no user name, password or fragment.
    #[schema(value_type = String, format = "uri", max_length = 2000, example = "https://hooks.example.com/feedback")]
    pub url: Checked<EndpointUrl>,
    /// How requests to the endpoint are authenticated.
    #[schema(value_type = AuthenticationSchema)]
    pub authentication: AuthenticationRequest,
    /// Custom headers that are sent with each request.
    #[deserr(default)]
    #[schema(value_type = Option<Vec<HeaderRequest>>, max_items = 20)]
    pub headers: Option<HeaderList<HeaderRequest>>,
    /// Feedback statuses that are delivered; `sent`, `delivered`, `bounce` and `error` unless given. Any status can be
    /// named, also one that the messaging backend introduces later.
    #[deserr(default)]
    #[schema(value_type = Option<Vec<String>>, min_items = 1, max_items = 50, example = json!(["sent", "delivered", "bounce", "error"]))]
    pub feedback_statuses: Option<Checked<Selection<FeedbackStatus>>>,
    /// Whose messages are reported: those of the campaigns that are switched on (the default), or of all campaigns.
    #[deserr(default)]
    #[schema(value_type = Option<super::response::CampaignScopeSchema>)]
    pub campaigns: Option<Checked<CampaignScope>>,
    /// Whether events are held instead of delivered, up to the days that the deployment allows. They are not unless this
    /// is true.
    #[deserr(default)]
    pub paused: Option<bool>,
    #[deserr(default)]
    #[schema(ignore)]
    id: ReadOnly,
    #[deserr(default)]
    #[schema(ignore)]
    sandbox: ReadOnly,
    #[deserr(default)]
    #[schema(ignore)]
    created_at: ReadOnly,
    #[deserr(default)]
    #[schema(ignore)]
    created_by: ReadOnly,
    #[deserr(default)]
    #[schema(ignore)]
    modified_at: ReadOnly,
    #[deserr(default)]
    #[schema(ignore)]
    modified_by: ReadOnly,
}

fn example() -> serde_json::Value {
    serde_json::json!({
        "name": "Production feedback",
        "channels": ["email", "sms"],
        "url": "https://hooks.example.com/feedback",
        "authentication": {
            "type": "jwt",
            "algorithm": "HS256",
            "secret": "at least thirty-two bytes of randomness",
            "keyId": "2026-11",
            "issuer": "feedback-webhooks",
            "audience": ["hooks.example.com"],
            "lifetimeSeconds": 300,
            "claims": {"tenant": "luma"},
        },
        "headers": [
            {"name": "X-Source", "value": "feedback"},
            {"name": "X-Api-Key", "value": "a key that nobody reads again", "secret": true},
        ],
        "feedbackStatuses": ["sent", "delivered", "bounce", "error"],
        "campaigns": "switchedOn",
    })
}

/// How requests are authenticated: the member `type` says which.
#[derive(Debug)]
pub enum AuthenticationRequest {
    /// `none`: no authentication header is added.
    None,
    /// `jwt`: a JSON Web Token in a header.
    Jwt(Box<JwtRequest>),
    /// `standardWebhooks`: a signature.
    StandardWebhooks(Box<StandardWebhooksRequest>),
    /// `oauth2ClientCredentials`: an access token of an authorization server.
    ClientCredentials(Box<ClientCredentialsRequest>),
}

/// Describes [`AuthenticationRequest`] to the OpenAPI document.
#[derive(ToSchema)]
#[schema(as = AuthenticationRequest, description = "How requests to the endpoint are authenticated.")]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum AuthenticationSchema {
    /// No authentication header is added.
    None,
    /// A JSON Web Token (RFC 7519) in a header.
    Jwt(Box<JwtRequest>),
    /// A signature of the Standard Webhooks specification in the header `webhook-signature`.
    StandardWebhooks(Box<StandardWebhooksRequest>),
    /// An access token of an OAuth 2.0 authorization server in the header `Authorization`.
    #[serde(rename = "oauth2ClientCredentials")]
    ClientCredentials(Box<ClientCredentialsRequest>),
}

/// The member `type` of an authentication.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserr)]
#[deserr(error = Invalid, rename_all = camelCase)]
#[expect(
    missing_docs,
    reason = "each is a variant of `AuthenticationRequest` and described there"
)]
pub enum AuthenticationType {
    None,
    Jwt,
    StandardWebhooks,
    #[deserr(rename = "oauth2ClientCredentials")]
    ClientCredentials,
}

#[derive(Debug, Deserr)]
#[deserr(error = Invalid, deny_unknown_fields)]
struct NoneRequest {}

impl Deserr<Invalid> for AuthenticationRequest {
    fn deserialize_from_value<V: IntoValue>(
        value: Value<V>,
        location: ValuePointerRef<'_>,
    ) -> Result<Self, Invalid> {
        let mut members = match value {
            Value::Map(members) => members,
            other => return Err(wrong_type(other, &[ValueKind::Map], location)),
        };
        let at_type = location.push_key("type");
        let kind = match members.remove("type") {
            Some(kind) => AuthenticationType::deserialize_from_value(kind.into_value(), at_type),
            None => {
                let all = "Say which: none, jwt, standardWebhooks or oauth2ClientCredentials.";
                Err(Invalid::at(at_type, required(all)))
            }
        };
        let members = Value::<V>::Map(members);
        let kind = match kind {
            Ok(kind) => kind,
            Err(mut invalid) => {
                invalid.extend(wrong_for_every_type(members, location));
                return Err(invalid);
            }
        };
        match kind {
            AuthenticationType::None => NoneRequest::deserialize_from_value(members, location)
                .map(|NoneRequest {}| Self::None),
            AuthenticationType::Jwt => JwtRequest::deserialize_from_value(members, location)
                .map(|jwt| Self::Jwt(Box::new(jwt))),
            AuthenticationType::StandardWebhooks => {
                StandardWebhooksRequest::deserialize_from_value(members, location)
                    .map(|signature| Self::StandardWebhooks(Box::new(signature)))
            }
            AuthenticationType::ClientCredentials => {
                ClientCredentialsRequest::deserialize_from_value(members, location)
                    .map(|client| Self::ClientCredentials(Box::new(client)))
            }
        }
    }
}

/// A custom header as a client sends it.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Invalid, rename_all = camelCase, deny_unknown_fields)]
#[schema(rename_all = "camelCase")]
pub struct HeaderRequest {
    /// A field name (RFC 9110) that neither the connection nor this service uses; not told apart by case.
    #[schema(value_type = String, min_length = 1, max_length = 128, example = "X-Api-Key")]
    pub name: Checked<CustomHeaderName>,
    /// 1 to 2,048 visible ASCII characters, with spaces inside only. Needed, but for a secret header of a replacement,
    /// which keeps its saved value.
    #[deserr(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 2048)]
    pub value: Option<Checked<SecretString>>,
    /// Whether the value is write-only: encrypted, and never returned. It is not unless this is true.
    #[deserr(default)]
    pub secret: Option<bool>,
    #[deserr(default)]
    #[schema(ignore)]
    value_set_at: ReadOnly,
}
