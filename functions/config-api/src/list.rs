//! `GET /feedback-webhooks`: lists the webhooks of an organisation, a part at a time.

use std::{collections::HashMap, sync::Arc};

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use config_store::{StoreError, history::Subject};
use domain::{
    config::Webhook,
    health::EndpointHealth,
    key::{ConfigKey, SandboxName},
};
use futures_util::{StreamExt as _, TryStreamExt as _, future::try_join, stream};
use jiff::Timestamp;

use crate::{
    App, Store,
    caller::{Caller, Now},
    error::ApiError,
    openapi::{self, OrganisationHeader},
    page::{self, PageQuery},
    query::Parameters,
    wire::{
        health::HealthResponse,
        response::{ListedWebhookResponse, PageInfo, PageResponse},
    },
};

/// Reads at the same time while a part is put together: the largest part then waits for a handful of them in a row.
const CONCURRENT_READS: usize = 20;

/// List the organisation's webhooks
///
/// All sandboxes of the token's organisation, ordered by the sandbox's name, with the health of each endpoint.
#[utoipa::path(
    get,
    path = "/feedback-webhooks",
    tag = openapi::WEBHOOKS,
    params(
        PageQuery,
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
    Now(now): Now,
    parameters: Parameters,
) -> Result<Response, ApiError> {
    let (limit, after) = page::read(parameters, |text| SandboxName::parse(text).ok())?;
    let (found, unwell) = try_join(
        app.store.list(&caller.org, after.as_ref(), limit),
        app.store.list_health(&caller.org),
    )
    .await?;
    let last_deliveries = last_deliveries(&app.store, &found.webhooks, now).await?;
    let mut unwell: HashMap<ConfigKey, EndpointHealth> = unwell
        .into_iter()
        .map(|health| (health.key.clone(), health))
        .collect();
    let webhooks = found.webhooks.iter().zip(last_deliveries);
    Ok(Json(PageResponse {
        items: webhooks
            .map(|(webhook, last_delivery)| ListedWebhookResponse {
                webhook: webhook.into(),
                health: HealthResponse::new(webhook, unwell.remove(&webhook.key), last_delivery),
            })
            .collect(),
        page: PageInfo {
            next: found.next.map(|next| page::encode(next.as_str())),
            count: found.webhooks.len(),
        },
    })
    .into_response())
}

/// When each of the webhooks last delivered an event, in their order.
async fn last_deliveries<S: Store>(
    store: &S,
    webhooks: &[Webhook],
    now: Timestamp,
) -> Result<Vec<Option<Timestamp>>, StoreError> {
    let subjects: Vec<Subject> = webhooks.iter().map(Subject::from).collect();
    stream::iter(subjects)
        .map(|subject| async move { store.last_delivery(&subject, now).await })
        .buffered(CONCURRENT_READS)
        .try_collect()
        .await
}
