"""Reads of tickets and tills. Quantities in smallest units, amounts in minor units."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from yipan.foundation.refusals import NotFound
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow, SkuRow
from yipan.pos import rules
from yipan.pos.models import Ticket, Till

ROWS_MAX = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketFilter:
    """Which tickets to list. `sites` is the asker's scope, None meaning all sites."""

    text: str = ""
    ticket_type: str = ""
    site: str = ""
    on: date | None = None
    sites: frozenset[str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketRow:
    """A ticket as a list shows it."""

    ticket_id: int
    number: str
    ticket_type: str
    site: SiteRow
    till: str
    business_date: date
    occurred_at: datetime
    recorded_at: datetime
    cashier: str
    currency: str
    total_minor: int
    quantity: int
    line_count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketLineRow:
    """A line of a ticket. A negative quantity was given back."""

    line: int
    sku: SkuRow
    quantity: int
    amount_minor: int
    capture_mode: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PaidRow:
    """A way a ticket was paid, change taken off, in minor units."""

    tender: str
    amount_minor: int


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketDetail:
    """A ticket as its page shows it, with the messages that brought it and tell of it."""

    head: TicketRow
    message_id: UUID
    till_source: str
    till_sequence: int
    source: str
    sequence: int
    lines: tuple[TicketLineRow, ...]
    tenders: tuple[PaidRow, ...] = ()

    @property
    def book_code(self) -> str:
        """Return the book it is posted in."""
        return f"pos:{self.head.site.code}"

    @property
    def hub_number(self) -> str:
        """Return the number the ticket has in the hub."""
        return rules.get_hub_number(site=self.head.site.code, number=self.head.number)


@dataclass(frozen=True, kw_only=True, slots=True)
class TillRow:
    """A register of a store."""

    code: str
    site: SiteRow
    last_ticket: int


def list_tickets(which: TicketFilter, *, after: str = "", limit: int = 50) -> list[TicketRow]:
    """Return tickets, the last booked first; `after` is the `ticket_id` read so far."""
    assert 0 < limit <= ROWS_MAX
    query = Ticket.objects.all()
    if which.sites is not None:
        query = query.filter(site__in=which.sites)
    if which.site:
        query = query.filter(site=which.site)
    if which.ticket_type:
        query = query.filter(ticket_type=which.ticket_type)
    if which.on is not None:
        query = query.filter(business_date=which.on)
    text = which.text.strip()
    if text:
        is_sku = masterdata.find_skus([text.upper()])
        wanted = Q(number__startswith=text) | Q(cashier=text)
        query = query.filter(Q(lines__contains=[{"sku": text.upper()}]) if is_sku else wanted)
    if after.isdigit():
        query = query.filter(id__lt=int(after[:18]))
    return _read_rows(query.order_by("-id")[:limit])


def get_ticket(site: str, number: str) -> TicketDetail:
    """
    Return one ticket of a store with its lines.

    :raises NotFound: if the store has none of this number.
    """
    ticket = Ticket.objects.filter(site=site, number=number).first()
    if ticket is None:
        raise NotFound(kind="ticket", id=number)
    skus = masterdata.find_skus({line["sku"] for line in ticket.lines})
    [head] = _read_rows([ticket])
    return TicketDetail(
        head=head,
        message_id=ticket.message_id,
        till_source=ticket.till_source,
        till_sequence=ticket.till_sequence,
        source=ticket.source,
        sequence=ticket.sequence,
        lines=tuple(
            TicketLineRow(
                line=line["line"],
                sku=skus[line["sku"]],
                quantity=line["quantity"],
                amount_minor=line["amount_minor"],
                capture_mode=line["capture_mode"],
            )
            for line in ticket.lines
        ),
        tenders=tuple(
            PaidRow(tender=paid["tender"], amount_minor=paid["amount_minor"])
            for paid in ticket.tenders or [{"tender": "cash", "amount_minor": ticket.total_minor}]
        ),
    )


def list_ticket_sites(number: str, *, sites: frozenset[str] | None) -> list[str]:
    """Return the stores that have a ticket of this number, among the asker's."""
    query = Ticket.objects.filter(number=number)
    if sites is not None:
        query = query.filter(site__in=sites)
    return list(query.order_by("site").values_list("site", flat=True)[:ROWS_MAX])


def list_tills(*, sites: frozenset[str] | None, site: str = "") -> list[TillRow]:
    """Return the registers of stores, by code; `sites` is the asker's scope."""
    query = Till.objects.all()
    if sites is not None:
        query = query.filter(site__in=sites)
    if site:
        query = query.filter(site=site)
    return _read_tills(query.order_by("code")[:ROWS_MAX])


def find_till(code: str) -> TillRow | None:
    """Return one register, or None when there is none of this code."""
    rows = _read_tills(Till.objects.filter(code=code))
    return rows[0] if rows else None


def get_till(code: str) -> TillRow:
    """
    Return one register.

    :raises NotFound: if there is none of this code.
    """
    till = find_till(code)
    if till is None:
        raise NotFound(kind="till", id=code)
    return till


def _read_tills(tills: Iterable[Till]) -> list[TillRow]:
    rows = list(tills)
    sites = masterdata.find_sites({row.site for row in rows})
    return [
        TillRow(code=row.code, site=sites[row.site], last_ticket=row.last_ticket) for row in rows
    ]


def _read_rows(tickets: Iterable[Any]) -> list[TicketRow]:
    rows = list(tickets)
    sites = masterdata.find_sites({row.site for row in rows})
    return [
        TicketRow(
            ticket_id=row.id,
            number=row.number,
            ticket_type=row.ticket_type,
            site=sites[row.site],
            till=row.till,
            business_date=row.business_date,
            occurred_at=row.occurred_at,
            recorded_at=row.recorded_at,
            cashier=row.cashier,
            currency=row.currency,
            total_minor=row.total_minor,
            quantity=row.quantity,
            line_count=len(row.lines),
        )
        for row in rows
    ]
