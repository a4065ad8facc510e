//! The health of an endpoint. Only trouble is written down: a healthy endpoint has no record.

use jiff::Timestamp;

use crate::{
    config::Webhook,
    key::{ConfigKey, WebhookId},
};

/// What is wrong with an endpoint.
///
/// It belongs to one version of a webhook, so that an administrator's edit makes it void without touching it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointHealth {
    /// The organisation and sandbox of the webhook.
    pub key: ConfigKey,
    /// The webhook.
    pub webhook: WebhookId,
    /// The version of the webhook.
    pub version: u64,
    /// What is wrong.
    pub state: EndpointState,
    /// Since when.
    pub since: Timestamp,
    /// The status of the last answer, if there was one.
    pub last_status: Option<u16>,
    /// What went wrong instead of an answer.
    pub last_error: Option<String>,
}

/// How an endpoint is unwell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndpointState {
    /// It failed several times in a row, and its circuit is open: nothing calls it but a probe now and then.
    Open {
        /// Probes that failed since.
        failed_probes: u32,
        /// No probe before this time. Every change sets it anew, so that of several writers one wins.
        probe_at: Timestamp,
    },
    /// It answered that it is gone for good. Nothing calls it until the webhook is edited.
    Gone,
}

impl EndpointHealth {
    /// Whether this is about the endpoint as the webhook has it now.
    pub fn concerns(&self, webhook: &Webhook) -> bool {
        self.key == webhook.key && self.webhook == webhook.id && self.version == webhook.version
    }
}
