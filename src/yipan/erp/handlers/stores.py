"""What the ERP does when it hears of a store's day: tickets, cash, digests, requests."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from yipan.documents import digests
from yipan.erp.documents.sales import cash_move, day_close, sales_issue
from yipan.erp.documents.transfers import replenishment_request
from yipan.exchange.subscriptions import Heard
from yipan.messages import pos
from yipan.messages.digests import StreamDigest
from yipan.pool.book import SITE_BOOK


def book_tickets(run: Sequence[tuple[pos.TicketPosted, Heard]]) -> None:
    """Post the tickets a store tells of in the site book."""
    sales_issue.post_run(tickets=run, at=timezone.now())


def compare_digest(message: StreamDigest, heard: Heard) -> None:
    """Compare what a site says of its own book with the site book."""
    digests.compare(message, heard, book=SITE_BOOK)


def answer_day(message: pos.DaySealed, heard: Heard) -> None:
    """Compare a day a store sealed with the site book, and answer."""
    day_close.answer(message=message, heard=heard, at=timezone.now())


def take_replenishment_request(message: pos.ReplenishmentRequested, heard: Heard) -> None:
    """Write down what a store asks for."""
    replenishment_request.record(message=message, heard=heard, at=timezone.now())


def book_cash(message: pos.CashMoved, heard: Heard) -> None:
    """Write down cash a store moved that is no sale."""
    cash_move.record(message=message, heard=heard, at=timezone.now())
