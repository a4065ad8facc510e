//! How a key set is stored: under the webhook's id alone, so that everybody can read it without an organisation.

use std::collections::HashMap;

use domain::{
    jwk::{KeySet, KeySetEntry, PublishedKey},
    key::WebhookId,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    UnreadableItem,
    dynamo::text,
    item::{Attributes, from_attributes, to_attributes},
};

/// Sort key of every key set.
const SORT_KEY: &str = "jwks";

/// No organisation has a `#` in its name, so none can be mistaken for this.
fn partition_key(webhook: WebhookId) -> String {
    format!("jwks#{webhook}")
}

pub(crate) fn key_set_key(webhook: WebhookId) -> Attributes {
    HashMap::from([
        ("pk".to_owned(), text(partition_key(webhook))),
        ("sk".to_owned(), text(SORT_KEY)),
    ])
}

pub(crate) fn key_set_to_item(set: &KeySet) -> Result<Attributes, UnreadableItem> {
    let keys = set.keys.iter().map(|entry| KeyItem {
        public: entry.key.clone(),
        until: entry.until,
    });
    let item = KeySetItem {
        pk: partition_key(set.webhook),
        sk: SORT_KEY.to_owned(),
        webhook: set.webhook,
        version: set.version,
        keys: keys.collect(),
    };
    to_attributes(&item, SORT_KEY)
}

pub(crate) fn key_set_from_item(item: Attributes) -> Result<KeySet, UnreadableItem> {
    let item: KeySetItem = from_attributes(item, SORT_KEY)?;
    let keys = item.keys.into_iter().map(|key| KeySetEntry {
        key: key.public,
        until: key.until,
    });
    Ok(KeySet {
        webhook: item.webhook,
        version: item.version,
        keys: keys.collect(),
    })
}

#[derive(Serialize, Deserialize)]
struct KeySetItem {
    pk: String,
    sk: String,
    webhook: WebhookId,
    version: u64,
    keys: Vec<KeyItem>,
}

#[derive(Serialize, Deserialize)]
struct KeyItem {
    public: PublishedKey,
    until: Option<Timestamp>,
}
