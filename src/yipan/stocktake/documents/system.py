"""What a stocktake asks of the system of a site: to post, and what to call its messages.

Warehouse and store count alike, and post each in its own way. They hand their way down here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from yipan.ledger.moves import Trace
from yipan.messages.counts import (
    StoreCountCorrected,
    WarehouseCountCorrected,
    WarehouseCountRecorded,
)
from yipan.messages.pos_orders import CountRecorded
from yipan.stocktake.rules import Key


@dataclass(frozen=True, kw_only=True, slots=True)
class CorrectingLine:
    """A quantity of one key, positive; what was counted, what the book said, and when."""

    key: Key
    quantity: int
    quantity_counted: int
    quantity_book: int
    counted_at: datetime
    capture_mode: str = "key"
    cause: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Correcting:
    """
    Gains or losses of counts, for the site's system to post or to ask the hub about.

    `adjustment_type` is `count_gain` or `count_loss`. `must_ask`: beyond the tolerance of a
    line, whatever the limits say. `is_offset`: it takes back what was posted, and asks nobody.
    """

    site: str
    adjustment_type: str
    lines: Sequence[CorrectingLine]
    reason: str
    counted_by: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    must_ask: bool = False
    is_offset: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Corrected:
    """The document a site's system made, and whether it is posted."""

    document: str
    is_posted: bool


#: Makes the document: what, by whom, when, and the id of its message.
Poster = Callable[[Correcting, Trace, datetime, UUID], Corrected]


@dataclass(frozen=True, kw_only=True, slots=True)
class Acting:
    """Who acts, in which roles, and when."""

    by: Trace
    at: datetime
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class System:
    """The system of a kind of site: its name, and what its messages about counts are called."""

    name: str
    recorded: type[CountRecorded | WarehouseCountRecorded]
    corrected: type[StoreCountCorrected | WarehouseCountCorrected]

    def get_book(self, site: str) -> str:
        """Return the name of a site's own book."""
        return f"{self.name}:{site}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Settler:
    """The system of a site, and how it posts what counts found."""

    system: System
    poster: Poster
