//! What DynamoDB answers, turned into decisions, where the local cloud cannot be made to answer so.

use aws_sdk_dynamodb::{
    Client,
    operation::batch_get_item::BatchGetItemOutput,
    types::{AttributeValue, KeysAndAttributes},
};
use aws_smithy_mocks::{RuleMode, mock, mock_client};
use config_store::{ConfigLookup, ConfigStore, DynamoStore, StoreError, Wanted, contract};

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
        DynamoStore::new(client, "table")
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
    let result = DynamoStore::new(client, "table").look_up(&wanted).await;
    assert!(
        matches!(result, Err(StoreError::Unavailable(_))),
        "{result:?}"
    );
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
    let found = DynamoStore::new(client, "table")
        .look_up(&wanted)
        .await
        .unwrap();
    assert_eq!(
        found.webhooks[&key].as_ref().unwrap_err().sort_key,
        "webhook#prod"
    );
}

#[tokio::test]
async fn throttling_is_unavailability_and_no_conflict() {
    use aws_sdk_dynamodb::{
        operation::put_item::PutItemError, types::error::ProvisionedThroughputExceededException,
    };
    let answers = mock!(Client::put_item).then_error(|| {
        PutItemError::ProvisionedThroughputExceededException(
            ProvisionedThroughputExceededException::builder()
                .message("slow down")
                .build(),
        )
    });
    let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&answers]);
    let result = DynamoStore::new(client, "table")
        .create(&contract::webhook(&contract::fresh_key()))
        .await;
    assert!(
        matches!(result, Err(StoreError::Unavailable(_))),
        "{result:?}"
    );
}
