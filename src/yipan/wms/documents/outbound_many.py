"""Setting goods aside for many orders at once, as a wave wants it: a handful of statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from yipan.documents import trail
from yipan.ledger import promising
from yipan.ledger.moves import FactPosting, Move, Trace
from yipan.masterdata import queries as masterdata
from yipan.wms.documents import outbound_order, outbound_posting
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


@transaction.atomic
def set_aside_all(orders: QuerySet[OutboundOrder], *, by: Trace, at: datetime) -> int:
    """
    Set aside what the orders lack, the most urgent first; return how many pieces.

    An order whose goods were taken by somebody between the look and the promise stays as it
    is: its own step, or the next wave, looks again.
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
        total += _post(site, plans[start : start + ORDERS_PER_BATCH], by=by, at=at)
    return total


def _list_uncovered(orders: Sequence[OutboundOrder]) -> list[tuple[OutboundLine, int]]:
    """Return the lines that no pick covers wholly, with how much is wanted, in two statements."""
    ids = [order.pk for order in orders]
    covered: dict[int, int] = {}
    picks = Pick.objects.filter(order__in=ids).exclude(state=PickState.CANCELED)
    for line_id, state, wanted, picked in picks.values_list(
        "line_id", "state", "quantity", "quantity_picked"
    ):
        covered[line_id] = covered.get(line_id, 0) + (wanted if state == PickState.OPEN else picked)
    lines = OutboundLine.objects.filter(order__in=ids, status="available")
    lines = lines.order_by("order_id", "line")
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
        plan = _Plan(order=order)
        for line, quantity in by_order.get(order.pk, []):
            bins = giving_of.get(line.sku, [])
            fitting = [it for it in bins if line.lot in ("", it.lot)]
            shares = rules.choose_bins(giving=fitting, quantity=quantity)
            if shares:
                taken = {(share.bin_code, share.lot): share.quantity for share in shares}
                giving_of[line.sku] = [
                    replace(it, quantity=it.quantity - taken.get((it.bin_code, it.lot), 0))
                    for it in bins
                ]
                plan.moves += rules.reserve(sku=line.sku, shares=shares)
                plan.shares.append((line, shares))
        if plan.moves:
            plans.append(plan)
    return plans


def _post(site: str, plans: Sequence[_Plan], *, by: Trace, at: datetime) -> int:
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
    trail.record_many(
        [
            outbound_posting.TRAIL.make_step(
                plan.order, step="reserve", from_state=before[plan.order.pk], by=by, at=at
            )
            for plan in granted
        ]
    )
    return sum(pick.quantity for pick in picks)
