//! What clients and operators see when a service behind the API fails.

use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::{
    Client,
    operation::{
        get_item::GetItemOutput, query::QueryError, transact_write_items::TransactWriteItemsError,
    },
    types::{
        AttributeValue, CancellationReason,
        error::{ProvisionedThroughputExceededException, TransactionCanceledException},
    },
};
use aws_sdk_kms::{operation::encrypt::EncryptError, types::error::KeyUnavailableException};
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use config_store::{DynamoStore, Tables};

use crate::helpers::{Api, event, minimal, with_token};

fn api_on_table(rules: &[&Rule]) -> Api {
    let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, rules);
    let tables = Tables {
        configurations: "table".to_owned(),
        findings: "findings".to_owned(),
    };
    Api::on(DynamoStore::new(client, tables))
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_a_503_without_its_words() {
    let throttled = mock!(Client::query).then_error(|| {
        QueryError::ProvisionedThroughputExceededException(
            ProvisionedThroughputExceededException::builder()
                .message("internal words")
                .build(),
        )
    });
    let api = api_on_table(&[&throttled]);
    let answer = api.send(&event("GET", "/feedback-webhooks")).await;
    assert_eq!(answer.problem(), (503, "unavailable"));
    assert_eq!(answer.header("retry-after"), "5");
    assert!(!answer.body.to_string().contains("internal words"));
}

#[tokio::test]
async fn a_stored_item_that_cannot_be_read_is_a_500_without_its_content() {
    let garbled = mock!(Client::get_item).then_output(|| {
        GetItemOutput::builder()
            .item("pk", AttributeValue::S("org".to_owned()))
            .item("sk", AttributeValue::S("webhook#prod".to_owned()))
            .item("name", AttributeValue::S("internal words".to_owned()))
            .build()
    });
    let api = api_on_table(&[&garbled]);
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

fn condition_failed() -> TransactWriteItemsError {
    let failed = CancellationReason::builder()
        .code("ConditionalCheckFailed")
        .build();
    TransactWriteItemsError::TransactionCanceledException(
        TransactionCanceledException::builder()
            .cancellation_reasons(failed)
            .build(),
    )
}

/// The first attempt of a write succeeds, its answer is lost, and the SDK's repetition meets what the first one wrote.
#[tokio::test]
async fn a_write_whose_answer_was_lost_is_no_conflict_with_itself() {
    let written = Arc::new(Mutex::new(None));
    let (write, read) = (Arc::clone(&written), written);
    let lost = mock!(Client::transact_write_items)
        .match_requests(move |request| {
            let put = request.transact_items()[0].put().unwrap();
            *write.lock().unwrap() = Some(put.item().clone());
            true
        })
        .then_error(condition_failed);
    let get = mock!(Client::get_item).then_compute_output(move |_| {
        GetItemOutput::builder()
            .set_item(read.lock().unwrap().clone())
            .build()
    });
    let api = api_on_table(&[&lost, &get]);
    let created = api.created(&minimal()).await;
    let replaced = api
        .replace(created.id(), created.header("etag"), &minimal())
        .await;
    assert_eq!(replaced.status, 200, "{replaced:?}");
    assert_eq!(replaced.header("etag"), format!("\"{}-2\"", created.id()));
}
