//! Stored items and their translation to and from the domain.
//!
//! Partition key: the organisation. Sort key: kind and sandbox. A stored item is read through the domain's own
//! constructors, so nothing invalid gets out of the table, whoever wrote it.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    Refusal,
    config::{
        Audit, CampaignScope, CampaignSwitch, Channel, FeedbackStatus, Selection, Webhook,
        WebhookConfig, WebhookConfigParts, WebhookName,
    },
    endpoint::EndpointUrl,
    headers::{CustomHeader, CustomHeaderName, CustomHeaderValue, CustomHeaders, header_value},
    key::{CampaignId, ConfigKey, OrgId, SandboxName, WebhookId},
    secret::SealedSecret,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    UnreadableItem,
    authentication_item::{AuthenticationParts, ClientCredentialsItem, Kind, StandardWebhooksItem},
    jwt_item::JwtItem,
};

pub(crate) type Attributes = HashMap<String, AttributeValue>;

/// Beginning of the sort key of every webhook.
pub(crate) const WEBHOOK_PREFIX: &str = "webhook#";

pub(crate) fn webhook_sort_key(sandbox: &SandboxName) -> String {
    format!("{WEBHOOK_PREFIX}{sandbox}")
}

pub(crate) fn campaign_sort_key(sandbox: &SandboxName, campaign: &CampaignId) -> String {
    format!("{}{campaign}", campaign_prefix(sandbox))
}

/// Beginning of the sort key of every switch of a sandbox.
pub(crate) fn campaign_prefix(sandbox: &SandboxName) -> String {
    format!("campaign#{sandbox}#")
}

pub(crate) fn webhook_to_item(webhook: &Webhook) -> Result<Attributes, UnreadableItem> {
    to_attributes(
        &WebhookItem::from(webhook),
        &webhook_sort_key(&webhook.key.sandbox),
    )
}

pub(crate) fn webhook_from_item(item: Attributes) -> Result<Webhook, UnreadableItem> {
    let sort_key = sort_key(&item);
    let unreadable = |problem| UnreadableItem {
        sort_key: sort_key.clone(),
        problem,
    };
    let webhook: Webhook = from_attributes::<WebhookItem>(item, &sort_key)?
        .try_into()
        .map_err(|refusal: Refusal| unreadable(refusal.message))?;
    // Its secrets are opened for the sandbox that it names, its events are those of the sandbox that it is found under.
    if sort_key != webhook_sort_key(&webhook.key.sandbox) {
        return Err(unreadable("the webhook is another sandbox's".to_owned()));
    }
    Ok(webhook)
}

pub(crate) fn switch_to_item(switch: &CampaignSwitch) -> Result<Attributes, UnreadableItem> {
    let sort_key = campaign_sort_key(&switch.key.sandbox, &switch.campaign);
    to_attributes(&SwitchItem::from(switch), &sort_key)
}

pub(crate) fn switch_from_item(item: Attributes) -> Result<CampaignSwitch, UnreadableItem> {
    let sort_key = sort_key(&item);
    from_attributes::<SwitchItem>(item, &sort_key).map(CampaignSwitch::from)
}

/// The sort key, for messages.
pub(crate) fn sort_key(item: &Attributes) -> String {
    item.get("sk")
        .and_then(|value| value.as_s().ok())
        .cloned()
        .unwrap_or_default()
}

pub(crate) fn to_attributes(
    item: &impl Serialize,
    sort_key: &str,
) -> Result<Attributes, UnreadableItem> {
    serde_dynamo::to_item(item).map_err(|error| UnreadableItem {
        sort_key: sort_key.to_owned(),
        problem: error.to_string(),
    })
}

pub(crate) fn from_attributes<T: DeserializeOwned>(
    item: Attributes,
    sort_key: &str,
) -> Result<T, UnreadableItem> {
    let item = serde_dynamo::AttributeValue::M(serde_dynamo::Item::from(item).into());
    let deserializer = serde_dynamo::Deserializer::from_attribute_value(item);
    serde_path_to_error::deserialize(deserializer).map_err(|error| {
        // Messages of serde and of parsers repeat what they cannot read, so only the place is told.
        UnreadableItem {
            sort_key: sort_key.to_owned(),
            problem: format!("`{}` is of another form, or lacks a part", error.path()),
        }
    })
}

#[derive(Serialize, Deserialize)]
pub(crate) struct WebhookItem {
    pk: OrgId,
    sk: String,
    sandbox: SandboxName,
    id: WebhookId,
    version: u64,
    name: WebhookName,
    channels: Vec<Channel>,
    url: EndpointUrl,
    /// Absent from items that were written when there were two kinds, told apart by `jwt`.
    #[serde(default)]
    authentication: Option<Kind>,
    jwt: Option<JwtItem>,
    #[serde(default)]
    standard_webhooks: Option<StandardWebhooksItem>,
    #[serde(default)]
    client_credentials: Option<ClientCredentialsItem>,
    headers: Vec<HeaderItem>,
    feedback_statuses: Vec<FeedbackStatus>,
    campaigns: CampaignScope,
    #[serde(default)]
    paused: bool,
    created_at: Timestamp,
    created_by: String,
    modified_at: Timestamp,
    modified_by: String,
}

#[derive(Serialize, Deserialize)]
struct HeaderItem {
    name: String,
    value: Option<String>,
    secret: Option<SealedItem>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct SealedItem {
    #[serde(with = "serde_bytes")]
    ciphertext: Vec<u8>,
    set_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct SwitchItem {
    pk: OrgId,
    sk: String,
    sandbox: SandboxName,
    campaign: CampaignId,
    enabled_at: Timestamp,
    enabled_by: String,
}

impl From<&Webhook> for WebhookItem {
    fn from(webhook: &Webhook) -> Self {
        let config = &webhook.config;
        let authentication = AuthenticationParts::from(config.authentication());
        Self {
            pk: webhook.key.org.clone(),
            sk: webhook_sort_key(&webhook.key.sandbox),
            sandbox: webhook.key.sandbox.clone(),
            id: webhook.id,
            version: webhook.version,
            name: config.name().clone(),
            channels: config.channels().iter().copied().collect(),
            url: config.url().clone(),
            authentication: authentication.kind,
            jwt: authentication.jwt,
            standard_webhooks: authentication.standard_webhooks,
            client_credentials: authentication.client_credentials,
            headers: config.headers().iter().map(HeaderItem::from).collect(),
            feedback_statuses: config.feedback_statuses().iter().cloned().collect(),
            campaigns: config.campaigns(),
            paused: config.is_paused(),
            created_at: webhook.audit.created_at,
            created_by: webhook.audit.created_by.clone(),
            modified_at: webhook.audit.modified_at,
            modified_by: webhook.audit.modified_by.clone(),
        }
    }
}

impl TryFrom<WebhookItem> for Webhook {
    type Error = Refusal;

    fn try_from(item: WebhookItem) -> Result<Self, Refusal> {
        let headers = item
            .headers
            .into_iter()
            .map(CustomHeader::try_from)
            .collect::<Result<_, _>>()?;
        let config = WebhookConfig::new(WebhookConfigParts {
            name: item.name,
            channels: Selection::new(item.channels)?,
            url: item.url,
            authentication: AuthenticationParts {
                kind: item.authentication,
                jwt: item.jwt,
                standard_webhooks: item.standard_webhooks,
                client_credentials: item.client_credentials,
            }
            .try_into()?,
            headers: CustomHeaders::new(headers).map_err(|(_, refusal)| refusal)?,
            feedback_statuses: Selection::new(item.feedback_statuses)?,
            campaigns: item.campaigns,
            paused: item.paused,
        })
        .map_err(|collision| collision.refusal())?;
        Ok(Self {
            id: item.id,
            key: ConfigKey {
                org: item.pk,
                sandbox: item.sandbox,
            },
            version: item.version,
            config,
            audit: Audit {
                created_at: item.created_at,
                created_by: item.created_by,
                modified_at: item.modified_at,
                modified_by: item.modified_by,
            },
        })
    }
}

impl From<&CustomHeader> for HeaderItem {
    fn from(header: &CustomHeader) -> Self {
        let name = header.name.as_written().to_owned();
        match &header.value {
            CustomHeaderValue::Plain(value) => Self {
                name,
                value: value.to_str().ok().map(str::to_owned),
                secret: None,
            },
            CustomHeaderValue::Secret(sealed) => Self {
                name,
                value: None,
                secret: Some(SealedItem::from(sealed)),
            },
        }
    }
}

impl TryFrom<HeaderItem> for CustomHeader {
    type Error = Refusal;

    fn try_from(item: HeaderItem) -> Result<Self, Refusal> {
        let value = match (item.secret, item.value) {
            (Some(sealed), None) => CustomHeaderValue::Secret(sealed.into()),
            (None, Some(value)) => CustomHeaderValue::Plain(header_value(&value)?),
            _ => {
                return Err(Refusal::new(
                    "header-value-invalid",
                    "A header has no value, or two.",
                ));
            }
        };
        Ok(Self {
            name: CustomHeaderName::parse(&item.name)?,
            value,
        })
    }
}

impl From<&SealedSecret> for SealedItem {
    fn from(sealed: &SealedSecret) -> Self {
        Self {
            ciphertext: sealed.ciphertext.clone(),
            set_at: sealed.set_at,
        }
    }
}

impl From<SealedItem> for SealedSecret {
    fn from(item: SealedItem) -> Self {
        Self {
            ciphertext: item.ciphertext,
            set_at: item.set_at,
        }
    }
}

impl From<&CampaignSwitch> for SwitchItem {
    fn from(switch: &CampaignSwitch) -> Self {
        Self {
            pk: switch.key.org.clone(),
            sk: campaign_sort_key(&switch.key.sandbox, &switch.campaign),
            sandbox: switch.key.sandbox.clone(),
            campaign: switch.campaign.clone(),
            enabled_at: switch.enabled_at,
            enabled_by: switch.enabled_by.clone(),
        }
    }
}

impl From<SwitchItem> for CampaignSwitch {
    fn from(item: SwitchItem) -> Self {
        Self {
            key: ConfigKey {
                org: item.pk,
                sandbox: item.sandbox,
            },
            campaign: item.campaign,
            enabled_at: item.enabled_at,
            enabled_by: item.enabled_by,
        }
    }
}
