"""Reads of a count in progress: what is expected, and what stands counted of each SKU and lot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SkuRow
from yipan.wms import rules
from yipan.wms.models import Photo, Receipt, ReceiptScan
from yipan.wms.queries.goods_rules import is_blind_receipt
from yipan.wms.queries.receipts import ReceiptRow, ScanRow, get_row, read_rows, read_scan
from yipan.wms.rules import Counted


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
    quantity_wrong: int = 0
    quantity_inspect: int = 0
    lots: tuple[Counted, ...] = ()
    current_lot: str = ""

    @property
    def quantity_total(self) -> int:
        """Return everything counted of the SKU."""
        others = self.quantity_wrong + self.quantity_inspect
        return self.quantity_sound + self.quantity_damaged + others

    @property
    def quantity_unnamed(self) -> int:
        """Return what of a SKU that is told apart by lot or date nobody has named yet."""
        if not (self.sku.is_lot_tracked or self.sku.is_expiry_tracked):
            return 0
        return sum(each.quantity for each in self.lots if not each.lot)

    @property
    def current_count(self) -> Counted | None:
        """Return what is counted of the lot scanned last."""
        return next((each for each in self.lots if each.lot == self.current_lot), None)

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
    is_blind: bool = False
    is_return: bool = False
    partner_document: str = ""
    photos: int = 0

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


def list_counted(receipt: Receipt) -> list[Counted]:
    """Return what stands counted of each SKU and lot, in the order of their first scans."""
    scans: dict[tuple[str, str], list[ReceiptScan]] = {}
    for scan in receipt.scans.filter(undone_at=None).order_by("position"):
        scans.setdefault((scan.sku, scan.lot), []).append(scan)
    counted = [_add_up(sku, lot, same) for (sku, lot), same in scans.items()]
    return [each for each in counted if each.quantity]


def _add_up(sku: str, lot: str, scans: Sequence[ReceiptScan]) -> Counted:
    def total(kind: str) -> int:
        return sum(scan.quantity for scan in scans if _get_kind(scan) == kind)

    packages = {scan.package_id for scan in scans}
    return Counted(
        sku=sku,
        lot=lot,
        expires_on=min((scan.expires_on for scan in scans if scan.expires_on), default=None),
        quantity_sound=total("sound"),
        quantity_damaged=total("damaged"),
        quantity_wrong=total("wrong"),
        quantity_inspect=total("inspect"),
        capture_mode=rules.get_capture_mode(scan.capture_mode for scan in scans),
        package_id=min(packages) if len(packages) == 1 else "",
        serials=tuple(scan.serial for scan in scans if scan.serial),
    )


def _get_kind(scan: ReceiptScan) -> str:
    if scan.is_damaged or scan.disposition == "scrap":
        return "damaged"
    if scan.disposition == "inspect":
        return "inspect"
    return "wrong" if scan.is_wrong else "sound"


def find_last_scans(receipt: Receipt) -> dict[tuple[str, str], ReceiptScan]:
    """Return the last scan that stands of each SKU and lot."""
    scans = receipt.scans.filter(undone_at=None).order_by("position")
    return {(scan.sku, scan.lot): scan for scan in scans}


def get_count_task(number: str) -> CountTask:
    """
    Return a count in progress: expected lines and counted ones, the one scanned last first.

    :raises NotFound: if there is no receipt of this number.
    """
    receipt = get_row(number)
    counted: dict[str, list[Counted]] = {}
    for each in list_counted(receipt):
        counted.setdefault(each.sku, []).append(each)
    expected = _list_expected(receipt)
    last = receipt.scans.filter(undone_at=None).order_by("-position").first()
    codes = list(dict.fromkeys([*([last.sku] if last else []), *expected, *counted]))
    skus = masterdata.find_skus(codes)
    lines = [
        CountLineRow(
            sku=skus[code],
            quantity_expected=expected.get(code),
            quantity_sound=sum(each.quantity_sound for each in counted.get(code, [])),
            quantity_damaged=sum(each.quantity_damaged for each in counted.get(code, [])),
            quantity_wrong=sum(each.quantity_wrong for each in counted.get(code, [])),
            quantity_inspect=sum(each.quantity_inspect for each in counted.get(code, [])),
            is_current=last is not None and last.sku == code,
            lots=tuple(counted.get(code, [])),
            current_lot=last.lot if last is not None and last.sku == code else "",
        )
        for code in codes
    ]
    [head] = read_rows([receipt])
    # What needs no more hands goes to the end.
    lines.sort(key=lambda line: (not line.is_current, line.is_done))
    return CountTask(
        head=head,
        count_mode=receipt.count_mode,
        lines=tuple(lines),
        last_scan=read_scan(last) if last else None,
        is_blind=is_blind_receipt(receipt.site, supplier=receipt.supplier),
        is_return=receipt.order_type == "customer_return",
        partner_document=receipt.partner_document,
        photos=Photo.objects.filter(document_type="receipt", number=number).count(),
    )


def _list_expected(receipt: Receipt) -> dict[str, int]:
    if receipt.order is None:
        return {}
    return {
        line.sku: max(0, line.quantity_expected - line.quantity_received)
        for line in receipt.order.lines.order_by("line")
    }
