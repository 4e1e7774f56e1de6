"""Plain rows of values. Quantities in the SKU's smallest unit, amounts in minor units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class ValueKind(StrEnum):
    """What an entry did to the worth of a pool."""

    RECEIPT = "receipt"  # goods came in from outside
    ISSUE = "issue"  # goods left for outside
    TRANSFER = "transfer"  # goods went from one pool to another, at their cost
    RELOCATION = "relocation"  # goods went from place to place within a pool: no value changed
    LANDED_COST = "landed_cost"  # freight, duty and the like were added
    TRUE_UP = "true_up"  # a provisional cost became an actual one
    COST_DIFFERENCE = "cost_difference"  # what was spent on goods that are gone already


@dataclass(frozen=True, kw_only=True, slots=True)
class ValueEntry:
    """
    What one movement, seen from one end, or one document of value did to a pool.

    `side` is 0 where goods left, 1 where they came to. `cause` is the account outside that took
    or gave them. `business_date` is the day it happened, `accounting_date` the day it counts:
    later where its own period was closed. `provisional` of the quantity is at a guessed cost.
    """

    sku: str
    pool: str
    place: str
    kind: ValueKind
    cause: str
    quantity: int
    amount: int
    occurred_at: datetime
    business_date: date
    accounting_date: date
    movement_id: int | None = None
    side: int | None = None
    event_id: UUID | None = None
    document: str = ""
    provisional: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class ValueEntryRow:
    """An entry as it was written; `origin` is that of its posting, "" for a document of value."""

    entry_id: int
    entry: ValueEntry
    recorded_at: datetime
    origin: str
    cursor: str


@dataclass(frozen=True, kw_only=True, slots=True)
class StockValue:
    """
    What stock was worth: of a pool, one place, or one SKU, or one group of SKUs.

    `name` is the place, SKU or group asked for; goods between places have the place "".
    """

    pool: str
    name: str
    quantity: int
    amount: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ValueFlow:
    """What entries of one kind and cause added up to in a span of days."""

    pool: str
    name: str
    kind: str
    cause: str
    quantity: int
    amount: int


@dataclass(frozen=True, kw_only=True, slots=True)
class LateValue:
    """
    A posting or document that counts later than it happened, since its period was closed.

    `business_date` is its own day, `accounting_date` the day it counts.
    """

    pool: str
    origin: str
    event_id: UUID | None
    business_date: date
    accounting_date: date
    recorded_at: datetime
    quantity: int
    amount: int
