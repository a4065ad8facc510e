"""Decides, as the owner of the endpoint would, whether deliveries are what they should be.

Tokens are verified by PyJWT, which shares nothing with the code that signed them.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import jwt

if TYPE_CHECKING:
    from infra.local.receiver import Delivery
    from infra.local.walkthrough import Organisation

# An attempt's timestamp may differ from our clock by this much on a slow machine.
CLOCK_TOLERANCE_SECONDS = 60


def deliveries(arrived: list[Delivery], wanted: Mapping[str, Organisation]) -> list[str]:
    """What is wrong with them; nothing, if each wanted event arrived once, as it should, and no other did."""
    by_event = {event: [each for each in arrived if each.headers.get("webhook-id") == event] for event in wanted}
    problems = [
        f"event {event} of {wanted[event].name} arrived {len(found)} times"
        for event, found in by_event.items()
        if len(found) != 1
    ]
    problems += [
        f"an event that nobody asked for arrived: webhook-id {each.headers.get('webhook-id')}"
        for each in arrived
        if each.headers.get("webhook-id") not in wanted
    ]
    for event, found in by_event.items():
        for each in found:
            problems += [f"event {event}: {problem}" for problem in delivery(each, wanted[event])]
    return problems


def delivery(arrived: Delivery, organisation: Organisation) -> Iterator[str]:
    """What is wrong with one delivery."""
    if not organisation.url.endswith(arrived.path):
        yield f"it went to {arrived.path} instead of {organisation.url}"
    if json.loads(arrived.body) != organisation.sample:
        yield f"the body differs from the sample: {arrived.body.decode()}"
    expected = {
        "content-type": "application/json",
        "webhook-attempt": "1",
        "x-source": "feedback-webhooks",
        "x-api-key": organisation.api_key,
    }
    for name, value in expected.items():
        if arrived.headers.get(name) != value:
            yield f"header {name} is {arrived.headers.get(name)!r} instead of {value!r}"
    if not re.fullmatch(r"Feedback-Webhooks/\d+\.\d+\.\d+", arrived.headers.get("user-agent", "")):
        yield f"the user agent is {arrived.headers.get('user-agent')!r}"
    timestamp = arrived.headers.get("webhook-timestamp", "")
    if not timestamp.isdecimal() or abs(time.time() - int(timestamp)) > CLOCK_TOLERANCE_SECONDS:
        yield f"webhook-timestamp is {timestamp!r}"
    try:
        verified = claims(arrived, organisation)
    except jwt.PyJWTError as error:
        yield f"the token is not valid: {error}"
    else:
        if verified.get("sandbox") != "prod":
            yield f"the token lacks the extra claim: {verified}"


def claims(arrived: Delivery, organisation: Organisation) -> dict[str, Any]:
    """The verified claims of a delivery's token.

    # Errors
    `jwt.PyJWTError` if the token is missing or not what the organisation configured.
    """
    scheme, _, token = arrived.headers.get("authorization", "").partition(" ")
    if scheme != "Bearer":
        raise jwt.InvalidTokenError("no bearer token")
    return jwt.decode(
        token,
        organisation.signature.verification_key,
        algorithms=[organisation.signature.algorithm],
        issuer=organisation.name,
        audience=organisation.url,
        subject="feedback-webhooks",
        options={"require": ["iss", "sub", "aud", "iat", "exp"]},
    )
