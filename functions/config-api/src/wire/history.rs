//! What the API answers about deliveries. Recipients' addresses are masked, and there is no secret to begin with.

use config_store::history::{Attempt, AttemptId, AttemptOutcome, AttemptPage};
use domain::{event::FeedbackEvent, payload::payload};
use jiff::Timestamp;
use operations::Header;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{mask::mask_recipients, wire::response::PageInfo};

/// An attempt to deliver an event.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Attempt)]
pub struct AttemptResponse {
    /// Its id.
    #[schema(format = "uuid")]
    id: String,
    /// When it was made.
    #[schema(value_type = String, format = "date-time")]
    at: Timestamp,
    /// The event's id, which the endpoint saw as `webhook-id`.
    event_id: String,
    /// The event's `requestId`.
    request_id: Option<String>,
    /// The event's feedback status.
    #[schema(example = "bounce")]
    feedback_status: String,
    /// The event's channel.
    #[schema(example = "email")]
    channel: String,
    /// The event's campaign.
    campaign_id: Option<String>,
    /// What it meant for the event.
    outcome: OutcomeResponse,
    /// The status of the answer; null if there was none.
    #[schema(example = 503)]
    http_status: Option<u16>,
    /// What went wrong instead of an answer.
    #[schema(example = "timeout")]
    error: Option<String>,
    /// How long it took, in milliseconds.
    duration_ms: u64,
    /// 1 for the event's first.
    attempt: u32,
    /// The version of the webhook's configuration that was used.
    webhook_version: u64,
    /// Whether the event was kept, so that it can be sent again.
    can_send_again: bool,
    /// The request; where a single attempt is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    request: Option<AttemptRequest>,
    /// The answer; where a single attempt is read, and only of a failed one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    answer: Option<AttemptAnswer>,
}

/// What an attempt meant for its event.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = AttemptOutcome)]
enum OutcomeResponse {
    /// The endpoint took it.
    Delivered,
    /// It is tried again.
    TryLater,
    /// It went to the dead-letter queue.
    GivenUp,
}

/// The request of an attempt.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct AttemptRequest {
    /// Always POST.
    method: &'static str,
    /// The endpoint.
    url: String,
    /// The headers; those with secret values are masked.
    headers: Vec<Header>,
    /// The body with the recipients' addresses masked; null where the event was not kept.
    body: Option<String>,
}

/// The answer to an attempt.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct AttemptAnswer {
    /// The status.
    status: u16,
    /// The beginning of a failed answer's body.
    body_excerpt: Option<String>,
}

/// A part of the attempts, newest first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AttemptPage)]
pub struct AttemptPageResponse {
    /// The attempts of this part.
    items: Vec<AttemptResponse>,
    /// What follows.
    #[serde(rename = "_page")]
    page: PageInfo,
}

/// Counts of attempts over time.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Deliveries)]
pub struct DeliveriesResponse {
    /// How long the time of each count is.
    #[schema(example = 300)]
    pub resolution_seconds: i64,
    /// The counts, oldest first; times without attempts are left out.
    pub items: Vec<DeliveryCount>,
}

/// Attempts of a time.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryCount {
    /// When it begins.
    #[schema(value_type = String, format = "date-time")]
    pub at: Timestamp,
    /// Attempts that delivered their event.
    pub delivered: u64,
    /// Attempts that failed.
    pub failed: u64,
}

impl From<AttemptPage> for AttemptPageResponse {
    fn from(page: AttemptPage) -> Self {
        Self {
            page: PageInfo {
                next: page.next.map(|next| next.to_string()),
                count: page.attempts.len(),
            },
            items: page
                .attempts
                .into_iter()
                .map(AttemptResponse::brief)
                .collect(),
        }
    }
}

impl AttemptResponse {
    /// As one of many: without request and answer.
    fn brief(attempt: Attempt) -> Self {
        Self {
            id: attempt.id.to_string(),
            at: AttemptId::at(attempt.id),
            event_id: attempt.event_id,
            request_id: attempt.request_id,
            feedback_status: attempt.feedback_status,
            channel: attempt.channel,
            campaign_id: attempt.campaign,
            outcome: match attempt.outcome {
                AttemptOutcome::Delivered => OutcomeResponse::Delivered,
                AttemptOutcome::TryLater => OutcomeResponse::TryLater,
                AttemptOutcome::GivenUp => OutcomeResponse::GivenUp,
            },
            http_status: attempt.http_status,
            error: attempt.error,
            duration_ms: attempt.duration_ms,
            attempt: attempt.number,
            webhook_version: attempt.webhook_version,
            can_send_again: attempt.event.is_some(),
            request: None,
            answer: None,
        }
    }

    /// With request and answer.
    pub fn whole(attempt: Attempt) -> Self {
        let headers = attempt.headers.iter();
        let request = AttemptRequest {
            method: "POST",
            url: attempt.url.clone(),
            headers: headers
                .map(|header| Header::new(&header.name, header.value.clone()))
                .collect(),
            body: attempt.event.as_deref().and_then(masked_payload),
        };
        let answer = attempt.http_status.map(|status| AttemptAnswer {
            status,
            body_excerpt: attempt.answer_excerpt.clone(),
        });
        Self {
            request: Some(request),
            answer,
            ..Self::brief(attempt)
        }
    }
}

fn masked_payload(event: &str) -> Option<String> {
    let event = FeedbackEvent::parse(event).ok()?;
    let payload = String::from_utf8(payload(&event)).ok()?;
    Some(mask_recipients(&payload))
}
