"""The command line: `python -m infra.local COMMAND`. It must only parse and hand over."""

from __future__ import annotations

import sys

import click

from infra.local import admin_console, build, session
from infra.local.cloud import LOOPBACK
from infra.local.paths import LOCAL
from infra.local.screen import console

INTERRUPTED = 130


@click.group()
def cli() -> None:
    """The whole system on this machine. `make help` lists the usual ways in."""


@cli.command("build")
def build_functions() -> None:
    """Build the admin console and both functions for Lambda."""
    with build.exclusive():
        build.build(LOCAL / "processes")


@cli.command("npm")
@click.argument("script")
def npm(script: str) -> None:
    """Run a script of the admin console's package.json, its packages installed."""
    sys.exit(admin_console.run(script, LOCAL / "processes"))


def run_options(command: click.decorators.FC) -> click.decorators.FC:
    cloud_port = click.option("--cloud-port", envvar="CLOUD_PORT", default=4566, show_default=True, show_envvar=True)
    receiver_port = click.option(
        "--receiver-port", envvar="RECEIVER_PORT", default=8443, show_default=True, show_envvar=True
    )
    keep = click.option(
        "--keep", is_flag=True, envvar="KEEP", show_envvar=True, help="Keep the state for the next run."
    )
    bind = click.option(
        "--bind",
        envvar="BIND",
        default=LOOPBACK,
        show_default=True,
        show_envvar=True,
        help="Address to listen at; 0.0.0.0 lets containers in, and everybody else on your network.",
    )
    return cloud_port(receiver_port(bind(keep(command))))


@cli.command()
@run_options
def run(cloud_port: int, receiver_port: int, bind: str, keep: bool) -> None:
    """Show the main job and stay up."""
    session.run(cloud_port, receiver_port, bind=bind, keep=keep, stay=True)


@cli.command()
@run_options
def demo(cloud_port: int, receiver_port: int, bind: str, keep: bool) -> None:
    """Show the main job and end; exit code 0 only if every event arrived as it should."""
    session.run(cloud_port, receiver_port, bind=bind, keep=keep, stay=False)


@cli.command("exec", context_settings={"ignore_unknown_options": True})
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def execute(command: tuple[str, ...]) -> None:
    """Run COMMAND with a fresh local cloud of its own, described by the file that LOCAL_CLOUD names."""
    sys.exit(session.execute(command))


@cli.command()
def down() -> None:
    """End what a crashed run left and remove its state."""
    session.down()


def main() -> None:
    """Run a command. Ctrl-C and SIGTERM end all that it started."""
    try:
        sys.exit(cli.main(prog_name="python -m infra.local", standalone_mode=False))
    except click.ClickException as problem:
        problem.show()
        sys.exit(problem.exit_code)
    except (click.Abort, KeyboardInterrupt):
        console.print("\nEnded, with everything that was started.")
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
