"""Steps of a sales issue (销售出库单): record and post tickets of stores, a run at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction

from yipan.documents import statements, told
from yipan.erp import rules
from yipan.erp.documents.sales import customer_return
from yipan.erp.documents.sales.order_return_telling import TicketTold
from yipan.exchange.subscriptions import Heard
from yipan.ledger.moves import FactPosting, Trace
from yipan.messages.pos import TicketPosted
from yipan.messages.till import TicketLine
from yipan.pool import book

DOCUMENT_TYPE = "sales_issue"


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A sales issue on its way into the table. An object of the table costs ten times as much."""

    number: str
    site: str
    ticket_number: str
    till: str
    business_date: date
    occurred_at: datetime
    recorded_at: datetime
    cashier: str
    currency: str
    total_minor: int
    quantity: int
    lines: Sequence[TicketLine]
    message_id: UUID
    source: str
    sequence: int


# Who, when and by which message stand in the row itself, and not in a trail: one more row
# for each of thousands of tickets would say nothing new.


@transaction.atomic
def post_run(*, tickets: Sequence[tuple[TicketPosted, Heard]], at: datetime) -> list[str]:
    """
    Book tickets in the site book, all of a run in a handful of statements.

    Return the numbers of the sales issues that are new. A ticket told again under
    another message changes nothing.

    :raises SiteMismatch: if the source does not speak for the site.
    :raises SkuUnknown: if a SKU is not master data yet.
    :raises NumberReused: if the store used the ticket's number for another one before.
    """
    _check(tickets)
    issues = _drop_known([_make_issue(message, heard, at=at) for message, heard in tickets])
    by_number = {
        rules.get_hub_number(site=message.site, number=message.ticket_number): (message, heard)
        for message, heard in tickets
    }
    postings = [_make_posting(issue.number, *by_number[issue.number]) for issue in issues]
    book.post_facts(postings=[posting for posting in postings if posting.moves])
    _insert(issues)
    customer_return.take_tickets(
        tickets=[
            TicketTold(
                number=issue.number,
                site=issue.site,
                lines=issue.lines,
                return_id=by_number[issue.number][0].return_id,
            )
            for issue in issues
        ],
        at=at,
    )
    return [issue.number for issue in issues]


def _check(tickets: Sequence[tuple[TicketPosted, Heard]]) -> None:
    for message, heard in tickets:
        told.require_speaker(source=heard.source, site=message.site)
        told.require_few(message.lines)
        told.require_plausible(
            ((line.sku, line.quantity) for line in message.lines), minimum=-told.QUANTITY_MAX
        )
    told.require_known(
        sites={message.site for message, _ in tickets},
        skus={line.sku for message, _ in tickets for line in message.lines},
    )


def _make_issue(message: TicketPosted, heard: Heard, *, at: datetime) -> Row:
    return Row(
        number=rules.get_hub_number(site=message.site, number=message.ticket_number),
        site=message.site,
        ticket_number=message.ticket_number,
        till=message.till,
        business_date=told.read_date(message.business_date),
        occurred_at=message.occurred_at,
        recorded_at=at,
        cashier=message.cashier,
        currency=message.currency,
        total_minor=message.total_minor,
        quantity=sum(line.quantity for line in message.lines),
        lines=message.lines,
        message_id=message.message_id,
        source=heard.source,
        sequence=heard.sequence,
    )


def _drop_known(issues: Sequence[Row]) -> list[Row]:
    """Return the issues whose number is new."""
    rows = statements.run(
        "yipan.erp",
        "find_sales_issues",
        {"number": statements.texts([issue.number for issue in issues])},
    )
    known = {number: msgspec.json.decode(lines) for number, lines in rows}
    new = []
    for issue in issues:
        before = known.get(issue.number)
        if before is None:
            known[issue.number] = msgspec.to_builtins(list(issue.lines))
            new.append(issue)
        elif before != msgspec.to_builtins(list(issue.lines)):
            raise told.NumberReused(number=issue.ticket_number, site=issue.site)
    return new


def _insert(issues: Sequence[Row]) -> None:
    columns = {name: [getattr(issue, name) for issue in issues] for name in _COLUMNS}
    encoded = {name: _COLUMNS[name](values) for name, values in columns.items()}
    statements.run("yipan.erp", "insert_sales_issues", encoded)


def _write_lines(lines: Sequence[object]) -> str:
    return statements.texts([msgspec.json.encode(each).decode() for each in lines])


_COLUMNS: Mapping[str, Callable[[Sequence[Any]], str]] = {
    "number": statements.texts,
    "site": statements.texts,
    "ticket_number": statements.texts,
    "till": statements.texts,
    "business_date": statements.days,
    "occurred_at": statements.moments,
    "recorded_at": statements.moments,
    "cashier": statements.texts,
    "currency": statements.texts,
    "total_minor": statements.numbers,
    "quantity": statements.numbers,
    "lines": _write_lines,
    "message_id": statements.ids,
    "source": statements.texts,
    "sequence": statements.numbers,
}


def _make_posting(number: str, message: TicketPosted, heard: Heard) -> FactPosting:
    return FactPosting(
        origin=f"{DOCUMENT_TYPE}/{number}/post",
        occurred_at=message.occurred_at,
        moves=rules.post_sales_issue(site=message.site, lines=message.lines),
        trace=Trace(
            actor=message.cashier or heard.source,
            device=message.till,
            source=heard.source,
            sequence=heard.sequence,
        ),
        business_date=told.read_date(message.business_date),
    )
