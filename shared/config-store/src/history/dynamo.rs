//! How DynamoDB keeps the history. It is called here only.

use std::time::Duration;

use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use futures_util::future::join_all;
use jiff::Timestamp;

use super::{
    Attempt, AttemptId, AttemptPage, AttemptQuery, Count, HistoryReader, HistoryWriter, Subject,
    item::{
        self, attempt_from_item, attempt_of_key, attempt_sort_key, attempt_to_item,
        attempts_partition, count_from_item, count_sort_key, counts_partition,
    },
};
use crate::{
    DynamoStore, StoreError,
    dynamo::{number, text, unavailable},
    item::Attributes,
};

/// Most items of one `BatchWriteItem` (Amazon DynamoDB API Reference).
const BATCH_WRITE_MAX_ITEMS: usize = 25;
/// How often items that DynamoDB left unprocessed are written again, with growing pauses. Few: somebody pays for the
/// function's time meanwhile, and no event depends on it.
const BATCH_WRITE_MAX_ROUNDS: u32 = 3;
/// First pause before unprocessed items are written again, in milliseconds; it doubles each time.
const BATCH_WRITE_FIRST_PAUSE_MS: u64 = 25;
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
    async fn write_attempts(&self, attempts: &[Attempt]) -> Result<(), StoreError> {
        let mut requests = Vec::with_capacity(attempts.len());
        for attempt in attempts {
            let put = PutRequest::builder()
                .set_item(Some(attempt_to_item(attempt)?))
                .build()
                .map_err(|error| StoreError::Unavailable(Box::new(error)))?;
            requests.push(WriteRequest::builder().put_request(put).build());
        }
        for round in 0..BATCH_WRITE_MAX_ROUNDS {
            if round > 0 {
                let pause = Duration::from_millis(BATCH_WRITE_FIRST_PAUSE_MS << round);
                tokio::time::sleep(pause).await;
            }
            let answer = self
                .client
                .batch_write_item()
                .request_items(&self.tables.findings, requests)
                .send()
                .await
                .map_err(unavailable)?;
            requests = answer
                .unprocessed_items
                .unwrap_or_default()
                .into_values()
                .flatten()
                .collect();
            if requests.is_empty() {
                return Ok(());
            }
        }
        Err(StoreError::Unavailable(
            "DynamoDB left items unprocessed".into(),
        ))
    }

    async fn add_count(&self, count: &Count) -> Result<(), StoreError> {
        let start = count.bucket.start();
        let expression = match count.last_delivery {
            Some(_) => {
                "ADD delivered :delivered, failed :failed \
                 SET expires_at = :expires_at, last_delivery = :last_delivery"
            }
            None => "ADD delivered :delivered, failed :failed SET expires_at = :expires_at",
        };
        let mut update = self
            .client
            .update_item()
            .table_name(&self.tables.findings)
            .key("pk", text(counts_partition(&count.subject)))
            .key("sk", text(count_sort_key(count.subject.webhook, start)))
            .update_expression(expression)
            .expression_attribute_values(":delivered", number(count.delivered))
            .expression_attribute_values(":failed", number(count.failed))
            .expression_attribute_values(
                ":expires_at",
                number(item::expires_at(start).unsigned_abs()),
            );
        if let Some(at) = count.last_delivery {
            update = update.expression_attribute_values(":last_delivery", text(at.to_string()));
        }
        update.send().await.map_err(unavailable)?;
        Ok(())
    }

    /// Counts whose bucket begins within `from..=to`, newest first or oldest first.
    async fn query_counts(
        &self,
        subject: &Subject,
        (from, to): (Timestamp, Timestamp),
        oldest_first: bool,
    ) -> Result<Vec<Count>, StoreError> {
        let items: Vec<Attributes> = self
            .client
            .query()
            .table_name(&self.tables.findings)
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
            .expression_attribute_values(":pk", text(counts_partition(subject)))
            .expression_attribute_values(":from", text(count_sort_key(subject.webhook, from)))
            .expression_attribute_values(":to", text(count_sort_key(subject.webhook, to)))
            .scan_index_forward(oldest_first)
            .into_paginator()
            .items()
            .send()
            .collect::<Result<_, _>>()
            .await
            .map_err(unavailable)?;
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
        let mut request = self
            .client
            .query()
            .table_name(&self.tables.findings)
            .key_condition_expression("pk = :pk AND sk BETWEEN :first AND :last")
            .expression_attribute_values(":pk", text(attempts_partition(subject, hour)))
            .expression_attribute_values(":first", text(format!("{}#", subject.webhook)))
            .expression_attribute_values(":last", text(last))
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

impl HistoryWriter for DynamoStore {
    async fn record(&self, attempts: &[Attempt], counts: &[Count]) -> Result<(), StoreError> {
        let attempts = join_all(
            attempts
                .chunks(BATCH_WRITE_MAX_ITEMS)
                .map(|chunk| self.write_attempts(chunk)),
        );
        let counts = join_all(counts.iter().map(|count| self.add_count(count)));
        let (attempts, counts) = futures_util::future::join(attempts, counts).await;
        attempts.into_iter().chain(counts).collect()
    }
}

impl HistoryReader for DynamoStore {
    async fn attempts(
        &self,
        subject: &Subject,
        query: AttemptQuery,
        now: Timestamp,
    ) -> Result<AttemptPage, StoreError> {
        let latest = query.before.map_or(now, AttemptId::at);
        let counts = self
            .query_counts(subject, (item::kept_since(now), latest), false)
            .await?;
        let mut hours: Vec<Timestamp> = counts
            .iter()
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
        let mut counts = self.query_counts(subject, (from, to), true).await?;
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
            .client
            .query()
            .table_name(&self.tables.findings)
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
            .filter_expression("attribute_exists(last_delivery)")
            .expression_attribute_values(":pk", text(counts_partition(subject)))
            .expression_attribute_values(
                ":from",
                text(count_sort_key(subject.webhook, item::kept_since(now))),
            )
            .expression_attribute_values(":to", text(count_sort_key(subject.webhook, now)))
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
