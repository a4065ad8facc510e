//! The public documents: what this API is, and what producers put on the queue. They hold nothing of any organisation.

use axum::response::IntoResponse;
use domain::event;
use http::header;

use crate::openapi;

/// The OpenAPI document of this API. A test of `openapi` keeps it equal to what the code says.
const OPENAPI: &str = include_str!("../openapi.json");
/// An hour in caches: documents change with a deployment, and nobody needs the change at once.
const CACHE_CONTROL: &str = "public, max-age=3600";

/// The description of this API
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = openapi::DOCUMENTS,
    responses(
        (status = OK, description = "This document, in OpenAPI 3.1.", body = Object),
        openapi::DocumentProblems,
    ),
)]
pub(crate) async fn openapi_document() -> impl IntoResponse {
    document("application/json", OPENAPI)
}

/// The schema of the events on the feedback queue
///
/// For the messaging backend that puts them there.
#[utoipa::path(
    get,
    path = "/feedback-event.schema.json",
    tag = openapi::DOCUMENTS,
    responses(
        (status = OK, description = "A JSON Schema of the draft 2020-12.", body = Object, content_type = "application/schema+json"),
        openapi::DocumentProblems,
    ),
)]
pub(crate) async fn event_schema() -> impl IntoResponse {
    document("application/schema+json", event::SCHEMA)
}

fn document(content_type: &'static str, text: &'static str) -> impl IntoResponse {
    (
        [
            (header::CONTENT_TYPE, content_type),
            (header::CACHE_CONTROL, CACHE_CONTROL),
        ],
        text,
    )
}
