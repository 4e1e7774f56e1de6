"""What a story is: where it plays, with which goods, what may go wrong, and how it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from yipan.simulate.stories.stage import Stage
from yipan.simulate.stories.values import Beat


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """
    A classic story: the places it plays at (row by row, as they are drawn), goods and faults.

    A place is `outside` (`supplier`, `truck`, `customers`...) or `site/part` (`W1/A-01-01`).
    """

    code: str
    rows: tuple[tuple[str, ...], ...]
    goods: tuple[str, ...]
    faults: tuple[str, ...]
    tell: Callable[[Stage], Iterator[Beat]]

    @property
    def sites(self) -> tuple[str, ...]:
        """Return the sites of the story, in the order of its places."""
        places = [place for row in self.rows for place in row]
        return tuple(dict.fromkeys(place.split("/")[0] for place in places if "/" in place))
