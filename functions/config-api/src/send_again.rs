//! `POST /feedback-webhooks/{id}/attempts/{attemptId}/send-again`: delivers the event of an attempt once more.

use std::sync::Arc;

use axum::{Json, extract::State};
use http::StatusCode;
use operations::{Operation, Reply};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    App, Store,
    audit::{Action, Change},
    caller::{AttemptPath, Tenant},
    error::ApiError,
    openapi::{self, AttemptParams, SandboxHeaders},
    stored::find_attempt,
};

/// An event that will be delivered again.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SentAgain {
    /// Its id, the same as before: the endpoint sees it as `webhook-id`.
    event_id: String,
}

/// Send an event again
///
/// The event of the attempt is delivered with its id, as the webhook is configured now, and tried for as long as a new
/// one. An endpoint that took it before gets it twice, and can tell so by the id.
#[utoipa::path(
    post,
    path = "/feedback-webhooks/{id}/attempts/{attemptId}/send-again",
    tag = openapi::WEBHOOKS,
    params(
        AttemptParams,
        SandboxHeaders,
    ),
    security(("token" = [])),
    responses(
        (status = ACCEPTED, description = "The event is on its way.", body = SentAgain),
        openapi::Invalid,
        openapi::NotFound,
        openapi::NotKept,
        openapi::CallerProblems,
    ),
)]
pub(crate) async fn send_again<S: Store>(
    State(app): State<Arc<App<S>>>,
    tenant: Tenant,
    path: AttemptPath,
) -> Result<(StatusCode, Json<SentAgain>), ApiError> {
    let (webhook, attempt) = find_attempt(&app, &tenant, path).await?;
    let event = attempt.event.ok_or(ApiError::EventNotKept)?;
    let change = Change::of_nothing(&tenant, Action::SendAgain, Some(&webhook), &webhook);
    let operation = Operation::SendAgain {
        org: tenant.key.org.clone(),
        sandbox: tenant.key.sandbox.clone(),
        event,
        group_id: attempt.group_id,
    };
    let reply = app.delivery.call(&operation).await;
    match reply.inspect_err(|_| change.perhaps_made())? {
        Reply::SentAgain => {
            change.made();
            let event_id = attempt.event_id;
            Ok((StatusCode::ACCEPTED, Json(SentAgain { event_id })))
        }
        Reply::Tested { .. } | Reply::Unavailable | Reply::Unusable => Err(
            ApiError::DeliveryUnavailable("the event could not be sent again".into()),
        ),
    }
}
