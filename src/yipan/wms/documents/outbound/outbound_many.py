"""Many outbound orders at once, as runs of messages and waves bring them: a few statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import QuerySet

from yipan.documents import trail
from yipan.ledger import promising
from yipan.ledger.moves import FactPosting, Move, Trace
from yipan.masterdata import queries as masterdata
from yipan.wms.documents.outbound import outbound_order, outbound_posting
from yipan.wms.documents.outbound.outbound_order import Wanted
from yipan.wms.documents.outbound.outbound_posting import Progress
from yipan.wms.models import OutboundLine, OutboundOrder, Pick
from yipan.wms.models.outbound_order import STATES_OPEN, PickState
from yipan.wms.queries import giving
from yipan.wms.rules import outbound as rules
from yipan.wms.rules.outbound import Giving, Share

#: Promises decided in one batch.
ORDERS_PER_BATCH = 500


@dataclass(kw_only=True, slots=True)
class _Plan:
    """What one order would set aside."""

    order: OutboundOrder
    moves: list[Move] = field(default_factory=list)
    shares: list[tuple[OutboundLine, list[Share]]] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class Release:
    """An order another system wants sent, and the message that told of it."""

    wanted: Wanted
    message_id: UUID


@transaction.atomic
def release_all(releases: Sequence[Release], *, by: Trace, at: datetime) -> None:
    """
    Write down what should go, and set aside what is there of it: `release` for many at once.

    Goods go to the most urgent first, then to who asked first.

    :raises SkuUnknown: if a SKU is not known here yet.
    :raises NumberReused: if a number stands for another order already.
    """
    orders = outbound_order.write([it.wanted for it in releases], by=by, at=at)
    trail.record_many(
        [
            outbound_posting.TRAIL.make_step(
                order, step="release", from_state="", by=by, at=at, message_id=it.message_id
            )
            for order, it in zip(orders, releases, strict=True)
        ]
    )
    for site in sorted({order.site for order in orders}):
        mine = {order.pk: order for order in orders if order.site == site}
        set_aside_all(OutboundOrder.objects.filter(pk__in=mine), by=by, at=at, is_noted=False)
    lacking = {line.order_id for line, _ in _list_uncovered(orders, only_sound=False)}
    for order in orders:
        if order.pk in lacking:
            # Goods that are not sound, and what somebody took between the look and the promise.
            order.refresh_from_db()
            if not outbound_order.set_aside(order, by=by, at=at):
                lacking.discard(order.pk)
    outbound_posting.tell_progress_many(
        [
            Progress(
                order=order,
                message_id=uuid5(it.message_id, "wms.outbound_progressed"),
                code="outbound_order.stock_short" if order.pk in lacking else "",
            )
            for order, it in zip(orders, releases, strict=True)
        ],
        at=at,
    )


@transaction.atomic
def set_aside_all(
    orders: QuerySet[OutboundOrder], *, by: Trace, at: datetime, is_noted: bool = True
) -> int:
    """
    Set aside what orders of one site lack, the most urgent first; return how many pieces.

    An order whose goods were taken by somebody between the look and the promise stays as it
    is: its own step, or the next wave, looks again. `is_noted`: as a step of its own.
    """
    rows = list(orders.filter(state__in=STATES_OPEN).select_for_update(of=("self",)).order_by("pk"))
    rows.sort(key=lambda row: (-row.priority, str(row.due_on or "9999"), row.pk))
    lines = _list_uncovered(rows)
    if not lines:
        return 0
    site = rows[0].site
    today = masterdata.get_business_date(site, at)
    plans = _plan(
        rows, lines, giving.list_giving_of(site, {line.sku for line, _ in lines}, today=today)
    )
    total = 0
    for start in range(0, len(plans), ORDERS_PER_BATCH):
        batch = plans[start : start + ORDERS_PER_BATCH]
        total += _post(site, batch, by=by, at=at, is_noted=is_noted)
    return total


def _list_uncovered(
    orders: Sequence[OutboundOrder], *, only_sound: bool = True
) -> list[tuple[OutboundLine, int]]:
    """Return the lines that no pick covers wholly, with how much is wanted, in two statements."""
    ids = [order.pk for order in orders]
    covered: dict[int, int] = {}
    picks = Pick.objects.filter(order__in=ids).exclude(state=PickState.CANCELED)
    for line_id, state, wanted, picked in picks.values_list(
        "line_id", "state", "quantity", "quantity_picked"
    ):
        covered[line_id] = covered.get(line_id, 0) + (wanted if state == PickState.OPEN else picked)
    lines = OutboundLine.objects.filter(order__in=ids).order_by("order_id", "line")
    if only_sound:
        lines = lines.filter(status="available")
    wanted_lines = [
        (line, line.quantity_ordered - line.quantity_missing - covered.get(line.pk, 0))
        for line in lines
    ]
    return [(line, quantity) for line, quantity in wanted_lines if quantity > 0]


def _plan(
    orders: Sequence[OutboundOrder],
    lines: Sequence[tuple[OutboundLine, int]],
    giving_of: dict[str, list[Giving]],
) -> list[_Plan]:
    """Choose bins order by order, each choice taken off what the next one may choose from."""
    by_order: dict[int, list[tuple[OutboundLine, int]]] = {}
    for line, quantity in lines:
        by_order.setdefault(line.order_id, []).append((line, quantity))
    plans = []
    for order in orders:
        plan, mine = _Plan(order=order), by_order.get(order.pk, [])
        wanted = [(line.sku, line.lot, quantity) for line, quantity in mine]
        chosen = rules.choose_for_lines(wanted=wanted, giving=giving_of)
        for (line, _), shares in zip(mine, chosen, strict=True):
            if shares:
                plan.moves += rules.reserve(sku=line.sku, shares=shares)
                plan.shares.append((line, shares))
        if plan.moves:
            plans.append(plan)
    return plans


def _post(site: str, plans: Sequence[_Plan], *, by: Trace, at: datetime, is_noted: bool) -> int:
    """Post the promises of some orders in one batch, and write the picks of those granted."""
    day = masterdata.get_business_date(site, at)
    postings = []
    for plan in plans:
        plan.order.postings_count += 1
        postings.append(
            FactPosting(
                origin=outbound_posting.make_origin(plan.order, step="reserve"),
                occurred_at=at,
                moves=plan.moves,
                trace=Trace(actor=by.actor, device=by.device, reason=by.reason),
                business_date=day,
            )
        )
    refusals = promising.post_promises(book=f"wms:{site}", postings=postings)
    granted = [plan for plan, refusal in zip(plans, refusals, strict=True) if refusal is None]
    picks = outbound_order.make_picks(
        [(plan.order, line, shares) for plan in granted for line, shares in plan.shares]
    )
    Pick.objects.bulk_create(picks)
    before = {plan.order.pk: plan.order.state for plan in granted}
    outbound_posting.move_on_many([plan.order for plan in granted])
    if is_noted:
        trail.record_many(
            [
                outbound_posting.TRAIL.make_step(
                    plan.order, step="reserve", from_state=before[plan.order.pk], by=by, at=at
                )
                for plan in granted
            ]
        )
    return sum(pick.quantity for pick in picks)
