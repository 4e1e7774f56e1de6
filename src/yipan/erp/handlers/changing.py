"""What the ERP does when it hears that stock changed where it stands."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from yipan.erp.documents.stock import adjustment_facts, status_facts
from yipan.erp.documents.stock.adjustment_facts import Told
from yipan.erp.documents.told_status import read_status
from yipan.erp.rules.adjustment import AdjustedLine
from yipan.exchange.subscriptions import Heard
from yipan.messages import adjusting, wms


def book_status_changed(message: wms.StatusChanged, heard: Heard) -> None:
    """Follow a warehouse that took goods out of sale, or put them back."""
    status_facts.follow_change(message=message, heard=heard, at=timezone.now())


def book_goods_inspected(message: wms.GoodsInspected, heard: Heard) -> None:
    """Follow a verdict on goods in quarantine."""
    status_facts.follow_inspection(message=message, heard=heard, at=timezone.now())


def take_adjustment(message: adjusting.SiteAdjustmentSubmitted, heard: Heard) -> None:
    """Write down an adjustment a site may not post alone."""
    adjustment_facts.submit(
        asked=Told(
            number=message.adjustment_number,
            version=message.version,
            site=message.site,
            adjustment_type=message.adjustment_type,
            occurred_at=message.occurred_at,
            message_id=message.message_id,
            actor=message.submitted_by,
            device=message.device,
            reason=message.reason,
            cost_center=message.cost_center,
            evidence=message.evidence,
            counted_by=message.counted_by,
        ),
        lines=_read_adjusted(message.lines),
        heard=heard,
        at=timezone.now(),
    )


def book_adjustment(message: adjusting.SiteAdjustmentPosted, heard: Heard) -> None:
    """Follow an adjustment a site posted."""
    adjustment_facts.post(
        done=Told(
            number=message.adjustment_number,
            version=message.version,
            site=message.site,
            adjustment_type=message.adjustment_type,
            occurred_at=message.occurred_at,
            message_id=message.message_id,
            actor=message.posted_by,
            device=message.device,
            reason=message.reason,
            cost_center=message.cost_center,
            reverses=message.reverses,
        ),
        lines=_read_adjusted(message.lines),
        heard=heard,
        at=timezone.now(),
    )


def _read_adjusted(
    lines: Sequence[adjusting.AdjustedLine],
) -> list[AdjustedLine]:
    return [
        AdjustedLine(
            line=line.line,
            sku=line.sku,
            quantity=line.quantity,
            from_status=read_status(line.from_status),
            to_status=read_status(line.to_status) if line.to_status else None,
            place=line.place,
            quantity_counted=line.quantity_counted,
            quantity_book=line.quantity_book,
            cause=line.cause,
        )
        for line in lines
    ]
