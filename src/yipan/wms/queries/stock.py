"""Reads of a warehouse's stock by bin, and of what moved it inside the warehouse."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from yipan.foundation.refusals import NotFound
from yipan.ledger import queries as ledger
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SkuRow
from yipan.wms.models import BinMove, WarehouseOpening

ROWS_MAX = 1_000
BALANCES_MAX = 20_000


@dataclass(frozen=True, kw_only=True, slots=True)
class BinStockRow:
    """What lies in a bin of one SKU in one status."""

    bin_code: str
    zone: str
    sku: SkuRow
    status: str
    quantity: int


@dataclass(frozen=True, kw_only=True, slots=True)
class MoveLineRow:
    """One SKU carried from bin to bin."""

    sku: SkuRow
    from_bin: str
    to_bin: str
    status: str
    quantity: int


@dataclass(frozen=True, kw_only=True, slots=True)
class MoveRow:
    """A bin move as a list shows it."""

    number: str
    site: str
    created_by: str
    created_at: datetime
    device: str
    lines: tuple[MoveLineRow, ...]


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


def list_stock(*, site: str, text: str = "", status: str = "") -> list[BinStockRow]:
    """
    Return what lies in the bins of a warehouse, by bin and SKU; nothing where it is zero.

    `text` is the beginning of a bin, or words of a product's name or code.
    """
    balances = ledger.list_balances(book=f"wms:{site}", prefix="on_hand/", limit=BALANCES_MAX)
    rows = [(*_split(row.account), row.sku, row.quantity) for row in balances]
    if status:
        rows = [row for row in rows if row[1] == status]
    if text.strip():
        named = {sku.code for sku in masterdata.search_skus(text, ROWS_MAX, only_active=False)}
        start = text.strip().upper()
        rows = [row for row in rows if row[0].startswith(start) or row[2] in named]
    skus = masterdata.find_skus({row[2] for row in rows})
    zones = {each.code: each.zone for each in masterdata.list_bins(site)}
    found = [
        BinStockRow(
            bin_code=bin_code,
            zone=zones.get(bin_code, ""),
            sku=skus[sku],
            status=row_status,
            quantity=quantity,
        )
        for bin_code, row_status, sku, quantity in rows
    ]
    return sorted(found, key=lambda row: (row.bin_code, row.sku.code, row.status))


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
    move = BinMove.objects.filter(number=number).first()
    if move is None:
        raise NotFound(kind="bin_move", id=number)
    return _read_moves([move])[0]


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
            )
            for line in opening.lines
        ),
    )


def _split(account: str) -> tuple[str, str]:
    """Return bin and status of an account of a warehouse's book."""
    _, *places, status = account.split("/")
    return "/".join(places), status


def _read_moves(moves: Iterable[Any]) -> list[MoveRow]:
    rows = list(moves)
    skus = masterdata.find_skus({line["sku"] for row in rows for line in row.lines})
    return [
        MoveRow(
            number=row.number,
            site=row.site,
            created_by=row.created_by,
            created_at=row.created_at,
            device=row.device,
            lines=tuple(
                MoveLineRow(
                    sku=skus[line["sku"]],
                    from_bin=line["from_bin"],
                    to_bin=line["to_bin"],
                    status=line["status"],
                    quantity=line["quantity"],
                )
                for line in row.lines
            ),
        )
        for row in rows
    ]
