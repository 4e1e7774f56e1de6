"""Steps of a transfer order (调拨单) that people take: create -> approve -> release -> close."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from yipan.documents import numbers, trail
from yipan.documents.repeats import find_repeat
from yipan.documents.states import lock_for, require_second_person
from yipan.documents.told import QuantityNotPlausible
from yipan.erp.documents import supply_telling
from yipan.erp.documents.transfers import transfer_progress
from yipan.erp.models import TransferOrder, TransferOrderLine
from yipan.erp.models.transfer_order import TransferOrderState as State
from yipan.exchange import outbox
from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.masterdata.refusals import SkuUnknown, VersionMismatch
from yipan.messages.base import Message
from yipan.messages.erp import OutboundCanceled, OutboundLine, OutboundReleased

DOCUMENT_TYPE = transfer_progress.DOCUMENT_TYPE
TRAIL = trail.Trail[TransferOrder]("erp", DOCUMENT_TYPE, lambda it: (it.from_site, it.to_site))
LINES_PER_TRANSFER_MAX = 1_000
QUANTITY_TRANSFERRED_MAX = 9_999_999

#: From which states may each step be taken?
STEPS = {
    "edit": frozenset({State.DRAFT}),
    "approve": frozenset({State.DRAFT}),
    "release": frozenset({State.APPROVED}),
    "cancel": frozenset({State.DRAFT, State.APPROVED, State.RELEASED}),
    "close": frozenset({State.PARTLY_SHIPPED, State.PARTLY_RECEIVED}),
}


class LinesMissing(Refusal):
    """A transfer needs at least one line, and not more than the maximum."""

    code = "transfer_order.lines_missing"
    status = 422


class SkuRepeated(Refusal):
    """A SKU is on two lines of one transfer; put the quantities together."""

    code = "transfer_order.sku_repeated"
    status = 422


class SiteToItself(Refusal):
    """A transfer goes from one site to another; inside a site goods are only moved."""

    code = "transfer_order.site_to_itself"
    status = 422


class NothingOpen(Refusal):
    """The sender has shipped all it will: there is nothing left to close."""

    code = "transfer_order.nothing_open"


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferredLine:
    """A quantity of one SKU in its smallest unit."""

    sku: str
    quantity: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Transferred:
    """What somebody wants to go from one site to another. Lines are numbered from 1."""

    from_site: str
    to_site: str
    lines: tuple[TransferredLine, ...]
    due_on: date | None = None
    note: str = ""
    external_id: str = ""
    allocation_number: str = ""


@transaction.atomic
def create(*, wanted: Transferred, by: Trace, at: datetime) -> TransferOrder:
    """
    Write down a draft (草稿). Repeating it with the same `external_id` returns the first one.

    :raises SiteToItself: if sender and receiver are one.
    :raises LinesMissing: if there are no lines, or too many.
    """
    known = find_repeat(
        TransferOrder,
        external_id=wanted.external_id,
        same={"from_site": wanted.from_site, "to_site": wanted.to_site},
    )
    if known is not None:
        return known
    _check(wanted)
    order = TransferOrder.objects.create(
        number=numbers.give_number(prefix="TO", on=masterdata.get_office_date(at)),
        from_site=wanted.from_site,
        to_site=wanted.to_site,
        due_on=wanted.due_on,
        note=wanted.note,
        external_id=wanted.external_id,
        allocation_number=wanted.allocation_number,
        created_by=by.actor,
        created_at=at,
    )
    _write_lines(order, wanted.lines)
    _note(order, step="create", from_state="", by=by, at=at)
    return order


@transaction.atomic
def edit(
    *, number: str, wanted: Transferred, version: int, by: Trace, at: datetime
) -> TransferOrder:
    """
    Replace what a draft says.

    :raises VersionMismatch: if somebody else changed it since `version`.
    :raises WrongState: if it is no draft any more.
    """
    order = lock_for("edit", model=TransferOrder, number=number, steps=STEPS)
    if order.version != version:
        raise VersionMismatch(number=number, current_version=order.version)
    _check(wanted)
    order.from_site = wanted.from_site
    order.to_site = wanted.to_site
    order.due_on = wanted.due_on
    order.note = wanted.note
    order.version += 1
    order.save(update_fields=["from_site", "to_site", "due_on", "note", "version"])
    order.lines.all().delete()
    _write_lines(order, wanted.lines)
    _note(order, step="edit", from_state=State.DRAFT, by=by, at=at)
    return order


@transaction.atomic
def approve(*, number: str, by: Trace, at: datetime, version: int | None = None) -> TransferOrder:
    """
    Allow a draft to be released (审核). Another person than who wrote it has to.

    `version` is of what they read: what was changed since is not approved unseen.

    :raises VersionMismatch: if somebody changed it since `version`.
    :raises OwnApproval: if it is the same person.
    """
    order = lock_for("approve", model=TransferOrder, number=number, steps=STEPS)
    if version is not None and order.version != version:
        raise VersionMismatch(number=number, current_version=order.version)
    require_second_person(order, actor=by.actor)
    order.approved_by = by.actor
    order.state = State.APPROVED
    order.save(update_fields=["approved_by", "state"])
    _note(order, step="approve", from_state=State.DRAFT, by=by, at=at)
    return order


@transaction.atomic
def release(*, number: str, by: Trace, at: datetime, message_id: UUID) -> TransferOrder:
    """Tell the sender to send the goods (下达)."""
    order = lock_for("release", model=TransferOrder, number=number, steps=STEPS)
    receiver = masterdata.get_site(order.to_site)
    order.outbound_order_number = f"OUT-{order.number}"
    order.state = State.RELEASED
    order.released_at = at
    order.save(update_fields=["outbound_order_number", "state", "released_at"])
    message = OutboundReleased(
        message_id=message_id,
        occurred_at=at,
        outbound_order_number=order.outbound_order_number,
        order_type="transfer",
        document_number=order.number,
        site=order.from_site,
        ship_to=order.to_site,
        ship_to_name=receiver.name_zh or receiver.name,
        due_on=order.due_on.isoformat() if order.due_on else "",
        note=order.note,
        lines=tuple(
            OutboundLine(line=line.line, sku=line.sku, quantity=line.quantity_ordered)
            for line in order.lines.order_by("line")
        ),
    )
    _tell(order, message)
    _note(order, step="release", from_state=State.APPROVED, by=by, at=at, message_id=message_id)
    return order


@transaction.atomic
def cancel(*, number: str, by: Trace, at: datetime, message_id: UUID) -> TransferOrder:
    """
    Give a transfer up before anything was shipped (作废); a sender that was told is told again.

    :raises WrongState: if goods have left already.
    """
    order = lock_for("cancel", model=TransferOrder, number=number, steps=STEPS)
    before = order.state
    order.state = State.CANCELED
    order.closed_at = at
    order.save(update_fields=["state", "closed_at"])
    told = _tell_canceled(order, by=by, at=at, message_id=message_id)
    _note(order, step="cancel", from_state=before, by=by, at=at, message_id=told)
    return order


@transaction.atomic
def close(*, number: str, by: Trace, at: datetime, message_id: UUID) -> TransferOrder:
    """
    Wait no longer for what was not shipped (关闭), and tell the sender.

    What is on its way stays in transit until it came or was settled.

    :raises NothingOpen: if the sender has shipped all it will.
    """
    order = lock_for("close", model=TransferOrder, number=number, steps=STEPS)
    if transfer_progress.is_sender_done(order):
        raise NothingOpen(number=order.number)
    before = order.state
    order.is_shipping_closed = True
    order.save(update_fields=["is_shipping_closed"])
    transfer_progress.recount(order, by=by, at=at)
    told = _tell_canceled(order, by=by, at=at, message_id=message_id)
    _note(order, step="close", from_state=before, by=by, at=at, message_id=told)
    return order


def _check(wanted: Transferred) -> None:
    for site in (wanted.from_site, wanted.to_site):
        masterdata.get_site(site)
    if wanted.from_site == wanted.to_site:
        raise SiteToItself(site=wanted.from_site)
    if not 0 < len(wanted.lines) <= LINES_PER_TRANSFER_MAX:
        raise LinesMissing(lines=len(wanted.lines), maximum=LINES_PER_TRANSFER_MAX)
    skus = [line.sku for line in wanted.lines]
    unknown = masterdata.list_unknown_skus(skus)
    if unknown:
        raise SkuUnknown(sku=unknown[0])
    seen: set[str] = set()
    for line in wanted.lines:
        if line.sku in seen:
            raise SkuRepeated(sku=line.sku)
        seen.add(line.sku)
        if not 0 < line.quantity <= QUANTITY_TRANSFERRED_MAX:
            raise QuantityNotPlausible(sku=line.sku, quantity=line.quantity)


def _write_lines(order: TransferOrder, lines: Sequence[TransferredLine]) -> None:
    TransferOrderLine.objects.bulk_create(
        TransferOrderLine(order=order, line=place, sku=line.sku, quantity_ordered=line.quantity)
        for place, line in enumerate(lines, start=1)
    )


def _tell_canceled(
    order: TransferOrder, *, by: Trace, at: datetime, message_id: UUID
) -> UUID | None:
    """Tell the sender, if it was told to send; return the message's id then."""
    if not order.outbound_order_number:
        return None
    message = OutboundCanceled(
        message_id=message_id,
        occurred_at=at,
        outbound_order_number=order.outbound_order_number,
        document_number=order.number,
        site=order.from_site,
        reason=by.reason,
    )
    _tell(order, message)
    return message_id


def _tell(order: TransferOrder, message: Message) -> None:
    source = f"erp:hub/orders:{order.from_site}"
    [sequence] = outbox.reserve_numbers(source)
    outbox.publish(message, source=source, sequence=sequence, correlation_id=order.number)


def _note(
    order: TransferOrder,
    *,
    step: str,
    from_state: str,
    by: Trace,
    at: datetime,
    message_id: UUID | None = None,
) -> None:
    TRAIL.note(order, step=step, from_state=from_state, by=by, at=at, message_id=message_id)
    supply_telling.tell_transfer(order, by=by, at=at)
