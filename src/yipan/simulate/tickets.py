"""
Baskets become tickets, as the till of another maker would tell them.

Ids, numbers and sequences follow from the baskets alone, so that telling them twice is a
repeat and not a second sale.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

import msgspec

from yipan.messages.till import TicketClosed, TicketLine
from yipan.simulate.baskets import Basket

NAMESPACE = uuid5(NAMESPACE_URL, "yipan:simulate/tickets")
KIND = TicketClosed.kind
IN_ENVELOPE = ("message_id", "occurred_at")


@dataclass(frozen=True, kw_only=True, slots=True)
class Trade:
    """In which zone the stores stand, and in which currency they sell."""

    time_zone: str = "America/New_York"
    currency: str = "USD"


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A ticket under the number its till tells it with."""

    source: str
    sequence: int
    ticket: TicketClosed


class Batch(NamedTuple):
    """Tickets of one till as one `application/cloudevents-batch+json`, and how many they are."""

    body: bytes
    tickets: int
    lines: int


def name_site(store: str) -> str:
    """Return the site a store of the file becomes."""
    return f"S{store}"


def name_sku(product: str) -> str:
    """Return the SKU a product of the file becomes."""
    return f"CJ-{product}"


def make_tickets(baskets: Iterable[Basket], *, trade: Trade) -> dict[str, list[Told]]:
    """
    Return the tickets of each till, by its source, numbered from 1 in the order of time.

    Each store has one till. The same baskets give the same tickets; the first so many of
    them give the first tickets of each till.
    """
    zone = ZoneInfo(trade.time_zone)
    tills: dict[str, list[Told]] = {}
    for basket in baskets:
        site = name_site(basket.store)
        till = f"{site}-1"
        source = f"till:{till}/stock"
        told = tills.setdefault(source, [])
        told.append(
            Told(
                source=source,
                sequence=len(told) + 1,
                ticket=_make_ticket(basket, site=site, till=till, zone=zone, trade=trade),
            )
        )
    return tills


def _make_ticket(
    basket: Basket, *, site: str, till: str, zone: ZoneInfo, trade: Trade
) -> TicketClosed:
    number = f"{till}-{basket.number}"
    return TicketClosed(
        message_id=make_id(number),
        occurred_at=basket.bought_at.replace(tzinfo=zone),
        ticket_number=number,
        site=site,
        till=till,
        business_date=basket.bought_at.date().isoformat(),
        lines=tuple(
            TicketLine(
                line=place,
                sku=name_sku(line.product),
                quantity=line.quantity,
                amount_minor=line.amount_minor,
            )
            for place, line in enumerate(basket.lines, start=1)
        ),
        currency=trade.currency,
        total_minor=sum(line.amount_minor for line in basket.lines),
    )


def make_id(number: str) -> UUID:
    """Return the id of the message that tells a ticket."""
    return uuid5(NAMESPACE, number)


def write_batches(tills: Mapping[str, Sequence[Told]], *, size: int) -> dict[str, list[Batch]]:
    """Return the tickets of each till in batches, in order, as they travel."""
    return {
        source: [_write_batch(told[start : start + size]) for start in range(0, len(told), size)]
        for source, told in tills.items()
    }


def _write_batch(batch: Sequence[Told]) -> Batch:
    return Batch(
        body=msgspec.json.encode([_make_event(told) for told in batch]),
        tickets=len(batch),
        lines=sum(len(told.ticket.lines) for told in batch),
    )


def _make_event(told: Told) -> dict[str, object]:
    ticket = told.ticket
    data = msgspec.to_builtins(ticket)
    for name in IN_ENVELOPE:
        del data[name]
    return {
        "specversion": "1.0",
        "id": str(ticket.message_id),
        "source": told.source,
        "type": KIND,
        "subject": ticket.get_subject(),
        "partitionkey": ticket.get_partition_key(),
        "time": _write_time(ticket.occurred_at),
        "datacontenttype": "application/json",
        "sequence": f"{told.sequence:020d}",
        "businessdate": ticket.business_date,
        "data": data,
    }


def _write_time(moment: datetime) -> str:
    return moment.isoformat()
