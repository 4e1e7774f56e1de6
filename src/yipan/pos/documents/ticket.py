"""Steps of a ticket (小票): record and post, a run of one till at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

import msgspec
from django.db import transaction

from yipan.documents import statements, told
from yipan.exchange import outbox
from yipan.exchange.outbox import Outgoing
from yipan.exchange.subscriptions import Heard
from yipan.ledger import posting as ledger
from yipan.ledger.moves import FactPosting, Trace
from yipan.messages.pos import TicketPosted
from yipan.messages.till import TicketClosed, TicketLine, TicketTender
from yipan.pos import rules
from yipan.pos.documents import customer_return, store_day

DOCUMENT_TYPE = "ticket"

Told = tuple[TicketClosed, Heard]
Pair = tuple["Row", TicketClosed]


@dataclass(kw_only=True, slots=True)
class Row:
    """A ticket on its way into the table. An object of the table costs ten times as much."""

    number: str
    site: str
    till: str
    ticket_type: str
    business_date: date
    occurred_at: datetime
    recorded_at: datetime
    cashier: str
    currency: str
    total_minor: int
    quantity: int
    lines: Sequence[TicketLine]
    tenders: Sequence[TicketTender]
    digest: str
    message_id: UUID
    till_source: str
    till_sequence: int
    source: str
    sequence: int = 0


@transaction.atomic
def post_run(*, tickets: Sequence[Told], at: datetime) -> list[str]:
    """
    Book tickets in their stores' books and tell the hub, a run in a handful of statements.

    Return the numbers of the tickets that are new. A ticket that comes again under another
    message, because a till lost count of what it sent, changes nothing. A ticket of a day
    that was sealed belongs to the till's next open day, and keeps its own time.

    :raises SiteMismatch: if a till told of a ticket of another store.
    :raises SkuUnknown: if a SKU is not master data; the tickets wait for it.
    :raises QuantityNotPlausible: if a quantity or an amount is absurd.
    :raises NumberReused: if the store has a ticket of this number with another content.
    """
    _check(tickets)
    new = _drop_known([(_make_ticket(*each, at=at), each[0]) for each in tickets])
    store_day.move_late([ticket for ticket, _ in new])
    # In the order of the names, so that two runs never wait for each other in a circle.
    for site in sorted({ticket.site for ticket, _ in new}):
        _post_site(site, [pair for pair in new if pair[0].site == site])
    return [ticket.number for ticket, _ in new]


def make_told_id(heard: UUID) -> UUID:
    """
    Return the id of the message that tells the hub of a ticket heard from a till.

    It follows from the one that was heard, so that a replay says the same.
    """
    return uuid5(heard, "pos.ticket_posted")


def _check(tickets: Sequence[Told]) -> None:
    for message, heard in tickets:
        told.require_speaker(source=heard.source, site=message.site)
        told.require_few(message.lines)
        told.require_plausible(
            (
                (line.sku, figure)
                for line in message.lines
                for figure in (line.quantity, line.amount_minor)
            ),
            minimum=-told.QUANTITY_MAX,
        )
    told.require_known(
        sites={message.site for message, _ in tickets},
        skus={line.sku for message, _ in tickets for line in message.lines},
    )


def _make_ticket(message: TicketClosed, heard: Heard, *, at: datetime) -> Row:
    return Row(
        number=message.ticket_number,
        site=message.site,
        till=message.till,
        ticket_type=rules.get_ticket_type(lines=message.lines),
        business_date=told.read_date(message.business_date),
        occurred_at=message.occurred_at,
        recorded_at=at,
        cashier=message.cashier,
        currency=message.currency,
        total_minor=message.total_minor,
        quantity=sum(line.quantity for line in message.lines),
        lines=message.lines,
        tenders=message.tenders,
        digest=rules.get_ticket_digest(lines=message.lines, total_minor=message.total_minor),
        message_id=message.message_id,
        till_source=heard.source,
        till_sequence=heard.sequence,
        source=f"pos:{message.site}/stock",
    )


def _drop_known(pairs: Sequence[Pair]) -> list[Pair]:
    """Return the tickets whose number is new to their store."""
    rows = statements.run(
        "yipan.pos",
        "find_tickets",
        {
            "site": statements.texts([ticket.site for ticket, _ in pairs]),
            "number": statements.texts([ticket.number for ticket, _ in pairs]),
        },
    )
    known = {(site, number): digest for site, number, digest in rows}
    new = []
    for ticket, message in pairs:
        digest = known.get((ticket.site, ticket.number))
        if digest is None:
            known[ticket.site, ticket.number] = ticket.digest
            new.append((ticket, message))
        elif digest != ticket.digest:
            raise told.NumberReused(number=ticket.number, site=ticket.site)
    return new


def _post_site(site: str, pairs: Sequence[Pair]) -> None:
    source = f"pos:{site}/stock"
    numbers = outbox.reserve_numbers(source, len(pairs))
    for (ticket, _), sequence in zip(pairs, numbers, strict=True):
        ticket.sequence = sequence
    postings = [_make_posting(ticket, message) for ticket, message in pairs]
    # A void ticket moves nothing: it has a number and a message, and no posting.
    ledger.post_facts(
        book=f"pos:{site}", postings=[posting for posting in postings if posting.moves]
    )
    _insert([ticket for ticket, _ in pairs])
    outbox.publish_many([_make_outgoing(ticket, message) for ticket, message in pairs])
    customer_return.tell(pairs)


def _insert(tickets: Sequence[Row]) -> None:
    columns = {name: [getattr(ticket, name) for ticket in tickets] for name in _COLUMNS}
    encoded = {name: _COLUMNS[name](values) for name, values in columns.items()}
    statements.run("yipan.pos", "insert_tickets", encoded)


def _write_lines(lines: Sequence[object]) -> str:
    return statements.texts([msgspec.json.encode(each).decode() for each in lines])


_COLUMNS: Mapping[str, Callable[[Sequence[Any]], str]] = {
    "number": statements.texts,
    "site": statements.texts,
    "till": statements.texts,
    "ticket_type": statements.texts,
    "business_date": statements.days,
    "occurred_at": statements.moments,
    "recorded_at": statements.moments,
    "cashier": statements.texts,
    "currency": statements.texts,
    "total_minor": statements.numbers,
    "quantity": statements.numbers,
    "lines": _write_lines,
    "tenders": _write_lines,
    "digest": statements.texts,
    "message_id": statements.ids,
    "till_source": statements.texts,
    "till_sequence": statements.numbers,
    "source": statements.texts,
    "sequence": statements.numbers,
}


def _make_posting(ticket: Row, message: TicketClosed) -> FactPosting:
    return FactPosting(
        origin=f"{DOCUMENT_TYPE}/{ticket.number}/post",
        occurred_at=ticket.occurred_at,
        moves=rules.post_ticket(lines=message.lines),
        trace=Trace(
            actor=ticket.cashier or ticket.till_source,
            device=ticket.till,
            source=ticket.source,
            sequence=ticket.sequence,
        ),
        business_date=ticket.business_date,
    )


def _make_outgoing(ticket: Row, message: TicketClosed) -> Outgoing:
    return Outgoing(
        message=TicketPosted(
            message_id=make_told_id(message.message_id),
            occurred_at=message.occurred_at,
            ticket_number=message.ticket_number,
            site=message.site,
            till=message.till,
            business_date=ticket.business_date.isoformat(),
            lines=message.lines,
            cashier=message.cashier,
            currency=message.currency,
            total_minor=message.total_minor,
            return_id=message.return_id,
        ),
        source=ticket.source,
        sequence=ticket.sequence,
        business_date=ticket.business_date,
        correlation_id=ticket.number,
        causation_id=str(ticket.message_id),
    )
