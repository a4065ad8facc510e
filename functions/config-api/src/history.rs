//! `…/attempts` and `…/deliveries`: what became of deliveries lately.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
};
use config_store::history::{AttemptId, AttemptQuery, Bucket, Count, Subject};
use domain::{Refusal, config::Webhook};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    App, Store,
    caller::{AttemptPath, Now, Tenant, WebhookPath},
    error::ApiError,
    openapi::{self, SandboxHeaders},
    page::{bad_cursor, faults, limit, unique},
    wire::history::{AttemptPageResponse, AttemptResponse, DeliveriesResponse, DeliveryCount},
};

/// Above this many hours counts are joined to hours, so that a chart has at most 288 points.
const FINE_HOURS_MAX: i64 = 24;
const HOUR_SECONDS: i64 = 3_600;
/// Counts are kept for as long.
const RANGE_MAX: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The query as it is written.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AttemptsQuery {
    /// Only attempts that succeeded, or only those that failed.
    #[param(value_type = Option<OutcomeFilter>, required = false)]
    outcome: Option<String>,
    /// Most items of the answer.
    #[param(value_type = u16, required = false, minimum = 1, maximum = 100, default = 20)]
    limit: Option<String>,
    /// `_page.next` of the answer before.
    #[param(value_type = String, required = false)]
    cursor: Option<String>,
}

/// Which attempts are wanted.
#[derive(utoipa::ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "describes what `AttemptsQuery` reads")]
pub(crate) enum OutcomeFilter {
    /// Those that succeeded.
    Delivered,
    /// Those that failed.
    Failed,
}

impl AttemptsQuery {
    fn check(self) -> Result<AttemptQuery, ApiError> {
        let delivered = self
            .outcome
            .map(|text| match text.as_str() {
                "delivered" => Ok(true),
                "failed" => Ok(false),
                _ => Err(Refusal::new(
                    "outcome-invalid",
                    "The outcome must be 'delivered' or 'failed'.",
                )),
            })
            .transpose();
        let limit = limit(self.limit.as_deref());
        let before = self
            .cursor
            .map(|text| AttemptId::parse(&text).ok_or_else(bad_cursor))
            .transpose();
        match (delivered, limit, before) {
            (Ok(delivered), Ok(limit), Ok(before)) => Ok(AttemptQuery {
                delivered,
                before,
                limit: limit.into(),
            }),
            (delivered, limit, before) => Err(faults([
                ("outcome", delivered.err()),
                ("limit", limit.err()),
                ("cursor", before.err()),
            ])),
        }
    }
}

/// List the attempts to deliver events
///
/// Newest first. Kept for seven days: every failed attempt, and of the successful ones a sample (up to ten a minute in
/// each execution environment).
#[utoipa::path(
    get,
    path = "/feedback-webhooks/{id}/attempts",
    tag = openapi::WEBHOOKS,
    params(
        ("id" = String, Path, format = "uuid", description = "The webhook's id."),
        AttemptsQuery,
        SandboxHeaders,
    ),
    security(("token" = [])),
    responses(
        (status = OK, description = "A part of the attempts; `_page.next` leads to older ones.", body = AttemptPageResponse),
        openapi::Invalid,
        openapi::NotFound,
        openapi::CallerProblems,
    ),
)]
pub(crate) async fn attempts<S: Store>(
    State(app): State<Arc<App<S>>>,
    tenant: Tenant,
    path: WebhookPath,
    Now(now): Now,
    query: Result<Query<AttemptsQuery>, QueryRejection>,
) -> Result<Json<AttemptPageResponse>, ApiError> {
    let query = unique(query)?.check()?;
    let webhook = path.select(app.store.read(&tenant.key).await?)?;
    let page = app.store.attempts(&subject(&webhook), query, now).await?;
    Ok(Json(page.into()))
}

/// Read an attempt
///
/// With the request that was made. Values of secret headers are left out, addresses of recipients are masked.
#[utoipa::path(
    get,
    path = "/feedback-webhooks/{id}/attempts/{attemptId}",
    tag = openapi::WEBHOOKS,
    params(
        ("id" = String, Path, format = "uuid", description = "The webhook's id."),
        ("attemptId" = String, Path, format = "uuid", description = "The attempt's id."),
        SandboxHeaders,
    ),
    security(("token" = [])),
    responses(
        (status = OK, description = "The attempt.", body = AttemptResponse),
        openapi::Invalid,
        openapi::NotFound,
        openapi::CallerProblems,
    ),
)]
pub(crate) async fn attempt<S: Store>(
    State(app): State<Arc<App<S>>>,
    tenant: Tenant,
    path: AttemptPath,
) -> Result<Json<AttemptResponse>, ApiError> {
    let webhook = path.webhook.select(app.store.read(&tenant.key).await?)?;
    let found = app.store.attempt(&subject(&webhook), path.attempt).await?;
    let found = found.ok_or(ApiError::NoSuchAttempt)?;
    Ok(Json(AttemptResponse::whole(found)))
}

/// The query as it is written.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeliveriesQuery {
    /// Beginning of the time that is counted; a day before its end unless given.
    #[param(value_type = String, required = false, format = "date-time")]
    from: Option<String>,
    /// End of the time that is counted; now unless given.
    #[param(value_type = String, required = false, format = "date-time")]
    to: Option<String>,
}

impl DeliveriesQuery {
    fn check(self, now: Timestamp) -> Result<(Timestamp, Timestamp), ApiError> {
        let time = |text: Option<String>| {
            text.map(|text| text.parse::<Timestamp>())
                .transpose()
                .map_err(|_| {
                    Refusal::new(
                        "time-invalid",
                        "Give a time such as 2026-01-31T12:00:00Z (RFC 3339).",
                    )
                })
        };
        let (from, to) = match (time(self.from), time(self.to)) {
            (Ok(from), Ok(to)) => (from, to.unwrap_or(now)),
            (from, to) => return Err(faults([("from", from.err()), ("to", to.err())])),
        };
        let day = SignedDuration::from_hours(24);
        let from = from.unwrap_or_else(|| to.saturating_sub(day).unwrap_or(to));
        let refusal = if from >= to {
            Refusal::new("range-empty", "The time must begin before it ends.")
        } else if to.duration_since(from) > RANGE_MAX {
            Refusal::new("range-too-long", "Ask for seven days at most.")
        } else {
            return Ok((from, to));
        };
        Err(ApiError::parameter("from", refusal))
    }
}

/// Count deliveries over time
///
/// Attempts by the five minutes in which they were made, or by the hour where more than a day is asked for. Times
/// without attempts are left out. Counts of the last seconds may be missing.
#[utoipa::path(
    get,
    path = "/feedback-webhooks/{id}/deliveries",
    tag = openapi::WEBHOOKS,
    params(
        ("id" = String, Path, format = "uuid", description = "The webhook's id."),
        DeliveriesQuery,
        SandboxHeaders,
    ),
    security(("token" = [])),
    responses(
        (status = OK, description = "The counts, oldest first.", body = DeliveriesResponse),
        openapi::Invalid,
        openapi::NotFound,
        openapi::CallerProblems,
    ),
)]
pub(crate) async fn deliveries<S: Store>(
    State(app): State<Arc<App<S>>>,
    tenant: Tenant,
    path: WebhookPath,
    Now(now): Now,
    query: Result<Query<DeliveriesQuery>, QueryRejection>,
) -> Result<Json<DeliveriesResponse>, ApiError> {
    let (from, to) = unique(query)?.check(now)?;
    let webhook = path.select(app.store.read(&tenant.key).await?)?;
    // The bucket in which the time begins belongs to it.
    let first = Bucket::of(from).start();
    let counts = app.store.counts(&subject(&webhook), first, to).await?;
    let is_fine = to.duration_since(from).as_hours() <= FINE_HOURS_MAX;
    let resolution_seconds = if is_fine {
        i64::try_from(Bucket::LENGTH.as_secs()).unwrap_or(HOUR_SECONDS)
    } else {
        HOUR_SECONDS
    };
    Ok(Json(DeliveriesResponse {
        resolution_seconds,
        items: joined(&counts, resolution_seconds),
    }))
}

fn joined(counts: &[Count], resolution_seconds: i64) -> Vec<DeliveryCount> {
    let mut sums: BTreeMap<i64, (u64, u64)> = BTreeMap::new();
    for count in counts {
        let second = count.bucket.start().as_second();
        let sum = sums
            .entry(second.div_euclid(resolution_seconds) * resolution_seconds)
            .or_default();
        sum.0 += count.delivered;
        sum.1 += count.failed;
    }
    let item = |(second, (delivered, failed))| {
        let at = Timestamp::from_second(second).ok()?;
        Some(DeliveryCount {
            at,
            delivered,
            failed,
        })
    };
    sums.into_iter().filter_map(item).collect()
}

/// What the history calls a webhook.
pub(crate) fn subject(webhook: &Webhook) -> Subject {
    Subject {
        key: webhook.key.clone(),
        webhook: webhook.id,
    }
}
