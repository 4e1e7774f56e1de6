"""What transfers (调入, 调出) and moves inside a store do to its book. Smallest units."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from yipan.foundation.status import StockStatus
from yipan.ledger.moves import Move
from yipan.pos.rules.tickets import SHOP_FLOOR, get_account

#: Where the goods of a store stand that customers do not see.
BACKROOM = "backroom"

#: Between these places people carry goods; `display` is reached by its own document.
PLACES = (SHOP_FLOOR, BACKROOM)


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What an order of the hub asks for of one SKU, out of a status, and what was moved so far."""

    line: int
    sku: str
    quantity: int
    quantity_moved: int = 0
    status: StockStatus = StockStatus.AVAILABLE

    @property
    def quantity_open(self) -> int:
        """Return what is still to come, or to go."""
        return max(self.quantity - self.quantity_moved, 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """What came, or went, of one SKU: in a status, and what of it was damaged."""

    sku: str
    quantity: int
    quantity_damaged: int = 0
    capture_mode: str = "scan"
    status: StockStatus = StockStatus.AVAILABLE

    def list_parts(self) -> list[tuple[StockStatus, int]]:
        """Return how much of it is in which status; nothing where it is nothing."""
        assert self.quantity >= 0, "goods move one way in a transfer"
        assert self.quantity_damaged >= 0, "goods move one way in a transfer"
        parts = {self.status: self.quantity}
        parts[StockStatus.DAMAGED] = parts.get(StockStatus.DAMAGED, 0) + self.quantity_damaged
        return [(status, quantity) for status, quantity in parts.items() if quantity]


@dataclass(frozen=True, kw_only=True, slots=True)
class Leaving:
    """What leaves of one SKU: from which place of the store, and in which status it lay there."""

    sku: str
    quantity: int
    place: str
    status: StockStatus = StockStatus.AVAILABLE


def post_transfer_receipt(*, lines: Iterable[Moved]) -> list[Move]:
    """Take goods of a transfer into the backroom, damaged ones as damaged."""
    return [
        Move(
            sku=line.sku,
            from_account="transfer:in",
            to_account=get_account(place=BACKROOM, status=status),
            quantity=quantity,
        )
        for line in lines
        for status, quantity in line.list_parts()
    ]


#: Type of an order to the account its goods leave to. What is not listed goes to another site.
LEAVE_TO = {"supplier_return": "supplier"}


def post_transfer_shipment(
    *, leaving: Iterable[Leaving], order_type: str = "transfer"
) -> list[Move]:
    """Give goods to whoever carries them to the other site, or to the supplier."""
    return [
        Move(
            sku=each.sku,
            from_account=get_account(place=each.place, status=each.status),
            to_account=LEAVE_TO.get(order_type, "transfer:out"),
            quantity=each.quantity,
        )
        for each in leaving
    ]


def post_place_move(
    *, from_place: str, to_place: str, status: StockStatus, lines: Iterable[Moved]
) -> list[Move]:
    """Carry goods of one status from one place of the store to another."""
    assert from_place != to_place, "a move goes somewhere else"
    return [
        Move(
            sku=line.sku,
            from_account=get_account(place=from_place, status=status),
            to_account=get_account(place=to_place, status=status),
            quantity=line.quantity,
        )
        for line in lines
        if line.quantity
    ]


def get_scanned_quantity(
    *, asked: Asked | None, counted: int, pack_size: int, is_asked_taken: bool
) -> tuple[int, str]:
    """
    Return how much a scan adds, and how it was captured.

    With `is_asked_taken`, the first scan of an ordered SKU takes all that is open: quick,
    and marked `bulk`, because nobody counted.
    """
    if is_asked_taken and asked is not None and counted == 0 and asked.quantity_open > pack_size:
        return asked.quantity_open, "bulk"
    return pack_size, "scan"


def get_missing(*, asked: Sequence[Asked], moved: Sequence[Moved]) -> dict[str, int]:
    """Return SKU to quantity of what was asked for and is not among what moved."""
    there = {line.sku: line.quantity + line.quantity_damaged for line in moved}
    missing = {line.sku: line.quantity_open - there.get(line.sku, 0) for line in asked}
    return {sku: quantity for sku, quantity in missing.items() if quantity > 0}
