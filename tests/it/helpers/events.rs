//! Feedback events for the queue, made from the documented payloads.

use serde_json::{Value, json};

use super::tenant::Tenant;

/// The documented payload of a bounced e-mail.
pub(crate) fn email_bounce() -> Value {
    serde_json::from_str(include_str!("../../samples/payload-email-bounce.json")).unwrap()
}

/// The documented payload of a delivered SMS.
pub(crate) fn sms_delivered() -> Value {
    serde_json::from_str(include_str!("../../samples/payload-sms-delivered.json")).unwrap()
}

/// The payload with `org` as its organisation: what the receiver must get.
pub(crate) fn of_org(mut payload: Value, org: &str) -> Value {
    payload["imsOrg"] = json!(org);
    payload
}

/// The event that the backend puts on the queue so that the tenant's receiver gets `payload`.
pub(crate) fn event(tenant: &Tenant, payload: Value, event_id: &str) -> Value {
    let mut event = of_org(payload, &tenant.org);
    event.as_object_mut().unwrap().remove("eventType");
    event["eventId"] = json!(event_id);
    event["occurredAt"] = json!("2026-01-02T03:04:05Z");
    event
}

/// An event id that nothing else uses.
pub(crate) fn fresh_id() -> String {
    format!("event-{}", uuid::Uuid::new_v4())
}
