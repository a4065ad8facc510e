//! Stored items, and their translation to and from attempts and counts.
//!
//! | item | partition key | sort key |
//! |---|---|---|
//! | attempt | `<organisation>#<sandbox>#<hour>` | `<webhook>#<attempt>` |
//! | count | `<organisation>#<sandbox>#counts` | `<webhook>#<beginning of the bucket>` |
//!
//! The hour keeps a storm of failures out of one partition for ever; the counts tell which hours have attempts, so that
//! reading a quiet week costs no read per hour.

use domain::key::{OrgId, SandboxName, WebhookId};
use jiff::{Timestamp, Unit};
use serde::{Deserialize, Serialize};

use super::{Attempt, AttemptId, AttemptOutcome, Bucket, Count, RETENTION, SentHeader, Subject};
use crate::{
    UnreadableItem,
    item::{Attributes, from_attributes, sort_key, to_attributes},
};

/// The partition of the attempts that were made in the hour of this time.
pub(crate) fn attempts_partition(subject: &Subject, at: Timestamp) -> String {
    let hour = hour(at);
    format!(
        "{}#{}#{}",
        subject.key.org,
        subject.key.sandbox,
        hour.strftime("%Y-%m-%dT%H")
    )
}

/// The hour that a time is in, by its beginning.
pub(crate) fn hour(at: Timestamp) -> Timestamp {
    let floor = jiff::TimestampRound::new()
        .smallest(Unit::Hour)
        .mode(jiff::RoundMode::Floor);
    at.round(floor).unwrap_or(at)
}

pub(crate) fn counts_partition(subject: &Subject) -> String {
    format!("{}#{}#counts", subject.key.org, subject.key.sandbox)
}

pub(crate) fn attempt_sort_key(subject: &Subject, id: AttemptId) -> String {
    format!("{}#{id}", subject.webhook)
}

/// The attempt whose key this is.
pub(crate) fn attempt_of_key(key: Attributes) -> Option<AttemptId> {
    let sort_key = sort_key(&key);
    let (_, id) = sort_key.split_once('#')?;
    AttemptId::parse(id)
}

/// Times of whole seconds are as long as each other, so they sort as text.
pub(crate) fn count_sort_key(webhook: WebhookId, start: Timestamp) -> String {
    format!("{webhook}#{start:.0}")
}

/// When an item of this time is no longer kept, in seconds since 1970, as DynamoDB's time to live wants it.
pub(crate) fn expires_at(at: Timestamp) -> i64 {
    at.saturating_add(RETENTION)
        .map_or(i64::MAX, Timestamp::as_second)
}

#[derive(Serialize, Deserialize)]
struct AttemptItem {
    pk: String,
    sk: String,
    expires_at: i64,
    org: OrgId,
    sandbox: SandboxName,
    webhook: WebhookId,
    id: String,
    version: u64,
    event_id: String,
    request_id: Option<String>,
    channel: String,
    feedback_status: String,
    campaign: Option<String>,
    number: u32,
    outcome: String,
    /// So that a query can filter by it.
    delivered: bool,
    http_status: Option<u16>,
    error: Option<String>,
    duration_ms: u64,
    url: String,
    headers: Vec<HeaderItem>,
    answer_excerpt: Option<String>,
    event: Option<String>,
    group_id: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct HeaderItem {
    name: String,
    value: Option<String>,
}

#[derive(Deserialize)]
struct CountItem {
    #[serde(default)]
    delivered: u64,
    #[serde(default)]
    failed: u64,
    last_delivery: Option<Timestamp>,
}

pub(crate) fn attempt_to_item(attempt: &Attempt) -> Result<Attributes, UnreadableItem> {
    let subject = &attempt.subject;
    let at = attempt.id.at();
    let header = |header: &SentHeader| HeaderItem {
        name: header.name.clone(),
        value: header.value.clone(),
    };
    let item = AttemptItem {
        pk: attempts_partition(subject, at),
        sk: attempt_sort_key(subject, attempt.id),
        expires_at: expires_at(at),
        org: subject.key.org.clone(),
        sandbox: subject.key.sandbox.clone(),
        webhook: subject.webhook,
        id: attempt.id.to_string(),
        version: attempt.webhook_version,
        event_id: attempt.event_id.clone(),
        request_id: attempt.request_id.clone(),
        channel: attempt.channel.clone(),
        feedback_status: attempt.feedback_status.clone(),
        campaign: attempt.campaign.clone(),
        number: attempt.number,
        outcome: attempt.outcome.as_str().to_owned(),
        delivered: attempt.outcome == AttemptOutcome::Delivered,
        http_status: attempt.http_status,
        error: attempt.error.clone(),
        duration_ms: attempt.duration_ms,
        url: attempt.url.clone(),
        headers: attempt.headers.iter().map(header).collect(),
        answer_excerpt: attempt.answer_excerpt.clone(),
        event: attempt.event.clone(),
        group_id: attempt.group_id.clone(),
    };
    to_attributes(&item, &item.sk)
}

pub(crate) fn attempt_from_item(item: Attributes) -> Result<Attempt, UnreadableItem> {
    let sort_key = sort_key(&item);
    let item: AttemptItem = from_attributes(item, &sort_key)?;
    let broken = |what: &str| UnreadableItem {
        sort_key: sort_key.clone(),
        problem: format!("its {what} is not usable"),
    };
    let header = |header: HeaderItem| SentHeader {
        name: header.name,
        value: header.value,
    };
    Ok(Attempt {
        id: AttemptId::parse(&item.id).ok_or_else(|| broken("id"))?,
        subject: Subject {
            key: domain::key::ConfigKey {
                org: item.org,
                sandbox: item.sandbox,
            },
            webhook: item.webhook,
        },
        webhook_version: item.version,
        event_id: item.event_id,
        request_id: item.request_id,
        channel: item.channel,
        feedback_status: item.feedback_status,
        campaign: item.campaign,
        number: item.number,
        outcome: AttemptOutcome::parse(&item.outcome).ok_or_else(|| broken("outcome"))?,
        http_status: item.http_status,
        error: item.error,
        duration_ms: item.duration_ms,
        url: item.url,
        headers: item.headers.into_iter().map(header).collect(),
        answer_excerpt: item.answer_excerpt,
        event: item.event,
        group_id: item.group_id,
    })
}

pub(crate) fn count_from_item(
    subject: &Subject,
    item: Attributes,
) -> Result<Count, UnreadableItem> {
    let sort_key = sort_key(&item);
    let item: CountItem = from_attributes(item, &sort_key)?;
    let start = sort_key
        .rsplit('#')
        .next()
        .and_then(|start| start.parse().ok())
        .ok_or_else(|| UnreadableItem {
            sort_key: sort_key.clone(),
            problem: "its time is not usable".to_owned(),
        })?;
    Ok(Count {
        subject: subject.clone(),
        bucket: Bucket::of(start),
        delivered: item.delivered,
        failed: item.failed,
        last_delivery: item.last_delivery,
    })
}

/// The first time of which something may still be kept.
pub(crate) fn kept_since(now: Timestamp) -> Timestamp {
    now.saturating_sub(RETENTION).unwrap_or(Timestamp::MIN)
}
