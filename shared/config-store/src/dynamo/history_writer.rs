//! How DynamoDB keeps the history: attempts are put, counts are added to.

use std::time::Duration;

use aws_sdk_dynamodb::types::{PutRequest, WriteRequest};
use futures_util::future::{join, join_all};

use super::{DynamoStore, incomplete, number, text, unavailable};
use crate::{
    StoreError,
    history::{
        Attempt, Count, HistoryWriter,
        item::{attempt_to_item, count_sort_key, counts_partition, expires_at},
    },
};

/// Most items of one `BatchWriteItem` (Amazon DynamoDB API Reference).
const BATCH_WRITE_MAX_ITEMS: usize = 25;
/// How often items that DynamoDB left unprocessed are written again, with growing pauses. Few: somebody pays for the
/// function's time meanwhile, and no event depends on it.
const BATCH_WRITE_MAX_ROUNDS: u32 = 3;
/// First pause before unprocessed items are written again, in milliseconds; it doubles each time.
const BATCH_WRITE_FIRST_PAUSE_MS: u64 = 25;

impl DynamoStore {
    async fn write_attempts(&self, attempts: &[Attempt]) -> Result<(), StoreError> {
        let mut requests = Vec::with_capacity(attempts.len());
        for attempt in attempts {
            let put = PutRequest::builder()
                .set_item(Some(attempt_to_item(attempt)?))
                .build()
                .map_err(incomplete)?;
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
            .expression_attribute_values(":expires_at", number(expires_at(start).unsigned_abs()));
        if let Some(at) = count.last_delivery {
            update = update.expression_attribute_values(":last_delivery", text(at.to_string()));
        }
        update.send().await.map_err(unavailable)?;
        Ok(())
    }
}

impl HistoryWriter for DynamoStore {
    async fn record(&self, attempts: &[Attempt], counts: &[Count]) -> Result<(), StoreError> {
        let attempts = join_all(
            attempts
                .chunks(BATCH_WRITE_MAX_ITEMS)
                .map(|chunk| self.write_attempts(chunk)),
        );
        let counts = join_all(counts.iter().map(|count| self.add_count(count)));
        let (attempts, counts) = join(attempts, counts).await;
        attempts.into_iter().chain(counts).collect()
    }
}
