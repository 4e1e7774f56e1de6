"""What a scan means while a delivery is counted, and what is said of it."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yipan.documents import told
from yipan.documents.doors import get_trace, tell
from yipan.documents.evidence import read_stamp
from yipan.foundation.refusals import Refusal
from yipan.masterdata import queries as masterdata
from yipan.wms import queries, rules
from yipan.wms.documents.inbound import package_counting, receipt
from yipan.wms.documents.inbound.package_counting import Inside
from yipan.wms.documents.inbound.receipt import DISPOSITIONS, Counting
from yipan.wms.queries import CountTask, Scanned, arrivals
from yipan.wms.queries.goods_rules import find_goods_rule
from yipan.wms.rules import Expected

Answer = tuple[str, str]


class NotOnThisPage(Refusal):
    """That is no product: scan a product, or its package."""

    code = "wms.scan_not_here"
    status = 422


def take_scan(request: HttpRequest, task: CountTask, *, condition: str) -> Answer:
    """
    Do what a scan means; return what to say of it, and in which tone.

    `condition` is what the buttons say of the goods: damaged, wrong, or a disposition.
    """
    number, text = task.head.number, request.POST.get("scan", "")
    try:
        scanned = queries.resolve_scan(task.head.site.code, text)
        if scanned.kind == "command":
            return _take_command(number, scanned.value)
        if scanned.kind == "package":
            return count_package(request, task.head.site.code, number=number, sscc=scanned.value)
        if scanned.sku is None:
            raise NotOnThisPage(kind=scanned.kind, value=scanned.value)
        counting = _make_counting(request, task, scanned, condition=condition)
        receipt.count(number=number, counting=counting, by=get_trace(request), at=timezone.now())
    except Refusal as refusal:
        return tell(refusal), "bad"
    return _tell_counted(task, scanned, quantity=counting.quantity)


def _take_command(number: str, command: str) -> Answer:
    if command == "undo":
        return undo(number)
    if command == "damaged":
        return _("Tap Damaged, then scan the goods."), "bad"
    return _("There is nothing to skip here."), "info"


def count_package(request: HttpRequest, site: str, *, number: str, sscc: str) -> Answer:
    """
    Count a package by what its notice says; return what to say of it.

    :raises PackageUnknown: if nobody announced it.
    :raises PackageCounted: if it stands counted.
    """
    announced = arrivals.find_package(sscc, site=site)
    inside = [
        Inside(
            sku=line["sku"],
            quantity=line["quantity"],
            lot=line.get("lot", ""),
            expires_on=told.read_date(line["expires_on"]) if line.get("expires_on") else None,
        )
        for line in (announced.lines if announced else ())
    ]
    quantity = package_counting.count(
        number=number,
        sscc=sscc,
        inside=inside,
        by=get_trace(request),
        at=timezone.now(),
        stamp=read_stamp(request),
    )
    return _("+%(quantity)s in package %(sscc)s") % {"quantity": quantity, "sscc": sscc}, "good"


def undo(number: str) -> Answer:
    """Take the last scan back; return what to say of it."""
    try:
        undone = receipt.undo(number=number, at=timezone.now())
    except Refusal as refusal:
        return tell(refusal), "bad"
    return _("Taken back: %(sku)s %(quantity)s") % {
        "sku": undone.sku,
        "quantity": undone.quantity,
    }, "info"


def _make_counting(
    request: HttpRequest, task: CountTask, scanned: Scanned, *, condition: str
) -> Counting:
    assert scanned.sku is not None
    line = next((each for each in task.lines if each.sku.code == scanned.sku.code), None)
    is_sound = condition not in ("damaged", "wrong")
    expected = None
    if line is not None and line.quantity_expected is not None:
        expected = Expected(line=0, sku=line.sku.code, quantity_expected=line.quantity_expected)
    quantity, mode = rules.get_scanned_quantity(
        line=expected,
        counted=line.quantity_total if line else 0,
        pack_size=scanned.quantity or scanned.pack_size,
        is_expected_taken=task.count_mode == "expected"
        and is_sound
        and not _says_how_many(scanned),
    )
    return Counting(
        sku=scanned.sku.code,
        quantity=quantity,
        is_damaged=condition == "damaged",
        is_wrong=condition == "wrong",
        disposition=condition if condition in DISPOSITIONS else "",
        capture_mode=mode,
        text=request.POST.get("scan", ""),
        lot=scanned.lot,
        expires_on=scanned.expires_on,
        serial=scanned.serial,
        package_id=scanned.sscc,
        pack_size=scanned.pack_size,
        was_expected_shown=expected is not None and not task.is_blind,
        stamp=read_stamp(request),
    )


def _says_how_many(scanned: Scanned) -> bool:
    """A code that names a piece, a weight or a count is taken at its word."""
    return bool(scanned.serial) or scanned.weight_grams is not None or scanned.count > 1


def _tell_counted(task: CountTask, scanned: Scanned, *, quantity: int) -> Answer:
    assert scanned.sku is not None
    is_ordered = any(
        line.sku.code == scanned.sku.code and line.quantity_expected is not None
        for line in task.lines
    )
    if task.head.inbound_order_number and not is_ordered:
        return _("Not on this order: booked as blocked."), "bad"
    values = {"quantity": quantity}
    told_of_life = _tell_life(task, scanned)
    if told_of_life is not None:
        return told_of_life
    is_told_apart = scanned.sku.is_lot_tracked or scanned.sku.is_expiry_tracked
    if is_told_apart and not scanned.lot:
        return _("+%(quantity)s. Which lot, and until when?") % values, "info"
    return _("+%(quantity)s") % values, "good"


def _tell_life(task: CountTask, scanned: Scanned) -> Answer | None:
    """Return what to say of goods that have few days left; None when they have enough."""
    site = task.head.site.code
    if scanned.expires_on is None or scanned.sku is None:
        return None
    supplier = task.head.supplier.code if task.head.supplier else ""
    rule = find_goods_rule(site, sku=scanned.sku.code, supplier=supplier)
    left = _count_days(site, scanned.expires_on)
    if left < 0:
        return _("Its date is over: booked as blocked."), "bad"
    days = ngettext("%(days)s day left", "%(days)s days left", left) % {"days": left}
    if rule is not None and left < rule.minimum_life_days:
        wanted = {"days": days, "minimum": rule.minimum_life_days}
        return _("Only %(days)s, %(minimum)s are wanted: booked as blocked.") % wanted, "bad"
    if rule is not None and left < rule.warning_life_days:
        return _("Only %(days)s.") % {"days": days}, "info"
    return None


def _count_days(site: str, expires_on: date) -> int:
    return (expires_on - masterdata.get_business_date(site, timezone.now())).days
