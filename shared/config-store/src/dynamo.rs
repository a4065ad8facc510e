//! How DynamoDB keeps configurations and switches. It is called here, in `dynamo_health` and in `dynamo_key_set` only,
//! where every condition expression stands.

use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::{
    Client,
    error::{BuildError, ProvideErrorMetadata, SdkError},
    types::{AttributeValue, Delete, KeysAndAttributes, Put, TransactWriteItem},
};
use domain::{
    config::{CampaignSwitch, Webhook},
    key::{CampaignId, ConfigKey, OrgId, SandboxName, WebhookId},
};

use crate::{
    CampaignStore, ConfigLookup, ConfigStore, Found, StoreError, SwitchPage, Wanted, WebhookPage,
    health_item::{health_from_item, health_sort_key},
    item::{self, Attributes},
};

/// Most keys of one `BatchGetItem` (Amazon DynamoDB API Reference).
const BATCH_GET_MAX_KEYS: usize = 100;
/// How often keys that DynamoDB left unprocessed are asked for again, with growing pauses; the caller's queue retries
/// later anyway.
const BATCH_GET_MAX_ROUNDS: u32 = 5;
/// First pause before unprocessed keys are asked for again, in milliseconds; it doubles each time.
const BATCH_GET_FIRST_PAUSE_MS: u64 = 25;

/// Names of the template's tables. Both have the partition key `pk` and the sort key `sk`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tables {
    /// Webhooks, their key sets and campaign switches: what administrators want. Only the configuration API writes it.
    pub configurations: String,
    /// The health of endpoints: what delivery finds out. Only delivery writes it.
    pub findings: String,
}

/// The tables of the template.
#[derive(Debug, Clone)]
pub struct DynamoStore {
    pub(crate) client: Client,
    pub(crate) tables: Tables,
}

impl DynamoStore {
    /// Uses the tables of these names; retries and time limits are the client's.
    pub fn new(client: Client, tables: Tables) -> Self {
        Self { client, tables }
    }

    pub(crate) async fn item(
        &self,
        table: &str,
        org: &OrgId,
        sort_key: String,
    ) -> Result<Option<Attributes>, StoreError> {
        self.read_item(table, primary_key(org, sort_key)).await
    }

    pub(crate) async fn read_item(
        &self,
        table: &str,
        key: Attributes,
    ) -> Result<Option<Attributes>, StoreError> {
        let answer = self
            .client
            .get_item()
            .table_name(table)
            .set_key(Some(key))
            .consistent_read(true)
            .send()
            .await
            .map_err(unavailable)?;
        Ok(answer.item)
    }

    /// Reads up to [`BATCH_GET_MAX_KEYS`] items, each key with its table; asks again for those that DynamoDB leaves out.
    async fn batch(&self, keys: &[(&str, Attributes)]) -> Result<Vec<Attributes>, StoreError> {
        let mut items = Vec::with_capacity(keys.len());
        let mut remaining = HashMap::new();
        for (table, keys) in by_table(keys) {
            let request = KeysAndAttributes::builder()
                .set_keys(Some(keys))
                .build()
                .map_err(|error| StoreError::Unavailable(Box::new(error)))?;
            remaining.insert(table, request);
        }
        for round in 0..BATCH_GET_MAX_ROUNDS {
            if round > 0 {
                tokio::time::sleep(Duration::from_millis(BATCH_GET_FIRST_PAUSE_MS << round)).await;
            }
            let answer = self
                .client
                .batch_get_item()
                .set_request_items(Some(remaining))
                .send()
                .await
                .map_err(unavailable)?;
            items.extend(answer.responses.unwrap_or_default().into_values().flatten());
            remaining = answer.unprocessed_keys.unwrap_or_default();
            if remaining.is_empty() {
                return Ok(items);
            }
        }
        Err(StoreError::Unavailable(
            "DynamoDB left keys unprocessed".into(),
        ))
    }
}

/// Of the webhook that a write replaces or deletes.
const IS_OF_VERSION: &str = "id = :id AND version = :version";

impl ConfigStore for DynamoStore {
    async fn create(&self, webhook: &Webhook) -> Result<(), StoreError> {
        let put = Put::builder()
            .table_name(&self.tables.configurations)
            .set_item(Some(item::webhook_to_item(webhook)?))
            .condition_expression("attribute_not_exists(pk)")
            .build()
            .map_err(incomplete)?;
        let write = TransactWriteItem::builder().put(put).build();
        self.write_with_key_set(write, webhook.id, webhook.key_set())
            .await?
            .ok_or(StoreError::AlreadyExists)
    }

    async fn read(&self, key: &ConfigKey) -> Result<Option<Webhook>, StoreError> {
        let found = self
            .item(
                &self.tables.configurations,
                &key.org,
                item::webhook_sort_key(&key.sandbox),
            )
            .await?;
        Ok(found.map(item::webhook_from_item).transpose()?)
    }

    async fn list(
        &self,
        org: &OrgId,
        after: Option<&SandboxName>,
        limit: u16,
    ) -> Result<WebhookPage, StoreError> {
        let answer = self
            .client
            .query()
            .table_name(&self.tables.configurations)
            .key_condition_expression("pk = :org AND begins_with(sk, :prefix)")
            .expression_attribute_values(":org", text(org.as_str()))
            .expression_attribute_values(":prefix", text(item::WEBHOOK_PREFIX))
            .set_exclusive_start_key(
                after.map(|sandbox| primary_key(org, item::webhook_sort_key(sandbox))),
            )
            .limit(limit.into())
            .consistent_read(true)
            .send()
            .await
            .map_err(unavailable)?;
        let more = answer.last_evaluated_key.is_some();
        let webhooks = answer
            .items
            .unwrap_or_default()
            .into_iter()
            .map(item::webhook_from_item)
            .collect::<Result<Vec<_>, _>>()?;
        let next = webhooks
            .last()
            .filter(|_| more)
            .map(|webhook| webhook.key.sandbox.clone());
        Ok(WebhookPage { webhooks, next })
    }

    async fn replace(&self, webhook: &Webhook) -> Result<(), StoreError> {
        let put = Put::builder()
            .table_name(&self.tables.configurations)
            .set_item(Some(item::webhook_to_item(webhook)?))
            .condition_expression(IS_OF_VERSION)
            .expression_attribute_values(":id", text(webhook.id.to_string()))
            .expression_attribute_values(":version", number(webhook.version.saturating_sub(1)))
            .build()
            .map_err(incomplete)?;
        let write = TransactWriteItem::builder().put(put).build();
        self.write_with_key_set(write, webhook.id, webhook.key_set())
            .await?
            .ok_or(StoreError::Stale)
    }

    async fn delete(&self, key: &ConfigKey, id: WebhookId, version: u64) -> Result<(), StoreError> {
        let sort_key = item::webhook_sort_key(&key.sandbox);
        let delete = Delete::builder()
            .table_name(&self.tables.configurations)
            .set_key(Some(primary_key(&key.org, sort_key)))
            .condition_expression(IS_OF_VERSION)
            .expression_attribute_values(":id", text(id.to_string()))
            .expression_attribute_values(":version", number(version))
            .build()
            .map_err(incomplete)?;
        let write = TransactWriteItem::builder().delete(delete).build();
        self.write_with_key_set(write, id, None)
            .await?
            .ok_or(StoreError::Stale)
    }
}

impl CampaignStore for DynamoStore {
    async fn switch_on(
        &self,
        switch: &CampaignSwitch,
    ) -> Result<(CampaignSwitch, bool), StoreError> {
        let written = self
            .client
            .put_item()
            .table_name(&self.tables.configurations)
            .set_item(Some(item::switch_to_item(switch)?))
            .condition_expression("attribute_not_exists(pk)")
            .send()
            .await
            .map_err(|error| conditional(error, StoreError::AlreadyExists));
        match written {
            Ok(_) => Ok((switch.clone(), true)),
            Err(StoreError::AlreadyExists) => {
                let stored = self.read_switch(&switch.key, &switch.campaign).await?;
                // Switched off by someone between the two calls: nothing is stored now, and nobody's wish is lost.
                stored
                    .map(|stored| (stored, false))
                    .ok_or(StoreError::Stale)
            }
            Err(error) => Err(error),
        }
    }

    async fn read_switch(
        &self,
        key: &ConfigKey,
        campaign: &CampaignId,
    ) -> Result<Option<CampaignSwitch>, StoreError> {
        let found = self
            .item(
                &self.tables.configurations,
                &key.org,
                item::campaign_sort_key(&key.sandbox, campaign),
            )
            .await?;
        Ok(found.map(item::switch_from_item).transpose()?)
    }

    async fn list_switches(
        &self,
        key: &ConfigKey,
        after: Option<&CampaignId>,
        limit: u16,
    ) -> Result<SwitchPage, StoreError> {
        let answer = self
            .client
            .query()
            .table_name(&self.tables.configurations)
            .key_condition_expression("pk = :org AND begins_with(sk, :prefix)")
            .expression_attribute_values(":org", text(key.org.as_str()))
            .expression_attribute_values(":prefix", text(item::campaign_prefix(&key.sandbox)))
            .set_exclusive_start_key(after.map(|campaign| {
                primary_key(&key.org, item::campaign_sort_key(&key.sandbox, campaign))
            }))
            .limit(limit.into())
            .consistent_read(true)
            .send()
            .await
            .map_err(unavailable)?;
        let more = answer.last_evaluated_key.is_some();
        let switches = answer
            .items
            .unwrap_or_default()
            .into_iter()
            .map(item::switch_from_item)
            .collect::<Result<Vec<_>, _>>()?;
        let next = switches
            .last()
            .filter(|_| more)
            .map(|switch| switch.campaign.clone());
        Ok(SwitchPage { switches, next })
    }

    async fn switch_off(&self, key: &ConfigKey, campaign: &CampaignId) -> Result<bool, StoreError> {
        let deleted = self
            .client
            .delete_item()
            .table_name(&self.tables.configurations)
            .set_key(Some(primary_key(
                &key.org,
                item::campaign_sort_key(&key.sandbox, campaign),
            )))
            .return_values(aws_sdk_dynamodb::types::ReturnValue::AllOld)
            .send()
            .await
            .map_err(unavailable)?;
        Ok(deleted.attributes.is_some())
    }
}

impl ConfigLookup for DynamoStore {
    async fn look_up(&self, wanted: &Wanted) -> Result<Found, StoreError> {
        let webhooks: HashMap<_, _> = wanted
            .webhooks
            .iter()
            .map(|key| {
                (
                    (
                        key.org.as_str().to_owned(),
                        item::webhook_sort_key(&key.sandbox),
                    ),
                    key,
                )
            })
            .collect();
        let campaigns: HashMap<_, _> = wanted
            .campaigns
            .iter()
            .map(|asked| {
                let (key, campaign) = asked;
                (
                    (
                        key.org.as_str().to_owned(),
                        item::campaign_sort_key(&key.sandbox, campaign),
                    ),
                    asked,
                )
            })
            .collect();
        let healths: HashMap<_, _> = wanted
            .webhooks
            .iter()
            .map(|key| ((key.org.to_string(), health_sort_key(&key.sandbox)), key))
            .collect();
        let Tables {
            configurations,
            findings,
        } = &self.tables;
        let configured = webhooks.keys().chain(campaigns.keys());
        let keys: Vec<(&str, Attributes)> = configured
            .map(|name| (configurations.as_str(), name))
            .chain(healths.keys().map(|name| (findings.as_str(), name)))
            .map(|(table, (org, sort_key))| {
                let key = HashMap::from([
                    ("pk".to_owned(), text(org)),
                    ("sk".to_owned(), text(sort_key)),
                ]);
                (table, key)
            })
            .collect();
        let mut found = Found::default();
        for chunk in keys.chunks(BATCH_GET_MAX_KEYS) {
            for item in self.batch(chunk).await? {
                let org = item
                    .get("pk")
                    .and_then(|value| value.as_s().ok())
                    .cloned()
                    .unwrap_or_default();
                let name = (org, item::sort_key(&item));
                if let Some(key) = webhooks.get(&name) {
                    found
                        .webhooks
                        .insert((*key).clone(), item::webhook_from_item(item));
                } else if let Some(asked) = campaigns.get(&name) {
                    found.campaigns.insert((*asked).clone());
                } else if let Some(key) = healths.get(&name)
                    && let Ok(health) = health_from_item(item)
                {
                    found.health.insert((*key).clone(), health);
                }
            }
        }
        Ok(found)
    }
}

/// The keys of each table.
fn by_table(keys: &[(&str, Attributes)]) -> HashMap<String, Vec<Attributes>> {
    let mut tables: HashMap<String, Vec<Attributes>> = HashMap::new();
    for (table, key) in keys {
        tables
            .entry((*table).to_owned())
            .or_default()
            .push(key.clone());
    }
    tables
}

pub(crate) fn primary_key(org: &OrgId, sort_key: String) -> Attributes {
    HashMap::from([
        ("pk".to_owned(), text(org.as_str())),
        ("sk".to_owned(), text(sort_key)),
    ])
}

pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(crate) fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A request that was built without a part that it needs, which never happens.
pub(crate) fn incomplete(error: BuildError) -> StoreError {
    StoreError::Unavailable(Box::new(error))
}

pub(crate) fn unavailable<E>(error: SdkError<E>) -> StoreError
where
    E: std::error::Error + Send + Sync + 'static,
{
    StoreError::Unavailable(Box::new(error))
}

/// A failed condition means what the caller says it means; anything else is unavailability.
pub(crate) fn conditional<E>(error: SdkError<E>, meaning: StoreError) -> StoreError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    match error
        .as_service_error()
        .and_then(ProvideErrorMetadata::code)
    {
        Some("ConditionalCheckFailedException") => meaning,
        _ => unavailable(error),
    }
}
