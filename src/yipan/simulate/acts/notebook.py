"""What the world writes down for the scores. No door leads here."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class Label:
    """
    A fault that happened: its name, where, and by how much truth is above the book through it.

    `quantity` is in the SKU's smallest unit, 0 where books and goods stay equal. `refused` says
    that a door did not take the wrong figure: it never got into a book.
    """

    fault: str
    site: str
    sku: str
    quantity: int
    at: datetime
    document: str
    day: int
    refused: bool = False


@dataclass(slots=True)
class OnlineOrder:
    """An order a channel took, and what it was told of it."""

    number: str
    external_id: str
    channel: str
    method: str
    placed_at: datetime
    lines: tuple[tuple[str, int], ...]
    promised: int
    pickup_site: str = ""
    left_at: datetime | None = None
    returned: bool = False
    canceled: bool = False


@dataclass(frozen=True, slots=True)
class CountOfGoods:
    """A position that was counted: what was there in truth, and what was said."""

    site: str
    sku: str
    at: datetime
    there: int
    said: int


@dataclass
class Notebook:
    """Everything the scores need and the systems must not know."""

    labels: list[Label] = field(default_factory=list)
    orders: dict[str, OnlineOrder] = field(default_factory=dict)
    counted: list[CountOfGoods] = field(default_factory=list)
    tickets_told: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    refused: dict[str, str] = field(default_factory=dict)
    volumes: Counter[str] = field(default_factory=Counter)
    units_wanted: int = 0
    units_sold: int = 0
    oversold: int = 0
    oversold_cases: list[str] = field(default_factory=list)
    contended: int = 0
    #: Units a site could not give although they were promised, because its shelf had less.
    broken_by_shelf: int = 0
    #: Deliveries and orders by whether they came in time.
    in_time: int = 0
    too_late: int = 0
    handling_cost_minor: int = 0
    lost_value_minor: int = 0
    line_troubles: Counter[str] = field(default_factory=Counter)
