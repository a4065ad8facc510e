//! How delivery reads configurations, switches and health: many keys of both tables at once.

use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::types::KeysAndAttributes;
use domain::key::ConfigKey;

use super::{DynamoStore, Tables, incomplete, text, unavailable};
use crate::{
    ConfigLookup, Found, StoreError, Wanted,
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

impl ConfigLookup for DynamoStore {
    async fn look_up(&self, wanted: &Wanted) -> Result<Found, StoreError> {
        let name = |key: &ConfigKey, sort_key: String| (key.org.as_str().to_owned(), sort_key);
        let webhooks: HashMap<_, _> = wanted
            .webhooks
            .iter()
            .map(|key| (name(key, item::webhook_sort_key(&key.sandbox)), key))
            .collect();
        let campaigns: HashMap<_, _> = wanted
            .campaigns
            .iter()
            .map(|asked| {
                let (key, campaign) = asked;
                let sort_key = item::campaign_sort_key(&key.sandbox, campaign);
                (name(key, sort_key), asked)
            })
            .collect();
        let healths: HashMap<_, _> = wanted
            .webhooks
            .iter()
            .map(|key| (name(key, health_sort_key(&key.sandbox)), key))
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

impl DynamoStore {
    /// Reads up to [`BATCH_GET_MAX_KEYS`] items, each key with its table; asks again for those that DynamoDB leaves out.
    async fn batch(&self, keys: &[(&str, Attributes)]) -> Result<Vec<Attributes>, StoreError> {
        let mut items = Vec::with_capacity(keys.len());
        let mut remaining = HashMap::new();
        for (table, keys) in by_table(keys) {
            let request = KeysAndAttributes::builder()
                .set_keys(Some(keys))
                .build()
                .map_err(incomplete)?;
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
