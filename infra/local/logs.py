"""Reads the functions' logs: follows them, or shows their end when something went wrong."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.markup import escape

from infra.local.paths import ROOT
from infra.local.problem import Problem
from infra.local.screen import console, heading, note
from infra.local.stack import Stack

POLL_SECONDS = 1.0
# Lines that Lambda adds around each invocation say nothing about the functions.
PLATFORM = ("START RequestId", "END RequestId", "REPORT RequestId")
LAST_LINES = 20


def follow(stack: Stack) -> None:
    """Print what the functions write from now on, until interrupted."""
    printed = {identity(event) for _, event in events(stack)}
    while True:
        for function, event in events(stack):
            if identity(event) not in printed:
                printed.add(identity(event))
                show(function, event)
        time.sleep(POLL_SECONDS)


@contextmanager
def shown_on_problem(stack: Stack) -> Iterator[None]:
    """Print what the functions wrote last, if the block ends in a `Problem`: the reason is usually there."""
    try:
        yield
    except Problem:
        heading("The end of the functions' logs")
        for function, event in events(stack)[-LAST_LINES:]:
            show(function, event)
        note(f"The emulator's log may say more: {(stack.cloud.home / 'ministack.log').relative_to(ROOT)}")
        raise


def events(stack: Stack) -> list[tuple[str, dict[str, Any]]]:
    """All lines of both functions in the order of their time, each with the function that wrote it."""
    lines = [
        (function, event)
        for function in ("ConfigApi", "Delivery")
        for event in of_group(stack, stack.outputs[f"{function}LogGroup"])
        if not event["message"].startswith(PLATFORM)
    ]
    return sorted(lines, key=lambda line: line[1]["timestamp"])


def of_group(stack: Stack, group: str) -> Iterator[dict[str, Any]]:
    """All lines of a log group. ministack answers with the first 10,000 and no token, so more are asked for by time."""
    client = stack.cloud.client("logs")
    since, known = 0, set()
    while True:
        page = client.filter_log_events(logGroupName=group, startTime=since)["events"]
        fresh = [event for event in page if identity(event) not in known]
        if not fresh:
            return
        known = {identity(event) for event in page}
        since = page[-1]["timestamp"]
        yield from fresh


def identity(event: dict[str, Any]) -> tuple[str, int, str]:
    """ministack gives lines no `eventId`, but each invocation a stream of its own."""
    return event["logStreamName"], event["timestamp"], event["message"]


def show(function: str, event: dict[str, Any]) -> None:
    console.print(f"[dim]{function}[/dim] {escape(readable(event['message'].rstrip()))}")


def readable(line: str) -> str:
    """A structured line as `LEVEL message name=value …`; any other line as it is."""
    try:
        record = json.loads(line)
        details = record | record.get("span", {})
        sentence = f"{details.pop('level')} {details.pop('message')}"
    except (ValueError, KeyError, AttributeError):
        return line
    hidden = ("timestamp", "target", "span", "name")
    return " ".join([sentence, *(f"{name}={value}" for name, value in details.items() if name not in hidden)])
