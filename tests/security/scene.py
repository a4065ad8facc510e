"""An organisation with its endpoint and its events, for tests that look at what the deployed functions may and say."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import requests

from infra.local import certificates, customer, receiver
from infra.local.cloud import LOOPBACK, free_port
from infra.local.customer import SANDBOX, TIMEOUT_SECONDS
from infra.local.paths import SAMPLES
from infra.local.receiver import Receiver
from infra.local.stack import DEVELOPMENT_HOST, Stack

SAMPLE = json.loads((SAMPLES / "payload-email-bounce.json").read_text())


class Organisation:
    """An organisation that nobody else uses, with a signed-in administrator."""

    def __init__(self, stack: Stack) -> None:
        self.name = f"{uuid4().hex}@TestOrg"
        self.token = customer.sign_in(stack, customer.Person(self.name, "administrator", customer.MANAGE))
        self._stack = stack

    def call(self, method: str, path: str, headers: dict[str, str] | None = None, **body: Any) -> requests.Response:
        """What the API answers the administrator."""
        sent = {"Authorization": f"Bearer {self.token}", "x-sandbox-name": SANDBOX} | (headers or {})
        return requests.request(method, self._stack.api_url + path, headers=sent, timeout=TIMEOUT_SECONDS, **body)

    def create(self, url: str, /, **changes: Any) -> requests.Response:
        """The answer to the creation of a webhook for all campaigns."""
        webhook = {"name": "Security", "channels": ["email"], "url": url, "authentication": {"type": "none"}}
        return self.call("POST", "/feedback-webhooks", json=webhook | {"campaigns": "all"} | changes)

    def event(self, **changes: Any) -> str:
        """A message of the feedback queue, with an id of its own."""
        event = {name: value for name, value in SAMPLE.items() if name != "eventType"}
        return json.dumps(event | {"imsOrg": self.name, "eventId": f"event-{uuid4()}"} | changes)


def copy_webhook(stack: Stack, source: Organisation, target: Organisation) -> None:
    """Put one organisation's configuration into another one's item, as only who may write the table could."""
    table = {"TableName": stack.outputs["TableName"]}
    store = stack.cloud.client("dynamodb")
    (stored,) = store.query(
        **table,
        KeyConditionExpression="pk = :org",
        FilterExpression="begins_with(sk, :kind)",
        ExpressionAttributeValues={":org": {"S": source.name}, ":kind": {"S": "webhook#"}},
    )["Items"]
    store.put_item(**table, Item=stored | {"pk": {"S": target.name}})


def invoke(stack: Stack, bodies: Sequence[str]) -> int:
    """Hand a batch to the delivery function as Lambda does, and return how many of its messages stay on the queue."""
    records = [
        {
            "messageId": str(uuid4()),
            "receiptHandle": "receipt",
            "body": body,
            "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1795597200000"},
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": stack.outputs["FeedbackQueueArn"],
            "awsRegion": "us-east-1",
        }
        for body in bodies
    ]
    answer = stack.cloud.client("lambda").invoke(
        FunctionName=stack.outputs["DeliveryFunctionName"], Payload=json.dumps({"Records": records})
    )
    return len(json.load(answer["Payload"])["batchItemFailures"])


@dataclass(frozen=True)
class Endpoint:
    """A customer's endpoint that the delivery function may reach."""

    url: str
    received: Receiver


@contextmanager
def endpoint(stack: Stack, path: str = "/feedback") -> Iterator[Endpoint]:
    """An endpoint for the time of the `with` block."""
    port = free_port()
    issued = certificates.issue(stack.cloud.home)
    with receiver.listening(port, issued, lambda _: None, bind=LOOPBACK) as received:
        yield Endpoint(f"https://{DEVELOPMENT_HOST}:{port}{path}", received)


def closed_url(path: str = "/feedback") -> str:
    """The URL of an endpoint at which nobody listens."""
    return f"https://{DEVELOPMENT_HOST}:{free_port()}{path}"
