//! Problem details (RFC 9457): how an [`ApiError`] is answered.

use axum::response::{IntoResponse, Response};
use domain::key::WebhookId;
use http::{HeaderValue, header};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{error::ApiError, invalid::Fault, precondition};

/// Seconds after which a client may ask again when a service behind the API does not answer; the SDK has retried for
/// a few seconds already.
const RETRY_AFTER_SECONDS: &str = "5";

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

impl From<&ApiError> for Problem {
    fn from(error: &ApiError) -> Self {
        let (status, kind, title, detail) = error.public();
        Self {
            kind,
            title,
            status: status.as_u16(),
            detail: detail.to_owned(),
            instance: String::new(),
            request_id: String::new(),
            webhook_id: match error {
                ApiError::WebhookExists(id) => *id,
                _ => None,
            },
            errors: match error {
                ApiError::Invalid(faults) => faults.clone(),
                _ => Vec::new(),
            },
        }
    }
}

/// The status and the headers; the problem itself travels as an extension until `answer` knows path and request id.
impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        self.log();
        let mut response = self.public().0.into_response();
        let header = match &self {
            Self::Unauthenticated => {
                Some((header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")))
            }
            Self::StoreUnavailable(_)
            | Self::KeyServiceUnavailable(_)
            | Self::DeliveryUnavailable(_) => Some((
                header::RETRY_AFTER,
                HeaderValue::from_static(RETRY_AFTER_SECONDS),
            )),
            Self::PreconditionFailed(Some(webhook)) => {
                Some((header::ETAG, precondition::etag(webhook)))
            }
            Self::WebhookExists(Some(id)) => Some((header::LOCATION, precondition::location(*id))),
            _ => None,
        };
        response.headers_mut().extend(header);
        response.extensions_mut().insert(Problem::from(&self));
        response
    }
}
