"""What a role does not have is refused to its own credentials."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.local.stack import Stack
from roles import Roles


@dataclass(frozen=True)
class Forbidden:
    """A call that a role must not be able to make."""

    role: str
    service: str
    operation: str
    arguments: Callable[[dict[str, Any]], dict[str, Any]]


def item(outputs: dict[str, Any]) -> dict[str, Any]:
    return {"TableName": outputs["TableName"], "Key": {"pk": {"S": "a"}, "sk": {"S": "b"}}}


def new_item(outputs: dict[str, Any]) -> dict[str, Any]:
    return {"TableName": outputs["TableName"], "Item": item(outputs)["Key"]}


FORBIDDEN = [
    Forbidden(
        "ConfigApiRole",
        "kms",
        "decrypt",
        lambda out: {"CiphertextBlob": out["Ciphertext"], "EncryptionContext": {"a": "b"}},
    ),
    Forbidden(
        "ConfigApiRole", "kms", "generate_data_key", lambda out: {"KeyId": out["SecretsKeyArn"], "KeySpec": "AES_256"}
    ),
    Forbidden("ConfigApiRole", "kms", "encrypt", lambda out: {"KeyId": out["OtherKey"], "Plaintext": b"a"}),
    Forbidden(
        "ConfigApiRole", "sqs", "send_message", lambda out: {"QueueUrl": out["FeedbackQueueUrl"], "MessageBody": "a"}
    ),
    Forbidden("ConfigApiRole", "sqs", "receive_message", lambda out: {"QueueUrl": out["DeadLetterQueueUrl"]}),
    Forbidden("ConfigApiRole", "dynamodb", "scan", lambda out: {"TableName": out["TableName"]}),
    Forbidden("ConfigApiRole", "dynamodb", "update_item", item),
    Forbidden(
        "ConfigApiRole", "dynamodb", "update_item", lambda out: item(out) | {"TableName": out["FindingsTableName"]}
    ),
    Forbidden("ConfigApiRole", "lambda", "invoke", lambda out: {"FunctionName": out["ConfigApiFunctionName"]}),
    Forbidden("DeliveryRole", "lambda", "invoke", lambda out: {"FunctionName": out["ConfigApiFunctionName"]}),
    Forbidden("DeliveryRole", "lambda", "invoke", lambda out: {"FunctionName": out["DeliveryFunctionName"]}),
    Forbidden("ConfigApiRole", "dynamodb", "get_item", lambda out: item(out) | {"TableName": out["OtherTable"]}),
    Forbidden(
        "ConfigApiRole", "dynamodb", "put_item", lambda out: new_item(out) | {"TableName": out["FindingsTableName"]}
    ),
    Forbidden(
        "ConfigApiRole", "dynamodb", "delete_item", lambda out: item(out) | {"TableName": out["FindingsTableName"]}
    ),
    Forbidden("DeliveryRole", "dynamodb", "put_item", new_item),
    Forbidden("DeliveryRole", "dynamodb", "update_item", item),
    Forbidden("DeliveryRole", "dynamodb", "delete_item", item),
    Forbidden(
        "DeliveryRole",
        "dynamodb",
        "batch_write_item",
        lambda out: {"RequestItems": {out["TableName"]: [{"PutRequest": {"Item": item(out)["Key"]}}]}},
    ),
    Forbidden("DeliveryRole", "kms", "encrypt", lambda out: {"KeyId": out["SecretsKeyArn"], "Plaintext": b"a"}),
    Forbidden(
        "DeliveryRole", "kms", "generate_data_key", lambda out: {"KeyId": out["SecretsKeyArn"], "KeySpec": "AES_256"}
    ),
    Forbidden("DeliveryRole", "kms", "decrypt", lambda out: {"CiphertextBlob": out["OtherCiphertext"]}),
    Forbidden(
        "DeliveryRole", "sqs", "send_message", lambda out: {"QueueUrl": out["FeedbackQueueUrl"], "MessageBody": "a"}
    ),
    Forbidden(
        "DeliveryRole", "sqs", "send_message", lambda out: {"QueueUrl": out["OtherQueueUrl"], "MessageBody": "a"}
    ),
    Forbidden("DeliveryRole", "sqs", "receive_message", lambda out: {"QueueUrl": out["DeadLetterQueueUrl"]}),
    Forbidden("DeliveryRole", "sqs", "purge_queue", lambda out: {"QueueUrl": out["RetryQueueUrl"]}),
    Forbidden("DeliveryRole", "dynamodb", "scan", lambda out: {"TableName": out["TableName"]}),
    Forbidden(
        "DeliveryRole",
        "dynamodb",
        "query",
        lambda out: {
            "TableName": out["TableName"],
            "KeyConditionExpression": "pk = :a",
            "ExpressionAttributeValues": {":a": {"S": "a"}},
        },
    ),
    Forbidden(
        "DeliveryRole",
        "dynamodb",
        "batch_get_item",
        lambda out: {"RequestItems": {out["OtherTable"]: {"Keys": [item(out)["Key"]]}}},
    ),
    *(
        Forbidden(role, service, operation, arguments)
        for role in ("ConfigApiRole", "DeliveryRole")
        for service, operation, arguments in (
            ("dynamodb", "delete_table", lambda out: {"TableName": out["TableName"]}),
            ("kms", "schedule_key_deletion", lambda out: {"KeyId": out["SecretsKeyArn"]}),
            ("iam", "list_roles", lambda _: {}),
            ("lambda", "get_function", lambda out: {"FunctionName": out["DeliveryFunctionName"]}),
            ("s3", "list_buckets", lambda _: {}),
            ("cognito-idp", "list_users", lambda out: {"UserPoolId": out["UserPoolId"]}),
        )
    ),
]


@pytest.fixture(scope="module")
def things(stack: Stack) -> Iterator[dict[str, Any]]:
    """The stack's outputs, and things of the same account that are not the stack's."""
    client = stack.cloud.client
    other_key = client("kms").create_key()["KeyMetadata"]["Arn"]
    encrypted = {
        name: client("kms").encrypt(KeyId=key, Plaintext=b"canary", EncryptionContext=context)["CiphertextBlob"]
        for name, key, context in (
            ("Ciphertext", stack.outputs["SecretsKeyArn"], {"a": "b"}),
            ("OtherCiphertext", other_key, {}),
        )
    }
    client("dynamodb").create_table(
        TableName="other",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    )
    other_queue = client("sqs").create_queue(QueueName="other")["QueueUrl"]
    yield stack.outputs | encrypted | {"OtherKey": other_key, "OtherTable": "other", "OtherQueueUrl": other_queue}
    client("dynamodb").delete_table(TableName="other")
    client("sqs").delete_queue(QueueUrl=other_queue)


@pytest.mark.parametrize("forbidden", FORBIDDEN, ids=lambda each: f"{each.role}-{each.service}-{each.operation}")
def test_a_role_is_refused_what_its_function_does_not_need(
    stack: Stack, roles: Roles, things: dict[str, Any], forbidden: Forbidden
) -> None:
    with roles.assumed(stack, forbidden.role) as session:
        client = session.client(forbidden.service, endpoint_url=stack.cloud.endpoint)
        with pytest.raises(ClientError) as refused:
            getattr(client, forbidden.operation)(**forbidden.arguments(things))
    assert refused.value.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException")
