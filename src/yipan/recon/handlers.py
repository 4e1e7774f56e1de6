"""What reconciliation does when it hears something."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from yipan.documents import told
from yipan.exchange.subscriptions import Heard, Run
from yipan.ledger.moves import Trace
from yipan.messages import counts, pos_orders
from yipan.recon.documents import counting, doubting, proposing
from yipan.recon.documents.counting import Counted
from yipan.recon.documents.proposing import Heard as Told
from yipan.recon.documents.proposing import Said


def take_count(
    message: pos_orders.CountRecorded | counts.WarehouseCountRecorded, heard: Heard
) -> None:
    """
    Compare what a store or warehouse saw with its own book as of each line's moment.

    :raises Refusal: if the source does not speak for the site, or names what is unknown.
    """
    told.require_speaker(source=heard.source, site=message.site)
    told.require_few(message.lines)
    told.require_known(sites={message.site}, skus={line.sku for line in message.lines})
    told.require_plausible((line.sku, line.quantity_counted) for line in message.lines)
    lines = [
        Counted(
            line=line.line,
            sku=line.sku,
            quantity=line.quantity_counted,
            counted_at=datetime.fromisoformat(line.counted_at),
            place=line.place,
            status=line.status,
            counter=line.counter,
            is_blind=line.is_blind,
            mode=line.capture_mode,
            quantity_book=line.quantity_book,
        )
        for line in message.lines
    ]
    counting.record(
        count_number=message.count_number,
        site=message.site,
        lines=lines,
        by=Trace(actor=heard.source, source=heard.source, sequence=heard.sequence),
        at=timezone.now(),
    )


def open_doubts(run: Run) -> None:
    """
    Keep that stores doubt their own book of something, so that it is counted first.

    :raises Refusal: if a source does not speak for its site, or names what is unknown.
    """
    messages = [message for message, _ in run]
    for message, heard in run:
        told.require_speaker(source=heard.source, site=message.site)
    told.require_known(
        sites={message.site for message in messages}, skus={message.sku for message in messages}
    )
    doubting.open_doubts(messages)


def close_doubt(message: pos_orders.DifferenceClosed, heard: Heard) -> None:
    """
    Keep that a store has settled what it doubted.

    :raises Refusal: if the source does not speak for the site.
    """
    told.require_speaker(source=heard.source, site=message.site)
    doubting.close_doubt(message, at=message.occurred_at)


def take_correction(
    message: counts.StoreCountCorrected | counts.WarehouseCountCorrected, heard: Heard
) -> None:
    """
    Follow what became of a document that puts counts right.

    :raises Refusal: if the source does not speak for the site.
    """
    told.require_speaker(source=heard.source, site=message.site)
    told.require_few(message.lines)
    proposing.take_correction(
        site=message.site,
        said=Said(
            document=message.adjustment_number,
            outcome=message.outcome,
            lines=[
                Told(
                    sku=line.sku,
                    place=line.place,
                    status=line.status,
                    quantity=line.quantity,
                    counted_at=datetime.fromisoformat(line.counted_at),
                    case_number=line.case_number,
                    is_offset=line.is_offset,
                )
                for line in message.lines
            ],
            at=message.occurred_at,
        ),
        by=Trace(actor=heard.source, source=heard.source, sequence=heard.sequence),
        at=timezone.now(),
    )
