//! `GET /campaigns`: lists the campaigns of a sandbox that are switched on, a part at a time.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use domain::key::CampaignId;

use crate::{
    App, Store,
    caller::Tenant,
    error::ApiError,
    openapi::{self, SandboxHeaders},
    page::{self, PageQuery},
    query::Parameters,
    wire::response::{PageInfo, SwitchPageResponse, SwitchResponse},
};

/// List the campaigns that are switched on
///
/// Those of the sandbox, ordered by their ids.
#[utoipa::path(
    get,
    path = "/campaigns",
    tag = openapi::CAMPAIGNS,
    params(
        PageQuery,
        SandboxHeaders,
    ),
    security(("token" = [])),
    responses(
        (status = OK, description = "A part of the list; `_page.next` leads to the part after it.", body = SwitchPageResponse),
        openapi::Invalid,
        openapi::CallerProblems,
    ),
)]
pub(crate) async fn campaigns<S: Store>(
    State(app): State<Arc<App<S>>>,
    tenant: Tenant,
    parameters: Parameters,
) -> Result<Response, ApiError> {
    let (limit, after) = page::read(parameters, |text| CampaignId::parse(text).ok())?;
    let found = app
        .store
        .list_switches(&tenant.key, after.as_ref(), limit)
        .await?;
    Ok(Json(SwitchPageResponse {
        items: found.switches.iter().map(SwitchResponse::from).collect(),
        page: PageInfo {
            next: found.next.map(|next| page::encode(next.as_str())),
            count: found.switches.len(),
        },
    })
    .into_response())
}
