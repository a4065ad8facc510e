//! `GET …/deliveries`: counts what became of deliveries over time.

use std::{collections::BTreeMap, sync::Arc};

use axum::{Json, extract::State};
use config_store::history::{Bucket, Count, Subject};
use domain::Refusal;
use jiff::{SignedDuration, Timestamp};
use utoipa::IntoParams;

use crate::{
    App, Store,
    caller::{Now, Tenant, WebhookPath},
    error::ApiError,
    openapi::{self, SandboxHeaders, WebhookParams},
    query::Parameters,
    stored::find_webhook,
    wire::history::{DeliveriesResponse, DeliveryCount},
};

/// Above this many hours counts are joined to hours, so that a chart has at most 288 points.
const FINE_HOURS_MAX: i64 = 24;
const HOUR_SECONDS: i64 = 3_600;
/// Counts are kept for as long.
const RANGE_MAX: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What [`read`] reads.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters to the OpenAPI document")]
pub(crate) struct DeliveriesQuery {
    /// Beginning of the time that is counted; a day before its end unless given.
    #[param(value_type = String, required = false, format = "date-time")]
    from: Timestamp,
    /// End of the time that is counted; now unless given.
    #[param(value_type = String, required = false, format = "date-time")]
    to: Timestamp,
}

/// The time that the query asks for.
fn read(mut parameters: Parameters, now: Timestamp) -> Result<(Timestamp, Timestamp), ApiError> {
    let from = parameters.read("from", time);
    let to = parameters.read("to", time).unwrap_or(now);
    parameters.check()?;
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

fn time(text: &str) -> Result<Timestamp, Refusal> {
    text.parse().map_err(|_| {
        Refusal::new(
            "time-invalid",
            "Give a time such as 2026-01-31T12:00:00Z (RFC 3339).",
        )
    })
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
        WebhookParams,
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
    parameters: Parameters,
) -> Result<Json<DeliveriesResponse>, ApiError> {
    let (from, to) = read(parameters, now)?;
    let webhook = find_webhook(&app, &tenant, path).await?;
    // The bucket in which the time begins belongs to it.
    let first = Bucket::of(from).start();
    let subject = Subject::from(&webhook);
    let counts = app.store.counts(&subject, first, to).await?;
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
