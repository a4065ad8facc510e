//! Keeps webhook configurations and campaign switches.
//!
//! The traits say who needs what: [`ConfigStore`], [`CampaignStore`], [`KeySetStore`] and
//! [`HistoryReader`](history::HistoryReader) the configuration API, [`ConfigLookup`], [`HealthStore`] and
//! [`HistoryWriter`](history::HistoryWriter) delivery.
//! Both are implemented for DynamoDB and, with the feature `testing`, in memory; `contract` holds the tests that each
//! implementation must pass. No HTTP and no policy here: what may be stored is decided before.

mod authentication_item;
mod dynamo;
mod health_item;
pub mod history;
mod item;
mod jwt_item;
mod key_set_item;
pub mod portable;

#[cfg(feature = "testing")]
pub mod contract;
#[cfg(feature = "testing")]
mod memory;
#[cfg(test)]
mod properties;

use std::collections::{HashMap, HashSet};

use domain::{
    config::{CampaignSwitch, Webhook},
    health::EndpointHealth,
    jwk::KeySet,
    key::{CampaignId, ConfigKey, OrgId, SandboxName, WebhookId},
};

pub use dynamo::{DynamoStore, Tables};
#[cfg(feature = "testing")]
pub use memory::MemoryStore;

/// Why the store did not do what was asked; one variant per decision of the caller.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The organisation + sandbox has a webhook already.
    #[error("the sandbox has a webhook already")]
    AlreadyExists,
    /// The webhook is not, or no longer, the one of that id and version.
    #[error("the webhook was changed or deleted meanwhile")]
    Stale,
    /// The store could not be reached, or refused to work at the moment; trying again may help.
    #[error("the store is not available")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What is stored cannot be read; a person has to look.
    #[error("a stored item cannot be read")]
    Unreadable(#[from] UnreadableItem),
}

/// An item of the table that is not of the form that this version writes. It names the item, never its values.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the item {sort_key} of an organisation is not readable: {problem}")]
pub struct UnreadableItem {
    /// The item's sort key.
    pub sort_key: String,
    /// What is wrong with it.
    pub problem: String,
}

/// A part of an organisation's webhooks, in the order of their sandboxes' names.
#[derive(Debug, Clone, PartialEq)]
pub struct WebhookPage {
    /// The webhooks of this part.
    pub webhooks: Vec<Webhook>,
    /// Where the next part begins: after the webhook of this sandbox. `None` at the end.
    pub next: Option<SandboxName>,
}

/// A part of a sandbox's campaigns that are switched on, in the order of their ids.
#[derive(Debug, Clone, PartialEq)]
pub struct SwitchPage {
    /// The switches of this part.
    pub switches: Vec<CampaignSwitch>,
    /// Where the next part begins: after the switch of this campaign. `None` at the end.
    pub next: Option<CampaignId>,
}

/// What the configuration API does with the store.
///
/// A write is conditional in the store itself, so concurrent callers are told the truth. It writes the webhook's key set
/// too, or nothing, so the two never contradict each other.
pub trait ConfigStore: Send + Sync {
    /// Stores a new webhook.
    ///
    /// # Errors
    /// [`StoreError::AlreadyExists`] if its key has one; of several concurrent calls exactly one succeeds.
    fn create(&self, webhook: &Webhook) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// The webhook of this key, as of the last write that was acknowledged.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Unreadable`].
    fn read(
        &self,
        key: &ConfigKey,
    ) -> impl Future<Output = Result<Option<Webhook>, StoreError>> + Send;

    /// Up to `limit` webhooks of the organisation, after the one of the sandbox `after`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Unreadable`].
    fn list(
        &self,
        org: &OrgId,
        after: Option<&SandboxName>,
        limit: u16,
    ) -> impl Future<Output = Result<WebhookPage, StoreError>> + Send;

    /// Stores a changed webhook over its previous version, `webhook.version - 1`.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if the stored one has another id or version.
    fn replace(&self, webhook: &Webhook) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Deletes the webhook of this id and version. Campaign switches stay.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if the stored one has another id or version.
    fn delete(
        &self,
        key: &ConfigKey,
        id: WebhookId,
        version: u64,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// The campaigns' *Enable webhooks* switches.
pub trait CampaignStore: Send + Sync {
    /// Switches a campaign on; one that is on already stays as it was. Returns what is stored now, and whether this
    /// call stored it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Unreadable`].
    fn switch_on(
        &self,
        switch: &CampaignSwitch,
    ) -> impl Future<Output = Result<(CampaignSwitch, bool), StoreError>> + Send;

    /// The campaign's switch; `None` while it is off.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Unreadable`].
    fn read_switch(
        &self,
        key: &ConfigKey,
        campaign: &CampaignId,
    ) -> impl Future<Output = Result<Option<CampaignSwitch>, StoreError>> + Send;

    /// Up to `limit` campaigns of the sandbox that are switched on, after `after`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Unreadable`].
    fn list_switches(
        &self,
        key: &ConfigKey,
        after: Option<&CampaignId>,
        limit: u16,
    ) -> impl Future<Output = Result<SwitchPage, StoreError>> + Send;

    /// Switches a campaign off. Returns whether it was on.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    fn switch_off(
        &self,
        key: &ConfigKey,
        campaign: &CampaignId,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;
}

/// The webhooks' public keys, for everybody to read: an organisation is not needed.
pub trait KeySetStore: Send + Sync {
    /// The key set of the webhook, as of the last write that was acknowledged; `None` if there is no such webhook, or it
    /// signs with no key pair.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Unreadable`].
    fn read_key_set(
        &self,
        webhook: WebhookId,
    ) -> impl Future<Output = Result<Option<KeySet>, StoreError>> + Send;
}

/// What delivery asks the store for: each key once.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Keys whose webhook is wanted.
    pub webhooks: HashSet<ConfigKey>,
    /// Campaigns whose switch is wanted.
    pub campaigns: HashSet<(ConfigKey, CampaignId)>,
}

/// What the store answered. A wanted key that is missing does not exist.
#[derive(Debug, Default)]
pub struct Found {
    /// The webhooks; one that cannot be read spoils only its own key.
    pub webhooks: HashMap<ConfigKey, Result<Webhook, UnreadableItem>>,
    /// Campaigns that are switched on.
    pub campaigns: HashSet<(ConfigKey, CampaignId)>,
    /// The endpoints that are unwell, of the wanted webhooks. A record that cannot be read counts as none: the worst
    /// that follows is a call.
    pub health: HashMap<ConfigKey, EndpointHealth>,
}

/// What delivery does with the store.
pub trait ConfigLookup: Send + Sync {
    /// Reads everything that is wanted, in as few calls as possible. It may be a few seconds old.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if a part could not be read after retries; the answer is whole or not at all.
    fn look_up(&self, wanted: &Wanted) -> impl Future<Output = Result<Found, StoreError>> + Send;
}

/// The health of endpoints, shared by all execution environments. Only unwell endpoints have a record, so healthy ones
/// cost no write.
///
/// Every write is conditional on what the caller has seen, so that of several callers one wins.
pub trait HealthStore: Send + Sync {
    /// Stores that an endpoint is unwell which was healthy; a record of an older version of the webhook, or of one
    /// before it, is void and overwritten.
    ///
    /// # Errors
    /// [`StoreError::AlreadyExists`] if there is a record of this version or a newer one.
    fn open(&self, health: &EndpointHealth) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Replaces the record of an open circuit, which has to be as `seen` still.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if another caller was faster, or `seen` is no open circuit.
    fn change(
        &self,
        seen: &EndpointHealth,
        health: &EndpointHealth,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Deletes the record of an open circuit, which has to be as `seen` still: the endpoint is healthy.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if another caller was faster, or `seen` is no open circuit.
    fn close(&self, seen: &EndpointHealth) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// The record of this key's endpoint, as of the last write that was acknowledged. It may be void.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Unreadable`].
    fn read_health(
        &self,
        key: &ConfigKey,
    ) -> impl Future<Output = Result<Option<EndpointHealth>, StoreError>> + Send;

    /// The records of all endpoints of the organisation, as of the last writes that were acknowledged. Each may be void.
    /// One that cannot be read counts as none, as in [`ConfigLookup::look_up`].
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    fn list_health(
        &self,
        org: &OrgId,
    ) -> impl Future<Output = Result<Vec<EndpointHealth>, StoreError>> + Send;
}
