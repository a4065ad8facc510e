//! What clients and operators see when a service behind the API fails.

use aws_sdk_dynamodb::{
    operation::{get_item::GetItemOutput, query::QueryError},
    types::{AttributeValue, error::ProvisionedThroughputExceededException},
};
use aws_sdk_kms::{operation::encrypt::EncryptError, types::error::KeyUnavailableException};
use aws_smithy_mocks::{RuleMode, mock, mock_client};
use config_store::DynamoStore;

use crate::helpers::{Api, event, minimal, with_token};

#[tokio::test]
async fn a_store_that_does_not_answer_is_a_503_without_its_words() {
    let throttled = mock!(aws_sdk_dynamodb::Client::query).then_error(|| {
        QueryError::ProvisionedThroughputExceededException(
            ProvisionedThroughputExceededException::builder()
                .message("internal words")
                .build(),
        )
    });
    let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&throttled]);
    let api = Api::on(DynamoStore::new(client, "table"));
    let answer = api.send(&event("GET", "/feedback-webhooks")).await;
    assert_eq!(answer.problem(), (503, "unavailable"));
    assert_eq!(answer.header("retry-after"), "5");
    assert!(!answer.body.to_string().contains("internal words"));
}

#[tokio::test]
async fn a_stored_item_that_cannot_be_read_is_a_500_without_its_content() {
    let garbled = mock!(aws_sdk_dynamodb::Client::get_item).then_output(|| {
        GetItemOutput::builder()
            .item("pk", AttributeValue::S("org".to_owned()))
            .item("sk", AttributeValue::S("webhook#prod".to_owned()))
            .item("name", AttributeValue::S("internal words".to_owned()))
            .build()
    });
    let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&garbled]);
    let api = Api::on(DynamoStore::new(client, "table"));
    let answer = api.read("00000000-0000-0000-0000-000000000000").await;
    assert_eq!(answer.problem(), (500, "internal"));
    assert!(!answer.body.to_string().contains("internal words"));
}

#[tokio::test]
async fn a_key_service_that_does_not_answer_is_a_503_and_nothing_is_stored() {
    let down = mock!(aws_sdk_kms::Client::encrypt).then_error(|| {
        EncryptError::KeyUnavailableException(KeyUnavailableException::builder().build())
    });
    let api = Api::with_key_service(&down);
    let answer = api.create(&with_token()).await;
    assert_eq!(answer.problem(), (503, "unavailable"));
    assert_eq!(api.count().await, 0);
    api.created(&minimal()).await;
}
