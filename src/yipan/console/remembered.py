"""Figures that cost much to add up are kept for a while; cheap ones never are.

A board of a chain adds up hundreds of thousands of balances. Whoever opens it next gets the same
sum, as long as it is not older than some times what it took: so adding up never takes more than a
small share of a process, and where it is quick, what is shown is always what is there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")

#: What takes less than this is asked each time.
CHEAP_SECONDS = 0.05
#: How many times what it took to add it up a figure is kept: a process adds up for at most a
#: thirtieth of its time.
TIMES_KEPT = 30
KEPT_SECONDS_MAX = 30.0


class Remembered(Generic[T]):
    """
    One figure of this process.

    `is_large` looks at it and says whether it may be kept at all: of a small retailer nothing
    is, however busy the machine was. `clock` counts seconds and never goes back.
    """

    def __init__(
        self,
        compute: Callable[[], T],
        *,
        is_large: Callable[[T], bool] = lambda _: True,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._compute, self._is_large, self._clock = compute, is_large, clock
        self._lock = threading.Lock()
        self._value: T | None = None
        self._kept_until = 0.0

    def get(self) -> T:
        """Return the figure: the kept one, or a new one that others wait for and share."""
        with self._lock:
            began = self._clock()
            if self._value is not None and began < self._kept_until:
                return self._value
            value = self._compute()
            ended = self._clock()
            cost = ended - began
            is_kept = cost >= CHEAP_SECONDS and self._is_large(value)
            self._value = value if is_kept else None
            self._kept_until = ended + min(cost * TIMES_KEPT, KEPT_SECONDS_MAX)
            return value
