"""Each permission of the two roles is needed, and what they do not have is refused.

A permission is taken from the deployed role, and the behaviour that needs it must fail, in the expected way. Each
invocation is made by hand, so that nothing has to be waited for.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from infra.local import environment
from infra.local.stack import NAME, Stack
from scene import Organisation, closed_url, endpoint, invoke

PUBLIC_URL = "https://hooks.example.com/feedback"
SECRET_HEADER = {"headers": [{"name": "X-Api-Key", "value": "canary-permission-header", "secret": True}]}
PATIENCE_SECONDS = 60
STEP_SECONDS = 0.2


@dataclass(frozen=True, order=True)
class Permission:
    """An action that a role may do with a resource of the template."""

    role: str
    action: str
    resource: str


# ---- What each permission is for ---------------------------------------------------------------------------------


def create(stack: Stack) -> int:
    return Organisation(stack).create(PUBLIC_URL).status_code


def create_with_secret(stack: Stack) -> int:
    return Organisation(stack).create(PUBLIC_URL, **SECRET_HEADER).status_code


def read(stack: Stack) -> int:
    return Organisation(stack).call("GET", "/campaigns/c/feedback-webhook").status_code


def read_health(stack: Stack) -> int:
    organisation = Organisation(stack)
    path = organisation.create(PUBLIC_URL).headers["Location"]
    return organisation.call("GET", f"{path}/health").status_code


def list_all(stack: Stack) -> int:
    return Organisation(stack).call("GET", "/feedback-webhooks").status_code


def list_attempts(stack: Stack) -> int:
    organisation = Organisation(stack)
    path = organisation.create(PUBLIC_URL).headers["Location"]
    return organisation.call("GET", f"{path}/attempts").status_code


def send_test(stack: Stack) -> int:
    """The answer to a test of an endpoint that cannot be reached."""
    organisation = Organisation(stack)
    path = organisation.create(closed_url()).headers["Location"]
    return organisation.call("POST", f"{path}/test").status_code


def attempt_is_kept(stack: Stack) -> bool:
    """Whether an administrator can see an attempt that was made, and perhaps the one that followed it."""
    organisation = Organisation(stack)
    path = organisation.create(closed_url()).headers["Location"]
    invoke(stack, [organisation.event()])
    # The table that says which hours have attempts is another permission's.
    pages = (
        stack.cloud.client("dynamodb")
        .get_paginator("scan")
        .paginate(
            TableName=stack.outputs["FindingsTableName"],
            FilterExpression="org = :org AND webhook = :webhook",
            ExpressionAttributeValues={":org": {"S": organisation.name}, ":webhook": {"S": path.rsplit("/", 1)[-1]}},
        )
    )
    return any(page["Items"] for page in pages)


def failure_is_counted(stack: Stack) -> bool:
    """Whether an administrator can see that an attempt failed, and perhaps that the next one did."""
    organisation = Organisation(stack)
    path = organisation.create(closed_url()).headers["Location"]
    invoke(stack, [organisation.event()])
    counts = organisation.call("GET", f"{path}/deliveries").json()["items"]
    return any(count["failed"] for count in counts)


def switch_off(stack: Stack) -> int:
    return Organisation(stack).call("DELETE", "/campaigns/c/feedback-webhook").status_code


def look_up(stack: Stack) -> int:
    """Messages that stay on the queue, of one that nobody has configured a webhook for."""
    return invoke(stack, [Organisation(stack).event()])


def fail_to_deliver(stack: Stack) -> int:
    """Messages that stay on the queue, of one whose endpoint cannot be reached."""
    organisation = Organisation(stack)
    organisation.create(closed_url())
    return invoke(stack, [organisation.event()])


def give_up(stack: Stack) -> int:
    """Messages that stay on the queue, of one that nobody can read."""
    return invoke(stack, ["garbled"])


def state_when_gone(stack: Stack) -> str:
    """The health of an endpoint that has answered 410."""
    organisation = Organisation(stack)
    with endpoint(stack) as gone:
        gone.received.status = 410
        path = organisation.create(gone.url).headers["Location"]
        invoke(stack, [organisation.event()])
    return organisation.call("GET", f"{path}/health").json()["state"]


@dataclass(frozen=True)
class Use:
    """What needs a permission, and what is seen with and without it."""

    behaviour: Callable[[Stack], Any]
    allowed: Any
    refused: Any


USES = {
    Permission("ConfigApiRole", "dynamodb:GetItem", "Table"): Use(read, 404, 503),
    Permission("ConfigApiRole", "dynamodb:GetItem", "FindingsTable"): Use(read_health, 200, 503),
    Permission("ConfigApiRole", "dynamodb:Query", "Table"): Use(list_all, 200, 503),
    Permission("ConfigApiRole", "dynamodb:Query", "FindingsTable"): Use(list_attempts, 200, 503),
    Permission("ConfigApiRole", "lambda:InvokeFunction", "DeliveryFunction"): Use(send_test, 200, 503),
    Permission("ConfigApiRole", "dynamodb:PutItem", "Table"): Use(create, 201, 503),
    Permission("ConfigApiRole", "dynamodb:DeleteItem", "Table"): Use(switch_off, 204, 503),
    Permission("ConfigApiRole", "kms:Encrypt", "SecretsKey"): Use(create_with_secret, 201, 503),
    Permission("DeliveryRole", "dynamodb:BatchGetItem", "Table"): Use(look_up, 0, 1),
    Permission("DeliveryRole", "dynamodb:BatchGetItem", "FindingsTable"): Use(look_up, 0, 1),
    Permission("DeliveryRole", "dynamodb:PutItem", "FindingsTable"): Use(state_when_gone, "gone", "healthy"),
    Permission("DeliveryRole", "dynamodb:BatchWriteItem", "FindingsTable"): Use(attempt_is_kept, True, False),
    Permission("DeliveryRole", "dynamodb:UpdateItem", "FindingsTable"): Use(failure_is_counted, True, False),
    Permission("DeliveryRole", "sqs:SendMessage*", "RetryQueue"): Use(fail_to_deliver, 0, 1),
    Permission("DeliveryRole", "sqs:SendMessage*", "DeadLetterQueue"): Use(give_up, 0, 1),
}

# Tests of their own, below.
TESTED_APART = {
    Permission("DeliveryRole", "kms:Decrypt", "SecretsKey"),
    Permission("DeliveryRole", "dynamodb:DeleteItem", "FindingsTable"),
}

# AWS Lambda itself uses these on the role's behalf; the local cloud reads queues and writes logs without asking IAM.
USED_BY_LAMBDA = {
    *(
        Permission("DeliveryRole", action, queue)
        for action in ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
        for queue in ("FeedbackQueue", "RetryQueue")
    ),
    *(
        Permission(f"{function}Role", action, f"{function}Logs")
        for action in ("logs:CreateLogStream", "logs:PutLogEvents")
        for function in ("ConfigApi", "Delivery")
    ),
}


# ---- The deployed roles --------------------------------------------------------------------------------------------


class Roles:
    """The roles of the deployed stack, with their policies as they were deployed."""

    def __init__(self, stack: Stack) -> None:
        self._iam = stack.cloud.client("iam")
        pages = stack.cloud.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=NAME)
        resources = [resource for page in pages for resource in page["StackResourceSummaries"]]
        self._names = {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for resource in resources
            if resource["ResourceType"] == "AWS::IAM::Role"
        }
        # Queues are known by their URLs, everything else by what its ARN ends with.
        self._logical = {
            url_path_end(resource["PhysicalResourceId"]): resource["LogicalResourceId"] for resource in resources
        }
        self._deployed = {
            role: self._iam.list_role_policies(RoleName=name)["PolicyNames"] for role, name in self._names.items()
        }
        self._singles = {role: list(self._read(role)) for role in self._names}

    def permissions(self) -> set[Permission]:
        """All permissions of all roles."""
        return {permission for singles in self._singles.values() for permission, _ in singles}

    @contextmanager
    def without(self, taken: Permission) -> Iterator[None]:
        """Take a permission away for the time of the `with` block."""
        (policy,) = self._deployed[taken.role]
        before = self._document(taken.role, policy)
        left = [statement for permission, statement in self._singles[taken.role] if permission != taken]
        self._put(taken.role, policy, before | {"Statement": left})
        try:
            yield
        finally:
            self._put(taken.role, policy, before)

    @contextmanager
    def assumed(self, stack: Stack, role: str) -> Iterator[boto3.Session]:
        """A session with the permissions of a role, for the time of the `with` block."""
        name = self._names[role]
        trust = self._iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
        ours = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
        opened = trust | {"Statement": [*trust["Statement"], ours]}
        self._iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(opened))
        try:
            arn = self._iam.get_role(RoleName=name)["Role"]["Arn"]
            assumed = stack.cloud.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
            yield boto3.Session(
                aws_access_key_id=assumed["AccessKeyId"],
                aws_secret_access_key=assumed["SecretAccessKey"],
                aws_session_token=assumed["SessionToken"],
                region_name=environment.REGION,
            )
        finally:
            self._iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(trust))

    def _read(self, role: str) -> Iterator[tuple[Permission, dict[str, Any]]]:
        for policy in self._deployed[role]:
            for statement in self._document(role, policy)["Statement"]:
                for action in listed(statement["Action"]):
                    for resource in listed(statement["Resource"]):
                        single = statement | {"Action": action, "Resource": resource}
                        yield Permission(role, action, self._name(resource)), single

    def _name(self, arn: str) -> str:
        found = [logical for physical, logical in self._logical.items() if arn.removesuffix(":*").endswith(physical)]
        return found[0] if len(found) == 1 else arn

    def _document(self, role: str, policy: str) -> dict[str, Any]:
        return self._iam.get_role_policy(RoleName=self._names[role], PolicyName=policy)["PolicyDocument"]

    def _put(self, role: str, policy: str, document: dict[str, Any]) -> None:
        self._iam.put_role_policy(RoleName=self._names[role], PolicyName=policy, PolicyDocument=json.dumps(document))


def url_path_end(physical_id: str) -> str:
    return physical_id.rsplit("/", 1)[-1] if physical_id.startswith("http") else physical_id


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


@pytest.fixture(scope="module")
def roles(stack: Stack) -> Roles:
    """The deployed roles."""
    return Roles(stack)


def eventually(what: str, look: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not look():
        assert time.monotonic() < deadline, f"this did not happen in {PATIENCE_SECONDS} s: {what}"
        time.sleep(STEP_SECONDS)


# ---- Every permission is needed ------------------------------------------------------------------------------------


def test_every_permission_is_known_here(roles: Roles) -> None:
    assert roles.permissions() == USES.keys() | TESTED_APART | USED_BY_LAMBDA


@pytest.mark.parametrize("permission", sorted(USES), ids=lambda each: f"{each.role}-{each.action}-{each.resource}")
def test_without_a_permission_its_behaviour_is_gone(stack: Stack, roles: Roles, permission: Permission) -> None:
    use = USES[permission]
    with roles.without(permission):
        assert use.behaviour(stack) == use.refused
    assert use.behaviour(stack) == use.allowed


def test_without_decryption_a_webhook_with_secrets_delivers_nothing(stack: Stack, roles: Roles) -> None:
    organisation = Organisation(stack)
    with endpoint(stack) as healthy:
        organisation.create(healthy.url, **SECRET_HEADER)
        with roles.without(Permission("DeliveryRole", "kms:Decrypt", "SecretsKey")):
            assert invoke(stack, [organisation.event()]) == 1
            assert healthy.received.deliveries == []
        assert invoke(stack, [organisation.event()]) == 0
        assert len(healthy.received.deliveries) == 1


def test_without_deletion_a_circuit_cannot_close(stack: Stack, roles: Roles) -> None:
    organisation = Organisation(stack)
    with endpoint(stack) as recovering:
        recovering.received.status = 503
        path = f"{organisation.create(recovering.url).headers['Location']}/health"

        def state() -> str:
            return organisation.call("GET", path).json()["state"]

        with roles.without(Permission("DeliveryRole", "dynamodb:DeleteItem", "FindingsTable")):
            # In one batch, since each execution environment counts the failures that it sees.
            invoke(stack, [organisation.event() for _ in range(6)])
            assert state() == "open"
            recovering.received.status = 204
            attempts = len(recovering.received.deliveries)
            eventually("a probe succeeds", lambda: len(recovering.received.deliveries) > attempts)
            assert state() == "open"
        eventually("the circuit is closed", lambda: state() == "healthy")


# ---- What a role does not have ---------------------------------------------------------------------------------------


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
