"""No log has a secret, a token, a recipient's address, a header's value or a URL's query.

It runs after the other tests on the same cloud, so that their lines are read too. Before that it leaves lines of its
own for whatever may go wrong, with values that are easily found again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from infra.local.logs import events
from infra.local.paths import ROOT, SAMPLES
from infra.local.stack import Stack
from infra.parameters import template
from scene import Organisation, closed_url, copy_webhook, endpoint, invoke

# In every value that nobody may find in a log, here and in the end-to-end tests.
CANARY = "canary"
RECIPIENT = "recipient-canary@customers.example"
CRATES = sorted(
    folder.name.replace("-", "_")
    for group in ("functions", "shared")
    for folder in (ROOT / group).iterdir()
    # It logs nothing itself, and the filter would let in the crates of the SDK, whose names begin like it.
    if folder.name != "aws"
)
VERBOSE = ",".join(["info", *(f"{crate}=trace" for crate in CRATES)])
KEY = "a shared canary secret of more than 32 bytes"
FORBIDDEN = {
    "a planted value": re.compile(CANARY, re.IGNORECASE),
    "a JSON Web Token": re.compile(r"eyJ[\w-]{8,}\.eyJ[\w-]{8,}"),
    "an authorization header's value": re.compile(r"\b(?:Bearer|Basic)\s+[\w.~+/=-]{8,}"),
    "a private key": re.compile(r"PRIVATE KEY"),
    "a secret of Standard Webhooks": re.compile(r"\bwhs(?:ec|k)_"),
    "an e-mail address": re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"),
    "a telephone number": re.compile(r"\+\d{9,15}\b"),
    "a URL with a query": re.compile(r"https?://[^\s\"']*\?"),
}


def addresses_of_samples() -> set[str]:
    """What identifies recipients in the documented payloads, which the end-to-end tests deliver."""
    payloads = [json.loads(path.read_text()) for path in SAMPLES.glob("payload-*.json")]
    return {identity["id"] for payload in payloads for one in payload["identityMap"].values() for identity in one}


def findings(line: str) -> list[str]:
    """What the line has that no log may have."""
    # Who made a change stands in the audit trail on purpose.
    line = re.sub(r'"actor":"[^"]*"', "", line)
    found = [what for what, pattern in FORBIDDEN.items() if pattern.search(line)]
    return found + [f"a sample's recipient {address}" for address in addresses_of_samples() if address in line]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('{"message": "x-api-key: CANARY-1"}', ["a planted value"]),
        ("token eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJpc3N1ZXIifQ.c2ln", ["a JSON Web Token"]),
        ("authorization: Bearer abcdefgh", ["an authorization header's value"]),
        ("-----BEGIN PRIVATE KEY-----", ["a private key"]),
        ('{"to": "jane@example.com"}', ["an e-mail address"]),
        ("+15555550123", ["a telephone number", "a sample's recipient +15555550123"]),
        ("error sending request for url (https://hooks.example.com/?token=1)", ["a URL with a query"]),
        ('{"message":"change","actor":"administrator@0123.example"}', []),
        ('{"config.org": "0123@TestOrg", "request_id": "JKJaXmPLvHcESHA="}', []),
    ],
)
def test_what_may_not_be_logged_is_recognised(line: str, found: list[str]) -> None:
    assert findings(line) == found


def webhook_with_canaries(**changes: Any) -> dict[str, Any]:
    return {
        "authentication": {"type": "jwt", "algorithm": "HS256", "secret": KEY, "claims": {"note": "canary-claim"}},
        "headers": [
            {"name": "X-Api-Key", "value": "canary-secret-header", "secret": True},
            {"name": "X-Plain", "value": "canary-plain-header"},
        ],
    } | changes


def mistakes() -> Iterator[dict[str, Any]]:
    """Changes to a webhook, each wrong in another way, with values that a message might repeat."""
    yield {"url": "https://user:canary-password@hooks.example.com/?token=canary-query"}
    yield {"url": "http://canary-host.example.com/?token=canary-query"}
    yield {"name": "canary-name" * 100}
    yield {"colour": "canary-unknown-field"}
    yield {"channels": ["canary-channel"]}
    yield {"authentication": {"type": "canary-type"}}
    yield {"authentication": {"type": "jwt", "algorithm": "HS256", "secret": "short-canary"}}
    yield {"authentication": {"type": "jwt", "algorithm": "RS256", "privateKey": "-----BEGIN CANARY-----"}}
    yield {"headers": [{"name": "Host", "value": "canary-forbidden-header"}]}
    yield {"headers": [{"name": "X-Line", "value": "canary\r\ncanary: injected"}]}


@contextmanager
def most_is_logged(stack: Stack) -> Iterator[None]:
    """Have the functions log as much as the template lets a deployment choose."""
    functions = [stack.outputs[name] for name in ("ConfigApiFunctionName", "DeliveryFunctionName")]
    client = stack.cloud.client("lambda")
    deployed = {name: client.get_function_configuration(FunctionName=name)["Environment"] for name in functions}
    for name, environment in deployed.items():
        verbose = {"Variables": environment["Variables"] | {"RUST_LOG": VERBOSE}}
        client.update_function_configuration(FunctionName=name, Environment=verbose)
    try:
        yield
    finally:
        for name, environment in deployed.items():
            client.update_function_configuration(FunctionName=name, Environment=environment)


def leave_lines_with_everything_that_goes_wrong(stack: Stack) -> list[str]:
    """Use canaries in all that succeeds and fails; returns the organisations, whose names must be in the logs."""
    broken = Organisation(stack)
    for mistake in mistakes():
        broken.create("https://hooks.example.com/?token=canary-query", **webhook_with_canaries(**mistake))
    broken.call("POST", "/feedback-webhooks", data=b'{"secret": "canary-in-broken-json', headers=json_headers())
    broken.call("GET", "/feedback-webhooks?cursor=canary-cursor&token=canary-query")
    broken.call("GET", "/feedback-webhooks/canary-id")
    broken.call("GET", "/feedback-webhooks", headers={"x-gw-ims-org-id": "canary-organisation"})
    broken.call("GET", "/feedback-webhooks", headers={"Authorization": "Bearer canary-token-that-is-none"})

    healthy, closed = Organisation(stack), Organisation(stack)
    query = "/feedback?token=canary-query"
    closed.create(closed_url(query), **webhook_with_canaries())
    with endpoint(stack, query) as customer:
        created = healthy.create(customer.url, **webhook_with_canaries())
        assert created.status_code == 201, created.text
        identities = {"identityMap": {"email": [{"id": RECIPIENT, "primary": True}]}}
        bodies = [
            healthy.event(**identities),
            closed.event(**identities),
            healthy.event(**identities, channel={"canary": RECIPIENT}),
            f'{{"identityMap": "{RECIPIENT}", "garbled": ',
        ]
        invoke(stack, bodies)
        assert "canary-secret-header" in customer.received.deliveries[0].headers.values()
        customer.received.status = 500
        invoke(stack, [healthy.event(**identities)])
        customer.received.status = 410
        invoke(stack, [healthy.event(**identities)])

    leave_lines_of_tests_and_attempts(stack, broken, closed)
    copied = Organisation(stack)
    copy_webhook(stack, healthy, copied)
    invoke(stack, [copied.event(**identities)])
    return [broken.name, healthy.name, closed.name, copied.name]


def leave_lines_of_tests_and_attempts(stack: Stack, nobody: Organisation, failing: Organisation) -> None:
    """Test a draft whose secrets are in the clear, then a saved webhook, and send an event of the latter again."""
    query = "/feedback?token=canary-query"
    with endpoint(stack, query) as customer:
        customer.received.status = 401
        draft = {"name": "Draft", "channels": ["email"], "url": customer.url, **webhook_with_canaries()}
        tested = nobody.call("POST", "/feedback-webhooks/test", json=draft)
        assert tested.json()["answer"]["status"] == 401, tested.text
        assert "canary-secret-header" not in tested.text
        assert "canary-secret-header" in customer.received.deliveries[0].headers.values()
    for mistake in mistakes():
        nobody.call("POST", "/feedback-webhooks/test", json=draft | mistake)
    (webhook,) = failing.call("GET", "/feedback-webhooks").json()["items"]
    path = f"/feedback-webhooks/{webhook['id']}"
    assert failing.call("POST", f"{path}/test").json()["outcome"] == "failed"
    attempt = failing.call("GET", f"{path}/attempts").json()["items"][0]["id"]
    shown = failing.call("GET", f"{path}/attempts/{attempt}")
    assert shown.status_code == 200 and RECIPIENT not in shown.text and "canary-secret-header" not in shown.text
    assert failing.call("POST", f"{path}/attempts/{attempt}/send-again").status_code == 202


def json_headers() -> dict[str, str]:
    return {"content-type": "application/json"}


def test_no_log_has_a_secret_or_an_address(stack: Stack) -> None:
    with most_is_logged(stack):
        organisations = leave_lines_with_everything_that_goes_wrong(stack)
    lines = [event["message"] for _, event in events(stack)]
    emulator = (stack.cloud.home / "ministack.log").read_text(errors="replace").splitlines()
    # Invitations of the user pool, which it does not send but write down.
    emulator = [line for line in emulator if " INFO [ses] " not in line]
    for organisation in organisations:
        assert any(organisation in line for line in lines), "the lines of this test are among those that are read"
    betrayed = {(what, line) for line in [*lines, *emulator] for what in findings(line)}
    assert not betrayed, f"{len(betrayed)} lines betray something"


def test_the_access_log_names_nothing_that_a_caller_sends() -> None:
    stage = template()["Resources"]["ApiStage"]["Properties"]
    format = json.loads(stage["AccessLogSettings"]["Format"])
    assert set(format.values()) == {
        "$context.requestId",
        "$context.requestTime",
        "$context.routeKey",
        "$context.status",
        "$context.responseLatency",
        "$context.authorizer.error",
        "$context.integrationErrorMessage",
    }


@pytest.mark.parametrize("filter", ["info", "warn", "info,delivery=debug", VERBOSE])
def test_what_the_functions_themselves_log_may_be_chosen(filter: str) -> None:
    assert re.search(template()["Parameters"]["LogFilter"]["AllowedPattern"], filter)


# The runtime of the functions logs whole requests at these levels, tokens and bodies included.
@pytest.mark.parametrize(
    "filter",
    ["trace", "debug", "info,lambda_runtime=trace", "info,hyper=debug", "info,aws=debug", "[{a}]=trace", ""],
)
def test_what_libraries_log_of_requests_may_not_be_chosen(filter: str) -> None:
    assert not re.search(template()["Parameters"]["LogFilter"]["AllowedPattern"], filter)
