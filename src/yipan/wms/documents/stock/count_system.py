"""What a warehouse calls its messages about counts, and what becomes of its adjustments there."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from yipan.ledger.moves import Trace
from yipan.messages.counts import WarehouseCountCorrected, WarehouseCountRecorded
from yipan.stocktake.documents import following
from yipan.stocktake.documents.system import Acting, System
from yipan.wms.models import Adjustment

WMS: Final = System(name="wms", recorded=WarehouseCountRecorded, corrected=WarehouseCountCorrected)


def follow_adjustment(adjustment: Adjustment, *, by: Trace, at: datetime, message_id: UUID) -> None:
    """Tell the counts an adjustment puts right what became of it; most put none right."""
    if adjustment.state not in following.OUTCOMES:
        return
    following.follow(
        site=adjustment.site,
        document=adjustment.number,
        outcome=adjustment.state,
        system=WMS,
        acting=Acting(by=by, at=at),
        message_id=message_id,
    )
