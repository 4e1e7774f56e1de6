"""Steps of a till's day (日结): open -> seal -> close when the hub's book agrees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID, uuid5

from django.db import transaction

from yipan.documents import numbers, statements, told
from yipan.documents.day_totals import DayTicket, DayTotals, add_up
from yipan.documents.states import lock_for
from yipan.exchange import outbox, resend
from yipan.exchange.subscriptions import Heard
from yipan.foundation.refusals import NotFound, Refusal
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.messages.erp import DayCloseAnswered, ResendRequested
from yipan.messages.pos import CashMoved, DaySealed, TenderTotal
from yipan.pos.documents import till_device
from yipan.pos.documents.facts import Taken, note
from yipan.pos.models import CashMovement, StoreDay, Ticket, Till
from yipan.pos.models.store_day import CashType
from yipan.pos.models.store_day import StoreDayState as State
from yipan.pos.rules import days as rules

DOCUMENT_TYPE = "store_day"

#: From which states may each step be taken?
STEPS = {
    "seal": frozenset({State.OPEN}),
    "tell_again": frozenset({State.SEALED, State.DIFFERS}),
}

AMOUNT_MAX = 99_999_999
NUMBERS_SHOWN_MAX = 20


class AmountNotPlausible(Refusal):
    """An amount of cash is not positive, or larger than any drawer holds."""

    code = "store_day.amount_not_plausible"
    status = 422


class CashTypeUnknown(Refusal):
    """Cash moves as a float, paid in, paid out, or to the safe."""

    code = "store_day.cash_type_unknown"
    status = 422


class DaySealedAlready(Refusal):
    """This day of the till is sealed; what comes now belongs to the next."""

    code = "store_day.sealed"


class TicketsMissing(Refusal):
    """Tickets of this till are not here yet. Let its register send them, then close the day."""

    code = "store_day.tickets_missing"


class Dated(Protocol):
    """A ticket on its way into the table, whose day may still change."""

    till: str
    business_date: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Cash:
    """Cash that goes in or out of a drawer, in minor units."""

    cash_type: str
    amount_minor: int


def move_late(tickets: Sequence[Dated]) -> None:
    """Give tickets of days that are sealed to the next open day of their till."""
    if not tickets:
        return
    rows = statements.run(
        "yipan.pos",
        "find_sealed_days",
        {
            "till": statements.texts(sorted({ticket.till for ticket in tickets})),
            "first": min(ticket.business_date for ticket in tickets),
        },
    )
    sealed: dict[str, set[date]] = {}
    for till, day, state in rows:
        if state != State.OPEN:
            sealed.setdefault(till, set()).add(day)
    for ticket in tickets:
        closed = sealed.get(ticket.till, ())
        ticket.business_date = rules.find_open_day(ticket.business_date, sealed=closed)


@transaction.atomic
def open_day(*, till: str, by: Trace, at: datetime) -> StoreDay:
    """
    Open the business day of a till, or return it: today's, else the next that is not sealed.

    :raises NotFound: if there is no such till.
    """
    known = Till.objects.select_for_update().filter(code=till).first()
    if known is None:
        raise NotFound(kind="till", id=till)
    today = masterdata.get_business_date(known.site, at)
    query = StoreDay.objects.filter(till=till, business_date__gte=today).exclude(state=State.OPEN)
    day = rules.find_open_day(today, sealed=set(query.values_list("business_date", flat=True)))
    return _get_or_open(known, day, by=by, at=at)


@transaction.atomic
def move_cash(*, till: str, cash: Cash, by: Trace, at: datetime, message_id: UUID) -> CashMovement:
    """
    Write down cash that goes in or out of a drawer (备用金, 存取现金), and tell the hub.

    Repeating it with the same `message_id` returns the first one.

    :raises CashTypeUnknown: if there is no such kind.
    :raises AmountNotPlausible: if the amount is none.
    """
    known = CashMovement.objects.filter(message_id=message_id).first()
    if known is not None:
        return known
    if cash.cash_type not in CashType.values:
        raise CashTypeUnknown(cash_type=cash.cash_type)
    if not 0 < cash.amount_minor <= AMOUNT_MAX:
        raise AmountNotPlausible(amount_minor=cash.amount_minor)
    day = open_day(till=till, by=by, at=at)
    movement = CashMovement.objects.create(
        number=numbers.give_number(prefix="CM", site=day.site, on=day.business_date),
        site=day.site,
        till=till,
        business_date=day.business_date,
        cash_type=cash.cash_type,
        amount_minor=cash.amount_minor,
        reason=by.reason,
        message_id=message_id,
        created_by=by.actor,
        created_at=at,
    )
    message = CashMoved(
        message_id=message_id,
        occurred_at=at,
        document_number=movement.number,
        site=day.site,
        till=till,
        business_date=day.business_date.isoformat(),
        cash_type=cash.cash_type,
        amount_minor=cash.amount_minor,
        reason=by.reason,
        moved_by=by.actor,
    )
    _publish(message, site=day.site, stream="cash", day=day.business_date)
    return movement


@transaction.atomic
def seal(
    *,
    till: str,
    day: date,
    counted: Mapping[str, int],
    by: Trace,
    at: datetime,
    message_id: UUID,
) -> StoreDay:
    """
    Seal a day (封账): fix what its tickets add up to, with what was counted blind.

    It is closed when the hub answers that its book says the same. A ticket that comes now
    belongs to the next day. Numbers the till's register gave and never sent stand in the
    way, until they come or somebody gives them up (`till_device.give_up`).

    :raises NotFound: if there is no such till.
    :raises AmountNotPlausible: if a counted amount is negative, or absurd.
    :raises DaySealedAlready: if it was sealed before.
    :raises TicketsMissing: if tickets were numbered that are not here.
    """
    known = Till.objects.filter(code=till).first()
    if known is None:
        raise NotFound(kind="till", id=till)
    for amount in counted.values():
        if not 0 <= amount <= AMOUNT_MAX:
            raise AmountNotPlausible(amount_minor=amount)
    document = _get_or_open(known, day, by=by, at=at)
    document = StoreDay.objects.select_for_update().get(pk=document.pk)
    if document.state not in STEPS["seal"]:
        raise DaySealedAlready(number=document.number)
    _require_all_here(till)
    _fix(document, counted=counted)
    document.state = State.SEALED
    document.sealed_by = by.actor
    document.sealed_at = at
    document.message_id = message_id
    document.save()
    _tell(document, message_id=message_id, at=at)
    taken = Taken(step="seal", from_state=State.OPEN, message_id=message_id)
    note(document, taken, document_type=DOCUMENT_TYPE, by=by, at=at)
    return document


def _require_all_here(till: str) -> None:
    numbers = till_device.list_missing_numbers(till)
    if numbers:
        raise TicketsMissing(till=till, count=len(numbers), numbers=numbers[:NUMBERS_SHOWN_MAX])


@transaction.atomic
def tell_again(*, number: str, by: Trace, at: datetime, message_id: UUID) -> StoreDay:
    """
    Tell the hub once more of a sealed day, when what stood between the books is settled.

    :raises WrongState: if it is not sealed, or closed.
    """
    document = lock_for("tell_again", model=StoreDay, number=number, steps=STEPS)
    before = document.state
    document.state = State.SEALED
    document.save(update_fields=["state"])
    _tell(document, message_id=message_id, at=at)
    taken = Taken(step="tell_again", from_state=before, message_id=message_id)
    note(document, taken, document_type=DOCUMENT_TYPE, by=by, at=at)
    return document


@transaction.atomic
def take_answer(*, message: DayCloseAnswered, heard: Heard) -> StoreDay:
    """
    Close a day the hub agrees with; send again what it misses, and tell it once more.

    :raises NotFound: if the day is not known here.
    """
    day = told.read_date(message.business_date)
    document = (
        StoreDay.objects.select_for_update().filter(till=message.till, business_date=day).first()
    )
    if document is None or document.site != message.site:
        raise NotFound(kind="store_day", id=f"{message.till} {message.business_date}")
    by, at = Trace(actor=heard.source, reason=message.facts[:200]), message.occurred_at
    before = document.state
    if before == State.CLOSED:
        return document
    document.need = list(message.need)
    document.facts = message.facts[:400]
    if message.result == "match":
        document.state, document.closed_at = State.CLOSED, at
    elif message.result == "mismatch":
        document.state = State.DIFFERS
    document.save()
    step = {"match": "close", "mismatch": "differ"}.get(message.result, "send_again")
    taken = Taken(step=step, from_state=before, message_id=message.message_id)
    note(document, taken, document_type=DOCUMENT_TYPE, by=by, at=at)
    if message.need:
        _send_again(document, message, heard=heard)
        message_id = uuid5(message.message_id, "pos.day_sealed")
        tell_again(number=document.number, by=by, at=at, message_id=message_id)
    return document


def _send_again(document: StoreDay, message: DayCloseAnswered, *, heard: Heard) -> None:
    asked = ResendRequested(
        message_id=message.message_id,
        occurred_at=message.occurred_at,
        source=f"pos:{document.site}/stock",
        epoch=heard.epoch,
        first_sequence=min(message.need),
        last_sequence=max(message.need),
    )
    resend.take_request(asked, heard)


def _get_or_open(till: Till, day: date, *, by: Trace, at: datetime) -> StoreDay:
    document, is_new = StoreDay.objects.get_or_create(
        till=till.code,
        business_date=day,
        defaults={
            "number": f"DC-{till.code}-{day:%Y%m%d}",
            "site": till.site,
            "created_by": by.actor,
            "created_at": at,
        },
    )
    if is_new:
        note(document, Taken(step="open"), document_type=DOCUMENT_TYPE, by=by, at=at)
    return document


def _fix(document: StoreDay, *, counted: Mapping[str, int]) -> None:
    tickets = list(
        Ticket.objects.filter(
            site=document.site, till=document.till, business_date=document.business_date
        ).order_by("id")
    )
    totals = _add_up(tickets)
    document.first_sequence = totals.first_sequence
    document.last_sequence = totals.last_sequence
    document.ticket_count = totals.ticket_count
    document.line_count = totals.line_count
    document.quantity = totals.quantity
    document.amount_minor = totals.amount_minor
    document.digest = totals.digest
    moves = CashMovement.objects.filter(till=document.till, business_date=document.business_date)
    expected = rules.get_expected(
        paid=[pair for ticket in tickets for pair in _list_paid(ticket)],
        cash_moves=moves.order_by("id").values_list("cash_type", "amount_minor"),
    )
    document.tenders = [
        {
            "tender": tender,
            "expected_minor": expected.get(tender, 0),
            "counted_minor": counted.get(tender, 0),
        }
        for tender in dict.fromkeys([*expected, *counted])
    ]


def _add_up(tickets: Sequence[Ticket]) -> DayTotals:
    return add_up(
        [
            DayTicket(
                number=ticket.number,
                sequence=ticket.sequence,
                line_count=len(ticket.lines),
                quantity=ticket.quantity,
                amount_minor=ticket.total_minor,
            )
            for ticket in tickets
        ]
    )


def _list_paid(ticket: Ticket) -> list[tuple[str, int]]:
    if not ticket.tenders:
        return [("cash", ticket.total_minor)]
    return [(paid["tender"], paid["amount_minor"]) for paid in ticket.tenders]


def _tell(document: StoreDay, *, message_id: UUID, at: datetime) -> None:
    message = DaySealed(
        message_id=message_id,
        occurred_at=at,
        site=document.site,
        till=document.till,
        business_date=document.business_date.isoformat(),
        epoch=1,
        first_sequence=document.first_sequence,
        last_sequence=document.last_sequence,
        ticket_count=document.ticket_count,
        line_count=document.line_count,
        quantity=document.quantity,
        amount_minor=document.amount_minor,
        digest=document.digest,
        tenders=tuple(TenderTotal(**each) for each in document.tenders),
        sealed_by=document.sealed_by,
    )
    _publish(message, site=document.site, stream="stock", day=document.business_date)


def _publish(message: CashMoved | DaySealed, *, site: str, stream: str, day: date) -> None:
    source = f"pos:{site}/{stream}"
    [sequence] = outbox.reserve_numbers(source)
    outbox.publish(
        message,
        source=source,
        sequence=sequence,
        business_date=day,
        correlation_id=message.get_subject(),
    )
