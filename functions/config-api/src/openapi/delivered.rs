//! What the configured endpoint receives, as a webhook of the OpenAPI document.

use serde_json::Value;
use utoipa::{
    IntoParams, Path as _, ToSchema,
    openapi::{HttpMethod, PathItem, Paths, PathsBuilder},
};

/// The webhooks of the document.
pub(super) fn webhooks() -> Paths {
    PathsBuilder::new()
        .path(
            "feedback",
            PathItem::new(HttpMethod::Post, __path_feedback::operation()),
        )
        .build()
}

/// Feedback on a message
///
/// One request for each feedback event, at least once, in no particular order.
/// Answer 2xx as soon as the event is safe. Redirects are not followed.
/// Other answers are tried again for a time that the deployment sets, 410 is not.
#[utoipa::path(
    post,
    path = "feedback",
    tag = super::DELIVERY,
    params(DeliveryHeaders),
    request_body = Feedback,
    responses(
        (status = "2XX", description = "The event is taken; it is not sent again."),
        (status = 410, description = "The endpoint is gone for good; the event is given up."),
        (status = "default", description = "The event is sent again later; `Retry-After` is honoured, up to a bound."),
    ),
)]
#[expect(dead_code, reason = "describes a request of the delivery function")]
fn feedback() {}

/// Headers of every delivery, beside the configured ones and the token's.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes a request of the delivery function")]
struct DeliveryHeaders {
    /// The event's id: the same at every attempt, so it tells repetitions apart from new events.
    #[param(rename = "webhook-id")]
    id: String,
    /// When this attempt was made, in seconds since 1970-01-01T00:00:00Z.
    #[param(rename = "webhook-timestamp", example = 1_791_310_961)]
    timestamp: i64,
    /// Which attempt this is, from 1.
    #[param(rename = "webhook-attempt", minimum = 1)]
    attempt: u32,
}

/// A feedback event. Fields without a value are null; fields may be added at any time.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase", examples(example))]
#[expect(dead_code, reason = "describes a request of the delivery function")]
pub(super) struct Feedback {
    /// As given by the caller who triggered the message; not unique for each event.
    request_id: String,
    /// The organisation.
    ims_org: String,
    /// The sandbox.
    sandbox: FeedbackSandbox,
    /// `email` or `sms`.
    #[schema(example = "email")]
    channel: String,
    /// Always `message.feedback`.
    #[schema(example = "message.feedback")]
    event_type: String,
    /// Where an SMS went.
    #[schema(value_type = Option<Object>, required = false)]
    channel_context: Option<Value>,
    /// The execution of the message: ids of execution, campaign and version, types of message and campaign.
    #[schema(value_type = Object)]
    message_execution: Value,
    /// What became of the message.
    message_delivery_feedback: FeedbackOutcome,
    /// The profile's identities by namespace.
    #[schema(value_type = Object)]
    identity_map: Value,
}

/// The sandbox of an event.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a request of the delivery function")]
pub(super) struct FeedbackSandbox {
    /// Its id.
    #[schema(required = false)]
    id: Option<String>,
    /// Its name.
    #[schema(example = "prod")]
    name: String,
}

/// What became of a message.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a request of the delivery function")]
pub(super) struct FeedbackOutcome {
    /// The status.
    feedback_status: FeedbackStatusValue,
    /// Offers of the message.
    #[schema(value_type = Option<Object>, required = false)]
    offers: Option<Value>,
    /// Why the message was not sent: `code`, `reason` and perhaps `details`.
    #[schema(value_type = Option<Object>, required = false)]
    message_exclusion: Option<Value>,
    /// Why the message failed: `category`, `type`, `code` and `reason`, all texts.
    #[schema(value_type = Option<Object>, required = false)]
    message_failure: Option<Value>,
    /// How often the message was tried again; not how often this request was.
    #[schema(required = false)]
    retry_count: Option<u64>,
    /// Encoding of an SMS.
    #[schema(required = false)]
    encoding: Option<String>,
    /// Parts of an SMS, as a text.
    #[schema(required = false)]
    number_of_message_parts: Option<String>,
    /// When the message was delivered.
    #[schema(format = "date-time", required = false)]
    delivery_timestamp: Option<String>,
}

/// A status.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a request of the delivery function")]
pub(super) struct FeedbackStatusValue {
    /// `sent`, `delivered`, `bounce`, `error`, or any other status that the webhook selects; the vocabulary grows.
    #[schema(example = "bounce")]
    value: String,
}

fn example() -> Value {
    serde_json::json!({
        "requestId": "8NoByJneShCdCGRnrGS1t1m3CdA73dhR",
        "imsOrg": "0123456789ABCDEF@AdobeOrg",
        "sandbox": {"id": "068abf40-575e-11ea-8512-9b1bfdb82603", "name": "prod"},
        "channel": "email",
        "eventType": "message.feedback",
        "messageExecution": {
            "messageExecutionID": "HUMA-26362805",
            "messageType": "transactional",
            "campaignID": "16f24a15-7e21-477c-848a-d5695ca7f137",
            "campaignVersionID": "2ca10c10-56dd-4505-87cd-fa5da84e7a5d",
            "campaignType": "ApiTriggered",
        },
        "messageDeliveryFeedback": {
            "feedbackStatus": {"value": "bounce"},
            "offers": null,
            "messageExclusion": null,
            "messageFailure": {"category": "sync", "type": "Ignored", "code": "25", "reason": "Admin Failure"},
            "retryCount": 0,
            "encoding": null,
            "numberOfMessageParts": null,
            "deliveryTimestamp": null,
        },
        "identityMap": {"email": [{"id": "jane.doe@example.com", "primary": true}]},
    })
}
