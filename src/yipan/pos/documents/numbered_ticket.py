"""Tickets that come with a number of their register: taken in runs, each once, none refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from yipan.documents import told
from yipan.exchange import inbox
from yipan.exchange.envelopes import Envelope, seal
from yipan.exchange.inbox import Reply
from yipan.exchange.replies import ReplyState
from yipan.foundation.refusals import NotFound
from yipan.masterdata import queries as masterdata
from yipan.messages.till import TicketClosed
from yipan.pos import queries, rules
from yipan.pos.documents import till_event
from yipan.pos.documents.register import Sale
from yipan.pos.documents.till_device import RECEIVER, EpochUnknown, get_source
from yipan.pos.models import RegisterDevice, RegisterTicket, Till

#: As many are taken in one transaction.
BATCH_MAX = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Numbered:
    """
    A finished ticket with the number its register gave it.

    `device_at` is the raw time of the device, `clock_offset` what our clock was ahead of it
    when they last spoke. `printed_number` is what the paper says where a ticket had to take
    another number, because a copied register had used its own. `return_id` names the claim
    at the hub that goods which came back settle.
    """

    sale: Sale
    epoch: int
    sequence: int
    device_at: datetime
    clock_offset: timedelta = timedelta()
    cashier: str = ""
    printed_number: str = ""
    approved_by: str = ""
    approval_reason: str = ""
    return_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """
    When a run arrived, and what our clock is ahead of its device's now.

    `may_refund` says that whoever sends it may take goods back; goods that came back
    without anybody who may are booked too, and noted for whoever runs the store.
    """

    at: datetime
    clock_offset: timedelta = timedelta()
    may_refund: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class TakenTicket:
    """What became of a numbered ticket: the state of its message, and why."""

    message_id: UUID
    number: str
    state: str
    code: str
    total_minor: int = 0


def take_all(
    *, site: str, till_code: str, tickets: Sequence[Numbered], arrival: Arrival
) -> list[TakenTicket]:
    """Take any number of tickets, a batch in a transaction. Raises and answers as `take`."""
    answers: list[TakenTicket] = []
    for start in range(0, len(tickets), BATCH_MAX):
        batch = tickets[start : start + BATCH_MAX]
        answers += take(site=site, till_code=till_code, tickets=batch, arrival=arrival)
    return answers


@transaction.atomic
def take(
    *, site: str, till_code: str, tickets: Sequence[Numbered], arrival: Arrival
) -> list[TakenTicket]:
    """
    Take tickets a register numbered, in its order; answer each by what became of it.

    A ticket that was taken before is a `duplicate`. A number that was used before with
    another content is `parked` under `exchange.sequence_reused`: what was booked first stays,
    and the register tells the other again in a new epoch. One that meets a fault of ours is
    `unknown`, and to be sent again.

    :raises NotFound: if the till is another store's.
    :raises EpochUnknown: if no device of the till has such an epoch.
    """
    till = Till.objects.select_for_update().filter(code=till_code, site=site).first()
    if till is None:
        raise NotFound(kind="till", id=till_code)
    wanted = {ticket.epoch for ticket in tickets}
    known_epochs = set(
        RegisterDevice.objects.filter(till=till, epoch__in=wanted).values_list("epoch", flat=True)
    )
    if wanted - known_epochs:
        raise EpochUnknown(till=till_code, epoch=min(wanted - known_epochs))
    known = RegisterTicket.objects.in_bulk([ticket.sale.message_id for ticket in tickets])
    messages = [_make_message(till, ticket, known=known, arrival=arrival) for ticket in tickets]
    faults: list[Exception] = []
    replies = inbox.receive(
        RECEIVER,
        [_seal(till, *pair) for pair in zip(tickets, messages, strict=True)],
        faults=faults,
    )
    rows = list(zip(tickets, messages, replies, strict=True))
    _remember(till, rows, known=known)
    _note_highest(till, tickets)
    if not arrival.may_refund:
        _note_unapproved(till, tickets, messages, at=arrival.at)
    return [
        TakenTicket(
            message_id=message.message_id,
            number=message.ticket_number,
            state=reply.state,
            code=reply.code,
            total_minor=message.total_minor,
        )
        for _, message, reply in rows
    ]


def _make_message(
    till: Till, ticket: Numbered, *, known: Mapping[UUID, RegisterTicket], arrival: Arrival
) -> TicketClosed:
    # What was decided when it first came holds, so that a repeat is the same to the letter.
    before = known.get(ticket.sale.message_id)
    at = (
        before.closed_at
        if before
        else rules.correct_time(
            ticket.device_at,
            offset=ticket.clock_offset,
            offset_when_sent=arrival.clock_offset,
            received_at=arrival.at,
        )
    )
    sale = ticket.sale
    return TicketClosed(
        message_id=sale.message_id,
        occurred_at=at,
        ticket_number=rules.get_ticket_number(
            till=till.code, epoch=ticket.epoch, sequence=ticket.sequence
        ),
        site=till.site,
        till=till.code,
        business_date=masterdata.get_business_date(till.site, at).isoformat(),
        lines=sale.lines,
        cashier=ticket.cashier,
        currency=sale.currency,
        total_minor=sum(line.amount_minor for line in sale.lines),
        tenders=sale.tenders,
        printed_number=ticket.printed_number,
        approved_by=ticket.approved_by,
        approval_reason=ticket.approval_reason,
        return_id=ticket.return_id,
    )


def _seal(till: Till, ticket: Numbered, message: TicketClosed) -> Envelope:
    return seal(
        message,
        source=get_source(till.code),
        sequence=ticket.sequence,
        epoch=ticket.epoch,
        business_date=told.read_date(message.business_date),
    )


def _remember(
    till: Till,
    rows: Sequence[tuple[Numbered, TicketClosed, Reply]],
    *,
    known: Mapping[UUID, RegisterTicket],
) -> None:
    """Write down what became of each; what came under a used number is the exchange's case."""
    new: dict[UUID, RegisterTicket] = {}
    changed = []
    for ticket, message, reply in rows:
        if reply.code == inbox.SEQUENCE_REUSED or reply.state == ReplyState.UNKNOWN:
            continue
        state = ReplyState.APPLIED if reply.state == ReplyState.DUPLICATE else reply.state
        before = known.get(message.message_id)
        if before is not None:
            if before.reply_state != state:
                before.reply_state, before.reply_code = state, reply.code
                changed.append(before)
            continue
        new[message.message_id] = RegisterTicket(
            message_id=message.message_id,
            till=till,
            number=message.ticket_number,
            epoch=ticket.epoch,
            sequence=ticket.sequence,
            total_minor=message.total_minor,
            closed_at=message.occurred_at,
            reply_state=state,
            reply_code=reply.code,
            device_at=ticket.device_at,
            clock_offset_ms=ticket.clock_offset // timedelta(milliseconds=1),
        )
    RegisterTicket.objects.bulk_create(new.values())
    if changed:
        RegisterTicket.objects.bulk_update(changed, ["reply_state", "reply_code"])


def _note_highest(till: Till, tickets: Sequence[Numbered]) -> None:
    """A number that came says that all before it were given, whatever the device reports."""
    for epoch in {ticket.epoch for ticket in tickets}:
        highest = max(ticket.sequence for ticket in tickets if ticket.epoch == epoch)
        devices = RegisterDevice.objects.filter(till=till, epoch=epoch)
        devices.filter(last_sequence__lt=highest).update(last_sequence=highest)


def _note_unapproved(
    till: Till, tickets: Sequence[Numbered], messages: Sequence[TicketClosed], *, at: datetime
) -> None:
    events = [
        till_event.make_unapproved(
            message_id=message.message_id,
            number=message.ticket_number,
            actor=ticket.cashier,
            approved_by=ticket.approved_by,
            at=message.occurred_at,
        )
        for ticket, message in zip(tickets, messages, strict=True)
        if any(line.quantity < 0 for line in message.lines)
        and not queries.may_approve(ticket.approved_by, site=till.site)
    ]
    till_event.record(till_code=till.code, events=events, at=at)
