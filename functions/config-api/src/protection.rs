//! Headers that protect every answer, whoever made it. API Gateway's own answers cannot have them; they are short JSON
//! texts without anything of the request.
//!
//! There is no CORS header: no page of another origin may read an answer.

use axum::Router;
use http::{HeaderName, HeaderValue, header};
use tower_http::set_header::SetResponseHeaderLayer;

/// On every answer.
const ALWAYS: [(HeaderName, &str); 2] = [
    // A sniffed type could make a page of an answer.
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Two years. Names beside the API's own are none of its business.
    (header::STRICT_TRANSPORT_SECURITY, "max-age=63072000"),
];
/// On every answer whose handler says nothing else.
const BY_DEFAULT: [(HeaderName, &str); 3] = [
    // Answers belong to one caller.
    (header::CACHE_CONTROL, "no-store"),
    // JSON is no page: it loads nothing, and nobody frames it.
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'",
    ),
    // Paths have ids.
    (header::REFERRER_POLICY, "no-referrer"),
];

/// The router with these headers on all that it answers.
pub(crate) fn protect(mut router: Router) -> Router {
    for (name, value) in ALWAYS {
        let value = HeaderValue::from_static(value);
        router = router.layer(SetResponseHeaderLayer::overriding(name, value));
    }
    for (name, value) in BY_DEFAULT {
        let value = HeaderValue::from_static(value);
        router = router.layer(SetResponseHeaderLayer::if_not_present(name, value));
    }
    router
}
