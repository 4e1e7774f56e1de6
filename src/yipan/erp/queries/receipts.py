"""Reads of goods receipts in the hub."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from yipan.erp.models import GoodsReceipt
from yipan.foundation.refusals import NotFound
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow, SkuRow, SupplierRow

ROWS_MAX = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceiptFilter:
    """Which receipts to list. `sites` is the asker's scope, None meaning all sites."""

    text: str = ""
    site: str = ""
    order: str = ""
    only_warned: bool = False
    sites: frozenset[str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceiptRow:
    """A receipt as a list shows it."""

    number: str
    state: str
    site: SiteRow
    supplier: SupplierRow | None
    purchase_order_number: str
    received_at: datetime
    received_by: str
    posted_at: datetime
    is_last: bool
    quantity_sound: int
    quantity_damaged: int
    quantity_blocked: int
    warning_count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceiptLineRow:
    """A line of a receipt."""

    sku: SkuRow
    quantity_expected: int | None
    quantity_sound: int
    quantity_damaged: int
    quantity_blocked: int
    capture_mode: str
    quantity_quarantine: int = 0
    lot: str = ""
    expires_on: str = ""

    @property
    def quantity_total(self) -> int:
        """Return everything that came of the SKU."""
        waiting = self.quantity_blocked + self.quantity_quarantine
        return self.quantity_sound + self.quantity_damaged + waiting


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceiptDetail:
    """A receipt as its page shows it, with the message that told of it."""

    head: ReceiptRow
    site_number: str
    inbound_order_number: str
    device: str
    message_id: UUID
    source: str
    sequence: int | None
    warnings: tuple[dict[str, Any], ...]
    lines: tuple[ReceiptLineRow, ...]

    @property
    def site_book(self) -> str:
        """Return the book of the site that told of it."""
        return f"wms:{self.head.site.code}"


def list_receipts(which: ReceiptFilter, *, after: str = "", limit: int = 50) -> list[ReceiptRow]:
    """Return receipts, the last posted first; those behind the one numbered `after`."""
    assert 0 < limit <= ROWS_MAX
    query = _filter(which)
    known = GoodsReceipt.objects.filter(number=after).values_list("id", flat=True).first()
    if known is not None:
        query = query.filter(id__lt=known)
    return _read_rows(query.order_by("-id")[:limit])


def list_receipts_of_order(number: str) -> list[ReceiptRow]:
    """Return the receipts of a purchase order, the first one first."""
    query = GoodsReceipt.objects.filter(purchase_order_number=number)
    return _read_rows(_sum_up(query).order_by("id")[:ROWS_MAX])


def get_receipt(number: str) -> ReceiptDetail:
    """
    Return one receipt with its lines.

    :raises NotFound: if there is none of this number.
    """
    receipt = _sum_up(GoodsReceipt.objects.filter(number=number)).first()
    if receipt is None:
        raise NotFound(kind="goods_receipt", id=number)
    lines = list(receipt.lines.order_by("id"))
    skus = masterdata.find_skus({line.sku for line in lines})
    [head] = _read_rows([receipt])
    return ReceiptDetail(
        head=head,
        site_number=receipt.site_number,
        inbound_order_number=receipt.inbound_order_number,
        device=receipt.device,
        message_id=receipt.message_id,
        source=receipt.source,
        sequence=receipt.sequence,
        warnings=tuple(receipt.warnings),
        lines=tuple(
            ReceiptLineRow(
                sku=skus[line.sku],
                quantity_expected=line.quantity_expected,
                quantity_sound=line.quantity_sound,
                quantity_damaged=line.quantity_damaged,
                quantity_blocked=line.quantity_blocked,
                quantity_quarantine=line.quantity_quarantine,
                lot=line.lot,
                expires_on=line.expires_on,
                capture_mode=line.capture_mode,
            )
            for line in lines
        ),
    )


def _filter(which: ReceiptFilter) -> QuerySet[GoodsReceipt]:
    query = GoodsReceipt.objects.all()
    if which.sites is not None:
        query = query.filter(site__in=which.sites)
    if which.site:
        query = query.filter(site=which.site)
    if which.order:
        query = query.filter(purchase_order_number=which.order)
    if which.only_warned:
        query = query.exclude(warnings=[])
    for word in which.text.split():
        suppliers = [row.code for row in masterdata.list_suppliers(text=word, limit=100)]
        query = query.filter(
            Q(number__icontains=word)
            | Q(purchase_order_number__icontains=word)
            | Q(supplier__in=suppliers)
            | Q(received_by__icontains=word)
        )
    return _sum_up(query)


def _sum_up(query: QuerySet[GoodsReceipt]) -> QuerySet[GoodsReceipt]:
    return query.annotate(
        **{
            part: Coalesce(Sum(F(f"lines__quantity_{part}")), 0, output_field=BigIntegerField())
            for part in ("sound", "damaged", "blocked")
        }
    )


def _read_rows(receipts: Iterable[Any]) -> list[ReceiptRow]:
    rows = list(receipts)
    sites = masterdata.find_sites({row.site for row in rows})
    suppliers = masterdata.find_suppliers({row.supplier for row in rows if row.supplier})
    return [
        ReceiptRow(
            number=row.number,
            state=row.state,
            site=sites[row.site],
            supplier=suppliers.get(row.supplier),
            purchase_order_number=row.purchase_order_number,
            received_at=row.received_at,
            received_by=row.received_by,
            posted_at=row.posted_at,
            is_last=row.is_last,
            quantity_sound=row.sound,
            quantity_damaged=row.damaged,
            quantity_blocked=row.blocked,
            warning_count=len(row.warnings),
        )
        for row in rows
    ]
