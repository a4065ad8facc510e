//! The stored record of an endpoint's health and its translation to and from the domain.

use domain::{
    health::{EndpointHealth, EndpointState},
    key::{ConfigKey, OrgId, SandboxName, WebhookId},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    UnreadableItem,
    item::{Attributes, from_attributes, sort_key, to_attributes},
};

#[derive(Serialize, Deserialize)]
struct HealthItem {
    pk: OrgId,
    sk: String,
    sandbox: SandboxName,
    webhook: WebhookId,
    version: u64,
    state: StateItem,
    since: Timestamp,
    failed_probes: Option<u32>,
    probe_at: Option<Timestamp>,
    last_status: Option<u16>,
    last_error: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum StateItem {
    Open,
    Gone,
}

/// Beginning of the sort key of every endpoint's health.
pub(crate) const HEALTH_PREFIX: &str = "health#";

pub(crate) fn health_sort_key(sandbox: &SandboxName) -> String {
    format!("{HEALTH_PREFIX}{sandbox}")
}

pub(crate) fn health_to_item(health: &EndpointHealth) -> Result<Attributes, UnreadableItem> {
    let item = HealthItem::from(health);
    to_attributes(&item, &item.sk)
}

pub(crate) fn health_from_item(item: Attributes) -> Result<EndpointHealth, UnreadableItem> {
    let sort_key = sort_key(&item);
    let item = from_attributes::<HealthItem>(item, &sort_key)?;
    let state = match (item.state, item.failed_probes, item.probe_at) {
        (StateItem::Gone, ..) => EndpointState::Gone,
        (StateItem::Open, Some(failed_probes), Some(probe_at)) => EndpointState::Open {
            failed_probes,
            probe_at,
        },
        (StateItem::Open, ..) => {
            return Err(UnreadableItem {
                sort_key,
                problem: "an open circuit has no time of the next probe".to_owned(),
            });
        }
    };
    Ok(EndpointHealth {
        key: ConfigKey {
            org: item.pk,
            sandbox: item.sandbox,
        },
        webhook: item.webhook,
        version: item.version,
        state,
        since: item.since,
        last_status: item.last_status,
        last_error: item.last_error,
    })
}

impl From<&EndpointHealth> for HealthItem {
    fn from(health: &EndpointHealth) -> Self {
        let (state, failed_probes, probe_at) = match health.state {
            EndpointState::Open {
                failed_probes,
                probe_at,
            } => (StateItem::Open, Some(failed_probes), Some(probe_at)),
            EndpointState::Gone => (StateItem::Gone, None, None),
        };
        Self {
            pk: health.key.org.clone(),
            sk: health_sort_key(&health.key.sandbox),
            sandbox: health.key.sandbox.clone(),
            webhook: health.webhook,
            version: health.version,
            state,
            since: health.since,
            failed_probes,
            probe_at,
            last_status: health.last_status,
            last_error: health.last_error.clone(),
        }
    }
}
