//! The DynamoDB store keeps the contract of every store, on the deployed table.

use aws_sdk_dynamodb::Client;
use config_store::DynamoStore;

use crate::helpers::cloud::Cloud;

config_store::contract_tests!(async {
    let cloud = Cloud::get();
    DynamoStore::new(Client::new(&cloud.aws().await), cloud.output("TableName"))
});
