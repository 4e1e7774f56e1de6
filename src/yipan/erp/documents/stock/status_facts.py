"""What warehouses tell of goods that changed their status without an adjustment (状态转换)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from yipan.erp.documents.stock import adjustment_facts
from yipan.erp.documents.stock.adjustment_facts import Told
from yipan.erp.documents.told_status import read_status
from yipan.erp.models import Adjustment
from yipan.erp.rules.adjustment import AdjustedLine
from yipan.exchange.subscriptions import Heard
from yipan.messages.wms import GoodsInspected, StatusChanged, StatusChangedLine


def follow_change(*, message: StatusChanged, heard: Heard, at: datetime) -> Adjustment:
    """Follow a warehouse that took goods out of sale, or put them back, as an adjustment."""
    return adjustment_facts.post(
        done=Told(
            number=message.document_number,
            version=1,
            site=message.site,
            adjustment_type="status_change",
            occurred_at=message.occurred_at,
            message_id=message.message_id,
            actor=message.changed_by,
            device=message.device,
            reason=message.reason,
        ),
        lines=_read(message.lines),
        heard=heard,
        at=at,
    )


def follow_inspection(*, message: GoodsInspected, heard: Heard, at: datetime) -> Adjustment:
    """Follow a verdict: goods leave quarantine, free or blocked. `-V` marks its number."""
    return adjustment_facts.post(
        done=Told(
            number=f"{message.inspection_number}-V",
            version=1,
            site=message.site,
            adjustment_type="status_change",
            occurred_at=message.occurred_at,
            message_id=message.message_id,
            actor=message.inspected_by,
            device=message.device,
            reason=message.note or f"inspection: {message.verdict}",
            evidence=message.receipt_number,
        ),
        lines=_read(message.lines),
        heard=heard,
        at=at,
    )


def _read(lines: Sequence[StatusChangedLine]) -> list[AdjustedLine]:
    return [
        AdjustedLine(
            line=line.line,
            sku=line.sku,
            quantity=line.quantity,
            from_status=read_status(line.from_status),
            to_status=read_status(line.to_status),
            place=line.place,
        )
        for line in lines
    ]
