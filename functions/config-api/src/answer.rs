//! What every answer has: request id, and problem details with their place; and its one log line.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{Extensions, HeaderValue, header};
use lambda_http::{Context, request::RequestContext};
use tracing::Instrument as _;

use crate::problem::Problem;

/// Runs a request within its span, completes the answer and logs it.
pub async fn finish(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let request_id = request_id(request.extensions());
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("none", MatchedPath::as_str)
        .to_owned();
    let path = request.uri().path().to_owned();
    let span = tracing::info_span!(
        "request",
        http.method = %request.method(),
        http.route = route,
        request_id,
        config.org = tracing::field::Empty,
        config.sandbox = tracing::field::Empty,
    );
    async {
        let response = next.run(request).await;
        let problem = response
            .extensions()
            .get::<Problem>()
            .map(|problem| problem.kind);
        let response = complete(response, &path, &request_id);
        tracing::info!(
            http.status = response.status().as_u16(),
            problem,
            duration_ms = started.elapsed().as_secs_f64() * 1_000.0,
            "request answered"
        );
        response
    }
    .instrument(span)
    .await
}

/// API Gateway's id of the request, else the id of the invocation.
pub(crate) fn request_id(extensions: &Extensions) -> String {
    let gateway = match extensions.get() {
        Some(RequestContext::ApiGatewayV2(context)) => context.request_id.clone(),
        _ => None,
    };
    gateway
        .or_else(|| {
            extensions
                .get::<Context>()
                .map(|context| context.request_id.clone())
        })
        .unwrap_or_default()
}

fn complete(mut response: Response, path: &str, request_id: &str) -> Response {
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        let body = serde_json::to_vec(&Problem {
            instance: uri_reference(path),
            request_id: request_id.to_owned(),
            ..problem
        })
        .unwrap_or_default();
        let (parts, _) = response.into_parts();
        response = (parts, body).into_response();
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
    }
    if let Ok(request_id) = HeaderValue::from_str(request_id)
        && !request_id.is_empty()
    {
        response.headers_mut().insert("x-request-id", request_id);
    }
    response
}

/// The path as a URI reference: what RFC 3986 does not allow in a path is percent-encoded. Request paths come with more
/// than that, from clients that do not encode and from API Gateway, which decodes some of it.
fn uri_reference(path: &str) -> String {
    let mut reference = String::with_capacity(path.len());
    for (index, byte) in path.bytes().enumerate() {
        let allowed = match byte {
            b'%' => {
                let digits = path.as_bytes().get(index + 1..index + 3);
                digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
            }
            _ => byte.is_ascii_alphanumeric() || b"/-._~!$&'()*+,;=:@".contains(&byte),
        };
        if allowed {
            reference.push(char::from(byte));
        } else {
            reference.push_str(&format!("%{byte:02X}"));
        }
    }
    reference
}

#[cfg(test)]
mod tests {
    use super::uri_reference;

    #[test]
    fn a_path_becomes_a_uri_reference() {
        for (path, reference) in [
            ("/feedback-webhooks", "/feedback-webhooks"),
            ("/campaigns/a%20b", "/campaigns/a%20b"),
            ("/campaigns/a%2", "/campaigns/a%252"),
            ("/campaigns/a%zz", "/campaigns/a%25zz"),
            ("/campaigns/[^|\"]", "/campaigns/%5B%5E%7C%22%5D"),
            ("/campaigns/\u{e4}", "/campaigns/%C3%A4"),
        ] {
            assert_eq!(uri_reference(path), reference);
        }
    }
}
