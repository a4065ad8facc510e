//! How DynamoDB is asked for the history: counts tell which hours have attempts, and these are read one by one.

use aws_sdk_dynamodb::{operation::query::builders::QueryFluentBuilder, types::AttributeValue};
use jiff::Timestamp;

use super::{DynamoStore, all, text, unavailable};
use crate::{
    StoreError,
    history::{
        Attempt, AttemptId, AttemptPage, AttemptQuery, Count, HistoryReader, Subject,
        item::{
            self, attempt_from_item, attempt_of_key, attempt_sort_key, attempts_partition,
            count_from_item, count_sort_key, counts_partition, kept_since,
        },
    },
};

/// Buckets of one read while the latest delivery is looked for: an hour.
const LAST_DELIVERY_PAGE: i32 = 12;
/// Attempts that one read looks at where only some are wanted: a third of a MiB or so.
const FILTERED_LIMIT: usize = 100;
/// Attempts that are looked at for one part of the list, so that a success among a million failures is not looked for
/// until the function's time is over.
const LOOKED_AT_MAX: usize = 2_000;
/// Sorts after every attempt id and every time.
const LAST: &str = "~";

impl DynamoStore {
    /// Asks for the counts whose bucket begins within `from..=to`.
    fn count_items(&self, subject: &Subject, from: Timestamp, to: Timestamp) -> QueryFluentBuilder {
        self.between(
            counts_partition(subject),
            count_sort_key(subject.webhook, from),
            count_sort_key(subject.webhook, to),
        )
    }

    /// Counts whose bucket begins within `from..=to`, oldest first.
    async fn query_counts(
        &self,
        subject: &Subject,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Count>, StoreError> {
        let items = all(self.count_items(subject, from, to)).await?;
        let counts = items.into_iter().map(|item| count_from_item(subject, item));
        Ok(counts.collect::<Result<_, _>>()?)
    }

    /// Attempts of one hour that were made before `query.before`, newest first, as many as one read brings that looks at
    /// `limit` of them.
    async fn query_hour(
        &self,
        subject: &Subject,
        query: AttemptQuery,
        hour: Timestamp,
        limit: usize,
    ) -> Result<HourPart, StoreError> {
        let last = query.before.map_or_else(
            || format!("{}#{LAST}", subject.webhook),
            |before| attempt_sort_key(subject, before),
        );
        let first = format!("{}#", subject.webhook);
        let mut request = self
            .between(attempts_partition(subject, hour), first, last)
            .scan_index_forward(false)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX));
        if let Some(delivered) = query.delivered {
            request = request
                .filter_expression("delivered = :wanted")
                .expression_attribute_values(":wanted", AttributeValue::Bool(delivered));
        }
        let answer = request.send().await.map_err(unavailable)?;
        let attempts = answer
            .items
            .unwrap_or_default()
            .into_iter()
            .map(attempt_from_item)
            // The range includes its end.
            .filter(|attempt| {
                attempt
                    .as_ref()
                    .map_or(true, |attempt| Some(attempt.id) != query.before)
            })
            .collect::<Result<_, _>>()?;
        Ok(HourPart {
            attempts,
            next: answer.last_evaluated_key.and_then(attempt_of_key),
        })
    }
}

/// What one read brings of an hour.
struct HourPart {
    attempts: Vec<Attempt>,
    /// The attempt up to which the hour was looked at, unless that was all of it.
    next: Option<AttemptId>,
}

impl HistoryReader for DynamoStore {
    async fn attempts(
        &self,
        subject: &Subject,
        query: AttemptQuery,
        now: Timestamp,
    ) -> Result<AttemptPage, StoreError> {
        let latest = query.before.map_or(now, AttemptId::at);
        let counts = self.query_counts(subject, kept_since(now), latest).await?;
        let mut hours: Vec<Timestamp> = counts
            .iter()
            .rev()
            .filter(|count| match query.delivered {
                Some(true) => count.delivered > 0,
                Some(false) => count.failed > 0,
                None => true,
            })
            .map(|count| item::hour(count.bucket.start()))
            .collect();
        hours.dedup();
        let enough = query.limit.saturating_add(1);
        let (mut page, mut looked_at) = (AttemptPage::default(), 0);
        let mut query_of_part = query;
        for hour in hours {
            loop {
                let wanted = enough.saturating_sub(page.attempts.len());
                let limit = match query.delivered {
                    // One more than is wanted, for the end of the range.
                    None => wanted.saturating_add(1),
                    Some(_) => FILTERED_LIMIT,
                };
                let part = self.query_hour(subject, query_of_part, hour, limit).await?;
                looked_at += limit;
                page.attempts.extend(part.attempts);
                page.next = part.next;
                if page.attempts.len() >= enough {
                    page.cut(query.limit);
                    return Ok(page);
                }
                let Some(next) = part.next else {
                    break;
                };
                if looked_at >= LOOKED_AT_MAX {
                    return Ok(page);
                }
                query_of_part.before = Some(next);
            }
        }
        Ok(page)
    }

    async fn attempt(
        &self,
        subject: &Subject,
        id: AttemptId,
    ) -> Result<Option<Attempt>, StoreError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.tables.findings)
            .key("pk", text(attempts_partition(subject, id.at())))
            .key("sk", text(attempt_sort_key(subject, id)))
            .send()
            .await
            .map_err(unavailable)?;
        Ok(answer.item.map(attempt_from_item).transpose()?)
    }

    async fn counts(
        &self,
        subject: &Subject,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Count>, StoreError> {
        let mut counts = self.query_counts(subject, from, to).await?;
        // The range of the query includes its end.
        counts.retain(|count| (from..to).contains(&count.bucket.start()));
        Ok(counts)
    }

    async fn last_delivery(
        &self,
        subject: &Subject,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        // Newest first, page by page: the first bucket has it unless the endpoint fails at the moment.
        let mut items = self
            .count_items(subject, kept_since(now), now)
            .filter_expression("attribute_exists(last_delivery)")
            .scan_index_forward(false)
            .limit(LAST_DELIVERY_PAGE)
            .into_paginator()
            .items()
            .send();
        let newest = items.next().await.transpose().map_err(unavailable)?;
        let count = newest
            .map(|item| count_from_item(subject, item))
            .transpose()?;
        Ok(count.and_then(|count| count.last_delivery))
    }
}
