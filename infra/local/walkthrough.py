"""The main job, end to end: two organisations set their webhooks up, events are queued, deliveries are judged.

The two samples belong to different organisations, so there are two webhooks: one signs its tokens with a shared
secret, the other with a private key.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any
from uuid import uuid4

from infra.local import customer, judge
from infra.local.customer import SANDBOX, Administrator, KeyPair, SharedSecret
from infra.local.paths import SAMPLES
from infra.local.problem import Problem
from infra.local.receiver import Delivery, Receiver
from infra.local.screen import done, note, step
from infra.local.stack import DEVELOPMENT_HOST, Stack

# One attempt takes milliseconds here; the rest is for a machine that is busy with something else.
PATIENCE_SECONDS = 60
STEP_SECONDS = 0.1


@dataclass(frozen=True)
class Organisation:
    """One organisation, its sample event, and what its endpoint expects of each POST."""

    sample: dict[str, Any]
    signature: SharedSecret | KeyPair
    url: str
    api_key: str

    @property
    def name(self) -> str:
        """Its identifier, as in the token's claim and in every event."""
        return self.sample["imsOrg"]

    @property
    def campaign(self) -> str:
        """The campaign that the sample belongs to."""
        return self.sample["messageExecution"]["campaignID"]

    def webhook(self) -> dict[str, Any]:
        """The configuration as the administrator submits it."""
        return {
            "name": f"Feedback of {self.name}",
            "channels": ["email", "sms"],
            "url": self.url,
            "authentication": {
                "type": "jwt",
                **self.signature.settings(),
                "keyId": "walkthrough",
                "issuer": self.name,
                "subject": "feedback-webhooks",
                "audience": [self.url],
                "lifetimeSeconds": 300,
                "claims": {"sandbox": SANDBOX},
            },
            "headers": [
                {"name": "X-Source", "value": "feedback-webhooks"},
                {"name": "X-Api-Key", "value": self.api_key, "secret": True},
            ],
        }


def organisations(receiver_port: int) -> list[Organisation]:
    """The organisations of the two samples, each with keys of its own. All their endpoints are at `receiver_port`."""
    signatures = {"email": customer.shared_secret, "sms": customer.key_pair}
    samples = [json.loads(path.read_text()) for path in sorted(SAMPLES.glob("payload-*.json"))]
    return [
        Organisation(
            sample,
            signatures[sample["channel"]](),
            f"https://{DEVELOPMENT_HOST}:{receiver_port}/{sample['channel']}-feedback",
            f"key-{uuid4()}",
        )
        for sample in samples
    ]


@dataclass(frozen=True)
class Event:
    """A feedback event as the messaging backend puts it on the queue, and the POST that is expected of it."""

    id: str
    payload: dict[str, Any]

    def message(self) -> str:
        """The message's body: the payload less the constant `eventType`, plus what only the queue carries."""
        fields = {name: value for name, value in self.payload.items() if name != "eventType"}
        occurred_at = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
        return json.dumps(fields | {"eventId": self.id, "occurredAt": occurred_at})


def set_up(stack: Stack, organisation: Organisation) -> Administrator:
    """Sign in, create the webhook and switch the campaign on."""
    with step(f"Sign in as an administrator of {organisation.name}"):
        administrator = Administrator(stack, organisation.name)
    with step(f"Create its webhook: {organisation.signature.algorithm} tokens, two custom headers, {organisation.url}"):
        webhook = administrator.set_up(organisation.webhook())
    note(f"The API answered: {json.dumps(webhook)}")
    with step(f"Switch campaign {organisation.campaign} on"):
        administrator.switch_on(organisation.campaign)
    return administrator


def deliver(stack: Stack, receiver: Receiver, chosen: list[Organisation]) -> None:
    """Queue each organisation's sample, and one event of a campaign that is not switched on.

    # Errors
    `Problem` if not exactly the samples arrive, each as it should.
    """
    wanted = {str(uuid4()): organisation for organisation in chosen}
    other_campaign = chosen[0].sample["messageExecution"] | {"campaignID": str(uuid4())}
    skipped = Event(str(uuid4()), chosen[0].sample | {"messageExecution": other_campaign})
    before = len(receiver.deliveries)
    with step("Put the sample events on the queue, and one whose campaign is not switched on"):
        for event in [*(Event(id, organisation.sample) for id, organisation in wanted.items()), skipped]:
            send(stack, event)
    with step("Deliver"):
        deliveries = wait_for_deliveries(stack, receiver, before, len(wanted))
    problems = judge.deliveries(deliveries, wanted)
    if problems:
        raise Problem("Not every event arrived as it should:\n" + "\n".join(f"- {problem}" for problem in problems))
    done("Every event arrived as it should, and the one whose campaign is not switched on did not")


def send(stack: Stack, event: Event) -> None:
    stack.cloud.client("sqs").send_message(
        QueueUrl=stack.outputs["FeedbackQueueUrl"],
        MessageBody=event.message(),
        # SQS fair queues keep tenants apart by it.
        MessageGroupId=f"{event.payload['imsOrg']}/{event.payload['sandbox']['name']}",
    )


def wait_for_deliveries(stack: Stack, receiver: Receiver, before: int, count: int) -> list[Delivery]:
    """What arrived after the first `before` deliveries, once `count` did and no queue holds anything to deliver."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if len(receiver.deliveries) - before >= count and is_settled(stack):
            break
        time.sleep(STEP_SECONDS)
    return receiver.deliveries[before:]


def is_settled(stack: Stack) -> bool:
    """Whether neither queue of the delivery function holds a message, in flight or delayed ones included."""
    return all(messages(stack, queue) == 0 for queue in ("FeedbackQueueUrl", "RetryQueueUrl"))


def messages(stack: Stack, queue: str) -> int:
    attributes = stack.cloud.client("sqs").get_queue_attributes(QueueUrl=stack.outputs[queue], AttributeNames=["All"])[
        "Attributes"
    ]
    return sum(int(value) for name, value in attributes.items() if name.startswith("ApproximateNumberOfMessages"))
