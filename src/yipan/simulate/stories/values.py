"""What a story is made of: beats, and goods that were carried. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

#: What a beat is: something done, something that goes wrong, is found, is put right, or the end.
Kind = Literal["act", "fault", "found", "mended", "end"]
Number = int | str


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
