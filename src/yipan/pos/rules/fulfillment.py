"""What picking, handing over and putting back orders of customers moves. Smallest units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from yipan.foundation.status import StockStatus
from yipan.ledger.moves import Move
from yipan.pos.rules.tickets import SHOP_FLOOR, get_account
from yipan.pos.rules.transfers import BACKROOM

#: Where picked goods wait: for their customer, or to be packed.
PICKUP_SHELF = "pickup_shelf"
PACKING = "packing"

#: How long goods wait for their customer when the order does not say.
COLLECT_WITHIN = timedelta(hours=72)

#: Why a store may refuse an order.
REJECT_REASONS = ("not_found", "damaged", "no_staff", "closed", "other")

#: Nobody accepted in time: the clock says so, and no person.
TOO_LATE = "too_late"


@dataclass(frozen=True, kw_only=True, slots=True)
class Picked:
    """What was picked of one SKU, and from which place of the store."""

    sku: str
    quantity: int
    from_place: str = SHOP_FLOOR


def get_waiting_place(method: str) -> str:
    """Return where the picked goods of an order wait."""
    return PACKING if method == "ship" else PICKUP_SHELF


def choose_place(quantity: int, *, available: Mapping[str, int]) -> str:
    """
    Return from which place goods were taken, by what the book says of each place.

    The shop floor, unless only the backroom has enough: a clerk takes what is nearest, and
    the book of a place may be wrong without the store's being so.
    """
    floor, back = available.get(SHOP_FLOOR, 0), available.get(BACKROOM, 0)
    return BACKROOM if floor < quantity <= back else SHOP_FLOOR


def post_pick(*, lines: Iterable[Picked], to_place: str) -> list[Move]:
    """Carry picked goods to where they wait, reserved: nobody else may sell them."""
    return [
        Move(
            sku=line.sku,
            from_account=get_account(place=line.from_place, status=StockStatus.AVAILABLE),
            to_account=get_account(place=to_place, status=StockStatus.RESERVED),
            quantity=line.quantity,
        )
        for line in lines
        if line.quantity
    ]


def post_leaving(*, lines: Iterable[Picked], place: str) -> list[Move]:
    """Give what waited to the customer, over the counter or by parcel."""
    return [
        Move(
            sku=line.sku,
            from_account=get_account(place=place, status=StockStatus.RESERVED),
            to_account="customer",
            quantity=line.quantity,
        )
        for line in lines
        if line.quantity
    ]


def post_put_back(*, lines: Iterable[Picked], place: str) -> list[Move]:
    """Carry what waited in vain back to the shop floor, free again."""
    return [
        Move(
            sku=line.sku,
            from_account=get_account(place=place, status=StockStatus.RESERVED),
            to_account=get_account(place=SHOP_FLOOR, status=StockStatus.AVAILABLE),
            quantity=line.quantity,
        )
        for line in lines
        if line.quantity
    ]
