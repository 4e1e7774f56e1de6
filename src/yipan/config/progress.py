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
        self._began = 0.0

    @contextmanager
    def step(self, label: str) -> Iterator[None]:
        """Show `label` while the block runs, and its seconds when it went well."""
        self.begin(label)
        try:
            yield
        except BaseException:
            self.drop()
            raise
        self.end()

    def begin(self, label: str) -> None:
        """Begin a step; one that runs is ended first."""
        self.end()
        self._label, self._began = label, time.monotonic()
        self._status = self.console.status(escape(label) + " …")
        self._status.start()

    def end(self) -> None:
        """End the step that runs, if any, and leave its line."""
        if self._status is not None:
            self.drop()
            seconds = time.monotonic() - self._began
            self.console.print(f"[green]✓[/] {escape(self._label)} [dim]{seconds:.1f} s[/]")

    def drop(self) -> None:
        """End the step that runs without a line: it went wrong."""
        if self._status is not None:
            self._status.stop()
            self._status = None

    def detail(self, text: str) -> None:
        """Show what the running step is at."""
        if self._status is not None and text:
            self._status.update(f"{escape(self._label)} … [dim]{escape(text[:100])}[/]")

    def say(self, text: str) -> None:
        """Print a line that stays."""
        self.console.print(escape(text), style="yellow")
