"""
Cross-docking (越库): goods that an open order waits for go from the dock to where they leave.

They are set aside for the order where they were put down, and a task says where to carry them;
so nobody puts away what somebody would have to fetch again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from yipan.ledger.moves import Trace
from yipan.ledger.posting import StockShort
from yipan.masterdata import queries as masterdata
from yipan.wms.documents.outbound import move_task, outbound_order, outbound_posting
from yipan.wms.documents.outbound.move_task import Needed
from yipan.wms.models import MoveTask, OutboundLine, OutboundOrder, Pick
from yipan.wms.models.move_task import MoveTaskKind
from yipan.wms.models.outbound_order import STATES_OPEN, PickState
from yipan.wms.queries import giving
from yipan.wms.rules import outbound as rules
from yipan.wms.rules.outbound import Share

#: Goods for a truck go before all other tasks: the dock must be free.
PRIORITY = 20
ORDERS_MAX = 200


@transaction.atomic
def offer(
    *, site: str, bin_code: str, skus: Collection[str], by: Trace, at: datetime
) -> list[MoveTask]:
    """
    Set goods just received aside for open orders without, the most urgent first; raise the tasks.

    `bin_code` is where they were put down. Nothing happens when nobody waits for them.
    """
    today = masterdata.get_business_date(site, at)
    free = {
        sku: {it.lot: it for it in places if it.bin_code == bin_code}
        for sku, places in giving.list_giving_of(site, skus, today=today).items()
    }
    if not any(free.values()):
        return []
    to_bin = giving.find_packing_bin(site, zone_types=("shipping", "packing"))
    to_bin = to_bin or rules.PACKING_BIN
    needed: list[Needed] = []
    for order in _lock_waiting(site, set(free)):
        for line, wanted in outbound_order.list_uncovered(order):
            lots = [
                it
                for it in free.get(line.sku, {}).values()
                if line.lot in ("", it.lot) and line.status == "available"
            ]
            for share in rules.choose_bins(giving=lots, quantity=wanted):
                pick = _set_aside(order, line, share, by=by, at=at)
                if pick is None:
                    continue
                known = free[line.sku][share.lot]
                left = replace(known, quantity=known.quantity - share.quantity)
                free[line.sku][share.lot] = left
                needed.append(
                    Needed(
                        kind=MoveTaskKind.CROSS_DOCK,
                        sku=line.sku,
                        lot=share.lot,
                        quantity=share.quantity,
                        from_bin=bin_code,
                        to_bin=to_bin,
                        priority=PRIORITY,
                        order_number=order.number,
                        pick=pick,
                    )
                )
    return move_task.raise_tasks(site, needed, by=by, at=at)


def _lock_waiting(site: str, skus: Collection[str]) -> list[OutboundOrder]:
    """Lock the open orders that may wait for some of the SKUs; return the most urgent first."""
    lines = OutboundLine.objects.filter(
        sku__in=skus, order__site=site, order__state__in=STATES_OPEN
    )
    rows = OutboundOrder.objects.filter(pk__in=lines.values("order"))
    wanted = list(
        rows.order_by("-priority", "due_on", "id").values_list("pk", flat=True)[:ORDERS_MAX]
    )
    locked = OutboundOrder.objects.select_for_update().filter(pk__in=wanted).order_by("pk")
    by_pk = {order.pk: order for order in locked}
    return [by_pk[pk] for pk in wanted if by_pk[pk].state in STATES_OPEN]


def _set_aside(
    order: OutboundOrder, line: OutboundLine, share: Share, *, by: Trace, at: datetime
) -> Pick | None:
    moves = rules.reserve(sku=line.sku, shares=[share])
    try:
        outbound_posting.post(order, step="reserve", moves=moves, by=by, at=at, is_promise=True)
    except StockShort:
        return None
    outbound_order.add_picks(order, line, [share])
    before = order.state
    outbound_posting.move_on(order)
    outbound_posting.TRAIL.note(order, step="reserve", from_state=before, by=by, at=at)
    mine = order.picks.filter(line=line, state=PickState.OPEN, bin_code=share.bin_code)
    return mine.latest("id")
