//! How DynamoDB keeps the webhooks' key sets: beside them, written in the same transactions.

use std::time::Duration;

use aws_sdk_dynamodb::{
    operation::transact_write_items::TransactWriteItemsError,
    types::{Delete, Put, TransactWriteItem},
};
use domain::{jwk::KeySet, key::WebhookId};

use super::{DynamoStore, incomplete, unavailable};
use crate::{
    KeySetStore, StoreError,
    key_set_item::{key_set_from_item, key_set_key, key_set_to_item},
};

/// How often a transaction is tried that another one on the same webhook got in the way of, with growing pauses. The
/// SDK does not repeat those.
const CONFLICT_MAX_ROUNDS: u32 = 6;
/// First pause, in milliseconds; it doubles each time. DynamoDB decides a transaction within a few of them.
const CONFLICT_FIRST_PAUSE_MS: u64 = 20;

impl DynamoStore {
    /// Carries out the conditional write of a webhook together with that of its key set: both, or neither. `None` if the
    /// webhook's condition does not hold.
    pub(super) async fn write_with_key_set(
        &self,
        webhook: TransactWriteItem,
        id: WebhookId,
        key_set: Option<KeySet>,
    ) -> Result<Option<()>, StoreError> {
        let key_set = self.key_set_write(id, key_set)?;
        for round in 0..CONFLICT_MAX_ROUNDS {
            if round > 0 {
                let pause = CONFLICT_FIRST_PAUSE_MS << (round - 1);
                tokio::time::sleep(Duration::from_millis(pause)).await;
            }
            let written = self
                .client
                .transact_write_items()
                .transact_items(webhook.clone())
                .transact_items(key_set.clone())
                .send()
                .await;
            let error = match written {
                Ok(_) => return Ok(Some(())),
                Err(error) => error,
            };
            match error.as_service_error().map(cancellation) {
                Some(Cancellation::Condition) => return Ok(None),
                Some(Cancellation::Conflict) => {}
                Some(Cancellation::Other) | None => return Err(unavailable(error)),
            }
        }
        Err(StoreError::Unavailable(
            "other transactions on the webhook got in the way".into(),
        ))
    }

    fn key_set_write(
        &self,
        id: WebhookId,
        key_set: Option<KeySet>,
    ) -> Result<TransactWriteItem, StoreError> {
        let write = TransactWriteItem::builder();
        Ok(match key_set {
            Some(set) => {
                let put = Put::builder()
                    .table_name(&self.tables.configurations)
                    .set_item(Some(key_set_to_item(&set)?));
                write.put(put.build().map_err(incomplete)?).build()
            }
            None => {
                let delete = Delete::builder()
                    .table_name(&self.tables.configurations)
                    .set_key(Some(key_set_key(id)));
                write.delete(delete.build().map_err(incomplete)?).build()
            }
        })
    }
}

/// Why a transaction was not carried out.
enum Cancellation {
    Condition,
    Conflict,
    Other,
}

/// Amazon DynamoDB API Reference, `TransactionCanceledException`: one reason for each item of the transaction.
fn cancellation(error: &TransactWriteItemsError) -> Cancellation {
    let TransactWriteItemsError::TransactionCanceledException(canceled) = error else {
        return Cancellation::Other;
    };
    let has = |code| {
        let mut reasons = canceled.cancellation_reasons().iter();
        reasons.any(|reason| reason.code() == Some(code))
    };
    if has("ConditionalCheckFailed") {
        Cancellation::Condition
    } else if has("TransactionConflict") {
        Cancellation::Conflict
    } else {
        Cancellation::Other
    }
}

impl KeySetStore for DynamoStore {
    async fn read_key_set(&self, webhook: WebhookId) -> Result<Option<KeySet>, StoreError> {
        let found = self
            .read_item(&self.tables.configurations, key_set_key(webhook))
            .await?;
        Ok(found.map(key_set_from_item).transpose()?)
    }
}
