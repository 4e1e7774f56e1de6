"""Steps of a spot count (抽盘): raised where work met a doubt; counting it comes elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from yipan.documents import numbers, trail
from yipan.documents.evidence import NO_STAMP, Evidence, Stamp
from yipan.exchange import outbox
from yipan.ledger import queries as ledger
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.messages.counts import WarehouseCountRecorded
from yipan.messages.pos_orders import CountedLine
from yipan.wms.models import SpotCount
from yipan.wms.models.spot_count import SpotCountState as State

DOCUMENT_TYPE = "spot_count"


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What somebody saw of one SKU in a bin, and the document that led them there."""

    site: str
    bin_code: str
    sku: str
    reason: str
    quantity_found: int
    partner_number: str
    lot: str = ""
    stamp: Stamp = NO_STAMP


def record(*, seen: Seen, by: Trace, at: datetime, is_settled: bool = False) -> SpotCount:
    """
    Write down what somebody saw in a bin, beside what the book says.

    Open, unless it is settled: what was seen is what the book says.
    """
    state = State.COUNTED if is_settled else State.OPEN
    in_book = sum(
        row.quantity
        for row in ledger.list_balances(
            book=f"wms:{seen.site}", sku=seen.sku, prefix=f"on_hand/{seen.bin_code}/"
        )
    )
    evidence = Evidence(
        capture_mode="key",
        quantity_entered=seen.quantity_found,
        quantity_expected=in_book,
        counterpart_document=seen.partner_number,
        actor=by.actor,
        device=by.device,
        stamp=seen.stamp,
    )
    count = SpotCount.objects.create(
        number=numbers.give_number(
            prefix="SC", site=seen.site, on=masterdata.get_business_date(seen.site, at)
        ),
        site=seen.site,
        state=state,
        reason=seen.reason,
        bin_code=seen.bin_code,
        sku=seen.sku,
        lot=seen.lot,
        quantity_book=in_book,
        quantity_found=seen.quantity_found,
        partner_number=seen.partner_number,
        **evidence.make_columns(at=at),
        created_by=by.actor,
        created_at=at,
    )
    trail.record(
        trail.Step(
            document_type=DOCUMENT_TYPE,
            system="wms",
            sites=(count.site,),
            number=count.number,
            step="create",
            to_state=state,
            actor=by.actor,
            device=by.device,
            at=at,
            reason=by.reason,
        )
    )
    return count


def tell(count: SpotCount, *, by: Trace, at: datetime, message_id: UUID) -> None:
    """Tell the hub what was seen: an observation like any count, not blind, for it was asked."""
    source = f"wms:{count.site}/stock"
    [sequence] = outbox.reserve_numbers(source)
    outbox.publish(
        WarehouseCountRecorded(
            message_id=message_id,
            occurred_at=at,
            count_number=count.number,
            site=count.site,
            count_type=count.reason,
            lines=(
                CountedLine(
                    line=1,
                    sku=count.sku,
                    quantity_counted=count.quantity_found,
                    quantity_book=count.quantity_book,
                    counted_at=at.isoformat(),
                    place=count.bin_code,
                    counter=by.actor,
                    is_blind=False,
                ),
            ),
            as_of_sequence=sequence - 1,
            reason=by.reason,
            partner_number=count.partner_number,
        ),
        source=source,
        sequence=sequence,
        business_date=masterdata.get_business_date(count.site, at),
        correlation_id=count.partner_number or count.number,
    )
