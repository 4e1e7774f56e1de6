"""
The systems as a simulated world meets them: doors to call, a clock, and lines that can fail.

The world never sees more of Yipan than this. Whoever runs it gives it a real one: all systems
in one process over a scratch database and a virtual clock, or a served installation over HTTP.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

#: What a line can do to what goes over it; `stuck` keeps it until the line is mended.
LineTrouble = Literal["lost", "doubled", "altered", "reordered", "stuck", "delayed"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a door answered: HTTP status and JSON body (problem+json when refused)."""

    status: int
    body: Any

    @property
    def is_ok(self) -> bool:
        """Tell whether it was done."""
        return self.status < 400

    @property
    def code(self) -> str:
        """Return the stable code of a refusal; empty when it was done."""
        return "" if self.is_ok else str(self.body.get("code", self.status))


class Systems(Protocol):
    """The public doors of the systems under test, and the time they live in."""

    def read_clock(self) -> datetime:
        """Return the present moment of the systems (time-zone aware, UTC)."""

    def advance(self, to: datetime) -> None:
        """
        Let time pass up to `to`.

        On the way all that the systems do by themselves is done when it falls due: messages are
        carried, tasks of the clock run. `to` lies not before `read_clock()`.
        """

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        by: str,
        key: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """
        Call the public HTTP API as the person or the device `by`.

        `path` begins with `/api/v1/`; `key` is the Idempotency-Key; `body` becomes JSON. A refusal
        is an answer, too. `by` is a user name of the retailer or the source of a device
        (`till:S1-1`): each has the roles and sites it was given, no more.
        """

    def trouble_line(self, source: str, trouble: LineTrouble, *, count: int = 1) -> None:
        """Let this happen to the next `count` messages that `source` (`pos:S1`, `wms:W1`) sends."""

    def cut_line(self, source: str) -> None:
        """Cut the network of a site: what it tells stays there until `mend_line`."""

    def mend_line(self, source: str) -> None:
        """Mend what was cut or stuck: all that waits goes out."""

    def crash(self, source: str) -> None:
        """Kill the system in the middle of its next delivery; it starts again by itself."""

    def skew_clock(self, source: str, *, seconds: int) -> None:
        """Let the clock of a site's devices be wrong by so much from now on (0: right again)."""
