//! What DynamoDB answers, turned into decisions, where the local cloud cannot be made to answer so.

use aws_sdk_dynamodb::{
    Client,
    operation::{
        batch_get_item::BatchGetItemOutput, transact_write_items::TransactWriteItemsError,
    },
    types::{
        AttributeValue, CancellationReason, KeysAndAttributes, error::TransactionCanceledException,
    },
};
use aws_smithy_mocks::{RuleMode, mock, mock_client};
use config_store::{ConfigLookup, ConfigStore, DynamoStore, StoreError, Tables, Wanted, contract};

fn store(client: Client) -> DynamoStore {
    let tables = Tables {
        configurations: "table".to_owned(),
        findings: "findings".to_owned(),
    };
    DynamoStore::new(client, tables)
}

fn item(
    key: &domain::key::ConfigKey,
    rest: &[(&str, &str)],
) -> std::collections::HashMap<String, AttributeValue> {
    [("pk", key.org.as_str()), ("sk", "webhook#prod")]
        .iter()
        .chain(rest)
        .map(|(name, value)| ((*name).to_owned(), AttributeValue::S((*value).to_owned())))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn unprocessed_keys_are_asked_for_again() {
    let key = contract::fresh_key();
    let unprocessed = KeysAndAttributes::builder()
        .keys(item(&key, &[]))
        .build()
        .unwrap();
    let answers = mock!(Client::batch_get_item)
        .sequence()
        .output(move || {
            BatchGetItemOutput::builder()
                .unprocessed_keys("table", unprocessed.clone())
                .build()
        })
        .output(|| {
            BatchGetItemOutput::builder()
                .responses("table", vec![])
                .build()
        })
        .build();
    let client = mock_client!(aws_sdk_dynamodb, RuleMode::Sequential, [&answers]);
    let wanted = Wanted {
        webhooks: [key].into(),
        ..Wanted::default()
    };
    assert!(
        store(client)
            .look_up(&wanted)
            .await
            .unwrap()
            .webhooks
            .is_empty()
    );
    assert_eq!(answers.num_calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_look_up_that_stays_incomplete_is_unavailable_not_empty() {
    let key = contract::fresh_key();
    let unprocessed = KeysAndAttributes::builder()
        .keys(item(&key, &[]))
        .build()
        .unwrap();
    let answers = mock!(Client::batch_get_item).then_output(move || {
        BatchGetItemOutput::builder()
            .unprocessed_keys("table", unprocessed.clone())
            .build()
    });
    let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&answers]);
    let wanted = Wanted {
        webhooks: [key].into(),
        ..Wanted::default()
    };
    let result = store(client).look_up(&wanted).await;
    assert!(
        matches!(result, Err(StoreError::Unavailable(_))),
        "{result:?}"
    );
}

/// A batch of events costs one call, and delivery needs no right on the other table's items.
#[tokio::test]
async fn a_look_up_reads_both_tables_in_one_call() {
    let key = contract::fresh_key();
    let answers = mock!(Client::batch_get_item)
        .match_requests(|request| {
            let asked = request.request_items().unwrap();
            let sort_key = |table: &str| asked[table].keys()[0]["sk"].as_s().unwrap().clone();
            asked.len() == 2
                && sort_key("table").starts_with("webhook#")
                && sort_key("findings").starts_with("health#")
        })
        .then_output(|| BatchGetItemOutput::builder().build());
    let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&answers]);
    let wanted = Wanted {
        webhooks: [key].into(),
        ..Wanted::default()
    };
    store(client).look_up(&wanted).await.unwrap();
    assert_eq!(answers.num_calls(), 1);
}

#[tokio::test]
async fn an_item_that_cannot_be_read_spoils_only_its_own_key() {
    let key = contract::fresh_key();
    let damaged = item(&key, &[("name", "half an item")]);
    let answers = mock!(Client::batch_get_item).then_output(move || {
        BatchGetItemOutput::builder()
            .responses("table", vec![damaged.clone()])
            .build()
    });
    let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&answers]);
    let wanted = Wanted {
        webhooks: [key.clone()].into(),
        ..Wanted::default()
    };
    let found = store(client).look_up(&wanted).await.unwrap();
    assert_eq!(
        found.webhooks[&key].as_ref().unwrap_err().sort_key,
        "webhook#prod"
    );
}

/// A transaction that was cancelled, with the codes of its reasons.
fn cancelled(codes: &'static [&'static str]) -> TransactWriteItemsError {
    let reasons = codes
        .iter()
        .map(|code| CancellationReason::builder().code(*code).build());
    TransactWriteItemsError::TransactionCanceledException(
        TransactionCanceledException::builder()
            .set_cancellation_reasons(Some(reasons.collect()))
            .build(),
    )
}

#[tokio::test]
async fn throttling_is_unavailability_and_no_conflict() {
    let answers = mock!(Client::transact_write_items)
        .then_error(|| cancelled(&["ProvisionedThroughputExceeded", "None"]));
    let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&answers]);
    let result = store(client)
        .create(&contract::webhook(&contract::fresh_key()))
        .await;
    assert!(
        matches!(result, Err(StoreError::Unavailable(_))),
        "{result:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_write_that_another_one_gets_in_the_way_of_is_repeated() {
    let answers = mock!(Client::transact_write_items)
        .sequence()
        .error(|| cancelled(&["TransactionConflict", "None"]))
        .error(|| cancelled(&["ConditionalCheckFailed", "None"]))
        .build();
    let client = mock_client!(aws_sdk_dynamodb, RuleMode::Sequential, [&answers]);
    let result = store(client)
        .create(&contract::webhook(&contract::fresh_key()))
        .await;
    assert!(
        matches!(result, Err(StoreError::AlreadyExists)),
        "{result:?}"
    );
    assert_eq!(answers.num_calls(), 2);
}
