"""What kit work posts and tells: what went in, and what came out, each with its own message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid5

from yipan.documents import reversals
from yipan.exchange import outbox
from yipan.foundation.status import StockStatus
from yipan.ledger import posting as ledger
from yipan.ledger.moves import FactPosting, Trace
from yipan.masterdata import queries as masterdata
from yipan.messages.adjusting import AdjustedLine
from yipan.messages.wms import AdjustmentPosted
from yipan.wms.models import KitWork
from yipan.wms.rules import kits as rules
from yipan.wms.rules.kits import Handled

DOCUMENT_TYPE = "kit_work"

#: What went into the work, and what came out of it: as adjustments of these types, whose numbers
#: end so.
PARTS = (("kit_out", "O", False), ("kit_in", "I", True))


def book(
    done: KitWork,
    *,
    taken: Sequence[Handled],
    made: Sequence[Handled],
    by: Trace,
    at: datetime,
) -> None:
    """
    Post kit work, and tell the hub.

    Two postings, as two messages tell of it: so both books agree between the one and the other.
    """
    ids = {"kit_out": done.message_id, "kit_in": done.made_message_id}
    for (adjustment_type, mark, is_made), handled in zip(PARTS, (taken, made), strict=True):
        source = f"wms:{done.site}/stock"
        [sequence] = outbox.reserve_numbers(source)
        business_date = masterdata.get_business_date(done.site, at)
        ledger.post_fact(
            book=f"wms:{done.site}",
            posting=FactPosting(
                origin=f"{DOCUMENT_TYPE}/{done.number}/{adjustment_type}",
                occurred_at=at,
                moves=rules.post_kit_work(handled=handled, is_made=is_made),
                trace=replace(by, source=source, sequence=sequence),
                business_date=business_date,
            ),
        )
        outbox.publish(
            AdjustmentPosted(
                message_id=ids[adjustment_type],
                occurred_at=at,
                adjustment_number=f"{done.number}-{mark}",
                version=1,
                site=done.site,
                adjustment_type=adjustment_type,
                lines=_tell(handled),
                reason=f"{done.work_type} {done.quantity} {done.kit}",
                posted_by=by.actor,
                device=by.device,
            ),
            source=source,
            sequence=sequence,
            business_date=business_date,
            correlation_id=done.number,
        )


def reverse(done: KitWork, *, by: Trace, at: datetime, message_id: UUID) -> None:
    """Post the opposite of kit work, what came out first, and tell the hub."""
    lines = list(done.lines.order_by("line"))
    for adjustment_type, mark, is_made in reversed(PARTS):
        handled = [
            Handled(sku=it.sku, quantity=it.quantity, bin_code=it.bin_code, lot=it.lot)
            for it in lines
            if it.is_made is is_made
        ]
        source = f"wms:{done.site}/stock"
        [sequence] = outbox.reserve_numbers(source)
        reversals.require_reason(by.reason)
        ledger.reverse(
            book=f"wms:{done.site}",
            origin=f"{DOCUMENT_TYPE}/{done.number}/{adjustment_type}",
            reversal=f"{DOCUMENT_TYPE}/{done.number}/reverse_{adjustment_type}",
            at=at,
            trace=replace(by, source=source, sequence=sequence),
        )
        outbox.publish(
            AdjustmentPosted(
                message_id=uuid5(message_id, adjustment_type),
                occurred_at=at,
                adjustment_number=f"{done.number}-{mark}-R",
                version=1,
                site=done.site,
                adjustment_type=adjustment_type,
                lines=_tell(handled),
                reason=by.reason,
                posted_by=by.actor,
                device=by.device,
                reverses=f"{done.number}-{mark}",
            ),
            source=source,
            sequence=sequence,
            business_date=masterdata.get_business_date(done.site, at),
            correlation_id=done.number,
        )


def _tell(handled: Sequence[Handled]) -> tuple[AdjustedLine, ...]:
    return tuple(
        AdjustedLine(
            line=line,
            sku=each.sku,
            quantity=each.quantity,
            from_status=StockStatus.AVAILABLE,
            place=each.bin_code,
            lot=each.lot,
            capture_mode="bulk",
        )
        for line, each in enumerate(handled, start=1)
    )
