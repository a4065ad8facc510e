//! Validators of a webhook's version (RFC 9110 section 8.8.3) and the conditions that requests put on them (section 13).

use domain::{config::Webhook, key::WebhookId};
use headers::{ETag, HeaderMapExt as _, IfMatch, IfNoneMatch};
use http::{HeaderMap, HeaderValue, header};

use crate::error::ApiError;

/// The strong ETag of a webhook: its id and version, so that a webhook created anew never has an old one.
pub fn etag(webhook: &Webhook) -> HeaderValue {
    header_value(format!("\"{}-{}\"", webhook.id, webhook.version))
}

/// The strong ETag of a key set. Keys leave it in between versions, when their time is over.
pub fn key_set_etag(version: u64, keys: usize) -> HeaderValue {
    header_value(format!("\"{version}-{keys}\""))
}

/// The path of a webhook.
pub fn location(id: WebhookId) -> HeaderValue {
    header_value(format!("/feedback-webhooks/{id}"))
}

/// Lets a change pass that names the webhook as it is now. Weak ETags name no version, so they never do.
///
/// # Errors
/// [`ApiError::PreconditionRequired`] without `If-Match`, [`ApiError::PreconditionFailed`] with another one.
pub fn require_match(request: &HeaderMap, webhook: &Webhook) -> Result<(), ApiError> {
    if !request.contains_key(header::IF_MATCH) {
        return Err(ApiError::PreconditionRequired);
    }
    let passes = request
        .typed_get::<IfMatch>()
        .zip(typed(&etag(webhook)))
        .is_some_and(|(condition, etag)| condition.precondition_passes(&etag));
    if passes {
        Ok(())
    } else {
        Err(ApiError::PreconditionFailed(Some(Box::new(
            webhook.clone(),
        ))))
    }
}

/// Whether the client says that it has what this ETag names already.
pub fn is_known(request: &HeaderMap, etag: &HeaderValue) -> bool {
    request
        .typed_get::<IfNoneMatch>()
        .zip(typed(etag))
        .is_some_and(|(condition, etag)| !condition.precondition_passes(&etag))
}

fn typed(etag: &HeaderValue) -> Option<ETag> {
    etag.to_str().ok()?.parse().ok()
}

fn header_value(text: String) -> HeaderValue {
    HeaderValue::try_from(text).expect("a UUID and digits are legal in a header")
}
