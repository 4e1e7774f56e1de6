"""Reads of receipts: counts in progress and what was posted. Quantities in smallest units."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from yipan.foundation.refusals import NotFound
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow, SkuRow, SupplierRow
from yipan.wms import rules
from yipan.wms.models import Receipt, ReceiptScan
from yipan.wms.rules import Counted

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

    @property
    def quantity_total(self) -> int:
        """Return everything that came of the SKU."""
        return self.quantity_sound + self.quantity_damaged + self.quantity_blocked


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


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceiptDetail:
    """A receipt as its page shows it."""

    head: ReceiptRow
    message_id: UUID | None
    source: str
    sequence: int | None
    lines: tuple[ReceiptLineRow, ...]
    scans: tuple[ScanRow, ...]

    @property
    def book_code(self) -> str:
        """Return the book it posts into."""
        return f"wms:{self.head.site.code}"


@dataclass(frozen=True, kw_only=True, slots=True)
class CountLineRow:
    """
    One SKU of a count in progress: what is expected, and what stands counted.

    `quantity_expected` is what is still open of the order before this delivery; None where
    nothing is expected.
    """

    sku: SkuRow
    quantity_expected: int | None
    quantity_sound: int
    quantity_damaged: int
    is_current: bool

    @property
    def quantity_total(self) -> int:
        """Return everything counted of the SKU."""
        return self.quantity_sound + self.quantity_damaged

    @property
    def is_done(self) -> bool:
        """Tell whether as much was counted as is expected."""
        return self.quantity_expected is not None and self.quantity_total >= self.quantity_expected

    @property
    def is_over(self) -> bool:
        """Tell whether more was counted than is expected."""
        return self.quantity_total > (self.quantity_expected or 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class CountTask:
    """A count in progress, as the handheld shows it: the current SKU first."""

    head: ReceiptRow
    count_mode: str
    lines: tuple[CountLineRow, ...]
    last_scan: ScanRow | None

    @property
    def current(self) -> CountLineRow | None:
        """Return the line scanned last."""
        return next((line for line in self.lines if line.is_current), None)

    @property
    def quantity_total(self) -> int:
        """Return everything counted so far."""
        return sum(line.quantity_total for line in self.lines)

    @property
    def quantity_damaged(self) -> int:
        """Return the damaged part of it."""
        return sum(line.quantity_damaged for line in self.lines)

    @property
    def quantity_expected(self) -> int:
        """Return what is still open of the order before this delivery."""
        return sum(line.quantity_expected or 0 for line in self.lines)

    @property
    def is_short(self) -> bool:
        """Tell whether something expected was not counted."""
        return any(
            line.quantity_expected and line.quantity_total < line.quantity_expected
            for line in self.lines
        )


def find_receiving_bin(site: str) -> str:
    """Return the first bin of the site's receiving zone, or the usual code when it has none."""
    bins = masterdata.list_bins(site, zone_type="receiving", limit=1, only_active=True)
    return bins[0].code if bins else rules.RECEIVING_BIN


def list_counted(receipt: Receipt) -> list[Counted]:
    """Return what stands counted of each SKU, in the order of their first scans."""
    scans: dict[str, list[ReceiptScan]] = {}
    for scan in receipt.scans.filter(undone_at=None).order_by("position"):
        scans.setdefault(scan.sku, []).append(scan)
    counted = [
        Counted(
            sku=sku,
            quantity_sound=sum(scan.quantity for scan in same if not scan.is_damaged),
            quantity_damaged=sum(scan.quantity for scan in same if scan.is_damaged),
            capture_mode=rules.get_capture_mode(scan.capture_mode for scan in same),
        )
        for sku, same in scans.items()
    ]
    return [each for each in counted if each.quantity_sound or each.quantity_damaged]


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
    return _read_rows(query.order_by("-id")[:limit])


def find_own_draft(*, site: str, order: str, actor: str) -> str:
    """Return the number of the count somebody began of an order and has not posted, or ""."""
    drafts = Receipt.objects.filter(site=site, order__number=order, state="draft", created_by=actor)
    return drafts.order_by("-id").values_list("number", flat=True).first() or ""


def get_receipt(number: str) -> ReceiptDetail:
    """
    Return one receipt with its posted lines and its scans.

    :raises NotFound: if there is none of this number.
    """
    receipt = _get(number)
    lines = list(receipt.lines.order_by("id"))
    skus = masterdata.find_skus({line.sku for line in lines})
    [head] = _read_rows([receipt])
    return ReceiptDetail(
        head=head,
        message_id=receipt.message_id,
        source=receipt.source,
        sequence=receipt.sequence,
        lines=tuple(
            ReceiptLineRow(
                sku=skus[line.sku],
                quantity_expected=line.quantity_expected,
                quantity_sound=line.quantity_sound,
                quantity_damaged=line.quantity_damaged,
                quantity_blocked=line.quantity_blocked,
                capture_mode=line.capture_mode,
            )
            for line in lines
        ),
        scans=tuple(_read_scan(scan) for scan in receipt.scans.order_by("-position")[:ROWS_MAX]),
    )


def get_count_task(number: str) -> CountTask:
    """
    Return a count in progress: expected lines and counted ones, the one scanned last first.

    :raises NotFound: if there is no receipt of this number.
    """
    receipt = _get(number)
    counted = {each.sku: each for each in list_counted(receipt)}
    expected = _list_expected(receipt)
    last = receipt.scans.filter(undone_at=None).order_by("-position").first()
    codes = list(dict.fromkeys([*([last.sku] if last else []), *expected, *counted]))
    skus = masterdata.find_skus(codes)
    nothing = Counted(sku="", quantity_sound=0, quantity_damaged=0)
    lines = [
        CountLineRow(
            sku=skus[code],
            quantity_expected=expected.get(code),
            quantity_sound=counted.get(code, nothing).quantity_sound,
            quantity_damaged=counted.get(code, nothing).quantity_damaged,
            is_current=last is not None and last.sku == code,
        )
        for code in codes
    ]
    [head] = _read_rows([receipt])
    # What needs no more hands goes to the end.
    lines.sort(key=lambda line: (not line.is_current, line.is_done))
    return CountTask(
        head=head,
        count_mode=receipt.count_mode,
        lines=tuple(lines),
        last_scan=_read_scan(last) if last else None,
    )


def _get(number: str) -> Receipt:
    receipt = Receipt.objects.select_related("order").filter(number=number).first()
    if receipt is None:
        raise NotFound(kind="receipt", id=number)
    return receipt


def _list_expected(receipt: Receipt) -> dict[str, int]:
    if receipt.order is None:
        return {}
    return {
        line.sku: max(0, line.quantity_expected - line.quantity_received)
        for line in receipt.order.lines.order_by("line")
    }


def _read_scan(scan: ReceiptScan) -> ScanRow:
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
    )


def _read_rows(receipts: Iterable[Receipt]) -> list[ReceiptRow]:
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
