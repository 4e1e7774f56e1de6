"""Steps of our own register: open a till, close a ticket and send it through the store's door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from yipan.documents import told
from yipan.exchange import inbox, outbox
from yipan.exchange.envelopes import seal
from yipan.foundation.refusals import NotFound, Refusal
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.messages.till import TicketClosed, TicketLine, TicketTender
from yipan.pos.documents.till_device import RECEIVER, TillNumbersItself, get_source
from yipan.pos.models import RegisterTicket, Till


class TicketEmpty(Refusal):
    """A ticket without lines says nothing; a sale that was given up is a void ticket."""

    code = "ticket.empty"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class Sale:
    """
    A finished ticket, as the register sends it. Amounts are in minor units.

    `message_id` is made where the ticket was made, and kept when it is sent again.
    """

    message_id: UUID
    lines: tuple[TicketLine, ...]
    tenders: tuple[TicketTender, ...] = ()
    currency: str = "CNY"
    is_void: bool = False


@transaction.atomic
def open_till(*, site: str, code: str, at: datetime) -> Till:
    """
    Make a register known, or return it when it is.

    :raises SiteUnknown: if there is no such store.
    :raises SiteMismatch: if the code does not begin with the site's.
    """
    masterdata.get_site(site)
    told.require_speaker(source=f"till:{code}/stock", site=site)
    till, _ = Till.objects.get_or_create(code=code, defaults={"site": site, "created_at": at})
    return till


@transaction.atomic
def close_ticket(
    *, site: str, till_code: str, sale: Sale, by: Trace, at: datetime
) -> RegisterTicket:
    """
    Give a finished ticket its number and send it as the till's next message.

    Ticket number and message sequence rise in this transaction or not at all, so neither
    has a gap. A ticket that was sent before is answered with what became of it. A till
    that is new is made known.

    :raises NotFound: if the till is another store's.
    :raises SiteMismatch: if a new till's code does not begin with the store's.
    :raises TicketEmpty: if it has no lines and is no void.
    :raises TillNumbersItself: if a device of the till gives the numbers.
    """
    open_till(site=site, code=till_code, at=at)
    till = Till.objects.select_for_update().get(code=till_code)
    if till.site != site:
        raise NotFound(kind="till", id=till_code)
    known = RegisterTicket.objects.filter(message_id=sale.message_id).first()
    if known is not None:
        return known
    if not sale.lines and not sale.is_void:
        raise TicketEmpty(till=till_code)
    if till.devices.exists():
        raise TillNumbersItself(till=till_code)
    till.last_ticket += 1
    till.save(update_fields=["last_ticket"])
    message = _make_message(till, sale=sale, by=by, at=at)
    sequence, reply = _send(till, message=message)
    return RegisterTicket.objects.create(
        message_id=sale.message_id,
        till=till,
        number=message.ticket_number,
        sequence=sequence,
        total_minor=message.total_minor,
        closed_at=at,
        reply_state=reply.state,
        reply_code=reply.code,
    )


def _make_message(till: Till, *, sale: Sale, by: Trace, at: datetime) -> TicketClosed:
    return TicketClosed(
        message_id=sale.message_id,
        occurred_at=at,
        ticket_number=f"{till.code}-{till.last_ticket:06d}",
        site=till.site,
        till=till.code,
        business_date=masterdata.get_business_date(till.site, at).isoformat(),
        lines=sale.lines,
        cashier=by.actor,
        currency=sale.currency,
        total_minor=sum(line.amount_minor for line in sale.lines),
        tenders=sale.tenders,
    )


def _send(till: Till, *, message: TicketClosed) -> tuple[int, inbox.Reply]:
    """Publish the till's message and hand it to the store at once; the outbox keeps it."""
    source = get_source(till.code)
    [sequence] = outbox.reserve_numbers(source)
    business_date = told.read_date(message.business_date)
    outbox.publish(
        message,
        source=source,
        sequence=sequence,
        business_date=business_date,
        correlation_id=message.ticket_number,
    )
    envelope = seal(message, source=source, sequence=sequence, business_date=business_date)
    [reply] = inbox.receive(RECEIVER, [envelope])
    return sequence, reply
