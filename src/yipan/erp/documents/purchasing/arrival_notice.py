"""Steps of an arrival notice (预到货通知): announce -> announce anew, receive, or cancel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from yipan.documents import numbers, told, trail
from yipan.documents.repeats import find_repeat
from yipan.documents.states import WrongState, lock_for
from yipan.erp.models import ArrivalNotice, ArrivalNoticeLine, PurchaseOrder
from yipan.erp.models.arrival_notice import STATES_COMING
from yipan.erp.models.arrival_notice import ArrivalNoticeState as State
from yipan.erp.models.purchase_order import STATES_ON_ORDER
from yipan.erp.rules import purchasing as rules
from yipan.exchange import outbox
from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.masterdata.refusals import VersionMismatch
from yipan.messages.base import Message
from yipan.messages.erp_purchasing import (
    AnnouncedLine,
    ArrivalAnnounced,
    ArrivalCanceled,
    Package,
    PackedLine,
)
from yipan.messages.wms import ReceivedLine

DOCUMENT_TYPE = "arrival_notice"
TRAIL = trail.Trail[ArrivalNotice]("erp", DOCUMENT_TYPE, lambda it: (it.site,))
LINES_MAX = 1_000
PACKAGES_MAX = 1_000

#: From which states may each step be taken?
STEPS = {
    "announce": frozenset({State.ANNOUNCED, State.PARTLY_RECEIVED}),
    "cancel": frozenset({State.ANNOUNCED, State.PARTLY_RECEIVED}),
}


class LinesMissing(Refusal):
    """A notice needs at least one line, and not more than the maximum."""

    code = "arrival_notice.lines_missing"
    status = 422


class OrderNotMatched(Refusal):
    """A line names an order that is not open, of another supplier, site or product."""

    code = "arrival_notice.order_not_matched"
    status = 422


class PackageWrong(Refusal):
    """A package has no proper code of 18 digits, a code twice, or holds what is not announced."""

    code = "arrival_notice.package_wrong"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticedLine:
    """So much of one SKU is on its way, for one order. No order: the one that waits longest."""

    sku: str
    quantity: int
    purchase_order_number: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Noticed:
    """What a supplier says is on its way."""

    site: str
    supplier: str
    lines: tuple[NoticedLine, ...]
    packages: tuple[Package, ...] = ()
    expected_at: datetime | None = None
    carrier: str = ""
    tracking: str = ""
    note: str = ""
    external_id: str = ""


@transaction.atomic
def announce(*, noticed: Noticed, by: Trace, at: datetime, message_id: UUID) -> ArrivalNotice:
    """
    Write down what is on its way, and tell the warehouse.

    Repeating it with the same `external_id` of a supplier returns the first one. Several may be
    written for one order, and one for several orders.

    :raises OrderNotMatched: if a line fits no open order.
    :raises PackageWrong: if packages and lines do not go together.
    """
    known = find_repeat(
        ArrivalNotice,
        external_id=noticed.external_id,
        within={"supplier": noticed.supplier},
        same={"site": noticed.site},
    )
    if known is not None:
        return known
    matched = _match(noticed)
    notice = ArrivalNotice(
        number=numbers.give_number(prefix="AN", on=masterdata.get_office_date(at)),
        site=noticed.site,
        supplier=noticed.supplier,
        external_id=noticed.external_id,
        created_by=by.actor,
        created_at=at,
    )
    _write(notice, noticed, matched)
    _tell(notice, _make_announced(notice, at=at, message_id=message_id))
    TRAIL.note(notice, step="announce", from_state="", by=by, at=at, message_id=message_id)
    return notice


@transaction.atomic
def announce_anew(
    *, number: str, noticed: Noticed, version: int, by: Trace, at: datetime, message_id: UUID
) -> ArrivalNotice:
    """
    Say again, otherwise, what is on its way and when. Site and supplier stay.

    :raises VersionMismatch: if somebody else changed it since `version`.
    :raises WrongState: if some of it has come already, and lines or packages would change.
    """
    notice = lock_for("announce", model=ArrivalNotice, number=number, steps=STEPS)
    if notice.version != version:
        raise VersionMismatch(number=number, current_version=notice.version)
    before = notice.state
    if before == State.PARTLY_RECEIVED and _list_facts(notice) != [
        (line.sku, line.quantity) for line in noticed.lines
    ]:
        raise WrongState(number=number, step="announce", state=str(before))
    notice.version += 1
    if before == State.ANNOUNCED:
        matched = _match(noticed)
        notice.lines.all().delete()
        _write(notice, noticed, matched)
    else:
        _write_head(notice, noticed)
        notice.save()
    _tell(notice, _make_announced(notice, at=at, message_id=message_id))
    TRAIL.note(notice, step="announce", from_state=before, by=by, at=at, message_id=message_id)
    return notice


@transaction.atomic
def cancel(*, number: str, by: Trace, at: datetime, message_id: UUID) -> ArrivalNotice:
    """Wait no longer for what is still open of a notice, and tell the warehouse."""
    notice = lock_for("cancel", model=ArrivalNotice, number=number, steps=STEPS)
    before = notice.state
    notice.state = State.CANCELED if before == State.ANNOUNCED else State.RECEIVED
    notice.save(update_fields=["state"])
    message = ArrivalCanceled(
        message_id=message_id,
        occurred_at=at,
        arrival_notice_number=notice.number,
        site=notice.site,
        reason=by.reason,
    )
    _tell(notice, message)
    TRAIL.note(notice, step="cancel", from_state=before, by=by, at=at, message_id=message_id)
    return notice


def receive(*, order: str, lines: Iterable[ReceivedLine], step: trail.Step) -> None:
    """
    Note what came of an order on the notices that announced it, the first to come first.

    A receipt names no notice: goods go to whichever waits for them longest.
    """
    open_lines = list(
        ArrivalNoticeLine.objects.select_for_update()
        .filter(purchase_order_number=order, notice__state__in=STATES_COMING)
        .select_related("notice")
        .order_by("notice__expected_at", "id")
    )
    if not open_lines:
        return
    by_id = {line.pk: line for line in open_lines}
    touched: dict[int, ArrivalNotice] = {}
    for came in lines:
        waiting = [
            (line.pk, line.quantity - line.quantity_received)
            for line in open_lines
            if line.sku == came.sku
        ]
        total = _count(came)
        for key, quantity in rules.share_arrival(open_quantities=waiting, quantity=total).items():
            by_id[key].quantity_received += quantity
            touched[by_id[key].notice_id] = by_id[key].notice
    ArrivalNoticeLine.objects.bulk_update(open_lines, ["quantity_received"])
    for notice in touched.values():
        _follow(notice, step=step, name="receive")


def take_back(*, order: str, lines: Iterable[ReceivedLine], step: trail.Step) -> None:
    """Wait again for goods of a receipt that was undone, on the notices that had got them last."""
    filled = list(
        ArrivalNoticeLine.objects.select_for_update()
        .filter(purchase_order_number=order, quantity_received__gt=0)
        .exclude(notice__state=State.CANCELED)
        .select_related("notice")
        .order_by("-notice__expected_at", "-id")
    )
    for came in lines:
        total = _count(came)
        given = [(line.pk, line.quantity_received) for line in filled if line.sku == came.sku]
        shares = rules.share_arrival(open_quantities=given, quantity=total)
        for line in filled:
            line.quantity_received -= shares.get(line.pk, 0)
    ArrivalNoticeLine.objects.bulk_update(filled, ["quantity_received"])
    for notice in {line.notice_id: line.notice for line in filled}.values():
        _follow(notice, step=step, name="reverse")


def _count(came: ReceivedLine) -> int:
    waiting = came.quantity_blocked + came.quantity_quarantine
    return came.quantity_sound + came.quantity_damaged + waiting


def _follow(notice: ArrivalNotice, *, step: trail.Step, name: str) -> None:
    """Set the state of a notice by what has come of it, and note the step if it changes."""
    before = notice.state
    lines = list(notice.lines.all())
    if all(line.quantity_received >= line.quantity for line in lines):
        notice.state = State.RECEIVED
    elif any(line.quantity_received for line in lines):
        notice.state = State.PARTLY_RECEIVED
    else:
        notice.state = State.ANNOUNCED
    notice.save(update_fields=["state"])
    by = Trace(actor=step.actor, device=step.device, reason=step.number)
    TRAIL.note(notice, step=name, from_state=before, by=by, at=step.at)


def _match(noticed: Noticed) -> list[tuple[NoticedLine, PurchaseOrder]]:
    """Return each line with its order."""
    masterdata.get_site(noticed.site)
    masterdata.get_supplier(noticed.supplier)
    if not 0 < len(noticed.lines) <= LINES_MAX:
        raise LinesMissing(lines=len(noticed.lines), maximum=LINES_MAX)
    told.require_plausible(((line.sku, line.quantity) for line in noticed.lines), minimum=1)
    told.require_known(sites=[], skus={line.sku for line in noticed.lines})
    _check_packages(noticed)
    orders = list(
        PurchaseOrder.objects.filter(
            site=noticed.site, supplier=noticed.supplier, state__in=STATES_ON_ORDER
        )
        .prefetch_related("lines")
        .order_by("expected_on", "id")
    )
    matched = []
    for line in noticed.lines:
        fitting = [
            order
            for order in orders
            if line.purchase_order_number in ("", order.number)
            and any(each.sku == line.sku for each in order.lines.all())
        ]
        if not fitting:
            raise OrderNotMatched(sku=line.sku, order=line.purchase_order_number)
        matched.append((line, fitting[0]))
    return matched


def _check_packages(noticed: Noticed) -> None:
    if len(noticed.packages) > PACKAGES_MAX:
        raise PackageWrong(packages=len(noticed.packages), maximum=PACKAGES_MAX)
    announced: dict[str, int] = {}
    for line in noticed.lines:
        announced[line.sku] = announced.get(line.sku, 0) + line.quantity
    seen: set[str] = set()
    for package in noticed.packages:
        if not rules.is_sscc(package.sscc) or package.sscc in seen:
            raise PackageWrong(sscc=package.sscc[:32])
        seen.add(package.sscc)
        for packed in package.lines:
            announced[packed.sku] = announced.get(packed.sku, 0) - packed.quantity
            if packed.quantity <= 0 or announced[packed.sku] < 0:
                raise PackageWrong(sscc=package.sscc, sku=packed.sku, quantity=packed.quantity)
            if packed.expires_on:
                told.read_date(packed.expires_on)


def _write_head(notice: ArrivalNotice, noticed: Noticed) -> None:
    notice.expected_at = noticed.expected_at
    notice.carrier = noticed.carrier[:48]
    notice.tracking = noticed.tracking[:64]
    notice.note = noticed.note[:400]


def _write(
    notice: ArrivalNotice, noticed: Noticed, matched: Sequence[tuple[NoticedLine, PurchaseOrder]]
) -> None:
    _write_head(notice, noticed)
    notice.packages = [asdict(package) for package in noticed.packages]
    notice.save()
    ArrivalNoticeLine.objects.bulk_create(
        ArrivalNoticeLine(
            notice=notice,
            line=place,
            sku=line.sku,
            quantity=line.quantity,
            purchase_order_number=order.number,
        )
        for place, (line, order) in enumerate(matched, start=1)
    )


def _list_facts(notice: ArrivalNotice) -> list[tuple[str, int]]:
    return [(line.sku, line.quantity) for line in notice.lines.order_by("line")]


def _make_announced(notice: ArrivalNotice, *, at: datetime, message_id: UUID) -> ArrivalAnnounced:
    supplier = masterdata.get_supplier(notice.supplier)
    lines = list(notice.lines.order_by("line"))
    inbound = dict(
        PurchaseOrder.objects.filter(
            number__in={line.purchase_order_number for line in lines}
        ).values_list("number", "inbound_order_number")
    )
    return ArrivalAnnounced(
        message_id=message_id,
        occurred_at=at,
        arrival_notice_number=notice.number,
        version=notice.version,
        site=notice.site,
        supplier=supplier.code,
        supplier_name=supplier.name_zh or supplier.name,
        expected_at=notice.expected_at.isoformat() if notice.expected_at else "",
        carrier=notice.carrier,
        tracking=notice.tracking,
        note=notice.note,
        lines=tuple(
            AnnouncedLine(
                line=line.line,
                sku=line.sku,
                quantity=line.quantity,
                inbound_order_number=inbound.get(line.purchase_order_number, ""),
                purchase_order_number=line.purchase_order_number,
            )
            for line in lines
        ),
        packages=tuple(read_package(package) for package in notice.packages),
    )


def read_package(written: dict[str, object]) -> Package:
    """Return a package as it was written down."""
    lines = written["lines"]
    assert isinstance(lines, list | tuple)
    return Package(sscc=str(written["sscc"]), lines=tuple(PackedLine(**line) for line in lines))


def _tell(notice: ArrivalNotice, message: Message) -> None:
    source = f"erp:hub/orders:{notice.site}"
    [sequence] = outbox.reserve_numbers(source)
    outbox.publish(message, source=source, sequence=sequence, correlation_id=notice.number)
