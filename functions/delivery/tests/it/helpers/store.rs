//! A store in memory that counts, and that fails as a test tells it to.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use config_store::{
    ConfigLookup, ConfigStore, Found, HealthStore, MemoryStore, StoreError, Wanted,
    history::{Attempt, Count, HistoryWriter},
};
use domain::{
    config::{Webhook, WebhookConfig, WebhookConfigParts},
    health::EndpointHealth,
    key::{ConfigKey, OrgId},
};

use super::key;

/// Answers the look-up of this number, from 0 on, in place of the store.
pub(crate) type Instead = fn(usize) -> Option<Result<Found, StoreError>>;

pub(crate) struct TestStore {
    store: MemoryStore,
    instead: Instead,
    look_ups: AtomicUsize,
    health_writes: AtomicUsize,
    refuses_health: AtomicBool,
    refuses_history: AtomicBool,
}

impl TestStore {
    pub(crate) fn new(store: MemoryStore) -> Self {
        Self::answering(store, |_| None)
    }

    pub(crate) fn answering(store: MemoryStore, instead: Instead) -> Self {
        Self {
            store,
            instead,
            look_ups: AtomicUsize::default(),
            health_writes: AtomicUsize::default(),
            refuses_health: AtomicBool::default(),
            refuses_history: AtomicBool::default(),
        }
    }

    pub(crate) fn memory(&self) -> &MemoryStore {
        &self.store
    }

    /// Saves the webhook again, as an administrator does.
    pub(crate) async fn edit(&self, parts: WebhookConfigParts) {
        let stored = self.store.read(&key()).await.unwrap().unwrap();
        let edited = Webhook {
            version: stored.version + 1,
            config: WebhookConfig::new(parts).unwrap(),
            ..stored
        };
        self.store.replace(&edited).await.unwrap();
    }

    pub(crate) fn look_ups(&self) -> usize {
        self.look_ups.load(Ordering::SeqCst)
    }

    /// How many writes of health were tried.
    pub(crate) fn health_writes(&self) -> usize {
        self.health_writes.load(Ordering::SeqCst)
    }

    /// From now on no health can be written.
    pub(crate) fn refuse_health(&self) {
        self.refuses_health.store(true, Ordering::SeqCst);
    }

    /// From now on no attempt can be kept.
    pub(crate) fn refuse_history(&self) {
        self.refuses_history.store(true, Ordering::SeqCst);
    }

    fn write(&self) -> Result<(), StoreError> {
        self.health_writes.fetch_add(1, Ordering::SeqCst);
        match self.refuses_health.load(Ordering::SeqCst) {
            true => Err(unavailable()),
            false => Ok(()),
        }
    }
}

pub(crate) fn unavailable() -> StoreError {
    StoreError::Unavailable("down".into())
}

/// Shared, as by several execution environments.
impl ConfigLookup for &TestStore {
    async fn look_up(&self, wanted: &Wanted) -> Result<Found, StoreError> {
        match (self.instead)(self.look_ups.fetch_add(1, Ordering::SeqCst)) {
            Some(answer) => answer,
            None => self.store.look_up(wanted).await,
        }
    }
}

impl HealthStore for &TestStore {
    async fn open(&self, health: &EndpointHealth) -> Result<(), StoreError> {
        self.write()?;
        self.store.open(health).await
    }

    async fn change(
        &self,
        seen: &EndpointHealth,
        health: &EndpointHealth,
    ) -> Result<(), StoreError> {
        self.write()?;
        self.store.change(seen, health).await
    }

    async fn close(&self, seen: &EndpointHealth) -> Result<(), StoreError> {
        self.write()?;
        self.store.close(seen).await
    }

    async fn read_health(&self, key: &ConfigKey) -> Result<Option<EndpointHealth>, StoreError> {
        self.store.read_health(key).await
    }

    async fn list_health(&self, org: &OrgId) -> Result<Vec<EndpointHealth>, StoreError> {
        self.store.list_health(org).await
    }
}

impl HistoryWriter for &TestStore {
    async fn record(&self, attempts: &[Attempt], counts: &[Count]) -> Result<(), StoreError> {
        match self.refuses_history.load(Ordering::SeqCst) {
            true => Err(unavailable()),
            false => self.store.record(attempts, counts).await,
        }
    }
}
