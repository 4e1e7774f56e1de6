"""Steps of a channel order (渠道订单): take in, change, cancel, write notes on."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from django.db import transaction

from yipan.documents import numbers, told
from yipan.documents.repeats import find_repeat
from yipan.documents.states import WrongState
from yipan.documents.told import NumberReused
from yipan.foundation.kept import read_once
from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.oms.documents import backorder, demand_telling, order_state, sourcing, telling
from yipan.oms.models import ChannelOrder, FulfillmentOrder, OrderLine, OrderNote
from yipan.oms.models.fulfillment import STATES_OPEN as FULFILLMENT_OPEN
from yipan.oms.models.order import STATES_OPEN
from yipan.oms.models.order import ChannelOrderState as State
from yipan.pool import promises
from yipan.pool.promises import Ask, InsufficientStock
from yipan.pool.queries.channels import ChannelRow, find_parts, require_open

DOCUMENT_TYPE = order_state.DOCUMENT_TYPE
LINES_PER_ORDER_MAX = 200
#: What becomes of the part of an order a site was told to stop.
THEN_CANCEL, THEN_SOURCE = "cancel", "source"


class LinesMissing(Refusal):
    """An order needs at least one line, and not more than the maximum."""

    code = "channel_order.lines_missing"
    status = 422


class PickupSiteMissing(Refusal):
    """An order to be picked up has to say in which store."""

    code = "channel_order.pickup_site_missing"
    status = 422


class NothingToSource(Refusal):
    """Nothing of the order waits for goods: all is on its way, or canceled."""

    code = "channel_order.nothing_to_source"


@dataclass(frozen=True, kw_only=True, slots=True)
class BoughtLine:
    """So much of a SKU or a bundle, in smallest units; what it cost in all, in minor units."""

    sku: str
    quantity: int
    amount_minor: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Bought:
    """
    What somebody bought; see `ChannelOrder`. `hold` is the number of the cart's hold.

    Without `cancel_on`, what waits is canceled after the days its channel says.
    """

    channel: str
    external_id: str
    lines: tuple[BoughtLine, ...]
    method: str = "ship"
    pickup_site: str = ""
    origin_site: str = ""
    pickup_fallback: str = "ask"
    customer_name: str = ""
    address: str = ""
    region: str = ""
    latitude: float | None = None
    longitude: float | None = None
    preset: str = "cheapest"
    may_split: bool = True
    may_wait: bool = True
    priority: int = 0
    due_on: date | None = None
    cancel_on: date | None = None
    currency: str = "CNY"
    note: str = ""
    hold: str = ""
    placed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """An order as it was taken in; `is_repeat` says that it was told before."""

    number: str
    is_repeat: bool = False


@transaction.atomic
@read_once()
def take(*, bought: Bought, by: Trace, at: datetime, message_id: UUID) -> Taken:
    """
    Take in an order, reserve its goods and tell the sites, in one transaction.

    The same order of the channel told again is answered again. What no site has waits for
    goods, unless the order may not wait.

    :raises NotFound: if there is no such channel, or it is closed.
    :raises NumberReused: if the channel used the number for another order.
    :raises InsufficientStock: if something is missing of an order that may not wait.
    """
    digest = _get_digest(bought)
    known = find_repeat(
        ChannelOrder, external_id=bought.external_id, within={"channel": bought.channel}
    )
    if known is not None:
        if known.digest != digest:
            raise NumberReused(number=bought.external_id, site=bought.channel)
        return Taken(number=known.number, is_repeat=True)
    channel = _check(bought)
    promises.guard(numbers={bought.hold} - {""}, skus={line.sku for line in bought.lines}, at=at)
    order = _write(bought, channel=channel, digest=digest, by=by, at=at)
    order_state.ORDER_TRAIL.note(
        order, step="create", from_state="", by=by, at=at, message_id=message_id
    )
    if bought.hold:
        # Given back here and taken again below: the rows stay locked, nobody comes between.
        promises.release(ask=Ask(step="release", number=bought.hold, actor=by.actor), at=at)
    demand_telling.tell_taken(order, at=at, cause=message_id)
    sourcing.source(order=order, trigger="new", by=by, at=at, message_id=message_id)
    if not bought.may_wait:
        _require_whole(order)
    return Taken(number=order.number)


@transaction.atomic
def source(*, number: str, by: Trace, at: datetime, message_id: UUID, only: str = "") -> int:
    """
    Try again to find goods for what waits of an order; from one site alone, if a person says so.

    Return how many fulfillment orders came of it.

    :raises NothingToSource: if nothing of it waits.
    """
    order = order_state.lock_order(number, at=at)
    waiting = sum(
        line.quantity - line.quantity_canceled - line.quantity_placed for line in order.lines.all()
    )
    if order.state not in STATES_OPEN or not waiting:
        raise NothingToSource(number=number)
    trigger = "manual" if only else "again"
    return len(
        sourcing.source(
            order=order, trigger=trigger, by=by, at=at, message_id=message_id, only=only
        )
    )


@transaction.atomic
def cancel(*, number: str, by: Trace, at: datetime, message_id: UUID) -> ChannelOrder:
    """
    Cancel what of an order has not left. Safe to repeat.

    What waits is canceled at once; sites that work on it are asked to stop, and what they
    answer decides: what left meanwhile has left.

    :raises WrongState: if all of it has left before.
    """
    order = order_state.lock_order(number, at=at)
    if order.state == State.CANCELED:
        return order
    if order.state not in STATES_OPEN:
        raise WrongState(number=number, step="cancel", state=order.state)
    before = order.state
    backorder.give_back(order, by=by, at=at)
    lines = list(order.lines.select_for_update().order_by("line"))
    for line in lines:
        line.quantity_canceled += line.quantity - line.quantity_canceled - line.quantity_placed
    OrderLine.objects.bulk_update(lines, ["quantity_canceled"])
    for fulfillment in order.fulfillments.filter(state__in=FULFILLMENT_OPEN).order_by("site"):
        stop(fulfillment, then=THEN_CANCEL, by=by, at=at, message_id=message_id)
    order_state.recount(order, at=at)
    order_state.ORDER_TRAIL.note(order, step="cancel", from_state=before, by=by, at=at)
    return order


@transaction.atomic
def cancel_waiting(*, number: str, by: Trace, at: datetime) -> int:
    """
    Cancel what still waits of an order whose day to cancel has come; what is on its way goes on.

    Return how much was canceled.
    """
    order = order_state.lock_order(number, at=at)
    if (
        order.state not in STATES_OPEN
        or order.cancel_on is None
        or order.cancel_on > masterdata.get_office_date(at)
    ):
        return 0
    before = order.state
    backorder.give_back(order, by=by, at=at)
    canceled = 0
    for line in order.lines.select_for_update().order_by("line"):
        waiting = line.quantity - line.quantity_canceled - line.quantity_placed
        if waiting:
            line.quantity_canceled += waiting
            line.save(update_fields=["quantity_canceled"])
            canceled += waiting
    if canceled:
        order_state.recount(order, at=at)
        order_state.ORDER_TRAIL.note(order, step="cancel", from_state=before, by=by, at=at)
    return canceled


@transaction.atomic
def send_elsewhere(*, number: str, by: Trace, at: datetime, message_id: UUID) -> None:
    """
    Take a fulfillment order away from its site (人工改派); its goods are sourced anew.

    :raises NotFound: if there is none of this number.
    :raises WrongState: if the site is done with it.
    """
    fulfillment = order_state.find_fulfillment(number, at=at)
    if fulfillment is None or fulfillment.state not in FULFILLMENT_OPEN:
        state = "" if fulfillment is None else str(fulfillment.state)
        raise WrongState(number=number, step="send_elsewhere", state=state)
    stop(fulfillment, then=THEN_SOURCE, by=by, at=at, message_id=message_id)


@transaction.atomic
def write_note(*, number: str, text: str, by: Trace, at: datetime) -> None:
    """Write something down about an order."""
    order = order_state.lock_order(number, at=at)
    OrderNote.objects.create(order=order, text=text[:500], written_by=by.actor, written_at=at)


def stop(
    fulfillment: FulfillmentOrder, *, then: str, by: Trace, at: datetime, message_id: UUID
) -> None:
    """Ask the site of a fulfillment order locked by the caller to stop. Asked once."""
    if fulfillment.is_canceling:
        if then == THEN_CANCEL:
            # Whoever cancels after a change wants none of it sourced anew.
            fulfillment.after_cancel = then
            fulfillment.save(update_fields=["after_cancel"])
        return
    fulfillment.is_canceling, fulfillment.after_cancel = True, then
    fulfillment.reason = by.reason
    fulfillment.save(update_fields=["is_canceling", "after_cancel", "reason"])
    told_id = uuid5(message_id, f"oms.fulfillment_canceled {fulfillment.number}")
    telling.cancel(fulfillment, reason=by.reason, at=at, message_id=told_id)
    order_state.FULFILLMENT_TRAIL.note(
        fulfillment,
        step="ask_cancel",
        from_state=fulfillment.state,
        by=by,
        at=at,
        message_id=told_id,
    )


def _check(bought: Bought) -> ChannelRow:
    channel = require_open(bought.channel)
    if not 0 < len(bought.lines) <= LINES_PER_ORDER_MAX:
        raise LinesMissing(lines=len(bought.lines), maximum=LINES_PER_ORDER_MAX)
    if bought.method != "ship" and not bought.pickup_site:
        raise PickupSiteMissing
    told.require_plausible(((line.sku, line.quantity) for line in bought.lines), minimum=1)
    named = {bought.pickup_site, bought.origin_site} - {""}
    told.require_known(sites=named, skus={line.sku for line in bought.lines})
    return channel


def _write(
    bought: Bought, *, channel: ChannelRow, digest: str, by: Trace, at: datetime
) -> ChannelOrder:
    today = masterdata.get_office_date(at)
    cancel_on = bought.cancel_on
    if cancel_on is None and channel.cancel_after_days is not None:
        cancel_on = today + timedelta(days=channel.cancel_after_days)
    order = ChannelOrder.objects.create(
        number=numbers.give_number(prefix="CO", on=today),
        created_by=by.actor,
        created_at=at,
        placed_at=bought.placed_at or at,
        cancel_on=cancel_on,
        digest=digest,
        **{
            name: getattr(bought, name)
            for name in Bought.__dataclass_fields__
            if name not in {"lines", "hold", "placed_at", "cancel_on"}
        },
    )
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            line=place,
            sku=sku,
            bundle=bundle,
            quantity=quantity,
            amount_minor=amount,
        )
        for place, (sku, bundle, quantity, amount) in enumerate(_merge(bought.lines), start=1)
    )
    return order


def _merge(lines: Sequence[BoughtLine]) -> list[tuple[str, str, int, int]]:
    """Return SKU, bundle, quantity and amount, a SKU once; bundles are their parts."""
    parts = find_parts({line.sku for line in lines})
    merged: dict[str, tuple[str, int, int]] = {}
    for line in lines:
        found = parts.get(line.sku, ((line.sku, 1),))
        for place, (sku, needed) in enumerate(found):
            bundle = line.sku if line.sku in parts else ""
            # The money of a bundle stands with its first part.
            amount = line.amount_minor if place == 0 else 0
            _, quantity, before = merged.get(sku, ("", 0, 0))
            merged[sku] = (bundle, quantity + line.quantity * needed, before + amount)
    return [(sku, *rest) for sku, rest in merged.items()]


def _require_whole(order: ChannelOrder) -> None:
    for line in order.lines.order_by("line"):
        if line.quantity_placed < line.quantity:
            raise InsufficientStock(
                sku=line.sku,
                site=order.pickup_site,
                requested_quantity=line.quantity,
                available_quantity=line.quantity_placed,
            )


def _get_digest(bought: Bought) -> str:
    lines = sorted((line.sku, line.quantity, line.amount_minor) for line in bought.lines)
    content = f"{bought.method}|{bought.pickup_site}|{lines}"
    return hashlib.sha256(content.encode()).hexdigest()
