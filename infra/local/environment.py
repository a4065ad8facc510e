"""Environments of the child processes.

A developer's own AWS settings must never reach any of them: what is started here can only mean the local cloud.
"""

from __future__ import annotations

import os

from infra.local.paths import TOOLS

REGION = "us-east-1"
# ministack takes these for the account's root user.
ROOT_CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


def for_tools() -> dict[str, str]:
    """The caller's environment without AWS settings, with the virtual environment's commands first on the path."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return inherited | {
        "PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "SAM_CLI_TELEMETRY": "0",
        "SAMCLI_CHECK_UPDATES": "0",
    }


def for_clients(endpoint: str) -> dict[str, str]:
    """For AWS clients and tests that talk to the local cloud at `endpoint`."""
    return for_tools() | ROOT_CREDENTIALS | {"AWS_ENDPOINT_URL": endpoint}


def for_functions() -> dict[str, str]:
    """What the emulator hands on to the functions. Next to nothing, as in Lambda."""
    kept = ("HOME", "LANG", "PATH")
    return {name: os.environ[name] for name in kept if name in os.environ}
