"""Decisions about goods going out: which bins give them, and what is posted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

from yipan.foundation.status import StockStatus
from yipan.ledger.moves import Move
from yipan.wms.rules.places import get_account

#: The bin picked goods are put down in for packing, where a site has no packing zone.
PACKING_BIN = "PACK-01"

#: Type of an order to the account its goods leave to. What is not listed goes to a customer.
LEAVE_TO = {"transfer": "transfer:out", "supplier_return": "supplier"}

#: Types of zones in the order goods are taken from them; no other gives any.
ZONES_GIVING = ("picking", "storage", "receiving")

#: The same of goods that are damaged or blocked: they lie where sound ones are never taken.
ZONES_SET_ASIDE = ("damaged", "quarantine", "returns", *ZONES_GIVING)


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """So much came into a bin at a moment."""

    quantity: int
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Giving:
    """
    A bin that could give some of a SKU and lot.

    `expires_on` is the date of the lot, None where goods do not expire or nobody wrote it
    down; `since` the moment the oldest of them came, None when not known. `path` orders bins
    as one walks.
    """

    bin_code: str
    quantity: int
    path: tuple[str, str, int, str]
    zone_type: str = "picking"
    expires_on: date | None = None
    since: datetime | None = None
    lot: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """A quantity to take from a bin, of one lot, out of goods of a status."""

    bin_code: str
    quantity: int
    lot: str = ""
    status: str = StockStatus.AVAILABLE


def get_status_aside(status: str) -> StockStatus:
    """
    Return the status of goods that are set aside out of those of a status.

    Sound goods are reserved. Others are promised to nobody, and keep their status on the way.
    """
    return StockStatus.RESERVED if status == StockStatus.AVAILABLE else StockStatus(status)


def list_zones(status: str) -> tuple[str, ...]:
    """Return the types of zones goods of a status are taken from; sound ones not from all."""
    return ZONES_GIVING if status == StockStatus.AVAILABLE else ZONES_SET_ASIDE


def choose_bins(
    *, giving: Iterable[Giving], quantity: int, status: str = StockStatus.AVAILABLE
) -> list[Share]:
    """
    Choose bins: what expires first goes first (FEFO), then what came first (FIFO).

    Among equals the pick face comes before storage, and the nearer bin before the farther.
    Return less than the quantity when there is less.
    """
    shares = []
    zones = list_zones(status)
    for each in sorted(
        (it for it in giving if it.zone_type in zones), key=partial(_rank, zones=zones)
    ):
        if quantity <= 0:
            break
        taken = min(quantity, each.quantity)
        if taken > 0:
            shares.append(
                Share(bin_code=each.bin_code, quantity=taken, lot=each.lot, status=status)
            )
            quantity -= taken
    return shares


def choose_for_lines(
    *, wanted: Sequence[tuple[str, str, int]], giving: dict[str, list[Giving]]
) -> list[list[Share]]:
    """
    Choose bins of sound goods for several lines: SKU, lot or "", and quantity of each.

    Each choice is taken off what the next one may choose from: `giving`, which maps a SKU to
    its bins, is left with what is free after all of them.
    """
    chosen = []
    for sku, lot, quantity in wanted:
        bins = giving.get(sku, [])
        shares = choose_bins(giving=[it for it in bins if lot in ("", it.lot)], quantity=quantity)
        if shares:
            taken = {(share.bin_code, share.lot): share.quantity for share in shares}
            giving[sku] = [
                replace(it, quantity=it.quantity - taken.get((it.bin_code, it.lot), 0))
                for it in bins
            ]
        chosen.append(shares)
    return chosen


def _rank(each: Giving, *, zones: Sequence[str]) -> tuple[object, ...]:
    # Unknown dates come last, a whole day is one age: nobody reshuffles bins for minutes.
    return (
        each.expires_on or date.max,
        each.since.date() if each.since else date.max,
        zones.index(each.zone_type),
        each.path,
    )


def find_oldest(*, arrivals: Sequence[Arrival], quantity: int) -> datetime | None:
    """
    Return when the oldest of `quantity` pieces came, if the first in is the first out.

    `arrivals` are ordered with the last one first. None when they do not explain all of it.
    """
    for arrival in arrivals:
        quantity -= arrival.quantity
        if quantity <= 0:
            return arrival.at
    return None


def reserve(*, sku: str, shares: Iterable[Share]) -> list[Move]:
    """Set goods aside where they lie (预占); those that are not sound only by their picks."""
    return [
        Move(
            sku=sku,
            from_account=_locate(share, StockStatus.AVAILABLE),
            to_account=_locate(share, StockStatus.RESERVED),
            quantity=share.quantity,
        )
        for share in shares
        if share.quantity > 0 and share.status == StockStatus.AVAILABLE
    ]


def give_back(*, sku: str, shares: Iterable[Share]) -> list[Move]:
    """Take a reservation back where the goods lie (释放)."""
    return [
        Move(
            sku=move.sku,
            from_account=move.to_account,
            to_account=move.from_account,
            quantity=move.quantity,
        )
        for move in reserve(sku=sku, shares=shares)
    ]


def carry(*, sku: str, share: Share, to_place: str) -> list[Move]:
    """Carry goods that are set aside to another place; they stay the same lot."""
    aside = get_status_aside(share.status)
    if share.quantity == 0 or share.bin_code == to_place:
        return []
    assert share.quantity > 0
    return [
        Move(
            sku=sku,
            from_account=_locate(share, aside),
            to_account=_locate(replace(share, bin_code=to_place), aside),
            quantity=share.quantity,
        )
    ]


def _locate(share: Share, status: StockStatus) -> str:
    return get_account(bin_code=share.bin_code, status=status, lot=share.lot)


def post_shipment(*, order_type: str, picked: Iterable[tuple[str, Share]]) -> list[Move]:
    """Let picked goods leave the site (发货): SKU, and where how much of it stands."""
    return [
        Move(
            sku=sku,
            from_account=_locate(share, get_status_aside(share.status)),
            to_account=LEAVE_TO.get(order_type, "customer"),
            quantity=share.quantity,
        )
        for sku, share in picked
        if share.quantity > 0
    ]


def get_picking_state(
    *, quantity_open: int, quantity_picked: int, quantity_shipped: int, quantity_packed: int = 0
) -> str:
    """
    Return the state of an order on which somebody works.

    `quantity_open` is still to pick, `quantity_picked` is picked and not shipped yet;
    `quantity_packed` of that lies in closed parcels.
    """
    if quantity_open:
        if quantity_picked:
            return "picking"
        return "partly_shipped" if quantity_shipped else "released"
    if quantity_picked:
        return "packed" if quantity_packed >= quantity_picked else "picked"
    return "partly_shipped" if quantity_shipped else "released"
