//! Why a request was not carried out: one variant per answer, with its status and its public words.
//!
//! The internal cause is apart from them: it is logged here, once, and never answered.

use config_store::{StoreError, UnreadableItem};
use domain::{Refusal, config::Webhook, key::WebhookId};
use http::StatusCode;
use secrets::SealError;
use signing::standard_webhooks::CryptoError;

use crate::invalid::{Fault, Invalid, Place};

/// One variant per answer.
#[derive(Debug)]
pub enum ApiError {
    /// The API Gateway let the request through without an authorizer.
    Unauthenticated,
    /// The token names no organisation, or none that is possible.
    NoOrganisation,
    /// `x-gw-ims-org-id` names another organisation than the token.
    OtherOrganisation,
    /// The token gives no role.
    NoRole,
    /// The role of the token allows no changes.
    MayOnlyView,
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
    /// The webhook has no such attempt, or it is no longer kept.
    NoSuchAttempt,
    /// The event of the attempt was not kept.
    EventNotKept,
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
    /// The webhook signs with no key pair.
    NoKeyPair,
    /// The next key is published already.
    NextKeyExists,
    /// No next key is published.
    NoNextKey,
    /// Nothing is published under this id.
    NoSuchKeySet,
    /// The cryptographic library made no key.
    KeyNotGenerated(Box<dyn std::error::Error + Send + Sync>),
    /// DynamoDB does not answer.
    StoreUnavailable(Box<dyn std::error::Error + Send + Sync>),
    /// What DynamoDB answers cannot be read.
    StoreUnreadable(UnreadableItem),
    /// The delivery function does not answer.
    DeliveryUnavailable(Box<dyn std::error::Error + Send + Sync>),
    /// AWS KMS does not answer.
    KeyServiceUnavailable(Box<dyn std::error::Error + Send + Sync>),
}

impl ApiError {
    /// A wrong request header.
    pub fn header(name: &'static str, refusal: Refusal) -> Self {
        Self::Invalid(vec![Fault::new(Place::Header(name), refusal)])
    }

    /// A wrong member of the body.
    pub fn at(pointer: &str, refusal: Refusal) -> Self {
        Self::Invalid(vec![Fault::new(
            Place::Pointer(pointer.to_owned()),
            refusal,
        )])
    }

    /// A wrong parameter of the path.
    pub fn parameter(name: &'static str, refusal: Refusal) -> Self {
        Self::Invalid(vec![Fault::new(Place::Parameter(name), refusal)])
    }

    /// Status, kind, title and what to do. The OpenAPI document describes the kinds.
    pub(crate) fn public(&self) -> (StatusCode, &'static str, &'static str, &str) {
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
            Self::NoRole => (
                StatusCode::FORBIDDEN,
                "/problems/role-missing",
                "The token gives no role",
                "Ask the operator for a role: one views webhooks, another manages them.",
            ),
            Self::MayOnlyView => (
                StatusCode::FORBIDDEN,
                "/problems/role-insufficient",
                "Your role may only view",
                "Ask the operator for the role that manages webhooks.",
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
            Self::NoSuchAttempt => (
                StatusCode::NOT_FOUND,
                "/problems/attempt-not-found",
                "There is no such attempt",
                "The webhook has no attempt of this id. Attempts are kept for seven days.",
            ),
            Self::EventNotKept => (
                StatusCode::CONFLICT,
                "/problems/send-again-impossible",
                "The event was not kept",
                "Events above 32 KiB are not kept, and the deployment may keep none.",
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
                "The webhook is another version now",
                "Read the webhook again, repeat your change on what it is now, and send its new ETag as If-Match.",
            ),
            Self::NoKeyPair => (
                StatusCode::CONFLICT,
                "/problems/no-key-pair",
                "The webhook signs with no key pair",
                "Only JWT authentication with RS*, PS*, ES* or EdDSA has a next key.",
            ),
            Self::NextKeyExists => (
                StatusCode::CONFLICT,
                "/problems/next-key-exists",
                "A next key is published already",
                "Activate it, or delete it before you publish another one.",
            ),
            Self::NoNextKey => (
                StatusCode::NOT_FOUND,
                "/problems/next-key-not-found",
                "No next key is published",
                "Publish the next key first.",
            ),
            Self::NoSuchKeySet => (
                StatusCode::NOT_FOUND,
                "/problems/key-set-not-found",
                "There is no key set",
                "No key set is published here.",
            ),
            Self::StoreUnavailable(_)
            | Self::KeyServiceUnavailable(_)
            | Self::KeyNotGenerated(_)
            | Self::DeliveryUnavailable(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "/problems/unavailable",
                "The service is not available at the moment",
                "Try again in a few seconds. A change may have been made all the same: read before you repeat it.",
            ),
            Self::StoreUnreadable(_) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "/problems/internal",
                "The service cannot read what it has stored",
                "Give the request id to the operator.",
            ),
        }
    }

    /// Tells the operator what the client is not told.
    pub(crate) fn log(&self) {
        let (message, cause): (_, &(dyn std::error::Error + 'static)) = match self {
            Self::StoreUnavailable(cause) => ("the table does not answer", cause.as_ref()),
            Self::StoreUnreadable(cause) => ("a stored item cannot be read", cause),
            Self::KeyServiceUnavailable(cause) => {
                ("the key service does not answer", cause.as_ref())
            }
            Self::KeyNotGenerated(cause) => ("no key was made", cause.as_ref()),
            Self::DeliveryUnavailable(cause) => {
                ("the delivery function does not answer", cause.as_ref())
            }
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

impl From<SealError> for ApiError {
    fn from(error: SealError) -> Self {
        Self::KeyServiceUnavailable(Box::new(error))
    }
}

impl From<CryptoError> for ApiError {
    fn from(error: CryptoError) -> Self {
        Self::KeyNotGenerated(Box::new(error))
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
