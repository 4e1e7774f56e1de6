"""What an inspection posts and tells: goods change their status, and their lot when it is named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from yipan.exchange import outbox
from yipan.foundation.status import StockStatus
from yipan.ledger import posting as ledger
from yipan.ledger import queries as ledger_queries
from yipan.ledger.moves import FactPosting, Move, Trace
from yipan.masterdata import queries as masterdata
from yipan.messages.wms import GoodsInspected, StatusChanged, StatusChangedLine
from yipan.wms import rules
from yipan.wms.models import Inspection
from yipan.wms.queries.lots import list_places

DOCUMENT_TYPE = "inspection"


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """How much of goods in quarantine is free now, how much is not, and of which lot they are."""

    passed: int
    rejected: int
    rejected_status: StockStatus
    to_lot: str


def stop(inspection: Inspection, *, by: Trace, at: datetime, message_id: UUID) -> None:
    """Bring sound goods into quarantine, and tell the hub."""
    move = Move(
        sku=inspection.sku,
        from_account=_locate(inspection, inspection.bin_code, StockStatus.AVAILABLE),
        to_account=_locate(inspection, inspection.bin_code, StockStatus.QUARANTINE),
        quantity=inspection.quantity,
    )
    _reserve(inspection, message_id=message_id)
    _post(inspection, step="stop", moves=[move], by=by, at=at)
    line = StatusChangedLine(
        line=1,
        sku=inspection.sku,
        quantity=inspection.quantity,
        from_status=StockStatus.AVAILABLE,
        to_status=StockStatus.QUARANTINE,
        lot=inspection.lot,
        place=inspection.bin_code,
    )
    _publish(
        inspection,
        StatusChanged(
            message_id=message_id,
            occurred_at=at,
            document_number=inspection.number,
            site=inspection.site,
            lines=(line,),
            reason=by.reason or "quality_hold",
            changed_by=by.actor,
            device=by.device,
        ),
        at=at,
    )


def decide(
    inspection: Inspection, *, verdict: Parts, by: Trace, at: datetime, message_id: UUID
) -> None:
    """Take goods out of quarantine, wherever they lie by now, and tell the hub of the verdict."""
    moves, rest = [], _list_waiting(inspection)
    for quantity, status in (
        (verdict.passed, StockStatus.AVAILABLE),
        (verdict.rejected, verdict.rejected_status),
    ):
        for bin_code, share in _take(rest, quantity, last=inspection.bin_code):
            to_account = rules.get_account(bin_code=bin_code, status=status, lot=verdict.to_lot)
            moves.append(
                Move(
                    sku=inspection.sku,
                    from_account=_locate(inspection, bin_code, StockStatus.QUARANTINE),
                    to_account=to_account,
                    quantity=share,
                )
            )
    inspection.verdicts_count += 1
    _reserve(inspection, message_id=message_id)
    _post(inspection, step="decide", moves=moves, by=by, at=at)
    lines = [
        StatusChangedLine(
            line=number,
            sku=inspection.sku,
            quantity=quantity,
            from_status=StockStatus.QUARANTINE,
            to_status=status,
            lot=verdict.to_lot,
            place=inspection.bin_code,
        )
        for number, (quantity, status) in enumerate(
            (
                (verdict.passed, StockStatus.AVAILABLE),
                (verdict.rejected, verdict.rejected_status),
            ),
            start=1,
        )
        if quantity
    ]
    _publish(
        inspection,
        GoodsInspected(
            message_id=message_id,
            occurred_at=at,
            inspection_number=inspection.number,
            site=inspection.site,
            receipt_number=inspection.counterpart_document,
            verdict="pass" if verdict.passed else "reject",
            lines=tuple(lines),
            reason=inspection.reason,
            note=by.reason,
            inspected_by=by.actor,
            device=by.device,
        ),
        at=at,
    )


def undo(inspection: Inspection, *, by: Trace, at: datetime, message_id: UUID) -> None:
    """Take a verdict back: what it set free or stopped waits again, and the hub is told."""
    book = f"wms:{inspection.site}"
    origin = f"{DOCUMENT_TYPE}/{inspection.number}/decide"
    posted = ledger_queries.get_posting(book=book, origin=origin)
    inspection.source = f"{book}/stock"
    [inspection.sequence] = outbox.reserve_numbers(inspection.source)
    ledger.reverse(
        book=book,
        origin=origin,
        reversal=f"{DOCUMENT_TYPE}/{inspection.number}/reverse",
        at=at,
        trace=replace(by, source=inspection.source, sequence=inspection.sequence),
    )
    statuses: Counter[StockStatus] = Counter()
    for moved in posted.movements:
        place = rules.read_account(moved.to_account)
        assert place is not None, "a verdict moves goods within the warehouse"
        statuses[place.status] += moved.quantity
    message = StatusChanged(
        message_id=message_id,
        occurred_at=at,
        document_number=f"{inspection.number}-R",
        site=inspection.site,
        lines=tuple(
            StatusChangedLine(
                line=number,
                sku=inspection.sku,
                quantity=quantity,
                from_status=status,
                to_status=StockStatus.QUARANTINE,
                lot=inspection.lot,
                place=inspection.bin_code,
            )
            for number, (status, quantity) in enumerate(sorted(statuses.items()), start=1)
        ),
        reason=by.reason,
        changed_by=by.actor,
        device=by.device,
    )
    _publish(inspection, message, at=at)


def _list_waiting(inspection: Inspection) -> dict[str, int]:
    """Return by bin what of the same SKU and lot waits, the bin of the receipt first."""
    waiting = {
        place.bin_code: quantity
        for (_, place), quantity in list_places(inspection.site, sku=inspection.sku).items()
        if place.lot == inspection.lot and place.status == StockStatus.QUARANTINE and quantity > 0
    }
    first = inspection.bin_code
    return dict(sorted(waiting.items(), key=lambda it: (it[0] != first, it[0])))


def _take(waiting: dict[str, int], quantity: int, *, last: str) -> list[tuple[str, int]]:
    """Take a quantity from bins, and what no bin has from the last one, below zero if need be."""
    shares = []
    for bin_code in list(waiting):
        share = min(quantity, waiting[bin_code])
        if share:
            shares.append((bin_code, share))
            waiting[bin_code] -= share
            quantity -= share
    if quantity:
        shares.append((last, quantity))
    return shares


def _locate(inspection: Inspection, bin_code: str, status: StockStatus) -> str:
    return rules.get_account(bin_code=bin_code, status=status, lot=inspection.lot)


def _reserve(inspection: Inspection, *, message_id: UUID) -> None:
    inspection.source = f"wms:{inspection.site}/stock"
    [inspection.sequence] = outbox.reserve_numbers(inspection.source)
    inspection.message_id = message_id
    inspection.save()


def _post(
    inspection: Inspection, *, step: str, moves: Sequence[Move], by: Trace, at: datetime
) -> None:
    ledger.post_fact(
        book=f"wms:{inspection.site}",
        posting=FactPosting(
            origin=f"{DOCUMENT_TYPE}/{inspection.number}/{step}",
            occurred_at=at,
            moves=moves,
            trace=Trace(
                actor=by.actor,
                device=by.device,
                reason=by.reason,
                source=inspection.source,
                sequence=inspection.sequence,
            ),
            business_date=masterdata.get_business_date(inspection.site, at),
        ),
    )


def _publish(
    inspection: Inspection, message: GoodsInspected | StatusChanged, *, at: datetime
) -> None:
    assert inspection.sequence is not None
    outbox.publish(
        message,
        source=inspection.source,
        sequence=inspection.sequence,
        business_date=masterdata.get_business_date(inspection.site, at),
        correlation_id=inspection.counterpart_document or inspection.number,
    )
