//! What the roles of the two functions may do with tables and key, and nothing else.
//!
//! That each function gets what it needs shows in every other test too, because the local cloud enforces IAM; here is
//! what must be refused. IAM's own simulator evaluates the policies as they are deployed.

use crate::helpers::cloud::{Cloud, aws};

const DYNAMODB: [&str; 7] = [
    "dynamodb:GetItem",
    "dynamodb:BatchGetItem",
    "dynamodb:Query",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "dynamodb:DeleteItem",
    "dynamodb:BatchWriteItem",
];
const KMS: [&str; 4] = [
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:GenerateDataKey",
    "kms:ReEncryptTo",
];

/// Those of `actions` that the role may do to the resource.
fn allowed(role: &str, actions: &[&str], resource: &str) -> Vec<String> {
    let arguments = [
        "iam",
        "simulate-principal-policy",
        "--policy-source-arn",
        Cloud::get().output(role),
        "--resource-arns",
        resource,
        "--action-names",
    ];
    let answer = aws(&[&arguments[..], actions].concat());
    let results = answer["EvaluationResults"].as_array().unwrap();
    assert_eq!(results.len(), actions.len(), "{answer}");
    results
        .iter()
        .filter(|result| result["EvalDecision"] == "allowed")
        .map(|result| result["EvalActionName"].as_str().unwrap().to_owned())
        .collect()
}

/// The ARN of the table that this output names.
fn table(output: &str) -> String {
    let cloud = Cloud::get();
    let key: Vec<&str> = cloud.output("SecretsKeyArn").split(':').collect();
    let [arn, partition, _, region, account, ..] = key[..] else {
        panic!("no ARN: {key:?}");
    };
    let name = cloud.output(output);
    format!("{arn}:{partition}:dynamodb:{region}:{account}:table/{name}")
}

#[test]
fn delivery_reads_configurations_and_decrypts_but_neither_writes_nor_encrypts_them() {
    let role = "DeliveryRoleArn";
    assert_eq!(
        allowed(role, &DYNAMODB, &table("TableName")),
        ["dynamodb:BatchGetItem"]
    );
    assert_eq!(
        allowed(role, &DYNAMODB, &table("FindingsTableName")),
        [
            "dynamodb:BatchGetItem",
            "dynamodb:PutItem",
            "dynamodb:DeleteItem"
        ]
    );
    let key = Cloud::get().output("SecretsKeyArn");
    assert_eq!(allowed(role, &KMS, key), ["kms:Decrypt"]);
}

#[test]
fn the_configuration_api_encrypts_and_cannot_decrypt_or_write_what_delivery_finds_out() {
    let role = "ConfigApiRoleArn";
    assert_eq!(
        allowed(role, &DYNAMODB, &table("TableName")),
        [
            "dynamodb:GetItem",
            "dynamodb:Query",
            "dynamodb:PutItem",
            "dynamodb:DeleteItem"
        ]
    );
    assert_eq!(
        allowed(role, &DYNAMODB, &table("FindingsTableName")),
        ["dynamodb:GetItem"]
    );
    let key = Cloud::get().output("SecretsKeyArn");
    assert_eq!(allowed(role, &KMS, key), ["kms:Encrypt"]);
}
