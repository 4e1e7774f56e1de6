"""What the operator sees while something takes long: one line per step, with its seconds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.status import Status


class Progress:
    """Steps on a terminal: a turning sign while one runs, a line with its seconds afterwards."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._status: Status | None = None
        self._label = ""

    @contextmanager
    def step(self, label: str) -> Iterator[None]:
        """Show `label` while the block runs."""
        began = time.monotonic()
        self._label = label
        with self.console.status(escape(label) + " …") as status:
            self._status = status
            try:
                yield
            finally:
                self._status = None
        seconds = time.monotonic() - began
        self.console.print(f"[green]✓[/] {escape(label)} [dim]{seconds:.1f} s[/]")

    def detail(self, text: str) -> None:
        """Show what the running step is at."""
        if self._status is not None and text:
            self._status.update(f"{escape(self._label)} … [dim]{escape(text[:100])}[/]")

    def say(self, text: str) -> None:
        """Print a line that stays."""
        self.console.print(escape(text), style="yellow")
