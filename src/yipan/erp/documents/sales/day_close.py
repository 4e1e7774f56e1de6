"""The hub's answer to a store's day close (日结): match, need these numbers, or mismatch."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from uuid import uuid5

from django.db import transaction

from yipan.documents import told
from yipan.documents.day_totals import DayTicket, DayTotals, add_up
from yipan.erp.models import DayClose, SalesIssue
from yipan.erp.models.day_close import DayCloseResult as Result
from yipan.exchange import outbox
from yipan.exchange.subscriptions import Heard
from yipan.exchange.unheard import list_unheard_numbers
from yipan.messages.erp import DayCloseAnswered
from yipan.messages.pos import DaySealed

#: What is compared, in the order it is told.
COMPARED = ("ticket_count", "line_count", "quantity", "amount_minor", "digest")


@transaction.atomic
def answer(*, message: DaySealed, heard: Heard, at: datetime) -> DayClose:
    """
    Compare a sealed day with what the site book has of that till, and answer the store.

    Numbers the hub has not heard are asked for by name; a difference in spite of all of
    them is told as one. Told again, the day is compared again.

    :raises SiteMismatch: if a source tells of another store's day.
    :raises DateUnreadable: if the business date is none.
    """
    told.require_speaker(source=heard.source, site=message.site)
    day = told.read_date(message.business_date)
    theirs = _read_totals(message)
    ours = _add_up(message, day)
    differing = [name for name in COMPARED if getattr(ours, name) != getattr(theirs, name)]
    need = _list_needed(message, heard=heard) if differing else []
    result = Result.MATCH if not differing else Result.NEED if need else Result.MISMATCH
    known = DayClose.objects.select_for_update().filter(till=message.till, business_date=day)
    rounds = next((row.rounds for row in known), 0) + 1
    document, _ = DayClose.objects.update_or_create(
        till=message.till,
        business_date=day,
        defaults={
            "site": message.site,
            "result": result,
            "theirs": asdict(theirs),
            "ours": asdict(ours),
            "need": need,
            "tenders": [asdict(tender) for tender in message.tenders],
            "facts": _tell_facts(theirs, ours),
            "rounds": rounds,
            "sealed_by": message.sealed_by,
            "told_at": message.occurred_at,
            "answered_at": at,
            "source": heard.source,
            "sequence": heard.sequence,
        },
    )
    _answer(document, message=message, at=at)
    return document


def _read_totals(message: DaySealed) -> DayTotals:
    return DayTotals(
        first_sequence=message.first_sequence,
        last_sequence=message.last_sequence,
        ticket_count=message.ticket_count,
        line_count=message.line_count,
        quantity=message.quantity,
        amount_minor=message.amount_minor,
        digest=message.digest,
    )


def _add_up(message: DaySealed, day: date) -> DayTotals:
    issues = SalesIssue.objects.filter(site=message.site, till=message.till, business_date=day)
    return add_up(
        [
            DayTicket(
                number=issue.ticket_number,
                sequence=issue.sequence or 0,
                line_count=len(issue.lines),
                quantity=issue.quantity,
                amount_minor=issue.total_minor,
            )
            for issue in issues.order_by("id")
        ]
    )


def _list_needed(message: DaySealed, *, heard: Heard) -> list[int]:
    if not message.ticket_count:
        return []
    numbers = range(message.first_sequence, message.last_sequence + 1)
    return list_unheard_numbers(heard, numbers=numbers)


def _tell_facts(theirs: DayTotals, ours: DayTotals) -> str:
    parts = [
        f"{name}: store {getattr(theirs, name)}, hub {getattr(ours, name)}"
        for name in COMPARED
        if getattr(theirs, name) != getattr(ours, name) and name != "digest"
    ]
    return "; ".join(parts)[:400]


def _answer(document: DayClose, *, message: DaySealed, at: datetime) -> None:
    source = f"erp:hub/orders:{document.site}"
    [sequence] = outbox.reserve_numbers(source)
    outbox.publish(
        DayCloseAnswered(
            message_id=uuid5(message.message_id, "erp.day_close_answered"),
            occurred_at=at,
            site=document.site,
            till=document.till,
            business_date=message.business_date,
            result=document.result,
            need=tuple(document.need),
            facts=document.facts,
        ),
        source=source,
        sequence=sequence,
        correlation_id=message.get_subject(),
        causation_id=str(message.message_id),
    )
