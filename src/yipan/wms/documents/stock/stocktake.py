"""Stocktakes of a warehouse (仓库盘点): by bin, and posted as its adjustments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from yipan.foundation.status import StockStatus
from yipan.ledger import queries as ledger
from yipan.ledger.moves import Trace
from yipan.messages.counts import CorrectionProposed
from yipan.stocktake.documents import closing, following, settling
from yipan.stocktake.documents.system import Acting, Corrected, Correcting, CorrectingLine, Settler
from yipan.stocktake.models import CountLine, CountSheet, Stocktake
from yipan.wms.documents.stock import adjustment
from yipan.wms.documents.stock.adjustment import Added, Counts, Kind
from yipan.wms.documents.stock.count_system import WMS
from yipan.wms.models import Adjustment, SpotCount
from yipan.wms.models.adjustment import AdjustmentState
from yipan.wms.models.spot_count import SpotCountState
from yipan.wms.rules import get_account

#: Sound goods that are missing are free ones first, then those set aside.
SOUND = (StockStatus.AVAILABLE, StockStatus.HELD, StockStatus.RESERVED)
#: Who acts when the clock does.
CLOCK = Trace(actor="stocktake")


def post_document(correcting: Correcting, by: Trace, at: datetime, message_id: UUID) -> Corrected:
    """Write gains or losses as an adjustment of the warehouse, and post it or ask the hub."""
    opening = adjustment.open_draft(site=correcting.site, by=by, at=at)
    is_gain = correcting.adjustment_type == "count_gain"
    for line in correcting.lines:
        for status, quantity in _share(correcting.site, line, is_gain=is_gain):
            adjustment.add(
                number=opening.number,
                added=Added(
                    sku=line.key.sku,
                    bin_code=line.key.place,
                    quantity=quantity,
                    from_status=status,
                    lot=line.key.lot,
                    cause=line.cause,
                    capture_mode=line.capture_mode,
                    quantity_counted=line.quantity_counted,
                    quantity_book=line.quantity_book,
                    counted_at=line.counted_at,
                ),
                by=by,
                at=at,
            )
    adjustment.choose(
        number=opening.number,
        kind=Kind(adjustment_type=correcting.adjustment_type, reason=correcting.reason),
    )
    done = adjustment.post(
        number=opening.number,
        by=by,
        at=at,
        message_id=message_id,
        roles=correcting.roles,
        counts=Counts(
            counted_by=correcting.counted_by,
            must_ask=correcting.must_ask,
            may_not_ask=correcting.is_offset,
        ),
    )
    return Corrected(document=done.number, is_posted=done.state == AdjustmentState.POSTED)


def _share(site: str, line: CorrectingLine, *, is_gain: bool) -> list[tuple[StockStatus, int]]:
    """Return the statuses a line concerns: what is missing of sound goods is free first."""
    status = StockStatus(line.key.status)
    if is_gain or status != StockStatus.AVAILABLE:
        return [(status, line.quantity)]
    shares: list[tuple[StockStatus, int]] = []
    left = line.quantity
    for each in SOUND[1:]:
        account = get_account(bin_code=line.key.place, status=each, lot=line.key.lot)
        held = ledger.get_quantity(book=f"wms:{site}", account=account, sku=line.key.sku)
        free = get_account(bin_code=line.key.place, status=SOUND[0], lot=line.key.lot)
        available = ledger.get_quantity(book=f"wms:{site}", account=free, sku=line.key.sku)
        taken = min(max(left - max(available, 0), 0), max(held, 0))
        if taken:
            shares.append((each, taken))
            left -= taken
    return [(SOUND[0], left), *shares] if left else shares


SETTLER = Settler(system=WMS, poster=post_document)


@transaction.atomic
def close_sheet(
    *,
    sheet: str,
    unseen: str = closing.ASK,
    roles: Sequence[str],
    by: Trace,
    at: datetime,
    message_id: UUID,
) -> CountSheet:
    """
    Close a sheet of a warehouse; the doubts work had raised about its goods are answered by it.

    :raises ZerosUnconfirmed: if something was not seen and nobody says so.
    """
    row = closing.close(
        sheet=sheet,
        unseen=unseen,
        system=WMS,
        acting=Acting(by=by, at=at, roles=tuple(roles)),
        message_id=message_id,
    )
    seen = CountLine.objects.filter(sheet=row).values_list("sku", flat=True)
    SpotCount.objects.filter(
        site=row.stocktake.site,
        bin_code=row.place,
        sku__in=list(seen),
        state=SpotCountState.OPEN,
        created_at__lte=at,
    ).update(state=SpotCountState.COUNTED)
    return row


@transaction.atomic
def post(
    *,
    number: str,
    roles: Sequence[str],
    by: Trace,
    at: datetime,
    new_id: Callable[[], UUID],
) -> Stocktake:
    """
    Settle what a stocktake of a warehouse found. What the hub wanted counted again and stands
    open as a draft gives way to what was found then.

    :raises OwnCount: if whoever posts counted one of the lines.
    """
    replaced = Adjustment.objects.filter(
        site=Stocktake.objects.get(number=number).site,
        reason=number,
        state=AdjustmentState.RECOUNT,
    ).values_list("number", flat=True)
    for each in list(replaced):
        adjustment.cancel(number=each, by=by, at=at)
    return settling.post(
        number=number,
        settler=SETTLER,
        acting=Acting(by=by, at=at, roles=tuple(roles)),
        new_id=new_id,
    )


def offset_late(*, sites: Iterable[str] | None, at: datetime, new_id: Callable[[], UUID]) -> int:
    """Offset what late documents explained of counts that were put right. Repeatable."""
    return settling.offset_all_late(
        sites=sites, settler=SETTLER, acting=Acting(by=CLOCK, at=at), new_id=new_id
    )


def take_proposal(*, message: CorrectionProposed, at: datetime) -> Corrected | None:
    """Do what a case of the hub proposes, within the warehouse's limits; beyond them, ask."""
    return following.take_proposal(message=message, settler=SETTLER, at=at)
