"""What the ERP does when it hears something."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid5

from django.utils import timezone

from yipan.documents import digests
from yipan.erp.documents import goods_receipt, sales_issue, stock_opening
from yipan.exchange.subscriptions import Heard
from yipan.messages import pos, wms
from yipan.messages.digests import StreamDigest
from yipan.pool.book import SITE_BOOK


def book_goods_received(message: wms.GoodsReceived, heard: Heard) -> None:
    """Record and post the receipt a warehouse tells of."""
    goods_receipt.record_and_post(
        message=message,
        heard=heard,
        at=timezone.now(),
        message_id=uuid5(message.message_id, "erp.goods_receipt_posted"),
    )


def book_tickets(run: Sequence[tuple[pos.TicketPosted, Heard]]) -> None:
    """Post the tickets a store tells of in the site book."""
    sales_issue.post_run(tickets=run, at=timezone.now())


def book_stock_opened(message: pos.StockOpened | wms.StockOpened, heard: Heard) -> None:
    """Begin the site book of a site with what it says was there."""
    stock_opening.record_and_post(message=message, heard=heard, at=timezone.now())


def compare_digest(message: StreamDigest, heard: Heard) -> None:
    """Compare what a site says of its own book with the site book."""
    digests.compare(message, heard, book=SITE_BOOK)
