"""Processes that this package starts, each in a process group of its own and on record until it has ended.

The record is what lets `make down` find a process after a crash. It must never name a process that somebody else
started: the creation time is compared before anything is ended.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

# ministack writes its state on SIGTERM and then gives the functions' processes two seconds.
GRACE_SECONDS = 10


@contextmanager
def started(
    command: Sequence[str | Path], records: Path, *, env: Mapping[str, str], output: int, cwd: Path | None = None
) -> Iterator[subprocess.Popen[str]]:
    """Run `command` for the time of the `with` block, then end it and all that it started."""
    process = subprocess.Popen(
        command,
        env=dict(env),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        text=True,
    )
    with recorded(process.pid, records):
        try:
            yield process
        finally:
            end_group(process.pid)
            process.wait()


@contextmanager
def recorded(pid: int, records: Path) -> Iterator[None]:
    """Keep `pid` on record for the time of the `with` block."""
    records.mkdir(parents=True, exist_ok=True)
    record = records / f"{pid}.json"
    record.write_text(json.dumps({"pid": pid, "created": psutil.Process(pid).create_time()}))
    try:
        yield
    finally:
        record.unlink(missing_ok=True)


def alive(records: Path) -> list[int]:
    """The recorded processes that still run, the one that started the others first."""
    running = [record for record in map(read, records.glob("*.json")) if is_running(record)]
    return [record["pid"] for record in sorted(running, key=lambda record: record["created"])]


def end(pid: int) -> None:
    """End a recorded process and what it started."""
    if group_of(pid) == pid:
        end_group(pid)
        return
    try:
        process = psutil.Process(pid)
        process.terminate()
        process.wait(2 * GRACE_SECONDS)
    except psutil.NoSuchProcess:
        pass
    except psutil.TimeoutExpired:
        process.kill()


def end_group(leader: int) -> None:
    """End the process group of `leader`: politely first, then by force."""
    members = [process for process in psutil.process_iter() if group_of(process.pid) == leader]
    signal_group(leader, signal.SIGTERM)
    _, stubborn = psutil.wait_procs(members, timeout=GRACE_SECONDS)
    if stubborn:
        signal_group(leader, signal.SIGKILL)


def read(record: Path) -> dict[str, float]:
    return json.loads(record.read_text())


def is_running(record: Mapping[str, float]) -> bool:
    try:
        return psutil.Process(record["pid"]).create_time() == record["created"]
    except psutil.NoSuchProcess:
        return False


def group_of(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None


def signal_group(leader: int, number: signal.Signals) -> None:
    try:
        os.killpg(leader, number)
    except ProcessLookupError:
        pass
