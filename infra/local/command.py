"""Runs a command to its end, showing what it does at the moment and keeping all that it said in a log."""

from __future__ import annotations

import subprocess
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from infra.local import processes
from infra.local.problem import Problem

# Enough of a failed command's end to hold a compiler's message.
TAIL_LINES = 40


def run(
    command: Sequence[str | Path],
    *,
    records: Path,
    env: Mapping[str, str],
    log: Path,
    cwd: Path,
    advice: str,
    report: Callable[[str], None] | None = None,
) -> None:
    """Run `command`. Each line of its output is handed to `report`, if given.

    # Errors
    `Problem` with `advice` and the end of the output if it fails.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    tail: deque[str] = deque(maxlen=TAIL_LINES)
    with (
        log.open("w", buffering=1) as kept,
        processes.started(command, records, env=env, output=subprocess.PIPE, cwd=cwd) as process,
    ):
        for line in process.stdout or ():
            kept.write(line)
            tail.append(line)
            if report:
                report(line.strip())
        exit_code = process.wait()
    if exit_code != 0:
        raise Problem(f"{''.join(tail)}\n{advice} Exit code {exit_code}; all of the output is in {log}")
