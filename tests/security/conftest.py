"""The deployed stack on its local cloud, for tests that run through `python -m infra.local exec`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from infra.local import description
from infra.local.stack import Stack
from roles import Roles


@pytest.fixture(scope="session")
def stack() -> Stack:
    """The stack of this run."""
    return description.read(Path(os.environ["LOCAL_CLOUD"]))


@pytest.fixture(scope="session")
def roles(stack: Stack) -> Roles:
    """The stack's roles, as they were deployed."""
    return Roles(stack)
