"""Adjustments the hub orders: the site chooses the bins, posts and reports."""

from __future__ import annotations

from datetime import date, datetime
from uuid import uuid5

from django.db import transaction

from yipan.documents import told
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.messages.erp import AdjustmentOrdered, OrderedAdjustmentLine
from yipan.wms import queries
from yipan.wms.documents.stock import adjustment
from yipan.wms.documents.stock.adjustment import Added, Kind, StatusMissing, TypeMissing
from yipan.wms.models import Adjustment
from yipan.wms.models.adjustment import AdjustmentType
from yipan.wms.queries import giving
from yipan.wms.queries.lots import list_places
from yipan.wms.rules import outbound as rules
from yipan.wms.rules.outbound import Giving, Share


@transaction.atomic
def take(*, message: AdjustmentOrdered, by: Trace, at: datetime) -> Adjustment:
    """
    Post what the hub ordered under the number it gave it.

    Goods are taken from where the book says they lie; what it knows no bin for is taken
    from the receiving bin, whose balance may go below zero by that.

    :raises NumberReused: if the number stands for another adjustment already.
    :raises TypeMissing: if the type is none of a warehouse.
    """
    told.require_few(message.lines)
    told.require_plausible(((line.sku, line.quantity) for line in message.lines), minimum=1)
    told.require_known(sites=[message.site], skus={line.sku for line in message.lines})
    if message.adjustment_type not in AdjustmentType.values:
        raise TypeMissing(number=message.adjustment_number, type=message.adjustment_type)
    if Adjustment.objects.filter(number=message.adjustment_number).exists():
        raise told.NumberReused(number=message.adjustment_number, site=message.site)
    to_statuses = {line.to_status for line in message.lines}
    if len(to_statuses) > 1:
        raise StatusMissing(number=message.adjustment_number)
    opening = adjustment.open_draft(
        site=message.site, by=by, at=at, number=message.adjustment_number
    )
    is_gain = message.adjustment_type == AdjustmentType.COUNT_GAIN
    return adjustment.create_and_post(
        opening=opening,
        kind=Kind(
            adjustment_type=message.adjustment_type,
            to_status=next(iter(to_statuses), ""),
            reason=message.reason,
            cost_center=message.cost_center,
        ),
        lines=[
            added
            for line in message.lines
            for added in _find_places(message.site, line, is_gain=is_gain)
        ],
        by=by,
        at=at,
        message_id=uuid5(message.message_id, "wms.adjustment_posted"),
    )


def _find_places(site: str, line: OrderedAdjustmentLine, *, is_gain: bool) -> list[Added]:
    shares = []
    if not is_gain:
        found = (
            giving.list_giving(site, line.sku, today=date.min)
            if line.from_status == "available"
            else _list_in_status(site, line)
        )
        shares = rules.choose_bins(giving=found, quantity=line.quantity)
    added = [_make(line, share=each) for each in shares]
    rest = line.quantity - sum(each.quantity for each in shares)
    if rest:
        dock = queries.find_receiving_bin(site)
        added.append(_make(line, share=Share(bin_code=dock, quantity=rest)))
    return added


def _list_in_status(site: str, line: OrderedAdjustmentLine) -> list[Giving]:
    lying = list_places(site, sku=line.sku)
    bins = masterdata.find_bins(site, {place.bin_code for _, place in lying})
    return [
        Giving(
            bin_code=place.bin_code,
            quantity=quantity,
            path=("", "", 0, place.bin_code),
            lot=place.lot,
        )
        for (_, place), quantity in lying.items()
        if place.status == line.from_status and quantity > 0 and place.bin_code in bins
    ]


def _make(line: OrderedAdjustmentLine, *, share: Share) -> Added:
    return Added(
        sku=line.sku,
        bin_code=share.bin_code,
        lot=share.lot,
        quantity=share.quantity,
        from_status=line.from_status,
        capture_mode="bulk",
    )
