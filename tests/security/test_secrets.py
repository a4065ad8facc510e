"""A secret is of use to one tenant only, even to somebody who can write the table."""

from __future__ import annotations

import pytest

from infra.local.logs import events
from infra.local.stack import Stack
from scene import Organisation, copy_webhook, endpoint, invoke

SECRETS = {
    "headers": [{"name": "X-Api-Key", "value": "canary-secret-header", "secret": True}],
    "authentication": {"type": "jwt", "algorithm": "HS256", "secret": "a shared canary secret of more than 32 bytes"},
}


@pytest.mark.parametrize("opened_before", [False, True], ids=["unopened", "opened-before"])
def test_a_ciphertext_copied_to_another_organisation_is_refused_and_its_event_is_kept(
    stack: Stack, opened_before: bool
) -> None:
    owner, other = Organisation(stack), Organisation(stack)
    with endpoint(stack) as customer:
        assert owner.create(customer.url, **SECRETS).status_code == 201
        if opened_before:
            assert invoke(stack, [owner.event()]) == 0
        arrived = len(customer.received.deliveries)
        assert arrived == int(opened_before)
        copy_webhook(stack, owner, other)
        assert invoke(stack, [other.event()]) == 0, "it is settled, so it is on another queue"
        assert len(customer.received.deliveries) == arrived
    refusals = [
        event["message"] for _, event in events(stack) if "a secret of the webhook cannot be used" in event["message"]
    ]
    assert any(other.name in line for line in refusals)
