"""Follows the functions' logs."""

from __future__ import annotations

import time
from typing import Any

from rich.markup import escape

from infra.local.screen import console
from infra.local.stack import Stack

POLL_SECONDS = 1.0
# Lines that Lambda adds around each invocation say nothing about the functions.
PLATFORM = ("START RequestId", "END RequestId", "REPORT RequestId")


def follow(stack: Stack) -> None:
    """Print what the functions write from now on, until interrupted."""
    groups = {name: stack.outputs[f"{name}LogGroup"] for name in ("ConfigApi", "Delivery")}
    logs = stack.cloud.client("logs")
    printed: set[str] = set()
    since_ms = int(time.time() * 1000)
    while True:
        for name, group in groups.items():
            for event in new_events(logs, group, since_ms):
                if event["eventId"] not in printed:
                    printed.add(event["eventId"])
                    show(name, event["message"].rstrip())
        time.sleep(POLL_SECONDS)


def new_events(logs: Any, group: str, since_ms: int) -> list[dict[str, Any]]:
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=since_ms)
    return [event for page in pages for event in page["events"]]


def show(function: str, message: str) -> None:
    if not message.startswith(PLATFORM):
        console.print(f"[dim]{function}[/dim] {escape(message)}")
