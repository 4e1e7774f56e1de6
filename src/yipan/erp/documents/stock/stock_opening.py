"""Steps of a stock opening (期初库存): record and post what a site's book began with."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from yipan.documents import told, trail
from yipan.erp import rules
from yipan.erp.documents.undone import Undone, lock_told, make_step, post_opposite
from yipan.erp.models import StockOpening
from yipan.erp.models.stock_opening import StockOpeningState
from yipan.exchange.subscriptions import Heard
from yipan.ledger.moves import FactPosting, Trace
from yipan.messages import pos, wms
from yipan.pool import book

DOCUMENT_TYPE = "stock_opening"


@transaction.atomic
def record_and_post(
    *, message: pos.StockOpened | wms.StockOpened, heard: Heard, at: datetime
) -> StockOpening:
    """
    Begin the site book of a site with what was there.

    :raises SiteMismatch: if the source does not speak for the site.
    :raises SkuUnknown: if a SKU is not master data yet.
    :raises NumberReused: if the site used the number for another opening before.
    """
    told.require_speaker(source=heard.source, site=message.site)
    told.require_plausible((line.sku, line.quantity) for line in message.lines)
    told.require_known(sites=[message.site], skus={line.sku for line in message.lines})
    number = rules.get_hub_number(site=message.site, number=message.document_number)
    lines = [asdict(line) for line in message.lines]
    known = StockOpening.objects.filter(number=number).first()
    if known is not None:
        if known.lines != lines:
            raise told.NumberReused(number=number, site=message.site)
        return known
    opening = StockOpening.objects.create(
        number=number,
        site=message.site,
        site_number=message.document_number,
        opened_by=message.opened_by,
        occurred_at=message.occurred_at,
        recorded_at=at,
        lines=lines,
        message_id=message.message_id,
        source=heard.source,
        sequence=heard.sequence,
    )
    moves = rules.post_stock_opening(site=message.site, lines=message.lines)
    if moves:
        book.post_fact(
            posting=FactPosting(
                origin=f"{DOCUMENT_TYPE}/{number}/post",
                occurred_at=message.occurred_at,
                moves=moves,
                trace=Trace(
                    actor=message.opened_by or heard.source,
                    source=heard.source,
                    sequence=heard.sequence,
                ),
            )
        )
    trail.record(
        trail.Step(
            document_type=DOCUMENT_TYPE,
            number=number,
            step="post",
            to_state="posted",
            actor=message.opened_by or heard.source,
            at=message.occurred_at,
            message_id=message.message_id,
            system="erp",
            sites=(message.site,),
        )
    )
    return opening


@transaction.atomic
def reverse(*, undone: Undone) -> StockOpening:
    """
    Undo what a site's book began with. A repeat changes nothing.

    :raises OriginalUnknown: if the opening was not told; the message waits for it.
    """
    opening = lock_told(StockOpening, undone)
    if opening.state == StockOpeningState.REVERSED:
        return opening
    post_opposite(undone, document_type=DOCUMENT_TYPE, number=opening.number)
    opening.state = StockOpeningState.REVERSED
    opening.save(update_fields=["state"])
    trail.record(make_step(undone, document_type=DOCUMENT_TYPE, number=opening.number))
    return opening
