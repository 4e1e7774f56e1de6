"""Reads of receipts: counts in progress and what was posted. Quantities in smallest units."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from yipan.foundation.refusals import NotFound
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow, SkuRow, SupplierRow
from yipan.wms import rules
from yipan.wms.models import Receipt, ReceiptScan

ROWS_MAX = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceiptFilter:
    """Which receipts to list. `sites` is the asker's scope, None meaning all sites."""

    text: str = ""
    states: tuple[str, ...] = ()
    site: str = ""
    order: str = ""
    sites: frozenset[str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceiptRow:
    """A receipt as a list shows it. Quantities are those counted so far, or posted."""

    number: str
    state: str
    site: SiteRow
    inbound_order_number: str
    purchase_order_number: str
    supplier: SupplierRow | None
    bin_code: str
    created_by: str
    created_at: datetime
    posted_by: str
    posted_at: datetime | None
    device: str
    is_last: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceiptLineRow:
    """A posted line."""

    sku: SkuRow
    quantity_expected: int | None
    quantity_sound: int
    quantity_damaged: int
    quantity_blocked: int
    capture_mode: str
    quantity_quarantine: int = 0
    quantity_wrong: int = 0
    lot: str = ""
    expires_on: date | None = None
    note: str = ""
    serials: tuple[str, ...] = ()

    @property
    def quantity_total(self) -> int:
        """Return everything that came of the SKU and lot."""
        waiting = self.quantity_blocked + self.quantity_quarantine
        return self.quantity_sound + self.quantity_damaged + waiting


@dataclass(frozen=True, kw_only=True, slots=True)
class ScanRow:
    """One scan, as evidence: also those taken back."""

    position: int
    sku: str
    is_damaged: bool
    quantity: int
    capture_mode: str
    text: str
    actor: str
    at: datetime
    is_undone: bool
    is_wrong: bool = False
    disposition: str = ""
    lot: str = ""
    expires_on: date | None = None
    serial: str = ""
    package_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceiptDetail:
    """A receipt as its page shows it."""

    head: ReceiptRow
    message_id: UUID | None
    source: str
    sequence: int | None
    lines: tuple[ReceiptLineRow, ...]
    scans: tuple[ScanRow, ...]
    order_type: str = "purchase"
    partner_document: str = ""
    matched_by: str = ""

    @property
    def is_return(self) -> bool:
        """Tell whether a customer sent the goods back."""
        return self.order_type == "customer_return"

    @property
    def book_code(self) -> str:
        """Return the book it posts into."""
        return f"wms:{self.head.site.code}"


def find_receiving_bin(site: str, *, is_return: bool = False) -> str:
    """
    Return the first bin of the site's receiving zone, or the usual code when it has none.

    What customers send back is put down in the zone for returns, where the site has one.
    """
    for zone_type in ("returns", "receiving") if is_return else ("receiving",):
        bins = masterdata.list_bins(site, zone_type=zone_type, limit=1, only_active=True)
        if bins:
            return bins[0].code
    return rules.RECEIVING_BIN


def get_receipt_site(number: str) -> str:
    """
    Return the site of a receipt.

    :raises NotFound: if there is none of this number.
    """
    site = Receipt.objects.filter(number=number).values_list("site", flat=True).first()
    if site is None:
        raise NotFound(kind="receipt", id=number)
    return site


def list_receipts(which: ReceiptFilter, *, after: str = "", limit: int = 50) -> list[ReceiptRow]:
    """Return receipts, the last opened first; those behind the one numbered `after`."""
    assert 0 < limit <= ROWS_MAX
    query = Receipt.objects.select_related("order")
    if which.sites is not None:
        query = query.filter(site__in=which.sites)
    if which.site:
        query = query.filter(site=which.site)
    if which.states:
        query = query.filter(state__in=which.states)
    if which.order:
        query = query.filter(order__number=which.order)
    for word in which.text.split():
        query = query.filter(
            Q(number__icontains=word)
            | Q(order__number__icontains=word)
            | Q(order__purchase_order_number__icontains=word)
            | Q(created_by__icontains=word)
        )
    known = Receipt.objects.filter(number=after).values_list("id", flat=True).first()
    if known is not None:
        query = query.filter(id__lt=known)
    return read_rows(query.order_by("-id")[:limit])


def find_own_draft(*, site: str, order: str, actor: str) -> str:
    """Return the number of the count somebody began of an order and has not posted, or ""."""
    drafts = Receipt.objects.filter(site=site, order__number=order, state="draft", created_by=actor)
    return drafts.order_by("-id").values_list("number", flat=True).first() or ""


def get_receipt(number: str) -> ReceiptDetail:
    """
    Return one receipt with its posted lines and its scans.

    :raises NotFound: if there is none of this number.
    """
    receipt = get_row(number)
    lines = list(receipt.lines.order_by("id"))
    skus = masterdata.find_skus({line.sku for line in lines})
    [head] = read_rows([receipt])
    return ReceiptDetail(
        head=head,
        message_id=receipt.message_id,
        source=receipt.source,
        sequence=receipt.sequence,
        order_type=receipt.order_type,
        partner_document=receipt.partner_document,
        matched_by=receipt.matched_by,
        lines=tuple(
            ReceiptLineRow(
                sku=skus[line.sku],
                quantity_expected=line.quantity_expected,
                quantity_sound=line.quantity_sound,
                quantity_damaged=line.quantity_damaged,
                quantity_blocked=line.quantity_blocked,
                capture_mode=line.capture_mode,
                quantity_quarantine=line.quantity_quarantine,
                quantity_wrong=line.quantity_wrong,
                lot=line.lot,
                expires_on=line.expires_on,
                note=line.note,
                serials=tuple(line.serials),
            )
            for line in lines
        ),
        scans=tuple(read_scan(scan) for scan in receipt.scans.order_by("-position")[:ROWS_MAX]),
    )


def get_row(number: str) -> Receipt:
    """
    Return a receipt as it stands in its table.

    :raises NotFound: if there is none of this number.
    """
    receipt = Receipt.objects.select_related("order").filter(number=number).first()
    if receipt is None:
        raise NotFound(kind="receipt", id=number)
    return receipt


def read_scan(scan: ReceiptScan) -> ScanRow:
    """Return the plain row of a scan."""
    return ScanRow(
        position=scan.position,
        sku=scan.sku,
        is_damaged=scan.is_damaged,
        quantity=scan.quantity,
        capture_mode=scan.capture_mode,
        text=scan.text,
        actor=scan.actor,
        at=scan.at,
        is_undone=scan.undone_at is not None,
        is_wrong=scan.is_wrong,
        disposition=scan.disposition,
        lot=scan.lot,
        expires_on=scan.expires_on,
        serial=scan.serial,
        package_id=scan.package_id,
    )


def read_rows(receipts: Iterable[Receipt]) -> list[ReceiptRow]:
    """Return the plain rows of receipts, in their order."""
    rows = list(receipts)
    sites = masterdata.find_sites({row.site for row in rows})
    suppliers = masterdata.find_suppliers({row.supplier for row in rows if row.supplier})
    return [
        ReceiptRow(
            number=row.number,
            state=row.state,
            site=sites[row.site],
            inbound_order_number=row.order.number if row.order else "",
            purchase_order_number=row.order.purchase_order_number if row.order else "",
            supplier=suppliers.get(row.supplier),
            bin_code=row.bin_code,
            created_by=row.created_by,
            created_at=row.created_at,
            posted_by=row.posted_by,
            posted_at=row.posted_at,
            device=row.device,
            is_last=row.is_last,
        )
        for row in rows
    ]
