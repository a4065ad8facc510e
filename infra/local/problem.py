"""The one error that a user sees: what went wrong and what to do about it."""

from __future__ import annotations

import click


class Problem(click.ClickException):
    """Ends the command with exit code 1. The message must say what to do."""

    def show(self, file: object = None) -> None:
        """Print the message, in red on a terminal."""
        click.secho(f"\n{self.message}", fg="red", err=True)
