"""Builds the admin console, which becomes part of the configuration API's package. Needs Node.js and npm."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

from infra.local import command, environment, preflight
from infra.local.paths import CONSOLE, LOCAL
from infra.local.problem import Problem
from infra.local.screen import step

# What the build reads. The generated types come from the API's own document.
SOURCES = ("src", "index.html", "package.json", "package-lock.json", ".npmrc", "tsconfig.json", "vite.config.ts")
GENERATED = CONSOLE / "src" / "api" / "schema.ts"
BUILT = CONSOLE / "dist" / "index.html"
STAMP = LOCAL / "console.sha256"
INSTALLED = LOCAL / "console-packages.sha256"


def build(records: Path) -> None:
    """Build the console unless nothing has changed since the last time.

    # Errors
    `Problem` if Node.js is missing, or with the message of what failed.
    """
    sources = digest(files())
    if BUILT.exists() and read(STAMP) == sources:
        return
    with step("Build the admin console"):
        install(records)
        npm(["run", "build"], records, "build.log", "The console does not build.")
    STAMP.write_text(sources)


def run(script: str, records: Path) -> int:
    """Run a script of its package.json in this terminal, and return the exit code.

    # Errors
    `Problem` if its packages cannot be installed.
    """
    install(records)
    return subprocess.run(["npm", "run", script], cwd=CONSOLE, env=environment.for_tools(), check=False).returncode


def install(records: Path) -> None:
    """Install the console's packages as its lock file names them, unless they are there already.

    # Errors
    `Problem` if Node.js is missing or a package cannot be installed.
    """
    missing = preflight.node()
    if missing:
        raise Problem(f"missing: {missing}")
    wanted = digest([CONSOLE / "package-lock.json"])
    if (CONSOLE / "node_modules").exists() and read(INSTALLED) == wanted:
        return
    npm(["ci"], records, "packages.log", "The console's packages could not be installed.")
    INSTALLED.write_text(wanted)


def npm(arguments: list[str], records: Path, log: str, advice: str) -> None:
    command.run(
        ["npm", *arguments],
        records=records,
        env=environment.for_tools(),
        log=LOCAL / f"console-{log}",
        cwd=CONSOLE,
        advice=advice,
    )


def files() -> Iterator[Path]:
    yield CONSOLE.parent / "openapi.json"
    for source in SOURCES:
        path = CONSOLE / source
        found = path.rglob("*") if path.is_dir() else [path]
        yield from (file for file in found if file.is_file() and file != GENERATED)


def digest(paths: Iterator[Path] | list[Path]) -> str:
    """A hash of names and contents."""
    together = hashlib.sha256()
    for path in sorted(paths):
        together.update(f"{path.relative_to(CONSOLE.parent)}\0".encode())
        together.update(hashlib.sha256(path.read_bytes()).digest())
    return together.hexdigest()


def read(path: Path) -> str | None:
    return path.read_text() if path.exists() else None
