//! What is configured for the events of a batch: each distinct key is read once, and remembered for a few seconds.

use std::{collections::HashMap, sync::Arc, time::Duration};

use config_store::{ConfigLookup, StoreError, UnreadableItem, Wanted};
use domain::{
    config::Webhook,
    health::EndpointHealth,
    key::{CampaignId, ConfigKey, OrgId, SandboxName},
};

use crate::ttl_cache::TtlCache;

/// Webhooks and campaigns that are remembered, each; at about a kilobyte for a webhook, a small part of the memory.
const REMEMBERED_MAX: usize = 10_000;

/// A campaign of an organisation's sandbox.
pub type CampaignKey = (ConfigKey, CampaignId);
/// A key's webhook; `None` where nothing is configured.
pub type FoundWebhook = Result<Option<Arc<Webhook>>, UnreadableItem>;

/// The store, with a memory of what it answered, "nothing" included.
pub struct Lookup<L> {
    store: L,
    webhooks: TtlCache<ConfigKey, FoundWebhook>,
    campaigns: TtlCache<CampaignKey, bool>,
}

/// What is configured for a batch. A key that is missing could not be read.
#[derive(Debug, Default)]
pub struct Configuration {
    /// The webhook of each key.
    pub webhooks: HashMap<ConfigKey, FoundWebhook>,
    /// Whether each campaign is switched on.
    pub campaigns: HashMap<CampaignKey, bool>,
    /// The health of the endpoints whose webhook was not remembered but read; `None` for a healthy one.
    pub health: HashMap<ConfigKey, Option<EndpointHealth>>,
}

impl<L: ConfigLookup> Lookup<L> {
    /// Remembers answers for `remembered_for`; zero remembers none.
    pub fn new(store: L, remembered_for: Duration) -> Self {
        Self {
            store,
            webhooks: TtlCache::new(REMEMBERED_MAX, remembered_for),
            campaigns: TtlCache::new(REMEMBERED_MAX, remembered_for),
        }
    }

    /// The store itself.
    pub fn store(&self) -> &L {
        &self.store
    }

    /// Opens the connection to the store by asking for nothing that exists, so that the first events need not wait for it.
    ///
    /// # Errors
    /// [`StoreError`] where the store does not answer.
    pub async fn warm_up(&self) -> Result<(), StoreError> {
        let names = (OrgId::parse("warm-up"), SandboxName::parse("warm-up"));
        if let (Ok(org), Ok(sandbox)) = names {
            let key = ConfigKey { org, sandbox };
            self.store.look_up(&wanted([(&key, None)])).await?;
        }
        Ok(())
    }

    /// What is configured for the wanted keys: remembered or read in one call. Where the store does not answer, what is
    /// remembered is still there, together with the error.
    pub async fn look_up(&self, wanted: Wanted) -> (Configuration, Option<StoreError>) {
        let mut configuration = Configuration::default();
        let mut unknown = Wanted::default();
        for key in wanted.webhooks {
            match self.webhooks.get(&key) {
                Some(found) => drop(configuration.webhooks.insert(key, found)),
                None => drop(unknown.webhooks.insert(key)),
            }
        }
        for key in wanted.campaigns {
            match self.campaigns.get(&key) {
                Some(is_on) => drop(configuration.campaigns.insert(key, is_on)),
                None => drop(unknown.campaigns.insert(key)),
            }
        }
        if unknown.webhooks.is_empty() && unknown.campaigns.is_empty() {
            return (configuration, None);
        }
        let mut found = match self.store.look_up(&unknown).await {
            Ok(found) => found,
            Err(error) => return (configuration, Some(error)),
        };
        for key in unknown.webhooks {
            let health = found.health.remove(&key);
            configuration.health.insert(key.clone(), health);
            let webhook = found.webhooks.remove(&key).transpose();
            let webhook = webhook.map(|webhook| webhook.map(Arc::new));
            self.webhooks.insert(key.clone(), webhook.clone());
            configuration.webhooks.insert(key, webhook);
        }
        for key in unknown.campaigns {
            let is_on = found.campaigns.contains(&key);
            self.campaigns.insert(key.clone(), is_on);
            configuration.campaigns.insert(key, is_on);
        }
        (configuration, None)
    }
}

/// The keys that these events need.
pub fn wanted<'e>(
    events: impl IntoIterator<Item = (&'e ConfigKey, Option<&'e CampaignId>)>,
) -> Wanted {
    let mut wanted = Wanted::default();
    for (key, campaign) in events {
        if !wanted.webhooks.contains(key) {
            wanted.webhooks.insert(key.clone());
        }
        if let Some(campaign) = campaign {
            wanted.campaigns.insert((key.clone(), campaign.clone()));
        }
    }
    wanted
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, sync::Mutex};

    use config_store::Found;

    use super::*;

    /// A store with one campaign that is on; it remembers what it was asked for.
    #[derive(Default)]
    struct Asked(Mutex<Vec<Wanted>>);

    impl ConfigLookup for &Asked {
        async fn look_up(&self, wanted: &Wanted) -> Result<Found, StoreError> {
            self.0.lock().unwrap().push(wanted.clone());
            Ok(Found {
                campaigns: HashSet::from([(key("a"), campaign("on"))]),
                ..Found::default()
            })
        }
    }

    fn key(org: &str) -> ConfigKey {
        ConfigKey {
            org: OrgId::parse(org).unwrap(),
            sandbox: SandboxName::parse("prod").unwrap(),
        }
    }

    fn campaign(id: &str) -> CampaignId {
        CampaignId::parse(id).unwrap()
    }

    async fn look_up(lookup: &Lookup<&Asked>, events: &[(&str, &str)]) -> Configuration {
        let keys: Vec<_> = events
            .iter()
            .map(|(org, id)| (key(org), campaign(id)))
            .collect();
        let events = keys.iter().map(|(key, campaign)| (key, Some(campaign)));
        lookup.look_up(wanted(events)).await.0
    }

    #[tokio::test]
    async fn each_key_is_asked_for_once_and_what_is_not_there_is_remembered_too() {
        let asked = Asked::default();
        let lookup = Lookup::new(&asked, Duration::from_secs(3_600));
        look_up(&lookup, &[("a", "on"), ("a", "off"), ("a", "on")]).await;
        let configuration = look_up(&lookup, &[("a", "on"), ("a", "off"), ("b", "off")]).await;
        assert!(configuration.campaigns[&(key("a"), campaign("on"))]);
        assert!(!configuration.campaigns[&(key("a"), campaign("off"))]);
        assert_eq!(configuration.webhooks[&key("a")].as_ref().unwrap(), &None);
        let asked = asked.0.lock().unwrap();
        let counts = asked
            .iter()
            .map(|wanted| (wanted.webhooks.len(), wanted.campaigns.len()));
        assert_eq!(counts.collect::<Vec<_>>(), [(1, 2), (1, 1)]);
    }

    #[tokio::test]
    async fn what_is_known_already_needs_no_call() {
        let asked = Asked::default();
        let lookup = Lookup::new(&asked, Duration::from_secs(3_600));
        for _ in 0..2 {
            look_up(&lookup, &[("a", "on")]).await;
        }
        look_up(&lookup, &[]).await;
        assert_eq!(asked.0.lock().unwrap().len(), 1);
    }

    #[tokio::test]
    async fn without_a_memory_every_batch_asks() {
        let asked = Asked::default();
        let lookup = Lookup::new(&asked, Duration::ZERO);
        for _ in 0..2 {
            let configuration = look_up(&lookup, &[("a", "on")]).await;
            assert_eq!(configuration.webhooks.len(), 1);
        }
        assert_eq!(asked.0.lock().unwrap().len(), 2);
    }
}
