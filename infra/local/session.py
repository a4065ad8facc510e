"""The commands behind the Makefile, from a checked machine to a stack that is taken down again."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

from infra.local import (
    build,
    certificates,
    cloud,
    description,
    environment,
    logs,
    processes,
    receiver,
    show,
    stack,
    walkthrough,
)
from infra.local.certificates import Certificates
from infra.local.cloud import Cloud
from infra.local.paths import RUN_HOME, TEST_HOMES
from infra.local.problem import Problem
from infra.local.screen import console, heading, step
from infra.local.stack import Stack


def run(cloud_port: int, receiver_port: int, *, bind: str, keep: bool, stay: bool) -> None:
    """Bring everything up, show the main job, and stay up if asked to.

    # Errors
    `Problem` if a step fails or an event does not arrive as it should. Nothing is left running then.
    """
    with ExitStack() as running:
        running.enter_context(owned(RUN_HOME))
        cloud.require_free(cloud_port, "the local cloud", "CLOUD_PORT")
        cloud.require_free(receiver_port, "the HTTPS endpoint", "RECEIVER_PORT")
        chosen = walkthrough.organisations(receiver_port)
        issued = certificates.issue(RUN_HOME)
        endpoint = running.enter_context(receiver.listening(receiver_port, issued, show.printer(chosen), bind=bind))
        deployed = running.enter_context(deployed_stack(RUN_HOME, cloud_port, issued, keep=keep, bind=bind))
        running.enter_context(logs.shown_on_problem(deployed))
        administrators = [walkthrough.set_up(deployed, organisation) for organisation in chosen]
        walkthrough.deliver(deployed, endpoint, chosen)
        if stay:
            show.next_steps(deployed, chosen[0], administrators[0])
            heading("The functions' logs. Ctrl-C ends everything.")
            logs.follow(deployed)


def execute(command: Sequence[str]) -> int:
    """Run `command` with a fresh cloud of its own and return its exit code.

    What the command needs to know is in the JSON file that its variable LOCAL_CLOUD names.
    """
    home = TEST_HOMES / str(os.getpid())
    discard_abandoned_tests()
    try:
        with owned(home), deployed_stack(home, cloud.free_port(), certificates.issue(home), keep=False) as deployed:
            described = description.write(deployed, certificates.issue(home))
            variables = environment.for_clients(deployed.cloud.endpoint) | {"LOCAL_CLOUD": str(described)}
            return subprocess.run(command, env=variables, check=False).returncode
    finally:
        shutil.rmtree(home, ignore_errors=True)


def down() -> None:
    """End what `run` started, even if it crashed, and what crashed test runs left. Throw their state away."""
    # Whoever started the others comes first and usually ends them itself.
    while running := processes.alive(RUN_HOME / "processes"):
        with step(f"End process {running[0]}"):
            processes.end(running[0])
    shutil.rmtree(RUN_HOME, ignore_errors=True)
    discard_abandoned_tests()


@contextmanager
def deployed_stack(
    home: Path, port: int, issued: Certificates, *, keep: bool, bind: str = cloud.LOOPBACK
) -> Iterator[Stack]:
    """Build, start a cloud and deploy to it. One checkout does this once at a time."""
    with ExitStack() as running:
        with build.exclusive():
            build.build(home / "processes")
            with step("Start the local cloud"):
                started: Cloud = running.enter_context(cloud.running(home, port, keep=keep, bind=bind))
            with step("Deploy"):
                deployed = stack.deploy(started, issued)
        yield deployed


@contextmanager
def owned(home: Path) -> Iterator[None]:
    """Claim `home` for this process, so that nobody else starts a cloud there and `down` finds this one.

    # Errors
    `Problem` if another process has it.
    """
    records = home / "processes"
    if processes.alive(records):
        raise Problem("The local cloud is up already, or a crashed run left it up. End it: make down")
    signal.signal(signal.SIGTERM, terminate)
    signal.signal(signal.SIGHUP, terminate)
    with processes.recorded(os.getpid(), records):
        yield


def terminate(number: int, frame: FrameType | None) -> NoReturn:
    """End as on Ctrl-C: every `with` block still ends what it started."""
    raise KeyboardInterrupt


def discard_abandoned_tests() -> None:
    for home in TEST_HOMES.glob("*"):
        owner = int(home.name)
        left = processes.alive(home / "processes")
        if owner in left:
            continue
        for pid in left:
            processes.end(pid)
        shutil.rmtree(home, ignore_errors=True)
        console.print(f"Removed what an aborted test run left: {home.name}", style="dim")
