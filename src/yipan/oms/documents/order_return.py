"""Steps of a return of an order (订单退货): announce -> come back anywhere -> refund; or cancel."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from yipan.documents import numbers, told, trail
from yipan.documents.states import lock_for
from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.oms.documents import order_state
from yipan.oms.models import ChannelOrder, OrderReturn, OrderReturnLine
from yipan.oms.models.order_return import STATES_EXPECTED
from yipan.oms.models.order_return import OrderReturnState as State

DOCUMENT_TYPE = "order_return"
TRAIL = trail.Trail[OrderReturn]("oms", DOCUMENT_TYPE, lambda it: (it.site,))
RECEIPTS_MAX = 200

#: From which states may each step be taken?
STEPS = {
    "cancel": frozenset({State.ANNOUNCED}),
    "refund": frozenset({State.ANNOUNCED, State.PARTLY_RECEIVED, State.RECEIVED}),
}


class ReturnTooMuch(Refusal):
    """So many of this product were not shipped, or came back, or are announced already."""

    code = "order_return.too_much"


class ReturnLinesMissing(Refusal):
    """A return names each product once, and at least one."""

    code = "order_return.lines_missing"
    status = 422


class RefundReferenceMissing(Refusal):
    """A refund is paid elsewhere: the number under which has to be told."""

    code = "order_return.reference_missing"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class BroughtBack:
    """So much of a SKU, in its smallest unit, and in which condition it is."""

    sku: str
    quantity: int
    disposition: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Announced:
    """What a customer will bring or send back; `site` is where to, empty for anywhere."""

    order: str
    lines: tuple[BroughtBack, ...]
    site: str = ""
    reason: str = ""
    external_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class CameBack:
    """What a site took back of an order, by its own document."""

    order: str
    document: str
    site: str
    lines: tuple[BroughtBack, ...]


@transaction.atomic
def announce(*, announced: Announced, by: Trace, at: datetime) -> OrderReturn:
    """
    Write down what a customer will bring back (退货申请). With an `external_id` it is done once.

    :raises NotFound: if there is no such order.
    :raises ReturnLinesMissing: if no product is named, or one twice.
    :raises ReturnTooMuch: if less of it was shipped, less what is coming back already.
    """
    order = order_state.lock_order(announced.order, at=at)
    known = order.returns.filter(external_id=announced.external_id).exclude(external_id="").first()
    if known is not None:
        return known
    told.require_plausible(((it.sku, it.quantity) for it in announced.lines), minimum=1)
    told.require_known(sites={announced.site} - {""}, skus=set())
    if not announced.lines or len({it.sku for it in announced.lines}) < len(announced.lines):
        raise ReturnLinesMissing(number=announced.order)
    left = _count_returnable(order)
    for it in announced.lines:
        if it.quantity > left.get(it.sku, 0):
            raise ReturnTooMuch(sku=it.sku, asked=it.quantity, returnable=left.get(it.sku, 0))
    made = _make(order, site=announced.site, by=by, at=at)
    made.external_id, made.reason = announced.external_id[:96], announced.reason[:200]
    made.save()
    OrderReturnLine.objects.bulk_create(
        OrderReturnLine(order_return=made, sku=it.sku, quantity=it.quantity)
        for it in announced.lines
    )
    _note(made, step="announce", from_state="", by=by, at=at)
    return made


@transaction.atomic
def take_back(*, came: CameBack, by: Trace, at: datetime) -> OrderReturn | None:
    """
    Write down that goods of an order came back, at whatever site: a fact, announced or not.

    The books moved by what the site told; here it is counted. The same document again changes
    nothing, and goods of no order of ours are nobody's here.
    """
    order = ChannelOrder.objects.select_for_update().filter(number=came.order).first()
    if order is None:
        return None
    key = f"{came.site}/{came.document}"
    for known in order.returns.order_by("-id")[:RECEIPTS_MAX]:
        if key in known.receipts:
            return known
    skus = {it.sku for it in came.lines}
    expected = order.returns.select_for_update().filter(
        state__in=STATES_EXPECTED, lines__sku__in=skus
    )
    found = OrderReturn.objects.filter(pk__in=expected.values("pk")).order_by("id").first()
    made = found or _make(order, site=came.site, by=by, at=at)
    before = made.state if found else ""
    made.receipts[key] = [[it.sku, it.quantity, it.disposition] for it in came.lines]
    for it in came.lines:
        line, _ = OrderReturnLine.objects.get_or_create(
            order_return=made, sku=it.sku, defaults={"quantity": 0}
        )
        line.quantity_received += it.quantity
        line.save(update_fields=["quantity_received"])
        bought = order.lines.select_for_update().filter(sku=it.sku).first()
        if bought is not None:
            bought.quantity_returned += it.quantity
            bought.save(update_fields=["quantity_returned"])
    is_whole = all(line.quantity_received >= line.quantity for line in made.lines.all())
    made.state = State.RECEIVED if is_whole else State.PARTLY_RECEIVED
    made.received_at = at
    made.save()
    _note(made, step="receive", from_state=before, by=by, at=at)
    return made


@transaction.atomic
def refund(
    *, number: str, amount_minor: int, reference: str, by: Trace, at: datetime
) -> OrderReturn:
    """
    Write down that the money was paid back, and under which number. It puts no goods anywhere.

    :raises RefundReferenceMissing: if no number is told.
    :raises WrongState: if it was canceled or refunded.
    """
    if not reference.strip():
        raise RefundReferenceMissing(number=number)
    found = lock_for("refund", model=OrderReturn, number=number, steps=STEPS)
    before, found.state = found.state, State.REFUNDED
    found.refund_minor, found.refund_reference = amount_minor, reference.strip()[:96]
    found.settled_at = at
    found.save()
    _note(found, step="refund", from_state=before, by=by, at=at)
    return found


@transaction.atomic
def cancel(*, number: str, by: Trace, at: datetime) -> OrderReturn:
    """
    Give a return up of which nothing came (退货取消): the customer keeps the goods.

    :raises WrongState: if something came back already.
    """
    found = lock_for("cancel", model=OrderReturn, number=number, steps=STEPS)
    before, found.state = found.state, State.CANCELED
    found.settled_at = at
    found.save(update_fields=["state", "settled_at"])
    _note(found, step="cancel", from_state=before, by=by, at=at)
    return found


def _make(order: ChannelOrder, *, site: str, by: Trace, at: datetime) -> OrderReturn:
    return OrderReturn.objects.create(
        number=numbers.give_number(prefix="OR", on=masterdata.get_office_date(at)),
        order=order,
        site=site,
        created_by=by.actor,
        created_at=at,
    )


def _count_returnable(order: ChannelOrder) -> dict[str, int]:
    """Return SKU to what was shipped of it, less what came back or is announced."""
    left = {line.sku: line.quantity_shipped - line.quantity_returned for line in order.lines.all()}
    rows = OrderReturnLine.objects.filter(
        order_return__order=order, order_return__state__in=STATES_EXPECTED
    )
    for row in rows:
        open_quantity = max(0, row.quantity - row.quantity_received)
        left[row.sku] = left.get(row.sku, 0) - open_quantity
    return left


def _note(found: OrderReturn, *, step: str, from_state: str, by: Trace, at: datetime) -> None:
    why = replace(by, reason=by.reason or found.order.number)
    TRAIL.note(found, step=step, from_state=from_state, by=why, at=at)
