//! `GET /feedback-webhooks`: lists the webhooks of an organisation, a part at a time.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{Refusal, key::SandboxName};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    App, Store,
    caller::Caller,
    error::ApiError,
    invalid::{Fault, Place},
    openapi::{self, OrganisationHeader},
    wire::response::{PageInfo, PageResponse, WebhookResponse},
};

/// Items of one part unless the client says otherwise.
const LIMIT_DEFAULT: u16 = 20;
/// Most items of one part: 100 of the largest have about 3 MiB, and an answer of a function may have 6 (AWS Lambda
/// quotas). DynamoDB reads 1 MiB at once and then ends the part earlier.
const LIMIT_MAX: u16 = 100;

/// The query as it is written; `check` names both faults, where serde would name the first.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Most items of the answer.
    #[param(value_type = u16, required = false, minimum = 1, maximum = 100, default = 20)]
    limit: Option<String>,
    /// `_page.next` of the answer before.
    #[param(value_type = String, required = false)]
    cursor: Option<String>,
}

impl ListQuery {
    fn check(self) -> Result<(u16, Option<SandboxName>), ApiError> {
        let limit = self.limit.map_or(Ok(LIMIT_DEFAULT), |text| {
            text.parse()
                .ok()
                .filter(|limit| (1..=LIMIT_MAX).contains(limit))
                .ok_or_else(|| {
                    Refusal::new("limit-invalid", "The limit must be a number from 1 to 100.")
                })
        });
        let after = self.cursor.map(|text| decode(&text)).transpose();
        match (limit, after) {
            (Ok(limit), Ok(after)) => Ok((limit, after)),
            (limit, after) => Err(ApiError::Invalid(
                [("limit", limit.err()), ("cursor", after.err())]
                    .into_iter()
                    .filter_map(|(name, refusal)| {
                        Some(Fault::new(Place::Parameter(name), refusal?))
                    })
                    .collect(),
            )),
        }
    }
}

fn encode(after: &SandboxName) -> String {
    URL_SAFE_NO_PAD.encode(after.as_str())
}

fn decode(cursor: &str) -> Result<SandboxName, Refusal> {
    URL_SAFE_NO_PAD
        .decode(cursor)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .and_then(|name| SandboxName::parse(&name).ok())
        .ok_or_else(|| {
            Refusal::new(
                "cursor-invalid",
                "The cursor must be the 'next' of an earlier answer, unchanged.",
            )
        })
}

/// List the organisation's webhooks
///
/// All sandboxes of the token's organisation, ordered by the sandbox's name.
#[utoipa::path(
    get,
    path = "/feedback-webhooks",
    tag = openapi::WEBHOOKS,
    params(
        ListQuery,
        OrganisationHeader,
    ),
    security(("token" = [])),
    responses(
        (status = OK, description = "A part of the list; `_page.next` leads to the part after it.", body = PageResponse),
        openapi::Invalid,
        openapi::CallerProblems,
    ),
)]
pub(crate) async fn list<S: Store>(
    State(app): State<Arc<App<S>>>,
    caller: Caller,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Result<Response, ApiError> {
    let Query(query) = query.map_err(|_| {
        ApiError::parameter(
            "query",
            Refusal::new("query-unreadable", "Give each parameter at most once."),
        )
    })?;
    let (limit, after) = query.check()?;
    let found = app.store.list(&caller.org, after.as_ref(), limit).await?;
    Ok(Json(PageResponse {
        items: found.webhooks.iter().map(WebhookResponse::from).collect(),
        page: PageInfo {
            next: found.next.as_ref().map(encode),
            count: found.webhooks.len(),
        },
    })
    .into_response())
}
