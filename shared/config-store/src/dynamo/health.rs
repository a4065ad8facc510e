//! How DynamoDB keeps the health of endpoints: every write is conditional on what its caller has seen.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    health::{EndpointHealth, EndpointState},
    key::{ConfigKey, OrgId},
};

use super::{DynamoStore, all, conditional, number, primary_key, text};
use crate::{
    HealthStore, StoreError,
    health_item::{HEALTH_PREFIX, health_from_item, health_sort_key, health_to_item},
};

/// Holds while the record is as it was seen.
const UNCHANGED: &str = "webhook = :webhook AND version = :version AND probe_at = :probe_at";

/// The values of [`UNCHANGED`]. Only an open circuit has a time that tells one change from the next.
fn unchanged(seen: &EndpointHealth) -> Result<HashMap<String, AttributeValue>, StoreError> {
    match seen.state {
        EndpointState::Open { probe_at, .. } => Ok(HashMap::from([
            (":webhook".to_owned(), text(seen.webhook.to_string())),
            (":version".to_owned(), number(seen.version)),
            (":probe_at".to_owned(), text(probe_at.to_string())),
        ])),
        EndpointState::Gone => Err(StoreError::Stale),
    }
}

impl HealthStore for DynamoStore {
    async fn open(&self, health: &EndpointHealth) -> Result<(), StoreError> {
        self.client
            .put_item()
            .table_name(&self.tables.findings)
            .set_item(Some(health_to_item(health)?))
            .condition_expression(
                "attribute_not_exists(pk) OR webhook <> :webhook OR version < :version",
            )
            .expression_attribute_values(":webhook", text(health.webhook.to_string()))
            .expression_attribute_values(":version", number(health.version))
            .send()
            .await
            .map_err(|error| conditional(error, StoreError::AlreadyExists))?;
        Ok(())
    }

    async fn change(
        &self,
        seen: &EndpointHealth,
        health: &EndpointHealth,
    ) -> Result<(), StoreError> {
        self.client
            .put_item()
            .table_name(&self.tables.findings)
            .set_item(Some(health_to_item(health)?))
            .condition_expression(UNCHANGED)
            .set_expression_attribute_values(Some(unchanged(seen)?))
            .send()
            .await
            .map_err(|error| conditional(error, StoreError::Stale))?;
        Ok(())
    }

    async fn close(&self, seen: &EndpointHealth) -> Result<(), StoreError> {
        let key = primary_key(&seen.key.org, health_sort_key(&seen.key.sandbox));
        self.client
            .delete_item()
            .table_name(&self.tables.findings)
            .set_key(Some(key))
            .condition_expression(UNCHANGED)
            .set_expression_attribute_values(Some(unchanged(seen)?))
            .send()
            .await
            .map_err(|error| conditional(error, StoreError::Stale))?;
        Ok(())
    }

    async fn read_health(&self, key: &ConfigKey) -> Result<Option<EndpointHealth>, StoreError> {
        let sort_key = health_sort_key(&key.sandbox);
        let found = self.item(&self.tables.findings, &key.org, sort_key).await?;
        Ok(found.map(health_from_item).transpose()?)
    }

    async fn list_health(&self, org: &OrgId) -> Result<Vec<EndpointHealth>, StoreError> {
        let items = all(self.begins_with(&self.tables.findings, org, HEALTH_PREFIX)).await?;
        let records = items.into_iter().map(health_from_item);
        Ok(records.filter_map(Result::ok).collect())
    }
}
