//! Why a request was not carried out, and the problem details (RFC 9457) that say so.
//!
//! The public words and the internal cause are apart: the cause is logged here, once, and never answered.

use axum::response::{IntoResponse, Response};
use config_store::{StoreError, UnreadableItem};
use domain::{Refusal, config::Webhook, key::WebhookId};
use http::{HeaderValue, StatusCode, header};
use secrets::SealError;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    invalid::{Fault, Invalid, Place},
    precondition,
};

/// Seconds after which a client may ask again when a service behind the API does not answer; the SDK has retried for
/// a few seconds already.
const RETRY_AFTER_SECONDS: &str = "5";

/// One variant per answer.
#[derive(Debug)]
pub enum ApiError {
    /// The API Gateway let the request through without an authorizer.
    Unauthenticated,
    /// The token names no organisation, or none that is possible.
    NoOrganisation,
    /// `x-gw-ims-org-id` names another organisation than the token.
    OtherOrganisation,
    /// The body is not JSON with distinct member names.
    UnreadableJson {
        /// What the parser says, with line and column.
        reason: String,
    },
    /// Values of the request are wrong.
    Invalid(Vec<Fault>),
    /// The body is not declared as JSON.
    NotJson,
    /// The body has more bytes than [`crate::body::BODY_MAX_BYTES`].
    BodyTooLarge,
    /// No such path.
    NoSuchPath,
    /// The path has no such method.
    NoSuchMethod,
    /// The sandbox has no webhook of this id.
    NoSuchWebhook,
    /// The campaign is not switched on.
    NotSwitchedOn,
    /// The sandbox has a webhook already.
    WebhookExists(Option<WebhookId>),
    /// A campaign cannot be switched on before the sandbox has a webhook.
    WebhookNotConfigured,
    /// Someone switched the campaign off at the same moment.
    SwitchedOffMeanwhile,
    /// A change without `If-Match`.
    PreconditionRequired,
    /// `If-Match` does not name the current version.
    PreconditionFailed(Option<Box<Webhook>>),
    /// DynamoDB does not answer.
    StoreUnavailable(Box<dyn std::error::Error + Send + Sync>),
    /// What DynamoDB answers cannot be read.
    StoreUnreadable(UnreadableItem),
    /// AWS KMS does not answer.
    KeyServiceUnavailable(SealError),
}

/// Problem details (RFC 9457).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// What kind of problem this is; clients decide by it.
    #[serde(rename = "type")]
    #[schema(format = "uri-reference", example = "/problems/validation-failed")]
    pub kind: &'static str,
    /// The kind in words.
    #[schema(example = "Some values are wrong")]
    pub title: &'static str,
    /// The HTTP status code.
    #[schema(example = 400)]
    pub status: u16,
    /// What to do about it.
    #[schema(example = "Correct the listed values and send the request again.")]
    pub detail: String,
    /// The path of the request.
    #[schema(format = "uri-reference", example = "/feedback-webhooks")]
    pub instance: String,
    /// The id of the request, for questions to the operator; also in the header `x-request-id`.
    #[schema(example = "JKJaXmPLvHcESHA=")]
    pub request_id: String,
    /// The id of the webhook that is in the way; for `/problems/webhook-exists` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "uuid", nullable = false)]
    pub webhook_id: Option<WebhookId>,
    /// Every wrong value, at most 100; for `/problems/validation-failed` only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<Fault>,
}

impl ApiError {
    /// A wrong request header.
    pub fn header(name: &'static str, refusal: Refusal) -> Self {
        Self::Invalid(vec![Fault::new(Place::Header(name), refusal)])
    }

    /// A wrong parameter of the path.
    pub fn parameter(name: &'static str, refusal: Refusal) -> Self {
        Self::Invalid(vec![Fault::new(Place::Parameter(name), refusal)])
    }

    /// Status, kind, title and what to do. The kinds are documented in the OpenAPI document.
    fn public(&self) -> (StatusCode, &'static str, &'static str, &str) {
        match self {
            Self::Unauthenticated => (
                StatusCode::UNAUTHORIZED,
                "/problems/unauthenticated",
                "A token is needed",
                "Send a valid access token as 'Authorization: Bearer …'.",
            ),
            Self::NoOrganisation => (
                StatusCode::FORBIDDEN,
                "/problems/organisation-missing",
                "The token names no organisation",
                "Ask the operator to give your account an organisation.",
            ),
            Self::OtherOrganisation => (
                StatusCode::FORBIDDEN,
                "/problems/organisation-mismatch",
                "The token belongs to another organisation",
                "Leave the header x-gw-ims-org-id out, or name the organisation of the token.",
            ),
            Self::UnreadableJson { reason } => (
                StatusCode::BAD_REQUEST,
                "/problems/unreadable-json",
                "The body is not JSON",
                reason,
            ),
            Self::Invalid(_) => (
                StatusCode::BAD_REQUEST,
                "/problems/validation-failed",
                "Some values are wrong",
                "Correct the listed values and send the request again.",
            ),
            Self::NotJson => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "/problems/unsupported-media-type",
                "The body must be JSON",
                "Send the body with 'Content-Type: application/json'.",
            ),
            Self::BodyTooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "/problems/body-too-large",
                "The body is too large",
                "Send at most 256 KiB.",
            ),
            Self::NoSuchPath => (
                StatusCode::NOT_FOUND,
                "/problems/path-not-found",
                "There is nothing at this path",
                "See /openapi.json for the paths of this API.",
            ),
            Self::NoSuchMethod => (
                StatusCode::METHOD_NOT_ALLOWED,
                "/problems/method-not-allowed",
                "This path does not have this method",
                "Use a method of the header Allow.",
            ),
            Self::NoSuchWebhook => (
                StatusCode::NOT_FOUND,
                "/problems/webhook-not-found",
                "There is no such webhook",
                "The sandbox has no webhook of this id.",
            ),
            Self::NotSwitchedOn => (
                StatusCode::NOT_FOUND,
                "/problems/campaign-not-switched-on",
                "Webhooks are not enabled for this campaign",
                "Switch the campaign on with PUT.",
            ),
            Self::WebhookExists(_) => (
                StatusCode::CONFLICT,
                "/problems/webhook-exists",
                "The sandbox has a webhook already",
                "A sandbox has at most one webhook; replace or delete the one that it has.",
            ),
            Self::WebhookNotConfigured => (
                StatusCode::CONFLICT,
                "/problems/webhook-not-configured",
                "The sandbox has no webhook",
                "Create the sandbox's webhook before you enable it for a campaign.",
            ),
            Self::SwitchedOffMeanwhile => (
                StatusCode::CONFLICT,
                "/problems/campaign-switched-off",
                "The campaign was switched off at the same moment",
                "Send the request again if the campaign is to be switched on.",
            ),
            Self::PreconditionRequired => (
                StatusCode::PRECONDITION_REQUIRED,
                "/problems/precondition-required",
                "The header If-Match is needed",
                "Read the webhook and send its ETag as If-Match, so that nobody's change is overwritten unseen.",
            ),
            Self::PreconditionFailed(_) => (
                StatusCode::PRECONDITION_FAILED,
                "/problems/precondition-failed",
                "The webhook was changed meanwhile",
                "Read the webhook again, repeat your change on what it is now, and send its new ETag as If-Match.",
            ),
            Self::StoreUnavailable(_) | Self::KeyServiceUnavailable(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "/problems/unavailable",
                "The service is not available at the moment",
                "Nothing was changed. Try again in a few seconds.",
            ),
            Self::StoreUnreadable(_) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "/problems/internal",
                "The service cannot read what it has stored",
                "Give the request id to the operator.",
            ),
        }
    }

    /// Tells the operator about what the client is not told.
    fn log(&self) {
        let (message, cause): (_, &(dyn std::error::Error + 'static)) = match self {
            Self::StoreUnavailable(cause) => ("the table does not answer", cause.as_ref()),
            Self::StoreUnreadable(cause) => ("a stored item cannot be read", cause),
            Self::KeyServiceUnavailable(cause) => ("the key service does not answer", cause),
            _ => return,
        };
        tracing::error!(error.cause = cause_chain(cause), "{message}");
    }
}

/// All messages of an error and its sources.
pub fn cause_chain(error: &(dyn std::error::Error + 'static)) -> String {
    let messages: Vec<String> = std::iter::successors(Some(error), |error| error.source())
        .map(ToString::to_string)
        .collect();
    messages.join(": ")
}

impl From<Invalid> for ApiError {
    fn from(invalid: Invalid) -> Self {
        Self::Invalid(invalid.into_faults())
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::AlreadyExists => Self::WebhookExists(None),
            StoreError::Stale => Self::PreconditionFailed(None),
            StoreError::Unavailable(cause) => Self::StoreUnavailable(cause),
            StoreError::Unreadable(cause) => Self::StoreUnreadable(cause),
        }
    }
}

/// The status and the headers; the problem itself travels as an extension until `answer` knows path and request id.
impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        self.log();
        let (status, kind, title, detail) = self.public();
        let problem = Problem {
            kind,
            title,
            status: status.as_u16(),
            detail: detail.to_owned(),
            instance: String::new(),
            request_id: String::new(),
            webhook_id: None,
            errors: Vec::new(),
        };
        let mut response = status.into_response();
        let headers = response.headers_mut();
        let problem = match self {
            Self::Unauthenticated => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
                problem
            }
            Self::StoreUnavailable(_) | Self::KeyServiceUnavailable(_) => {
                headers.insert(
                    header::RETRY_AFTER,
                    HeaderValue::from_static(RETRY_AFTER_SECONDS),
                );
                problem
            }
            Self::PreconditionFailed(Some(webhook)) => {
                headers.insert(header::ETAG, precondition::etag(&webhook));
                problem
            }
            Self::WebhookExists(Some(id)) => {
                headers.insert(header::LOCATION, precondition::location(id));
                Problem {
                    webhook_id: Some(id),
                    ..problem
                }
            }
            Self::Invalid(errors) => Problem { errors, ..problem },
            _ => problem,
        };
        response.extensions_mut().insert(problem);
        response
    }
}
