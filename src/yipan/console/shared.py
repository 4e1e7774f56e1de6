"""
Pages that many look at, written once for all who may see the same.

Fifty people who watch one board ask for it anew within a second of each other. The first lets it
be written, and the others wait and share it, as long as it is young. How old it is is told with
it, so that whoever has heard of something newer asks once more.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from time import monotonic
from typing import Final, Generic, NamedTuple, TypeVar

T = TypeVar("T")

#: So long a page is shared, from the moment it began to be read.
SHARED_SECONDS: Final = 2.0
#: Pages of so many kinds of readers are kept; a page nobody asks for is dropped for another.
KEYS_MAX: Final = 64


class Given(NamedTuple, Generic[T]):
    """A page, and how many seconds ago it began to be read."""

    value: T
    age: float


@dataclass(kw_only=True, slots=True)
class _Kept(Generic[T]):
    lock: threading.Lock = field(default_factory=threading.Lock)
    value: T | None = None
    began: float = float("-inf")


class Shared(Generic[T]):
    """
    What this process has written of late, by who may see it.

    `clock` counts seconds and never goes back.
    """

    def __init__(
        self, *, seconds: float = SHARED_SECONDS, clock: Callable[[], float] = monotonic
    ) -> None:
        self._seconds, self._clock = seconds, clock
        self._lock = threading.Lock()
        self._kept: dict[Hashable, _Kept[T]] = {}

    def get(self, key: Hashable, write: Callable[[], T]) -> Given[T]:
        """Return what was written under this key of late, or write it; meanwhile others wait."""
        kept = self._find(key)
        with kept.lock:
            now = self._clock()
            if kept.value is not None and now - kept.began < self._seconds:
                return Given(kept.value, now - kept.began)
            value = write()
            kept.value, kept.began = value, now
            return Given(value, self._clock() - now)

    def _find(self, key: Hashable) -> _Kept[T]:
        with self._lock:
            # Asked for last, so dropped last.
            kept = self._kept.pop(key, None) or _Kept()
            self._kept[key] = kept
            if len(self._kept) > KEYS_MAX:
                del self._kept[next(iter(self._kept))]
            return kept
