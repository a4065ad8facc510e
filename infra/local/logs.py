"""Reads the functions' logs: follows them, or shows their end when something went wrong."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.markup import escape

from infra.local.problem import Problem
from infra.local.screen import console, heading
from infra.local.stack import Stack

POLL_SECONDS = 1.0
# Lines that Lambda adds around each invocation say nothing about the functions.
PLATFORM = ("START RequestId", "END RequestId", "REPORT RequestId")
LAST_LINES = 20


def follow(stack: Stack) -> None:
    """Print what the functions write from now on, until interrupted."""
    printed = {event["eventId"] for _, event in events(stack)}
    while True:
        for function, event in events(stack):
            if event["eventId"] not in printed:
                printed.add(event["eventId"])
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
        raise


def events(stack: Stack) -> list[tuple[str, dict[str, Any]]]:
    """All lines of both functions in the order of their time, each with the function that wrote it."""
    pages = stack.cloud.client("logs").get_paginator("filter_log_events")
    lines = [
        (function, event)
        for function in ("ConfigApi", "Delivery")
        for page in pages.paginate(logGroupName=stack.outputs[f"{function}LogGroup"])
        for event in page["events"]
        if not event["message"].startswith(PLATFORM)
    ]
    return sorted(lines, key=lambda line: line[1]["timestamp"])


def show(function: str, event: dict[str, Any]) -> None:
    console.print(f"[dim]{function}[/dim] {escape(event['message'].rstrip())}")
