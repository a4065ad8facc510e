"""What the commands print: steps with their time, deliveries, commands to paste. Colour on a terminal only."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape

console = Console(highlight=False, soft_wrap=True)


@contextmanager
def step(title: str) -> Iterator[Callable[[str], None]]:
    """Show that something is going on, and afterwards how long it took. What is yielded reports progress, by a line."""
    started_at = time.monotonic()
    if not console.is_terminal:
        console.print(f"{title} …")
    with console.status(title) as status:

        def report(line: str) -> None:
            if console.is_terminal:
                status.update(f"{title} [dim]{escape(line[: console.width - len(title) - 5])}[/dim]")
            elif line:
                console.print(line, markup=False, style="dim")

        yield report
    console.print(f"[green]✓[/green] {title} [dim]({time.monotonic() - started_at:.1f} s)[/dim]")


def done(text: str) -> None:
    """Something that holds now."""
    console.print(f"[green]✓[/green] {text}")


def note(text: str) -> None:
    """Something worth knowing, below the step that it belongs to."""
    console.print(f"  [dim]{escape(text)}[/dim]")


def heading(text: str) -> None:
    """The title of a part of the output."""
    console.print(f"\n[bold]{text}[/bold]")
