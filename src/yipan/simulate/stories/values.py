"""What a story is made of: places, beats, faults. Values only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from yipan.simulate.stories.stage import Stage

#: What a beat is: something done, something that goes wrong, is found, is put right, or the end.
Kind = Literal["act", "fault", "found", "mended", "end"]
Number = int | str

#: No fault: the story as it is told without one.
NONE = ""


class StoryStuck(Exception):
    """A door refused what the story needs to go on. Says which door, and with which code."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Beat:
    """
    One step of a story. `text` is the key of a sentence, `numbers` what stands in it.

    Quantities are in smallest units; words among the numbers are codes or numbers of documents.
    """

    text: str
    kind: Kind = "act"
    numbers: Mapping[str, Number] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Carried:
    """Goods that went from one place to another."""

    from_place: str
    to_place: str
    sku: str
    quantity: int


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
