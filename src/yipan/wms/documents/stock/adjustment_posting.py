"""What an adjustment posts and tells, once it is decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from yipan.exchange import outbox
from yipan.foundation.limits import Measured, get_percent
from yipan.foundation.status import StockStatus
from yipan.ledger import levels
from yipan.ledger import posting as ledger
from yipan.ledger.levels import Scope
from yipan.ledger.moves import FactPosting, Trace
from yipan.masterdata import queries as masterdata
from yipan.messages.adjusting import AdjustedLine
from yipan.messages.wms import AdjustmentPosted, AdjustmentSubmitted
from yipan.wms.models import Adjustment, AdjustmentLine
from yipan.wms.models.adjustment import AdjustmentState as State
from yipan.wms.rules import adjustment as rules
from yipan.wms.rules.adjustment import Adjusted

DOCUMENT_TYPE = "adjustment"


def list_adjusted(lines: Sequence[AdjustmentLine]) -> list[Adjusted]:
    """Return lines as the rules want them, with the shelf price of each SKU."""
    skus = masterdata.find_skus({line.sku for line in lines})
    return [
        Adjusted(
            sku=line.sku,
            bin_code=line.bin_code,
            quantity=line.quantity,
            from_status=StockStatus(line.from_status),
            lot=line.lot,
            price_minor=skus[line.sku].price_minor,
        )
        for line in lines
    ]


def measure(adjustment: Adjustment, lines: Sequence[AdjustmentLine]) -> Measured:
    """Return how large an adjustment is: its value at shelf prices, its part of the book."""
    adjusted = list_adjusted(lines)
    quantities: dict[str, int] = {}
    for each in adjusted:
        quantities[each.sku] = quantities.get(each.sku, 0) + each.quantity
    scope = Scope(book=f"wms:{adjustment.site}", skus=frozenset(quantities))
    held: dict[str, int] = {}
    for row in levels.list_levels(scope, limit=levels.ROWS_MAX):
        held[row.sku] = held.get(row.sku, 0) + row.on_hand
    return Measured(
        adjustment_type=adjustment.adjustment_type,
        site=adjustment.site,
        site_type="warehouse",
        quantity=sum(quantities.values()),
        value_minor=sum(each.quantity * each.price_minor for each in adjusted),
        percent=get_percent(adjusted=quantities, book=held),
    )


def book(
    adjustment: Adjustment,
    *,
    lines: Sequence[AdjustmentLine],
    by: Trace,
    at: datetime,
    message_id: UUID,
) -> None:
    """Post an adjustment locked by the caller, and tell the hub."""
    source = f"wms:{adjustment.site}/stock"
    [sequence] = outbox.reserve_numbers(source)
    adjustment.state = State.POSTED
    adjustment.posted_at, adjustment.posted_by = at, by.actor
    adjustment.message_id = message_id
    adjustment.source, adjustment.sequence = source, sequence
    adjustment.save()
    business_date = masterdata.get_business_date(adjustment.site, at)
    ledger.post_fact(
        book=f"wms:{adjustment.site}",
        posting=FactPosting(
            origin=f"{DOCUMENT_TYPE}/{adjustment.number}/post",
            occurred_at=at,
            moves=rules.post_adjustment(
                adjustment_type=adjustment.adjustment_type,
                to_status=adjustment.to_status,
                lines=list_adjusted(lines),
            ),
            trace=Trace(
                actor=by.actor,
                device=by.device,
                reason=adjustment.reason,
                source=source,
                sequence=sequence,
            ),
            business_date=business_date,
        ),
    )
    outbox.publish(
        AdjustmentPosted(
            message_id=message_id,
            occurred_at=at,
            adjustment_number=adjustment.number,
            version=adjustment.version,
            site=adjustment.site,
            adjustment_type=adjustment.adjustment_type,
            lines=_tell_lines(adjustment, lines),
            reason=adjustment.reason,
            cost_center=adjustment.cost_center,
            posted_by=by.actor,
            approved_by=adjustment.decided_by,
            device=by.device,
        ),
        source=source,
        sequence=sequence,
        business_date=business_date,
        correlation_id=adjustment.number,
    )


def reverse(adjustment: Adjustment, *, by: Trace, at: datetime, message_id: UUID) -> None:
    """Post the opposite of an adjustment locked by the caller, and tell the hub."""
    source = adjustment.source
    [sequence] = outbox.reserve_numbers(source)
    ledger.reverse(
        book=f"wms:{adjustment.site}",
        origin=f"{DOCUMENT_TYPE}/{adjustment.number}/post",
        reversal=f"{DOCUMENT_TYPE}/{adjustment.number}/reverse",
        at=at,
        trace=Trace(
            actor=by.actor,
            device=by.device,
            reason=by.reason,
            source=source,
            sequence=sequence,
        ),
    )
    adjustment.state = State.REVERSED
    adjustment.save(update_fields=["state"])
    lines = list(adjustment.lines.filter(quantity__gt=0).order_by("line"))
    outbox.publish(
        AdjustmentPosted(
            message_id=message_id,
            occurred_at=at,
            adjustment_number=f"{adjustment.number}-R",
            version=adjustment.version,
            site=adjustment.site,
            adjustment_type=adjustment.adjustment_type,
            lines=_tell_lines(adjustment, lines),
            reason=by.reason,
            cost_center=adjustment.cost_center,
            posted_by=by.actor,
            device=by.device,
            reverses=adjustment.number,
        ),
        source=source,
        sequence=sequence,
        business_date=masterdata.get_business_date(adjustment.site, at),
        correlation_id=adjustment.number,
    )


def tell_submitted(
    adjustment: Adjustment,
    *,
    lines: Sequence[AdjustmentLine],
    counted_by: tuple[str, ...] = (),
    by: Trace,
    at: datetime,
    message_id: UUID,
) -> None:
    """Ask the hub to decide about an adjustment locked by the caller."""
    source = f"wms:{adjustment.site}/orders"
    [sequence] = outbox.reserve_numbers(source)
    outbox.publish(
        AdjustmentSubmitted(
            message_id=message_id,
            occurred_at=at,
            adjustment_number=adjustment.number,
            version=adjustment.version,
            site=adjustment.site,
            adjustment_type=adjustment.adjustment_type,
            lines=_tell_lines(adjustment, lines),
            reason=adjustment.reason,
            cost_center=adjustment.cost_center,
            submitted_by=by.actor,
            device=by.device,
            counted_by=counted_by,
        ),
        source=source,
        sequence=sequence,
        correlation_id=adjustment.number,
    )


def _tell_lines(
    adjustment: Adjustment, lines: Sequence[AdjustmentLine]
) -> tuple[AdjustedLine, ...]:
    return tuple(
        AdjustedLine(
            line=line.line,
            sku=line.sku,
            quantity=line.quantity,
            from_status=line.from_status,
            to_status=adjustment.to_status,
            place=line.bin_code,
            lot=line.lot,
            quantity_counted=line.quantity_counted,
            quantity_book=line.quantity_book,
            counted_at=line.counted_at.isoformat() if line.counted_at else "",
            cause=line.cause,
            capture_mode=line.capture_mode,
        )
        for line in lines
    )
