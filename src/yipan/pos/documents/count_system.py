"""What a store calls its messages about counts, and what becomes of its adjustments there."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from yipan.ledger.moves import Trace
from yipan.messages.counts import StoreCountCorrected
from yipan.messages.pos_orders import CountRecorded
from yipan.pos.models import StoreAdjustment
from yipan.stocktake.documents import following
from yipan.stocktake.documents.system import Acting, System

POS: Final = System(name="pos", recorded=CountRecorded, corrected=StoreCountCorrected)


def follow_adjustment(
    adjustment: StoreAdjustment, *, outcome: str, by: Trace, at: datetime, message_id: UUID
) -> None:
    """Tell the counts an adjustment puts right what became of it; most put none right."""
    following.follow(
        site=adjustment.site,
        document=adjustment.number,
        outcome=outcome,
        system=POS,
        acting=Acting(by=by, at=at),
        message_id=message_id,
    )
