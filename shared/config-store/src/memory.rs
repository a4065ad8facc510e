//! A store in memory, for tests of what stands above it. It passes the same contract as the real one.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::{
    config::{CampaignSwitch, Webhook},
    health::{EndpointHealth, EndpointState},
    jwk::KeySet,
    key::{CampaignId, ConfigKey, OrgId, SandboxName, WebhookId},
};

use crate::{
    CampaignStore, ConfigLookup, ConfigStore, Found, HealthStore, KeySetStore, StoreError,
    SwitchPage, Wanted, WebhookPage, history::memory::History,
};

/// Webhooks, switches and health in ordered maps behind one lock. Clones share them.
#[derive(Debug, Default, Clone)]
pub struct MemoryStore {
    tables: Arc<Mutex<Tables>>,
}

#[derive(Debug, Default)]
pub(crate) struct Tables {
    webhooks: BTreeMap<ConfigKey, Webhook>,
    switches: BTreeMap<(ConfigKey, CampaignId), CampaignSwitch>,
    health: BTreeMap<ConfigKey, EndpointHealth>,
    pub(crate) history: History,
}

impl MemoryStore {
    pub(crate) fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ConfigStore for MemoryStore {
    async fn create(&self, webhook: &Webhook) -> Result<(), StoreError> {
        let mut tables = self.tables();
        if tables.webhooks.contains_key(&webhook.key) {
            return Err(StoreError::AlreadyExists);
        }
        tables.webhooks.insert(webhook.key.clone(), webhook.clone());
        Ok(())
    }

    async fn read(&self, key: &ConfigKey) -> Result<Option<Webhook>, StoreError> {
        Ok(self.tables().webhooks.get(key).cloned())
    }

    async fn list(
        &self,
        org: &OrgId,
        after: Option<&SandboxName>,
        limit: u16,
    ) -> Result<WebhookPage, StoreError> {
        let tables = self.tables();
        let mut rest = tables.webhooks.values().filter(|webhook| {
            webhook.key.org == *org && after.is_none_or(|after| webhook.key.sandbox > *after)
        });
        let webhooks: Vec<Webhook> = rest.by_ref().take(limit.into()).cloned().collect();
        let next = rest
            .next()
            .and(webhooks.last())
            .map(|webhook| webhook.key.sandbox.clone());
        Ok(WebhookPage { webhooks, next })
    }

    async fn replace(&self, webhook: &Webhook) -> Result<(), StoreError> {
        match self.tables().webhooks.get_mut(&webhook.key) {
            Some(stored) if stored.id == webhook.id && stored.version + 1 == webhook.version => {
                *stored = webhook.clone();
                Ok(())
            }
            _ => Err(StoreError::Stale),
        }
    }

    async fn delete(&self, key: &ConfigKey, id: WebhookId, version: u64) -> Result<(), StoreError> {
        let mut tables = self.tables();
        match tables.webhooks.get(key) {
            Some(stored) if stored.id == id && stored.version == version => {
                tables.webhooks.remove(key);
                Ok(())
            }
            _ => Err(StoreError::Stale),
        }
    }
}

impl CampaignStore for MemoryStore {
    async fn switch_on(
        &self,
        switch: &CampaignSwitch,
    ) -> Result<(CampaignSwitch, bool), StoreError> {
        let mut tables = self.tables();
        let name = (switch.key.clone(), switch.campaign.clone());
        let is_new = !tables.switches.contains_key(&name);
        Ok((
            tables
                .switches
                .entry(name)
                .or_insert_with(|| switch.clone())
                .clone(),
            is_new,
        ))
    }

    async fn read_switch(
        &self,
        key: &ConfigKey,
        campaign: &CampaignId,
    ) -> Result<Option<CampaignSwitch>, StoreError> {
        Ok(self
            .tables()
            .switches
            .get(&(key.clone(), campaign.clone()))
            .cloned())
    }

    async fn list_switches(
        &self,
        key: &ConfigKey,
        after: Option<&CampaignId>,
        limit: u16,
    ) -> Result<SwitchPage, StoreError> {
        let tables = self.tables();
        let mut rest = tables.switches.values().filter(|switch| {
            switch.key == *key && after.is_none_or(|after| switch.campaign > *after)
        });
        let switches: Vec<_> = rest.by_ref().take(limit.into()).cloned().collect();
        let next = switches
            .last()
            .filter(|_| rest.next().is_some())
            .map(|switch| switch.campaign.clone());
        Ok(SwitchPage { switches, next })
    }

    async fn switch_off(&self, key: &ConfigKey, campaign: &CampaignId) -> Result<bool, StoreError> {
        Ok(self
            .tables()
            .switches
            .remove(&(key.clone(), campaign.clone()))
            .is_some())
    }
}

impl KeySetStore for MemoryStore {
    async fn read_key_set(&self, webhook: WebhookId) -> Result<Option<KeySet>, StoreError> {
        let tables = self.tables();
        let mut webhooks = tables.webhooks.values();
        Ok(webhooks
            .find(|stored| stored.id == webhook)
            .and_then(Webhook::key_set))
    }
}

impl ConfigLookup for MemoryStore {
    async fn look_up(&self, wanted: &Wanted) -> Result<Found, StoreError> {
        let tables = self.tables();
        let webhooks = wanted
            .webhooks
            .iter()
            .filter_map(|key| Some((key.clone(), Ok(tables.webhooks.get(key)?.clone()))));
        let campaigns = wanted
            .campaigns
            .iter()
            .filter(|name| tables.switches.contains_key(*name))
            .cloned();
        Ok(Found {
            webhooks: webhooks.collect(),
            campaigns: campaigns.collect(),
            health: wanted
                .webhooks
                .iter()
                .filter_map(|key| Some((key.clone(), tables.health.get(key)?.clone())))
                .collect(),
        })
    }
}

impl Tables {
    /// Whether the record is an open circuit, and as it was seen.
    fn is_unchanged(&self, seen: &EndpointHealth) -> bool {
        matches!(seen.state, EndpointState::Open { .. })
            && self.health.get(&seen.key).is_some_and(|stored| {
                (stored.webhook, stored.version, stored.state)
                    == (seen.webhook, seen.version, seen.state)
            })
    }
}

impl HealthStore for MemoryStore {
    async fn open(&self, health: &EndpointHealth) -> Result<(), StoreError> {
        let mut tables = self.tables();
        match tables.health.get(&health.key) {
            Some(stored)
                if stored.webhook == health.webhook && stored.version >= health.version =>
            {
                Err(StoreError::AlreadyExists)
            }
            _ => {
                tables.health.insert(health.key.clone(), health.clone());
                Ok(())
            }
        }
    }

    async fn change(
        &self,
        seen: &EndpointHealth,
        health: &EndpointHealth,
    ) -> Result<(), StoreError> {
        let mut tables = self.tables();
        if !tables.is_unchanged(seen) {
            return Err(StoreError::Stale);
        }
        tables.health.insert(health.key.clone(), health.clone());
        Ok(())
    }

    async fn close(&self, seen: &EndpointHealth) -> Result<(), StoreError> {
        let mut tables = self.tables();
        if !tables.is_unchanged(seen) {
            return Err(StoreError::Stale);
        }
        tables.health.remove(&seen.key);
        Ok(())
    }

    async fn read_health(&self, key: &ConfigKey) -> Result<Option<EndpointHealth>, StoreError> {
        Ok(self.tables().health.get(key).cloned())
    }

    async fn list_health(&self, org: &OrgId) -> Result<Vec<EndpointHealth>, StoreError> {
        let tables = self.tables();
        let records = tables.health.values();
        Ok(records
            .filter(|health| health.key.org == *org)
            .cloned()
            .collect())
    }
}
