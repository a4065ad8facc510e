//! `/campaigns/{campaignId}/feedback-webhook`: the campaign's *Enable webhooks* switch.
//!
//! The switch is the existence of an item, so switching on and off can be repeated. It outlives the webhook.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use config_store::StoreError;
use domain::config::CampaignSwitch;
use http::StatusCode;

use crate::{
    App, Store,
    audit::{Action, Change},
    caller::{CampaignPath, Now, Tenant},
    error::ApiError,
    openapi::{self, CampaignParams, SandboxHeaders},
    wire::response::SwitchResponse,
};

/// Enable webhooks for a campaign
///
/// From now on the sandbox's webhook reports the campaign's messages. No body is needed.
#[utoipa::path(
    put,
    path = "/campaigns/{campaignId}/feedback-webhook",
    tag = openapi::CAMPAIGNS,
    params(CampaignParams, SandboxHeaders),
    security(("token" = [])),
    responses(
        (status = CREATED, description = "The campaign is switched on now.", body = SwitchResponse),
        (status = OK, description = "The campaign was switched on before.", body = SwitchResponse),
        openapi::Invalid,
        openapi::NotFound,
        openapi::NotConfigured,
        openapi::CallerProblems,
    ),
)]
pub(crate) async fn switch_on<S: Store>(
    State(app): State<Arc<App<S>>>,
    tenant: Tenant,
    CampaignPath(campaign): CampaignPath,
    Now(now): Now,
) -> Result<Response, ApiError> {
    if app.store.read(&tenant.key).await?.is_none() {
        return Err(ApiError::WebhookNotConfigured);
    }
    let wanted = CampaignSwitch {
        key: tenant.key.clone(),
        campaign,
        enabled_at: now,
        enabled_by: tenant.actor.clone(),
    };
    let change = Change::of_campaign(&tenant, Action::SwitchCampaignOn, &wanted.campaign);
    let (switch, is_new) = match app.store.switch_on(&wanted).await {
        Ok(switched) => switched,
        Err(StoreError::Stale) => return Err(ApiError::SwitchedOffMeanwhile),
        Err(error) => {
            change.failed(&error);
            return Err(error.into());
        }
    };
    let status = if is_new {
        change.made();
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok((status, Json(SwitchResponse::from(&switch))).into_response())
}

/// Read whether webhooks are enabled for a campaign
///
/// 404 while they are not.
#[utoipa::path(
    get,
    path = "/campaigns/{campaignId}/feedback-webhook",
    tag = openapi::CAMPAIGNS,
    params(CampaignParams, SandboxHeaders),
    security(("token" = [])),
    responses(
        (status = OK, description = "The campaign is switched on.", body = SwitchResponse),
        openapi::Invalid,
        openapi::NotFound,
        openapi::CallerProblems,
    ),
)]
pub(crate) async fn read_switch<S: Store>(
    State(app): State<Arc<App<S>>>,
    tenant: Tenant,
    CampaignPath(campaign): CampaignPath,
) -> Result<Response, ApiError> {
    let switch = app
        .store
        .read_switch(&tenant.key, &campaign)
        .await?
        .ok_or(ApiError::NotSwitchedOn)?;
    Ok(Json(SwitchResponse::from(&switch)).into_response())
}

/// Disable webhooks for a campaign
///
/// Also answered 204 if they were not enabled.
#[utoipa::path(
    delete,
    path = "/campaigns/{campaignId}/feedback-webhook",
    tag = openapi::CAMPAIGNS,
    params(CampaignParams, SandboxHeaders),
    security(("token" = [])),
    responses(
        (status = NO_CONTENT, description = "The campaign is switched off."),
        openapi::Invalid,
        openapi::NotFound,
        openapi::CallerProblems,
    ),
)]
pub(crate) async fn switch_off<S: Store>(
    State(app): State<Arc<App<S>>>,
    tenant: Tenant,
    CampaignPath(campaign): CampaignPath,
) -> Result<StatusCode, ApiError> {
    let change = Change::of_campaign(&tenant, Action::SwitchCampaignOff, &campaign);
    match app.store.switch_off(&tenant.key, &campaign).await {
        Ok(true) => change.made(),
        Ok(false) => {}
        Err(error) => {
            change.failed(&error);
            return Err(error.into());
        }
    }
    Ok(StatusCode::NO_CONTENT)
}
