"""Steps of a spot count (抽盘): raised where work met a doubt; counting it comes elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from yipan.documents import numbers, trail
from yipan.documents.evidence import NO_STAMP, Evidence, Stamp
from yipan.ledger import queries as ledger
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
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
