"""Reads of lots (批次) and serials (序列号): what is known of them, and where they lie."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from yipan.foundation.refusals import NotFound
from yipan.foundation.status import StockStatus
from yipan.ledger import queries as ledger
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SkuRow
from yipan.wms.models import Lot, Pick, Serial
from yipan.wms.rules.places import ON_HAND, Place, read_account

ROWS_MAX = 1_000

#: SKU and code: a code alone names no lot.
LotKey = tuple[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class LotRow:
    """A lot and the last day it may be sold; None where nobody wrote it down."""

    sku: str
    code: str
    expires_on: date | None = None
    supplier: str = ""
    first_document: str = ""
    first_seen_at: datetime | None = None
    is_blocked: bool = False

    def get_days_left(self, today: date) -> int | None:
        """Return how many days it may still be sold, below zero when it is over."""
        return None if self.expires_on is None else (self.expires_on - today).days


@dataclass(frozen=True, kw_only=True, slots=True)
class LotPlace:
    """How much of a lot lies in one place."""

    place: Place
    quantity: int


@dataclass(frozen=True, kw_only=True, slots=True)
class LotDetail:
    """A lot as its page shows it: where it lies, and which serials are known of it."""

    site: str
    lot: LotRow
    sku: SkuRow
    places: tuple[LotPlace, ...]

    @property
    def quantity(self) -> int:
        """Return all that is there of it."""
        return sum(it.quantity for it in self.places)


@dataclass(frozen=True, kw_only=True, slots=True)
class LotStock:
    """A lot and how much of it lies at the site, whatever its status."""

    lot: LotRow
    sku: SkuRow
    quantity: int
    quantity_free: int
    days_left: int | None


def find_lots(site: str, skus: Collection[str]) -> dict[LotKey, LotRow]:
    """Return all lots of some SKUs, by SKU and code."""
    rows = Lot.objects.filter(site=site, sku__in=set(skus))
    return {(row.sku, row.code): _read(row) for row in rows}


def find_lot(site: str, *, sku: str, code: str) -> LotRow | None:
    """Return a lot of a SKU, or None when it never was here."""
    row = Lot.objects.filter(site=site, sku=sku, code=code).first()
    return _read(row) if row else None


def get_lot(site: str, *, sku: str, code: str) -> LotDetail:
    """
    Return a lot and where it lies.

    :raises NotFound: if the SKU has no such lot here.
    """
    found = find_lot(site, sku=sku, code=code)
    if found is None:
        raise NotFound(kind="lot", id=code)
    places = [
        LotPlace(place=place, quantity=quantity)
        for (place_sku, place), quantity in list_places(site, sku=sku).items()
        if place.lot == code and place_sku == sku
    ]
    return LotDetail(
        site=site,
        lot=found,
        sku=masterdata.get_sku(sku),
        places=tuple(sorted(places, key=lambda it: (it.place.bin_code, it.place.status))),
    )


def list_places(site: str, *, sku: str | None = None) -> dict[tuple[str, Place], int]:
    """Return how much lies where, by SKU and place, of one SKU or of all; nothing that is zero."""
    found: dict[tuple[str, Place], int] = {}
    for row in ledger.list_balances(book=f"wms:{site}", sku=sku, prefix=ON_HAND):
        place = read_account(row.account)
        assert place is not None, f"{row.account} lies nowhere"
        found[(row.sku, place)] = row.quantity
    return found


def list_lot_stock(
    *, site: str, today: date, text: str = "", within_days: int | None = None
) -> list[LotStock]:
    """
    Return the lots of which something is there, what expires first first.

    `text` is the beginning of a lot, or words of a product; `within_days` keeps those that
    expire so soon, or have.
    """
    named: set[str] = set()
    if text.strip():
        named = {sku.code for sku in masterdata.search_skus(text, ROWS_MAX, only_active=False)}
    there: dict[LotKey, tuple[int, int]] = {}
    for (sku, place), quantity in list_places(site).items():
        if place.lot:
            total, free = there.get((sku, place.lot), (0, 0))
            is_free = place.status == StockStatus.AVAILABLE
            there[(sku, place.lot)] = (total + quantity, free + quantity * is_free)
    lots = find_lots(site, {sku for sku, _ in there})
    skus = masterdata.find_skus({sku for sku, _ in there})
    rows = []
    for key, (total, free) in there.items():
        lot = lots.get(key, LotRow(sku=key[0], code=key[1]))
        days_left = lot.get_days_left(today)
        start = text.strip().upper()
        is_named = not start or lot.code.upper().startswith(start) or lot.sku in named
        is_soon = within_days is None or (days_left is not None and days_left <= within_days)
        if is_named and is_soon:
            rows.append(
                LotStock(
                    lot=lot,
                    sku=skus[lot.sku],
                    quantity=total,
                    quantity_free=free,
                    days_left=days_left,
                )
            )
    return sorted(rows, key=lambda it: (it.lot.expires_on or date.max, it.lot.sku, it.lot.code))


def list_expired(site: str, *, today: date) -> list[LotRow]:
    """Return the lots that may no longer be sold, the oldest first; some are gone already."""
    rows = Lot.objects.filter(site=site, expires_on__lt=today).order_by("expires_on", "id")
    return [_read(row) for row in rows[:ROWS_MAX]]


def list_set_aside(site: str) -> dict[LotKey, int]:
    """
    Return how much of each SKU and lot picks hold: wanted by open ones, taken by picked ones.

    Goods that are not sound keep their status on the way out, and are reserved by no posting.
    """
    held: dict[LotKey, int] = {}
    picks = Pick.objects.filter(
        order__site=site, state__in=["open", "picked"], status=StockStatus.AVAILABLE
    )
    fields = ("sku", "lot", "state", "quantity", "quantity_picked")
    for sku, lot, state, quantity, picked in picks.values_list(*fields):
        taken = quantity if state == "open" else picked
        held[(sku, lot)] = held.get((sku, lot), 0) + taken
    return {key: quantity for key, quantity in held.items() if quantity}


def list_serials(site: str, *, sku: str, text: str = "") -> list[str]:
    """Return the serials of a SKU that are here, in order."""
    query = Serial.objects.filter(Q(left_with=""), site=site, sku=sku)
    if text:
        query = query.filter(serial__startswith=text)
    return list(query.order_by("serial").values_list("serial", flat=True)[:ROWS_MAX])


def _read(row: Lot) -> LotRow:
    return LotRow(
        sku=row.sku,
        code=row.code,
        expires_on=row.expires_on,
        supplier=row.supplier,
        first_document=row.first_document,
        first_seen_at=row.first_seen_at,
        is_blocked=row.is_blocked,
    )
