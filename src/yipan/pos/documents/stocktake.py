"""Stocktakes of a store (门店盘点): by area and shelf, and posted as its adjustments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from yipan.ledger.moves import Trace
from yipan.messages.counts import CorrectionProposed
from yipan.pos.documents import adjustment
from yipan.pos.documents.adjustment import AdjustedGoods, Counts, Wanted
from yipan.pos.documents.count_system import POS
from yipan.pos.models import StoreCount
from yipan.pos.models.adjustment import StoreAdjustmentState
from yipan.pos.models.store_count import StoreCountState
from yipan.stocktake.documents import closing, following, settling
from yipan.stocktake.documents.system import Acting, Corrected, Correcting, Settler
from yipan.stocktake.models import CountLine, CountSheet, Stocktake

#: Who acts when the clock does.
CLOCK = Trace(actor="stocktake")


def post_document(correcting: Correcting, by: Trace, at: datetime, message_id: UUID) -> Corrected:
    """Write gains or losses as an adjustment of the store, and post it or ask the hub."""
    done = adjustment.post(
        wanted=Wanted(
            site=correcting.site,
            adjustment_type=correcting.adjustment_type,
            goods=[
                AdjustedGoods(
                    sku=line.key.sku,
                    quantity=line.quantity,
                    place=line.key.place,
                    from_status=line.key.status,
                    capture_mode=line.capture_mode,
                    quantity_counted=line.quantity_counted,
                    quantity_book=line.quantity_book,
                    counted_at=line.counted_at.isoformat(),
                    cause=line.cause,
                )
                for line in correcting.lines
            ],
            roles=correcting.roles,
            counts=Counts(
                counted_by=correcting.counted_by,
                must_ask=correcting.must_ask,
                may_not_ask=correcting.is_offset,
            ),
        ),
        by=Trace(actor=by.actor, device=by.device, reason=correcting.reason),
        at=at,
        message_id=message_id,
    )
    return Corrected(document=done.number, is_posted=done.state == StoreAdjustmentState.POSTED)


SETTLER = Settler(system=POS, poster=post_document)


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
    Close a sheet of a store; the doubts work had raised about its goods are answered by it.

    :raises ZerosUnconfirmed: if something was not seen and nobody says so.
    """
    row = closing.close(
        sheet=sheet,
        unseen=unseen,
        system=POS,
        acting=Acting(by=by, at=at, roles=tuple(roles)),
        message_id=message_id,
    )
    seen = CountLine.objects.filter(sheet=row).values_list("sku", flat=True)
    StoreCount.objects.filter(
        site=row.stocktake.site,
        place=row.place,
        sku__in=list(seen),
        state=StoreCountState.OPEN,
        created_at__lte=at,
    ).update(state=StoreCountState.COVERED, partner_number=row.stocktake.number)
    return row


def post(
    *,
    number: str,
    roles: Sequence[str],
    by: Trace,
    at: datetime,
    new_id: Callable[[], UUID],
) -> Stocktake:
    """
    Settle what a stocktake of a store found.

    :raises OwnCount: if whoever posts counted one of the lines.
    """
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
    """Do what a case of the hub proposes, within the store's limits; beyond them, ask."""
    return following.take_proposal(message=message, settler=SETTLER, at=at)
