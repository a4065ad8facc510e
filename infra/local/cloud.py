"""The AWS emulator (ministack) as a process of its own, with its state below one folder."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import requests

from infra.local import environment, processes
from infra.local.paths import TOOLS
from infra.local.problem import Problem

# It is ready within 4 seconds on two cores; a busy machine gets time to spare.
START_TIMEOUT_SECONDS = 60
STEP_SECONDS = 0.1
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Cloud:
    """A running local cloud."""

    home: Path
    port: int

    @property
    def endpoint(self) -> str:
        """The one URL of all its services."""
        return f"http://127.0.0.1:{self.port}"

    def client(self, service: str) -> Any:
        """A boto3 client of the account's root user."""
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=environment.REGION,
            aws_access_key_id=environment.ROOT_CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=environment.ROOT_CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        )


@contextmanager
def running(home: Path, port: int, *, keep: bool, bind: str = LOOPBACK) -> Iterator[Cloud]:
    """Start the emulator, hand it out once it answers, and end it and its functions afterwards.

    The state is thrown away at the start and at the end, unless it is to be kept. It listens at the address `bind`.

    # Errors
    `Problem` if it does not start.
    """
    cloud = Cloud(home, port)
    log = home / "ministack.log"
    with (
        folder(home / "state", keep=keep) as state,
        folder(home / "scratch", keep=False) as scratch,
        log.open("w") as output,
        processes.started(
            [TOOLS / "ministack"],
            home / "processes",
            env=settings(cloud, state, scratch, keep, bind),
            output=output.fileno(),
            cwd=scratch,
        ) as process,
    ):
        wait_until_ready(cloud, process, log)
        yield cloud


@contextmanager
def folder(path: Path, *, keep: bool) -> Iterator[Path]:
    """A folder that starts empty and is removed afterwards, unless it is to be kept."""
    if not keep:
        shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True, exist_ok=True)
    try:
        yield path
    finally:
        if not keep:
            shutil.rmtree(path, ignore_errors=True)


def settings(cloud: Cloud, state: Path, scratch: Path, keep: bool, bind: str) -> dict[str, str]:
    return environment.for_functions() | {
        "GATEWAY_PORT": str(cloud.port),
        "BIND_HOST": bind,
        # Handed on to the functions; without it their clients would look for the real AWS.
        "AWS_ENDPOINT_URL": cloud.endpoint,
        "AWS_DEFAULT_REGION": environment.REGION,
        "MINISTACK_REGION": environment.REGION,
        # Enforces IAM: a permission missing in template.yaml is refused here as it is on AWS.
        "AUTH": "true",
        # Unused listeners, whose fixed ports would keep two local clouds from running side by side.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "TMPDIR": str(scratch),
        "PERSIST_STATE": str(int(keep)),
        "STATE_DIR": str(state),
        "S3_PERSIST": str(int(keep)),
        "S3_DATA_DIR": str(state / "s3"),
    }


def wait_until_ready(cloud: Cloud, process: subprocess.Popen[str], log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if requests.get(f"{cloud.endpoint}/_ministack/health", timeout=5).ok:
                return
        except requests.ConnectionError:
            time.sleep(STEP_SECONDS)
    raise Problem(f"The local cloud did not start. Its log may say why: {log}")


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def require_free(port: int, purpose: str, variable: str) -> None:
    """Check that `port` can be listened on.

    # Errors
    `Problem` if somebody has it already.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Problem(
                f"Port {port}, wanted for {purpose}, is not free ({error.strerror}).\n"
                f"Left from an earlier run? End it: make down. Or take another one: make run {variable}={port + 1}"
            ) from error
