//! What the API answers. No type here has a place for a secret that is stored.

use domain::{
    config::{Authentication, CampaignScope, CampaignSwitch, Channel, FeedbackStatus, Webhook},
    headers::{CustomHeader, CustomHeaderValue},
    key::{CampaignId, SandboxName, WebhookId},
};
use jiff::Timestamp;
use secrecy::SecretString;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    client_credentials::ClientCredentialsResponse, health::HealthResponse, jwt::JwtResponse,
    standard_webhooks::StandardWebhooksResponse,
};

/// A saved webhook.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Webhook)]
pub struct WebhookResponse<'a> {
    /// Its id; a webhook that is deleted and created again gets a new one.
    #[schema(value_type = String, format = "uuid")]
    id: WebhookId,
    /// The sandbox that it belongs to.
    #[schema(value_type = String, example = "prod")]
    sandbox: &'a SandboxName,
    /// Descriptive name.
    #[schema(example = "Production feedback")]
    name: &'a str,
    /// Channels whose feedback is delivered.
    #[schema(value_type = Vec<ChannelSchema>)]
    channels: Vec<Channel>,
    /// The endpoint, in normalised form.
    #[schema(format = "uri", example = "https://hooks.example.com/feedback")]
    url: &'a str,
    /// How requests are authenticated.
    authentication: AuthenticationResponse<'a>,
    /// Custom headers.
    headers: Vec<HeaderResponse<'a>>,
    /// Feedback statuses that are delivered.
    #[schema(value_type = Vec<String>, example = json!(["bounce", "delivered", "error", "sent"]))]
    feedback_statuses: Vec<&'a FeedbackStatus>,
    /// Whose messages are reported.
    #[schema(value_type = CampaignScopeSchema)]
    campaigns: CampaignScope,
    /// Whether events are held instead of delivered.
    paused: bool,
    /// When it was created.
    #[schema(value_type = String, format = "date-time")]
    created_at: Timestamp,
    /// Who created it.
    #[schema(example = "admin@example.com")]
    created_by: &'a str,
    /// When it was last replaced.
    #[schema(value_type = String, format = "date-time")]
    modified_at: Timestamp,
    /// Who last replaced it.
    #[schema(example = "admin@example.com")]
    modified_by: &'a str,
}

/// How requests to the endpoint are authenticated.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "camelCase")]
#[schema(as = Authentication)]
enum AuthenticationResponse<'a> {
    /// No authentication header is added.
    None,
    /// A JSON Web Token in a header.
    Jwt(Box<JwtResponse<'a>>),
    /// A signature of the Standard Webhooks specification.
    StandardWebhooks(Box<StandardWebhooksResponse<'a>>),
    /// An access token of an OAuth 2.0 authorization server.
    #[serde(rename = "oauth2ClientCredentials")]
    ClientCredentials(Box<ClientCredentialsResponse<'a>>),
}

/// A custom header; one with a secret value says when that was set.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Header)]
struct HeaderResponse<'a> {
    /// Its name as it was written.
    #[schema(example = "X-Source")]
    name: &'a str,
    /// Its value, unless secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    value: Option<String>,
    /// Whether the value is write-only.
    secret: bool,
    /// When the secret value was set.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "date-time", nullable = false)]
    value_set_at: Option<Timestamp>,
}

/// A saved webhook, with the health of its endpoint.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListedWebhook)]
pub struct ListedWebhookResponse<'a> {
    /// The webhook.
    #[serde(flatten)]
    pub webhook: WebhookResponse<'a>,
    /// The health of its endpoint.
    pub health: HealthResponse,
}

/// A part of an organisation's webhooks, ordered by their sandboxes' names.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookPage)]
pub struct PageResponse<'a> {
    /// The webhooks of this part.
    pub items: Vec<ListedWebhookResponse<'a>>,
    /// What follows.
    #[serde(rename = "_page")]
    pub page: PageInfo,
}

/// Where a part of a list ends.
#[derive(Debug, Serialize, ToSchema)]
pub struct PageInfo {
    /// The `cursor` of the next part; null at the end.
    #[schema(example = "cHJvZA")]
    pub next: Option<String>,
    /// How many items this part has.
    pub count: usize,
}

/// A campaign that has *Enable webhooks* switched on.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CampaignSwitch)]
pub struct SwitchResponse<'a> {
    /// The campaign.
    #[schema(value_type = String, example = "16f24a15-7e21-477c-848a-d5695ca7f137")]
    campaign_id: &'a CampaignId,
    /// Its sandbox.
    #[schema(value_type = String, example = "prod")]
    sandbox: &'a SandboxName,
    /// Always true: a campaign that is switched off has no switch.
    enabled: bool,
    /// When it was switched on.
    #[schema(value_type = String, format = "date-time")]
    enabled_at: Timestamp,
    /// Who switched it on.
    #[schema(example = "author@example.com")]
    enabled_by: &'a str,
}

/// A part of a sandbox's campaigns that are switched on, ordered by their ids.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CampaignSwitchPage)]
pub struct SwitchPageResponse<'a> {
    /// The switches of this part.
    pub items: Vec<SwitchResponse<'a>>,
    /// What follows.
    #[serde(rename = "_page")]
    pub page: PageInfo,
}

/// A channel.
#[derive(ToSchema)]
#[schema(as = Channel, rename_all = "lowercase")]
#[expect(
    missing_docs,
    reason = "the names are those of the domain's type, which this describes to the OpenAPI document"
)]
pub enum ChannelSchema {
    Email,
    Sms,
}

/// Whose messages are reported.
#[derive(ToSchema)]
#[schema(as = CampaignScope, rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "the names are those of the domain's type, which this describes to the OpenAPI document"
)]
pub enum CampaignScopeSchema {
    SwitchedOn,
    All,
}

impl<'a> From<&'a Webhook> for WebhookResponse<'a> {
    fn from(webhook: &'a Webhook) -> Self {
        let config = &webhook.config;
        Self {
            id: webhook.id,
            sandbox: &webhook.key.sandbox,
            name: config.name().as_str(),
            channels: config.channels().iter().copied().collect(),
            url: config.url().as_str(),
            authentication: AuthenticationResponse::new(webhook),
            headers: config.headers().iter().map(HeaderResponse::from).collect(),
            feedback_statuses: config.feedback_statuses().iter().collect(),
            campaigns: config.campaigns(),
            paused: config.is_paused(),
            created_at: webhook.audit.created_at,
            created_by: &webhook.audit.created_by,
            modified_at: webhook.audit.modified_at,
            modified_by: &webhook.audit.modified_by,
        }
    }
}

impl<'a> WebhookResponse<'a> {
    /// Shows the secret that this request had generated.
    pub fn with_generated_secret(mut self, generated: Option<&'a SecretString>) -> Self {
        if let AuthenticationResponse::StandardWebhooks(signature) = &mut self.authentication {
            signature.generated_secret = generated;
        }
        self
    }
}

impl<'a> AuthenticationResponse<'a> {
    fn new(webhook: &'a Webhook) -> Self {
        match webhook.config.authentication() {
            Authentication::None => Self::None,
            Authentication::Jwt(jwt) => Self::Jwt(Box::new(JwtResponse::new(jwt, webhook.id))),
            Authentication::StandardWebhooks(signature) => {
                Self::StandardWebhooks(Box::new(signature.as_ref().into()))
            }
            Authentication::ClientCredentials(client) => {
                Self::ClientCredentials(Box::new(client.as_ref().into()))
            }
        }
    }
}

impl<'a> From<&'a CustomHeader> for HeaderResponse<'a> {
    fn from(header: &'a CustomHeader) -> Self {
        let (value, value_set_at) = match &header.value {
            CustomHeaderValue::Plain(value) => (value.to_str().ok().map(str::to_owned), None),
            CustomHeaderValue::Secret(sealed) => (None, Some(sealed.set_at)),
        };
        Self {
            name: header.name.as_written(),
            value,
            secret: value_set_at.is_some(),
            value_set_at,
        }
    }
}

impl<'a> From<&'a CampaignSwitch> for SwitchResponse<'a> {
    fn from(switch: &'a CampaignSwitch) -> Self {
        Self {
            campaign_id: &switch.campaign,
            sandbox: &switch.key.sandbox,
            enabled: true,
            enabled_at: switch.enabled_at,
            enabled_by: &switch.enabled_by,
        }
    }
}
