"""Operations of registers that number their tickets themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router
from ninja.responses import Status

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.documents.doors import get_trace
from yipan.pos import queries
from yipan.pos.api.register_schemas import (
    DeviceIn,
    DeviceOut,
    NumberedTicketIn,
    NumberedTicketOut,
    NumberedTicketsIn,
    NumberedTicketsOut,
    RegisterSealIn,
    RegisterSealOut,
    ReportIn,
    ReportOut,
    TicketFileIn,
    TillEventsIn,
    TillEventsOut,
)
from yipan.pos.api.sales import make_sale_of
from yipan.pos.documents import numbered_ticket, register_seal, till_device, till_event
from yipan.pos.documents.numbered_ticket import Arrival, Numbered
from yipan.pos.documents.register_seal import Seal
from yipan.pos.documents.till_device import Report
from yipan.pos.documents.till_event import Happened

router = Router()


@router.post("/tills/{till}/devices", response={201: DeviceOut})
@endpoint(action="pos.sell", repeatable=True)
def create_device(request: HttpRequest, till: str, payload: DeviceIn) -> Status[DeviceOut]:
    """
    Make a register known and give it its epoch; asked again, the same one.

    A register asks once for each storage it keeps tickets in: when it is new, was cleared,
    or was told that another used its numbers.
    """
    site = _require_till(request, till)
    at = timezone.now()
    device = till_device.register(
        till_code=till, device=payload.device, by=get_trace(request), at=at
    )
    return Status(201, DeviceOut(till=till, site=site, epoch=device.epoch, server_time=at))


@router.post("/tills/{till}/tickets", response=NumberedTicketsOut)
@endpoint(action="pos.sell", repeatable=True)
def take_tickets(request: HttpRequest, till: str, payload: NumberedTicketsIn) -> NumberedTicketsOut:
    """
    Take tickets with the numbers their register gave, the oldest first.

    A ticket is a fact and never refused for stock; sent again it is answered and not booked
    again. Goods that came back without anybody who may take them back are booked too, and
    noted for whoever runs the store.
    """
    site = _require_till(request, till)
    return _take(
        request,
        till=till,
        site=site,
        tickets=payload.tickets,
        clock_offset_ms=payload.clock_offset_ms,
    )


@router.post("/tills/{till}/import", response=NumberedTicketsOut)
@endpoint(action="pos.close_day", repeatable=True)
def import_tickets(request: HttpRequest, till: str, payload: TicketFileIn) -> NumberedTicketsOut:
    """Take what a register saved to a file, because it does not see its network any more."""
    site = _require_till(request, till)
    return _take(
        request,
        till=till,
        site=site,
        tickets=payload.tickets,
        clock_offset_ms=payload.clock_offset_ms,
    )


def _take(
    request: HttpRequest,
    *,
    till: str,
    site: str,
    tickets: Sequence[NumberedTicketIn],
    clock_offset_ms: int,
) -> NumberedTicketsOut:
    arrival = Arrival(
        at=timezone.now(),
        clock_offset=timedelta(milliseconds=clock_offset_ms),
        may_refund=get_actor(request).may("pos.refund"),
    )
    numbered = [_make_numbered(request, ticket) for ticket in tickets]
    taken = numbered_ticket.take_all(site=site, till_code=till, tickets=numbered, arrival=arrival)
    return NumberedTicketsOut(
        data=[
            NumberedTicketOut(
                message_id=each.message_id, number=each.number, state=each.state, code=each.code
            )
            for each in taken
        ]
    )


def _make_numbered(request: HttpRequest, ticket: NumberedTicketIn) -> Numbered:
    return Numbered(
        sale=make_sale_of(
            ticket.message_id,
            lines=ticket.lines,
            tenders=ticket.tenders,
            currency=ticket.currency,
        ),
        epoch=ticket.epoch,
        sequence=ticket.sequence,
        device_at=ticket.device_at,
        clock_offset=timedelta(milliseconds=ticket.clock_offset_ms),
        cashier=ticket.cashier or get_actor(request).name,
        printed_number=ticket.printed_number,
        approved_by=ticket.approved_by,
        approval_reason=ticket.approval_reason,
        return_id=str(ticket.return_id or ""),
    )


@router.post("/tills/{till}/report", response=ReportOut)
@endpoint(action="pos.sell", repeatable=True)
def report(request: HttpRequest, till: str, payload: ReportIn) -> ReportOut:
    """Hear what a register says of itself, and tell it what came of its numbers."""
    _require_till(request, till)
    at = timezone.now()
    standing = till_device.report(
        till_code=till,
        told=Report(
            device=payload.device,
            last_sequence=payload.last_sequence,
            unsent=payload.unsent,
            oldest_unsent_at=payload.oldest_unsent_at,
            is_persistent=payload.is_persistent,
            clock_offset_ms=payload.clock_offset_ms,
        ),
        at=at,
    )
    return ReportOut(
        epoch=standing.epoch,
        missing=list(standing.missing),
        open=list(standing.open),
        settled_sequence=standing.settled_sequence,
        server_time=at,
    )


@router.post("/tills/{till}/events", response=TillEventsOut)
@endpoint(action="pos.sell", repeatable=True)
def record_events(request: HttpRequest, till: str, payload: TillEventsIn) -> TillEventsOut:
    """Write down what happened at a register and is no ticket, each once."""
    _require_till(request, till)
    events = [
        Happened(
            event_id=event.event_id,
            event_type=event.event_type,
            occurred_at=event.occurred_at,
            actor=event.actor or get_actor(request).name,
            subject=event.subject,
            approved_by=event.approved_by,
            reason=event.reason,
        )
        for event in payload.events
    ]
    recorded = till_event.record(till_code=till, events=events, at=timezone.now())
    return TillEventsOut(recorded=recorded)


@router.post("/tills/{till}/seals", response=RegisterSealOut)
@endpoint(action="pos.close_day", repeatable=True)
def take_seal(request: HttpRequest, till: str, payload: RegisterSealIn) -> RegisterSealOut:
    """
    Take a day a register sealed while nobody answered; told again, tell how it stands.

    All its tickets have to be here before. It is closed when the hub's book agrees.
    """
    _require_till(request, till)
    day = register_seal.take(
        till_code=till,
        seal=Seal(
            seal_id=payload.seal_id,
            epoch=payload.epoch,
            last_sequence=payload.last_sequence,
            business_date=payload.business_date,
            counted={each.tender: each.counted_minor for each in payload.counted},
            device_at=payload.device_at,
            clock_offset=timedelta(milliseconds=payload.clock_offset_ms),
            sealed_by=payload.sealed_by,
        ),
        by=get_trace(request),
        at=timezone.now(),
    )
    return RegisterSealOut(number=day.number, state=day.state, business_date=day.business_date)


def _require_till(request: HttpRequest, till: str) -> str:
    """Return the store of a till the asker may see."""
    site = queries.get_till(till).site.code
    get_actor(request).require_site(site)
    return site
