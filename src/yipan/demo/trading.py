"""Trade at the demo retailer, told through the doors everybody uses."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from django.db import transaction

from yipan.demo.goods import GOODS, Good
from yipan.demo.places import STORES
from yipan.exchange import outbox
from yipan.exchange.outbox import Outgoing
from yipan.messages.till import TicketClosed, TicketLine
from yipan.pos.documents import register
from yipan.pos.models import Till

ZONE = ZoneInfo("Asia/Shanghai")
NAMESPACE = UUID("0198c7b2-0de0-7000-8000-000000000001")
SEED = 20_260_302

CASHIERS = {"S1": ("fang.liu", "manager"), "S12": ("clerk", "jie.xu")}
TICKETS_PER_DAY = {"S1": 42, "S12": 58}
OPENS_AT, CLOSES_AT = 8, 22
RETURN_SHARE = 0.03
TICKETS_PER_RUN = 250


def make_id(name: str) -> UUID:
    """Return an id that depends on the name alone, so that a second build says the same."""
    return uuid5(NAMESPACE, name)


def ring_up(*, days: Sequence[date], until: datetime) -> int:
    """
    Let the tills of both stores tell of their tickets of some days, none later than `until`.

    Return how many there were. Nothing is posted here: the messages are delivered as any.
    """
    count = 0
    for site in STORES:
        till = f"{site}-1"
        register.open_till(site=site, code=till, at=_at(days[0], OPENS_AT))
        tickets = [
            ticket
            for day in days
            for ticket in list_tickets(site, till, day)
            if ticket.occurred_at <= until
        ]
        for start in range(0, len(tickets), TICKETS_PER_RUN):
            _send(till, tickets[start : start + TICKETS_PER_RUN])
        count += len(tickets)
    return count


@transaction.atomic
def _send(till: str, tickets: Sequence[TicketClosed]) -> None:
    row = Till.objects.select_for_update().get(code=till)
    source = f"till:{till}/stock"
    numbers = outbox.reserve_numbers(source, len(tickets))
    outbox.publish_many(
        [
            Outgoing(
                message=ticket,
                source=source,
                sequence=sequence,
                business_date=date.fromisoformat(ticket.business_date),
                correlation_id=ticket.ticket_number,
            )
            for ticket, sequence in zip(tickets, numbers, strict=True)
        ]
    )
    row.last_ticket += len(tickets)
    row.save(update_fields=["last_ticket"])


def list_tickets(site: str, till: str, day: date) -> Iterator[TicketClosed]:
    """Return what a till rings up on a day, in the order of the day."""
    # One source of chance per store and day: a longer demo does not change earlier days.
    chance = random.Random(f"{SEED} {site} {day.isoformat()}")  # noqa: S311 - a story, no secret
    is_weekend = day.weekday() >= 5
    wanted = round(TICKETS_PER_DAY[site] * (1.4 if is_weekend else 1) * chance.uniform(0.85, 1.15))
    seconds = sorted(_pick_second(chance) for _ in range(wanted))
    for position, second in enumerate(seconds, start=1):
        number = f"{till}-{day:%m%d}-{position:03d}"
        lines = _pick_lines(chance)
        yield TicketClosed(
            message_id=make_id(f"ticket {day.year} {number}"),
            occurred_at=_at(day, OPENS_AT) + timedelta(seconds=second),
            ticket_number=number,
            site=site,
            till=till,
            business_date=day.isoformat(),
            lines=lines,
            cashier=chance.choice(CASHIERS[site]),
            total_minor=sum(line.amount_minor for line in lines),
        )


def _pick_second(chance: random.Random) -> int:
    """Return a second after opening: most people come at noon and after work."""
    hours = CLOSES_AT - OPENS_AT
    peak = chance.choices((4.2, 10.3, hours / 2), (3, 5, 2))[0]
    return int(min(max(chance.gauss(peak, 1.6), 0), hours - 0.01) * 3600)


def _pick_lines(chance: random.Random) -> tuple[TicketLine, ...]:
    size = chance.choices((1, 2, 3, 4, 5, 7), (28, 26, 19, 13, 9, 5))[0]
    weights = [good.pace for good in GOODS]
    picked: dict[str, Good] = {}
    while len(picked) < size:
        good = chance.choices(GOODS, weights)[0]
        picked[good.code] = good
    is_return = chance.random() < RETURN_SHARE
    lines = []
    for number, good in enumerate(picked.values(), start=1):
        quantity = chance.choices((1, 2, 3, 6), (70, 20, 7, 3))[0]
        quantity = -1 if is_return else quantity
        lines.append(
            TicketLine(
                line=number,
                sku=good.code,
                quantity=quantity,
                amount_minor=quantity * good.price_minor,
                line_type="return" if is_return else "sale",
            )
        )
    return tuple(lines)


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=ZONE)
