"""What each permission is for: a behaviour that needs it, and what is seen of it with and without the permission."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from infra.local.stack import Stack
from roles import Permission
from scene import Organisation, closed_url, endpoint, invoke

PUBLIC_URL = "https://hooks.example.com/feedback"
SECRET_HEADER = {"headers": [{"name": "X-Api-Key", "value": "canary-permission-header", "secret": True}]}


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

# Tests of their own.
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
