"""Plain rows that the ledger's reads return."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class BalanceRow:
    """
    The balance (结存) of one SKU in one account.

    `overdraft` is how far facts drove it below its floor, 0 for most.
    """

    sku: str
    account: str
    quantity: int
    overdraft: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PostingRow:
    """The header of a posting (过账): which document, who, and the message it belongs to."""

    book: str
    origin: str
    event_id: UUID
    occurred_at: datetime
    recorded_at: datetime
    business_date: date | None
    actor: str
    device: str
    reason: str
    source: str
    sequence: int | None
    reverses: UUID | None
    cursor: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MovementRow:
    """
    A movement (库存流水). `header` is None for a request of the fast lane, which has none.

    `cursor` is what to pass as `before` to read on from here.
    """

    sku: str
    from_account: str
    to_account: str
    quantity: int
    occurred_at: datetime
    recorded_at: datetime
    event_id: UUID
    header: PostingRow | None
    cursor: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Posting:
    """A header with its movements, in the order they were posted."""

    header: PostingRow
    movements: list[MovementRow]


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteSum:
    """
    What a book says of one SKU over some places.

    `group` is `sound` for available, held and reserved, which another system may know as one;
    else the status itself.
    """

    sku: str
    group: str
    quantity: int
