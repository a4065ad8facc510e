//! The DynamoDB store keeps the contract of every store, on the deployed tables.

use aws_sdk_dynamodb::Client;
use config_store::{DynamoStore, Tables};

use crate::helpers::cloud::Cloud;

config_store::contract_tests!(async {
    let cloud = Cloud::get();
    let tables = Tables {
        configurations: cloud.output("TableName").to_owned(),
        findings: cloud.output("FindingsTableName").to_owned(),
    };
    DynamoStore::new(Client::new(&cloud.aws().await), tables)
});
