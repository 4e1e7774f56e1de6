"""Goods whose date is over (过期冻结): their reservations are moved, and they are blocked."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from yipan.foundation.status import StockStatus
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.wms.documents.outbound import outbound_order, outbound_posting
from yipan.wms.documents.stock import adjustment
from yipan.wms.documents.stock.adjustment import Added, Kind
from yipan.wms.models import Adjustment, Lot, OutboundOrder, Pick
from yipan.wms.models.outbound_order import STATES_OPEN, PickState
from yipan.wms.queries.lots import LotKey, list_expired, list_places
from yipan.wms.rules import outbound as rules
from yipan.wms.rules.outbound import Share

REASON = "expired"
LINES_PER_RUN_MAX = 1_000


@transaction.atomic
def block(*, site: str, by: Trace, at: datetime, message_id: UUID) -> Adjustment | None:
    """
    Block what of a site may no longer be sold, by a document the hub hears of.

    Open picks of such lots are given other goods first. Repeating it finds nothing to block, and
    makes no document. Picked goods are left to who carries them: they ship, or are put back.
    """
    today = masterdata.get_business_date(site, at)
    over = {(row.sku, row.code) for row in list_expired(site, today=today)}
    if not over:
        return None
    _free_picks(site, over=over, by=by, at=at)
    bins = {row.code for row in masterdata.list_bins(site)}
    lines = [
        Added(
            sku=sku,
            bin_code=place.bin_code,
            lot=place.lot,
            quantity=quantity,
            from_status=StockStatus.AVAILABLE,
            cause=REASON,
            capture_mode="api",
        )
        for (sku, place), quantity in list_places(site).items()
        if (sku, place.lot) in over
        and place.status == StockStatus.AVAILABLE
        and quantity > 0
        and place.bin_code in bins
    ]
    if not lines:
        return None
    for sku, code in over:
        Lot.objects.filter(site=site, sku=sku, code=code).update(is_blocked=True)
    return adjustment.create_and_post(
        opening=adjustment.open_draft(site=site, by=by, at=at),
        kind=Kind(adjustment_type="status_change", to_status=StockStatus.BLOCKED, reason=REASON),
        lines=lines[:LINES_PER_RUN_MAX],
        by=by,
        at=at,
        message_id=message_id,
    )


def _free_picks(site: str, *, over: set[LotKey], by: Trace, at: datetime) -> None:
    """Give back what is set aside of lots that are over, and set other goods aside instead."""
    picks = Pick.objects.filter(
        order__site=site, state=PickState.OPEN, order__state__in=STATES_OPEN
    ).exclude(lot="")
    numbers = {
        number
        for number, sku, lot in picks.values_list("order__number", "sku", "lot")
        if (sku, lot) in over
    }
    for number in sorted(numbers):
        order = OutboundOrder.objects.select_for_update().get(number=number)
        before = order.state
        stale = [
            pick
            for pick in order.picks.filter(state=PickState.OPEN).order_by("id")
            if (pick.sku, pick.lot) in over
        ]
        moves = [
            move
            for pick in stale
            for move in rules.give_back(
                sku=pick.sku,
                shares=[Share(bin_code=pick.bin_code, quantity=pick.quantity, lot=pick.lot)],
            )
        ]
        for pick in stale:
            pick.state = PickState.CANCELED
        Pick.objects.bulk_update(stale, ["state"])
        outbound_posting.post(order, step="expire", moves=moves, by=by, at=at)
        outbound_order.set_aside(order, by=by, at=at)
        outbound_posting.move_on(order)
        outbound_posting.TRAIL.note(order, step="expire", from_state=before, by=by, at=at)
