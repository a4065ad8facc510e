//! How DynamoDB keeps webhooks: one item for each organisation + sandbox, written under conditions.

use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem};
use domain::{
    config::Webhook,
    key::{ConfigKey, OrgId, SandboxName, WebhookId},
};

use super::{DynamoStore, incomplete, number, primary_key, text};
use crate::{ConfigStore, StoreError, WebhookPage, item};

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
        let after = after.map(item::webhook_sort_key);
        let (webhooks, more) = self
            .part(
                org,
                item::WEBHOOK_PREFIX,
                after,
                limit,
                item::webhook_from_item,
            )
            .await?;
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
