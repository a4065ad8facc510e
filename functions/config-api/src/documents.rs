//! The public documents: what this API is, and what producers put on the queue. They hold nothing of any organisation.

use axum::{Router, response::IntoResponse, routing::get};
use http::header;
use utoipa::openapi::OpenApi;

/// JSON Schema of the feedback event that the messaging backend puts on the queue.
pub const EVENT_SCHEMA: &str = include_str!("../../../shared/domain/feedback-event.schema.json");

/// `GET /openapi.json` and `GET /feedback-event.schema.json`.
pub fn routes<S: Clone + Send + Sync + 'static>(document: &OpenApi) -> Router<S> {
    let openapi = written(document);
    Router::new()
        .route(
            "/openapi.json",
            get(|| async { document_response("application/json", openapi) }),
        )
        .route(
            "/feedback-event.schema.json",
            get(|| async { document_response("application/schema+json", EVENT_SCHEMA) }),
        )
}

/// The OpenAPI document as it is served and kept in the repository.
pub fn written(document: &OpenApi) -> String {
    let mut text = document
        .to_pretty_json()
        .expect("a document of texts and numbers is JSON");
    text.push('\n');
    text
}

/// An hour in caches: documents change with a deployment, and nobody needs the change at once.
fn document_response(content_type: &'static str, text: impl IntoResponse) -> impl IntoResponse {
    (
        [
            (header::CONTENT_TYPE, content_type),
            (header::CACHE_CONTROL, "public, max-age=3600"),
        ],
        text,
    )
}
