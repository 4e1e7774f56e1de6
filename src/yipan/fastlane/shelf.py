"""
What was read of the pool a moment ago, ready to be sent: a shop asks for the same goods again.

An answer may be as old as the settings allow, one second by default. A promise is decided on the
book itself, so an old answer never sells anything; and what this process promises, it forgets at
once, so that whoever reserves sees it in the next answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from threading import Lock
from typing import Final, NamedTuple

import msgspec

from yipan.pool.queries import Availability

#: About 3 kB each with twenty sites.
SKUS_MAX: Final = 20_000

_encode = msgspec.json.Encoder(enc_hook=str).encode


class Shown(NamedTuple):
    """One SKU, written: each site's row, all of them joined, and what may be promised in all."""

    read_at: float
    rows: tuple[tuple[str, bytes, int], ...]
    body: bytes
    total: int

    def narrow(self, sites: frozenset[str]) -> Shown:
        """Return the same of some sites alone."""
        rows = tuple(row for row in self.rows if row[0] in sites)
        return _join(rows, read_at=self.read_at)


class Shelf:
    """Keeps what was shown for `age_max` seconds; 0 keeps nothing. Used by several threads."""

    def __init__(self, *, age_max: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._age_max, self._clock = age_max, clock
        self._lock = Lock()
        self._shown: dict[str, Shown] = {}
        #: When somebody took of a SKU last: what was being read meanwhile is not kept.
        self._taken: dict[str, float] = {}

    def find(self, skus: Collection[str]) -> dict[str, Shown]:
        """Return those of the SKUs that were read lately enough."""
        if not self._age_max:
            return {}
        oldest = self._clock() - self._age_max
        found = {sku: shown for sku in skus if (shown := self._shown.get(sku)) is not None}
        return {sku: shown for sku, shown in found.items() if shown.read_at > oldest}

    def keep(
        self, skus: Collection[str], rows: Mapping[str, Sequence[Availability]], *, began: float
    ) -> dict[str, Shown]:
        """Write down what was read from `began` on, and return it; SKUs without rows are empty."""
        made = {
            sku: _join(
                tuple(
                    (row.site, _encode(row), row.available_to_promise) for row in rows.get(sku, ())
                ),
                read_at=began,
            )
            for sku in skus
        }
        if self._age_max:
            with self._lock:
                if len(self._shown) + len(made) > SKUS_MAX:
                    self._shown.clear()
                self._shown |= {
                    sku: shown for sku, shown in made.items() if self._taken.get(sku, -1.0) < began
                }
        return made

    def start(self) -> float:
        """Return the moment a reading begins."""
        return self._clock()

    def forget(self, skus: Collection[str]) -> None:
        """Forget SKUs somebody has just taken of, or given back."""
        if not self._age_max:
            return
        now = self._clock()
        with self._lock:
            if len(self._taken) > SKUS_MAX:
                oldest = now - self._age_max
                self._taken = {sku: at for sku, at in self._taken.items() if at > oldest}
            for sku in skus:
                self._shown.pop(sku, None)
                self._taken[sku] = now


def _join(rows: tuple[tuple[str, bytes, int], ...], *, read_at: float) -> Shown:
    return Shown(
        read_at=read_at,
        rows=rows,
        body=b",".join(row for _, row, _ in rows),
        total=sum(total for _, _, total in rows),
    )
