"""One time for Python and PostgreSQL, which stands still until it is moved on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import time_machine
from django.db import connection
from django.db.backends.signals import connection_created

#: Two events of the same place in time would have no order: each call takes so long.
CALL_TAKES: Final = timedelta(milliseconds=1)

_SET = "select pg_catalog.set_config('yipan.now', %s, false)"


class VirtualClock:
    """
    The time in which everything of this process lives, from `start` until `stop`.

    Steady clocks (`time.monotonic`) go on as they are: they measure how long we take.
    """

    def __init__(self, now: datetime) -> None:
        self._now = now.astimezone(UTC)
        self._traveller = time_machine.travel(self._now, tick=False)
        self._coordinates: Any = None

    def start(self) -> None:
        """Stop the time of this process, and of every connection it opens."""
        self._coordinates = self._traveller.start()
        connection_created.connect(self._tell_new)
        if connection.connection is not None:
            self._tell()

    def stop(self) -> None:
        """Let the real time go on again."""
        connection_created.disconnect(self._tell_new)
        self._traveller.stop()

    def read(self) -> datetime:
        """Return the present moment (UTC)."""
        return self._now

    def move_to(self, moment: datetime) -> None:
        """Put the clocks on; they never go back."""
        if moment <= self._now:
            return
        self._now = moment.astimezone(UTC)
        self._coordinates.move_to(self._now)
        self._tell()

    def move_on(self, by: timedelta = CALL_TAKES) -> None:
        """Put the clocks on by a little."""
        self.move_to(self._now + by)

    @contextmanager
    def skewed(self, seconds: int) -> Iterator[None]:
        """Let Python's clock be wrong while the block runs; the hub's, PostgreSQL's, stays."""
        if not seconds:
            yield
            return
        self._coordinates.move_to(self._now + timedelta(seconds=seconds))
        try:
            yield
        finally:
            self._coordinates.move_to(self._now)

    def _tell(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_SET, [self._now.isoformat()])

    def _tell_new(self, connection: Any, **_: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_SET, [self._now.isoformat()])
