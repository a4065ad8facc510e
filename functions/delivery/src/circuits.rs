//! What this execution environment knows of the health of endpoints, and the only writer of their records.
//!
//! Decisions are made by `health`. A store that does not answer costs no event anything: a circuit then stays as it is.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use config_store::{HealthStore, StoreError};
use domain::{
    config::Webhook,
    health::EndpointHealth,
    key::{ConfigKey, WebhookId},
};
use futures_util::FutureExt as _;
use jiff::Timestamp;

use crate::{
    causes::Causes,
    deliver::Attempted,
    health::{CircuitPolicy, Verdict, is_endpoint_failure},
    outcome::Outcome,
};

/// Endpoints whose failures are counted. Beyond it the counts begin anew, which costs a few calls.
const COUNTED_MAX: usize = 10_000;

/// How an event may be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Permission {
    /// The endpoint is healthy.
    Call,
    /// This event probes an open circuit; the record is as this environment has claimed it.
    Probe(EndpointHealth),
}

/// How many circuits this environment opened and closed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Changes {
    /// Circuits that opened.
    pub opened: u64,
    /// Circuits that closed.
    pub closed: u64,
}

/// The circuits of the endpoints.
#[derive(Debug)]
pub struct Circuits {
    policy: CircuitPolicy,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    health: HashMap<ConfigKey, EndpointHealth>,
    failures: HashMap<ConfigKey, Failures>,
    changes: Changes,
}

/// Failures in a row of one version of a webhook.
#[derive(Debug)]
struct Failures {
    webhook: WebhookId,
    version: u64,
    count: u32,
}

impl Circuits {
    /// All circuits are closed as far as is known.
    pub fn new(policy: CircuitPolicy) -> Self {
        Self {
            policy,
            known: Mutex::default(),
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of what was read from the store.
    pub fn learn(&self, read: &HashMap<ConfigKey, Option<EndpointHealth>>) {
        let mut known = self.known();
        for (key, health) in read {
            match health {
                Some(health) => drop(known.health.insert(key.clone(), health.clone())),
                None => drop(known.health.remove(key)),
            }
        }
    }

    /// What the health of the endpoint allows.
    pub fn verdict(&self, webhook: &Webhook, now: Timestamp) -> Verdict {
        let known = self.known();
        let health = known.health.get(&webhook.key);
        self.policy.verdict(webhook, health, now)
    }

    /// Claims what is due by a verdict, for an event that is sent at once if it succeeds.
    ///
    /// # Errors
    /// The verdict where the event must not be sent.
    pub async fn claim(
        &self,
        store: &impl HealthStore,
        webhook: &Webhook,
        now: Timestamp,
    ) -> Result<Permission, Verdict> {
        match self.verdict(webhook, now) {
            Verdict::Call => Ok(Permission::Call),
            // Boxed, because few events probe, and every one would carry the room.
            Verdict::Probe(open) => self.claim_probe(store, webhook, open, now).boxed().await,
            verdict @ (Verdict::Pass(_) | Verdict::Hold(_)) => Err(verdict),
        }
    }

    async fn claim_probe(
        &self,
        store: &impl HealthStore,
        webhook: &Webhook,
        open: EndpointHealth,
        now: Timestamp,
    ) -> Result<Permission, Verdict> {
        let claimed = self.policy.claimed(&open, now);
        // Before the write, so that no other event of this environment tries the same.
        self.remember(claimed.clone());
        match store.change(&open, &claimed).await {
            Ok(()) => Ok(Permission::Probe(claimed)),
            Err(error) => {
                log("a probe could not be claimed", &error);
                Err(self.verdict(webhook, now))
            }
        }
    }

    /// Draws the conclusions from an attempt.
    pub async fn conclude(
        &self,
        store: &impl HealthStore,
        webhook: &Webhook,
        permission: Permission,
        attempted: &Attempted,
        now: Timestamp,
    ) {
        let gone = attempted.outcome == Outcome::Gone;
        let failed = is_endpoint_failure(attempted);
        match permission {
            Permission::Call if !gone && !failed => {
                self.known().failures.remove(&webhook.key);
            }
            Permission::Call if failed && !gone && !self.is_threshold_reached(webhook) => {}
            // Boxed for the same reason.
            permission => {
                let changed = self.change(store, webhook, permission, attempted, now);
                changed.boxed().await;
            }
        }
    }

    /// Changes the record of an endpoint as an attempt demands it.
    async fn change(
        &self,
        store: &impl HealthStore,
        webhook: &Webhook,
        permission: Permission,
        attempted: &Attempted,
        now: Timestamp,
    ) {
        let gone = attempted.outcome == Outcome::Gone;
        let failed = is_endpoint_failure(attempted);
        match permission {
            Permission::Call if gone => {
                let record = self.policy.gone(webhook, attempted, now);
                self.write(store.open(&record).await, record);
            }
            Permission::Call => {
                let record = self.policy.opened(webhook, attempted, now);
                if self.write(store.open(&record).await, record) {
                    tracing::warn!("the circuit opened");
                    self.known().changes.opened += 1;
                }
            }
            Permission::Probe(claimed) if gone => {
                let record = self.policy.gone(webhook, attempted, now);
                self.write(store.change(&claimed, &record).await, record);
            }
            Permission::Probe(claimed) if failed => {
                let record = self.policy.reopened(&claimed, attempted, now);
                self.write(store.change(&claimed, &record).await, record);
            }
            Permission::Probe(claimed) => match store.close(&claimed).await {
                Ok(()) => {
                    tracing::warn!("the circuit closed");
                    let mut known = self.known();
                    known.health.remove(&webhook.key);
                    known.changes.closed += 1;
                }
                Err(error) => log("the circuit could not be closed", &error),
            },
        }
    }

    /// What has changed since this was asked last.
    pub fn take_changes(&self) -> Changes {
        std::mem::take(&mut self.known().changes)
    }

    /// Counts a failure; whether it is one that should open the circuit. The count begins anew then, so that a store
    /// that does not answer is asked again, but not at each failure.
    fn is_threshold_reached(&self, webhook: &Webhook) -> bool {
        let mut known = self.known();
        if known.failures.len() >= COUNTED_MAX {
            known.failures.clear();
        }
        let (id, version) = (webhook.id, webhook.version);
        let count = match known.failures.remove(&webhook.key) {
            Some(failures) if (failures.webhook, failures.version) == (id, version) => {
                failures.count
            }
            _ => 0,
        } + 1;
        let is_open = |health: &EndpointHealth| health.concerns(webhook);
        if known.health.get(&webhook.key).is_some_and(is_open) {
            return false;
        }
        if count >= self.policy.failure_threshold {
            return true;
        }
        let failures = Failures {
            webhook: id,
            version,
            count,
        };
        known.failures.insert(webhook.key.clone(), failures);
        false
    }

    /// Remembers a record if it was written; whether it was.
    fn write(&self, written: Result<(), StoreError>, record: EndpointHealth) -> bool {
        match written {
            Ok(()) => self.remember(record),
            Err(error) => {
                log("the health of an endpoint could not be written", &error);
                return false;
            }
        }
        true
    }

    fn remember(&self, health: EndpointHealth) {
        self.known().health.insert(health.key.clone(), health);
    }
}

/// Another environment that was faster is in order; a store that does not answer is not.
fn log(what: &'static str, error: &StoreError) {
    match error {
        StoreError::AlreadyExists | StoreError::Stale => {
            tracing::debug!("{what}: another execution environment was faster");
        }
        StoreError::Unavailable(_) | StoreError::Unreadable(_) => {
            tracing::error!(error = %Causes(error), "{what}");
        }
    }
}
