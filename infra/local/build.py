"""Builds the admin console and both functions for Lambda. Cargo decides what has to be compiled again."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local import admin_console, command, environment
from infra.local.paths import LOCAL, ROOT, TOOLS
from infra.local.screen import step


@contextmanager
def exclusive() -> Iterator[None]:
    """Let nobody else in this checkout build while the block runs: builds share `.aws-sam/`."""
    LOCAL.mkdir(exist_ok=True)
    with (LOCAL / "build.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with step("Wait for another build in this checkout"):
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def build(records: Path) -> None:
    """Build the console, compile both functions, then lay the packages out in `.aws-sam/build`. `records` is where processes go on record.

    `sam build` compiles too, but silently, and the first time takes minutes. So the functions are compiled beforehand,
    and its own calls of the same command find nothing left to do.

    # Errors
    `Problem` with the compiler's message if the code does not compile.
    """
    admin_console.build(records)
    with step("Compile both functions (minutes the first time)") as report:
        command.run(
            ["cargo", "lambda", "build", "--release"],
            records=records,
            env=environment.for_tools(),
            log=LOCAL / "compile.log",
            cwd=ROOT,
            advice="The compiler's message above says what to correct.",
            report=report,
        )
    with step("Package the functions"):
        command.run(
            [TOOLS / "sam", "build"],
            records=records,
            env=environment.for_tools(),
            log=LOCAL / "package.log",
            cwd=ROOT,
            advice="sam build failed.",
        )
