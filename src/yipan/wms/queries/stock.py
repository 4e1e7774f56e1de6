"""Reads of a warehouse's stock by bin, and of what moved it inside the warehouse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from yipan.foundation.refusals import NotFound
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SkuRow
from yipan.wms.models import BinMove, WarehouseOpening
from yipan.wms.queries.lots import find_lots, list_places

ROWS_MAX = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class BinStockRow:
    """What lies in a bin of one SKU and lot in one status; `days_left` until the lot expires."""

    bin_code: str
    zone: str
    sku: SkuRow
    status: str
    quantity: int
    lot: str = ""
    expires_on: date | None = None
    days_left: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class MoveLineRow:
    """One SKU and lot carried from bin to bin, and how that is known."""

    sku: SkuRow
    from_bin: str
    to_bin: str
    status: str
    quantity: int
    lot: str = ""
    proposed_bin: str = ""
    objection: str = ""
    capture_mode: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class MoveRow:
    """A bin move as a list shows it."""

    number: str
    site: str
    created_by: str
    created_at: datetime
    device: str
    lines: tuple[MoveLineRow, ...]
    state: str = "posted"
    move_type: str = "move"


@dataclass(frozen=True, kw_only=True, slots=True)
class OpeningDetail:
    """An opening as its page shows it: bin, SKU and quantity per line."""

    number: str
    site: str
    state: str
    created_by: str
    created_at: datetime
    message_id: UUID
    lines: tuple[BinStockRow, ...]


def list_stock(
    *, site: str, text: str = "", status: str = "", today: date | None = None
) -> list[BinStockRow]:
    """
    Return what lies in the bins of a warehouse, by bin, SKU and lot; nothing where it is zero.

    `text` is the beginning of a bin or a lot, or words of a product's name or code. `today` is
    the day from which the days a lot has left are counted; None counts none.
    """
    rows = [
        (sku, place, quantity)
        for (sku, place), quantity in list_places(site).items()
        if status in ("", place.status)
    ]
    if text.strip():
        named = {sku.code for sku in masterdata.search_skus(text, ROWS_MAX, only_active=False)}
        start = text.strip().upper()
        rows = [
            (sku, place, quantity)
            for sku, place, quantity in rows
            if place.bin_code.startswith(start)
            or place.lot.upper().startswith(start)
            or sku in named
        ]
    skus = masterdata.find_skus({sku for sku, _, _ in rows})
    bins = masterdata.find_bins(site, {place.bin_code for _, place, _ in rows})
    lots = find_lots(site, {sku for sku, place, _ in rows if place.lot})
    found = []
    for sku, place, quantity in rows:
        known = lots.get((sku, place.lot))
        found.append(
            BinStockRow(
                bin_code=place.bin_code,
                zone=bins[place.bin_code].zone if place.bin_code in bins else "",
                sku=skus[sku],
                status=place.status,
                quantity=quantity,
                lot=place.lot,
                expires_on=known.expires_on if known else None,
                days_left=known.get_days_left(today) if known and today else None,
            )
        )
    return sorted(found, key=lambda row: (row.bin_code, row.sku.code, row.lot, row.status))


def list_bin_moves(
    *, sites: frozenset[str] | None, site: str = "", after: str = "", limit: int = 50
) -> list[MoveRow]:
    """Return bin moves, the last one first."""
    assert 0 < limit <= ROWS_MAX
    query = BinMove.objects.all()
    if sites is not None:
        query = query.filter(site__in=sites)
    if site:
        query = query.filter(site=site)
    known = BinMove.objects.filter(number=after).values_list("id", flat=True).first()
    if known is not None:
        query = query.filter(id__lt=known)
    return _read_moves(query.order_by("-id")[:limit])


def get_bin_move(number: str) -> MoveRow:
    """
    Return one bin move.

    :raises NotFound: if there is none of this number.
    """
    found = _read_moves(BinMove.objects.filter(number=number))
    if not found:
        raise NotFound(kind="bin_move", id=number)
    return found[0]


def get_opening(number: str) -> OpeningDetail:
    """
    Return one opening of a warehouse.

    :raises NotFound: if there is none of this number.
    """
    opening = WarehouseOpening.objects.filter(number=number).first()
    if opening is None:
        raise NotFound(kind="stock_opening", id=number)
    skus = masterdata.find_skus({line["sku"] for line in opening.lines})
    return OpeningDetail(
        number=opening.number,
        site=opening.site,
        state=opening.state,
        created_by=opening.created_by,
        created_at=opening.created_at,
        message_id=opening.message_id,
        lines=tuple(
            BinStockRow(
                bin_code=line["bin"],
                zone="",
                sku=skus[line["sku"]],
                status="available",
                quantity=line["quantity"],
                lot=line.get("lot", ""),
            )
            for line in opening.lines
        ),
    )


def _read_moves(query: QuerySet[BinMove]) -> list[MoveRow]:
    rows = list(query.prefetch_related("lines"))
    lines = {row.pk: sorted(row.lines.all(), key=lambda it: it.line) for row in rows}
    skus = masterdata.find_skus({line.sku for each in lines.values() for line in each})
    return [
        MoveRow(
            number=row.number,
            site=row.site,
            created_by=row.created_by,
            created_at=row.created_at,
            device=row.device,
            state=row.state,
            move_type=row.move_type,
            lines=tuple(
                MoveLineRow(
                    sku=skus[line.sku],
                    from_bin=line.from_bin,
                    to_bin=line.to_bin,
                    status=line.status,
                    quantity=line.quantity,
                    lot=line.lot,
                    proposed_bin=line.proposed_bin,
                    objection=line.objection,
                    capture_mode=line.capture_mode,
                )
                for line in lines[row.pk]
            ),
        )
        for row in rows
    ]
