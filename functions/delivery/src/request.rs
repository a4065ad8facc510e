//! The request for one attempt, made from the configuration, the payload and the time. Pure.

use bytes::Bytes;
use domain::endpoint::EndpointUrl;
use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{ACCEPT, CONTENT_TYPE, USER_AGENT},
};
use jiff::Timestamp;

/// Product and version, as endpoints see them.
pub(crate) const PRODUCT: &str = concat!("Feedback-Webhooks/", env!("CARGO_PKG_VERSION"));

/// The event's id, the same at every attempt: receivers tell duplicates by it.
const WEBHOOK_ID: HeaderName = HeaderName::from_static("webhook-id");
/// When the attempt was made, in seconds since 1970.
const WEBHOOK_TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
/// The attempt's number, from 1 on.
const WEBHOOK_ATTEMPT: HeaderName = HeaderName::from_static("webhook-attempt");
/// How many attempts may follow this one.
const WEBHOOK_ATTEMPTS_REMAINING: HeaderName =
    HeaderName::from_static("webhook-attempts-remaining");
/// When the event is given up, in seconds since 1970.
const WEBHOOK_RETRY_UNTIL: HeaderName = HeaderName::from_static("webhook-retry-until");

/// Headers that are added to the endpoint's own: room for them saves moving all of them.
const OUR_HEADERS: usize = 9;

/// One attempt to deliver an event.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    /// The event's id.
    pub event_id: &'a str,
    /// 1 for the first.
    pub number: u32,
    /// How many may follow.
    pub remaining: u32,
    /// When the event is given up.
    pub retry_until: Timestamp,
    /// When it is made.
    pub at: Timestamp,
}

/// A POST that is ready to be sent.
#[derive(Clone)]
pub struct WebhookRequest {
    /// Where it goes.
    pub url: EndpointUrl,
    /// Its headers, less those that belong to the connection.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

/// The endpoint's own headers, and those of every request to any endpoint, which win. They are the same for each attempt.
pub fn lasting_headers(endpoint_headers: HeaderMap) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(endpoint_headers.len() + OUR_HEADERS);
    headers.extend(endpoint_headers);
    // Web application firewalls take its absence as a sign of an attack (OWASP Core Rule Set, rule 920300).
    headers
        .entry(ACCEPT)
        .or_insert(HeaderValue::from_static("*/*"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(USER_AGENT, HeaderValue::from_static(PRODUCT));
    // A copy finds its entries by a table of the same size, without the room for those to come.
    headers.clone()
}

impl WebhookRequest {
    /// Adds the headers of an attempt to the others ([`lasting_headers`] and what authenticates), over which they win.
    pub fn new(
        url: EndpointUrl,
        mut headers: HeaderMap,
        attempt: Attempt<'_>,
        body: Bytes,
    ) -> Self {
        headers.insert(WEBHOOK_TIMESTAMP, attempt.at.as_second().into());
        headers.insert(WEBHOOK_ATTEMPT, attempt.number.into());
        headers.insert(WEBHOOK_ATTEMPTS_REMAINING, attempt.remaining.into());
        headers.insert(WEBHOOK_RETRY_UNTIL, attempt.retry_until.as_second().into());
        // An event's id is visible ASCII, which every header may have.
        if let Ok(event_id) = HeaderValue::try_from(attempt.event_id) {
            headers.insert(WEBHOOK_ID, event_id);
        }
        Self { url, headers, body }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_header_of_the_endpoint_replaces_one_of_ours() {
        let names = [
            "content-type",
            "user-agent",
            "webhook-id",
            "webhook-timestamp",
            "webhook-attempt",
            "webhook-attempts-remaining",
            "webhook-retry-until",
        ];
        let mut endpoint_headers = HeaderMap::new();
        for name in names.into_iter().chain(["x-source"]) {
            endpoint_headers.append(name, HeaderValue::from_static("theirs"));
            endpoint_headers.append(name, HeaderValue::from_static("theirs too"));
        }
        let attempt = Attempt {
            event_id: "e-1",
            number: 3,
            remaining: 97,
            retry_until: Timestamp::from_second(1_700_086_400).unwrap(),
            at: Timestamp::from_second(1_700_000_000).unwrap(),
        };
        let url = EndpointUrl::parse("https://example.com/").unwrap();
        let headers = lasting_headers(endpoint_headers);
        let request = WebhookRequest::new(url, headers, attempt, Bytes::new());
        let values = |name| -> Vec<_> { request.headers.get_all(name).iter().collect() };
        assert_eq!(
            names.map(values),
            [
                "application/json",
                PRODUCT,
                "e-1",
                "1700000000",
                "3",
                "97",
                "1700086400"
            ]
            .map(|value| vec![value])
        );
        assert_eq!(values("x-source"), ["theirs", "theirs too"]);
    }
}
