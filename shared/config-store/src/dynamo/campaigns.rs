//! How DynamoDB keeps the campaigns' switches: an item for each that is on.

use aws_sdk_dynamodb::types::ReturnValue;
use domain::{
    config::CampaignSwitch,
    key::{CampaignId, ConfigKey},
};

use super::{DynamoStore, conditional, primary_key, unavailable};
use crate::{CampaignStore, StoreError, SwitchPage, item};

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
        let prefix = item::campaign_prefix(&key.sandbox);
        let after = after.map(|campaign| item::campaign_sort_key(&key.sandbox, campaign));
        let (switches, more) = self
            .part(&key.org, &prefix, after, limit, item::switch_from_item)
            .await?;
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
            .return_values(ReturnValue::AllOld)
            .send()
            .await
            .map_err(unavailable)?;
        Ok(deleted.attributes.is_some())
    }
}
