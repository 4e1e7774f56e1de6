"""Waiting longer after each failure: 5 seconds, doubled up to 5 minutes, with chance in it."""

from __future__ import annotations

import random
from collections.abc import Hashable
from typing import Final

FIRST_SECONDS: Final = 5.0
SECONDS_MAX: Final = 300.0
#: Waits are shortened by up to this share, so that many senders do not come back together.
JITTER_SHARE: Final = 0.25


class Backoff:
    """Who failed how often, and when to try again. Times are seconds of one steady clock."""

    def __init__(self, *, chance: random.Random, first_seconds: float = FIRST_SECONDS) -> None:
        self._chance = chance
        self._first_seconds = first_seconds
        self._failures: dict[Hashable, int] = {}
        self._not_before: dict[Hashable, float] = {}

    def is_due(self, key: Hashable, *, now: float) -> bool:
        """Return whether `key` may be tried."""
        return self._not_before.get(key, now) <= now

    def fail(self, key: Hashable, *, now: float) -> float:
        """Note a failure; return the seconds to wait."""
        failures = self._failures.get(key, 0)
        self._failures[key] = failures + 1
        longest = min(SECONDS_MAX, self._first_seconds * 2.0 ** min(failures, 10))
        wait = longest * (1 - JITTER_SHARE * self._chance.random())
        self._not_before[key] = now + wait
        return wait

    def succeed(self, key: Hashable) -> None:
        """Forget the failures of `key`."""
        self._failures.pop(key, None)
        self._not_before.pop(key, None)
