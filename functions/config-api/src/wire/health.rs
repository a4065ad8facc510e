//! What the API answers about the health of an endpoint.

use domain::{
    config::Webhook,
    health::{EndpointHealth, EndpointState},
};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// The health of a webhook's endpoint.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = EndpointHealth)]
pub struct HealthResponse {
    /// What delivery does with the endpoint's events.
    state: HealthState,
    /// Since when the endpoint is in this state; null for a healthy one. A pause counts from the last change of the
    /// webhook.
    #[schema(value_type = Option<String>, format = "date-time")]
    since: Option<Timestamp>,
    /// The status of the endpoint's last answer, if it is unwell and did answer.
    #[schema(example = 503)]
    last_status: Option<u16>,
    /// What went wrong instead of an answer.
    #[schema(example = "timeout")]
    last_error: Option<String>,
    /// When the next event tries whether the endpoint works again; null unless the circuit is open.
    #[schema(value_type = Option<String>, format = "date-time")]
    next_probe_at: Option<Timestamp>,
    /// When the endpoint last took an event; null if that is seven days ago, or never was. The last seconds may be
    /// missing.
    #[schema(value_type = Option<String>, format = "date-time")]
    last_delivery_at: Option<Timestamp>,
}

/// The state of an endpoint.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
enum HealthState {
    /// Events are delivered.
    Healthy,
    /// The circuit is open: the endpoint failed several times in a row, and only single events probe it.
    Open,
    /// The endpoint answered 410; events are held until the webhook is changed.
    Gone,
    /// The webhook is paused; events are held until it resumes.
    Paused,
}

impl HealthResponse {
    /// Joins what an administrator wants with what delivery has found; a record of another version says nothing.
    pub fn new(
        webhook: &Webhook,
        health: Option<EndpointHealth>,
        last_delivery_at: Option<Timestamp>,
    ) -> Self {
        let health = health.filter(|health| health.concerns(webhook));
        let (found, next_probe_at) = match health.as_ref().map(|health| health.state) {
            None => (HealthState::Healthy, None),
            Some(EndpointState::Open { probe_at, .. }) => (HealthState::Open, Some(probe_at)),
            Some(EndpointState::Gone) => (HealthState::Gone, None),
        };
        let found_since = health.as_ref().map(|health| health.since);
        let (state, since) = if webhook.config.is_paused() {
            (HealthState::Paused, Some(webhook.audit.modified_at))
        } else {
            (found, found_since)
        };
        Self {
            state,
            since,
            last_status: health.as_ref().and_then(|health| health.last_status),
            last_error: health.and_then(|health| health.last_error),
            next_probe_at,
            last_delivery_at,
        }
    }
}
