"""Each permission of the two roles is needed.

A permission is taken from the deployed role, and the behaviour that needs it must fail, in the expected way. Each
invocation is made by hand, so that nothing has to be waited for.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from infra.local.stack import Stack
from permission_uses import SECRET_HEADER, TESTED_APART, USED_BY_LAMBDA, USES
from roles import Permission, Roles
from scene import Organisation, endpoint, invoke

PATIENCE_SECONDS = 60
STEP_SECONDS = 0.2


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


def eventually(what: str, look: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not look():
        assert time.monotonic() < deadline, f"this did not happen in {PATIENCE_SECONDS} s: {what}"
        time.sleep(STEP_SECONDS)
