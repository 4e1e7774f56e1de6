"""Open work behind the pages of the rail: who counts what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from yipan.access.actors import Actor

#: URL name of a page to what counts its open work, for an actor at a site ("" is all).
COUNTERS: Mapping[str, Callable[[Actor, str], int]] = {}


@dataclass(frozen=True, kw_only=True, slots=True)
class Counter:
    """Counts for one reader."""

    actor: Actor
    site: str

    def count(self, url_name: str) -> int:
        """Return how many things wait behind a page."""
        counter = COUNTERS.get(url_name)
        return counter(self.actor, self.site) if counter else 0
