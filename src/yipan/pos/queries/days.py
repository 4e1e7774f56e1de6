"""Reads of the days of tills and of what a store sold. Amounts in minor units."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from yipan.foundation.refusals import NotFound
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow
from yipan.pos.models import (
    CashMovement,
    StoreAdjustment,
    StoreCount,
    StoreDay,
    StoreDifference,
    StoreOrder,
    StoreRequest,
    Ticket,
)
from yipan.pos.models.adjustment import StoreAdjustmentState
from yipan.pos.models.difference import DifferenceState
from yipan.pos.models.replenishment import StoreRequestState
from yipan.pos.models.store_count import StoreCountState
from yipan.pos.models.store_day import StoreDayState
from yipan.pos.models.store_order import STATES_OPEN
from yipan.pos.queries.fulfillments import count_queue

ROWS_MAX = 1_000
TICKETS_MAX = 20_000


@dataclass(frozen=True, kw_only=True, slots=True)
class TenderRow:
    """What one way to pay should have come to, and what was counted."""

    tender: str
    expected_minor: int
    counted_minor: int

    @property
    def difference_minor(self) -> int:
        """Return what is over; below zero is short."""
        return self.counted_minor - self.expected_minor


@dataclass(frozen=True, kw_only=True, slots=True)
class CashRow:
    """Cash that went in or out of a drawer."""

    number: str
    label: str
    amount_minor: int
    reason: str
    created_by: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreDayRow:
    """A day of a till, as lists and its page show it."""

    day_id: int
    number: str
    state: str
    site: SiteRow
    till: str
    business_date: date
    currency: str
    ticket_count: int
    line_count: int
    quantity: int
    amount_minor: int
    first_sequence: int
    last_sequence: int
    digest: str
    tenders: tuple[TenderRow, ...]
    sealed_by: str
    sealed_at: datetime | None
    closed_at: datetime | None
    need: tuple[int, ...]
    facts: str

    @property
    def difference_minor(self) -> int:
        """Return what is over or short in all tenders together."""
        return sum(row.difference_minor for row in self.tenders)


@dataclass(frozen=True, kw_only=True, slots=True)
class HourRow:
    """What a store sold within one hour of its own clock."""

    hour: int
    ticket_count: int
    amount_minor: int


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreWork:
    """How much of each kind is open at a store."""

    to_receive: int
    to_send: int
    waiting_for_hub: int
    days_not_closed: int
    orders: int
    counts: int
    differences: int
    requests: int


def list_days(
    *, sites: frozenset[str] | None, site: str = "", limit: int = 50
) -> list[StoreDayRow]:
    """Return days of tills, the latest first. `sites` is the asker's scope."""
    assert 0 < limit <= ROWS_MAX
    query = StoreDay.objects.all()
    if sites is not None:
        query = query.filter(site__in=sites)
    if site:
        query = query.filter(site=site)
    return _make_rows(query.order_by("-business_date", "till")[:limit])


def get_day(number: str) -> StoreDayRow:
    """
    Return one day of a till.

    :raises NotFound: if there is none of this number.
    """
    rows = _make_rows(StoreDay.objects.filter(number=number))
    if not rows:
        raise NotFound(kind="store_day", id=number)
    return rows[0]


def list_cash(*, till: str, business_date: date) -> list[CashRow]:
    """Return the cash that moved in a day of a till, in order."""
    rows = CashMovement.objects.filter(till=till, business_date=business_date).order_by("id")
    return [
        CashRow(
            number=row.number,
            label=row.get_cash_type_display(),
            amount_minor=row.amount_minor,
            reason=row.reason,
            created_by=row.created_by,
            created_at=row.created_at,
        )
        for row in rows[:ROWS_MAX]
    ]


def list_sales_by_hour(*, site: SiteRow, business_date: date) -> list[HourRow]:
    """Return what a store sold in each hour that had a ticket, by its own clock."""
    clock = ZoneInfo(site.time_zone)
    tickets = Ticket.objects.filter(site=site.code, business_date=business_date)
    counts: dict[int, tuple[int, int]] = {}
    for at, amount in tickets.order_by("id").values_list("occurred_at", "total_minor")[
        :TICKETS_MAX
    ]:
        hour = at.astimezone(clock).hour
        count, total = counts.get(hour, (0, 0))
        counts[hour] = (count + 1, total + amount)
    return [
        HourRow(hour=hour, ticket_count=count, amount_minor=amount)
        for hour, (count, amount) in sorted(counts.items())
    ]


def get_work(site: str) -> StoreWork:
    """Return how much is open at a store."""
    orders = StoreOrder.objects.filter(site=site, state__in=STATES_OPEN)
    return StoreWork(
        to_receive=orders.filter(order_type="inbound").count(),
        to_send=orders.filter(order_type="outbound").count(),
        waiting_for_hub=StoreAdjustment.objects.filter(
            site=site, state=StoreAdjustmentState.SUBMITTED
        ).count(),
        days_not_closed=StoreDay.objects.filter(site=site)
        .exclude(state__in=[StoreDayState.CLOSED, StoreDayState.OPEN])
        .count(),
        orders=count_queue([site]),
        counts=StoreCount.objects.filter(site=site, state=StoreCountState.OPEN).count(),
        differences=StoreDifference.objects.filter(site=site)
        .exclude(state=DifferenceState.CLOSED)
        .count(),
        requests=StoreRequest.objects.filter(site=site, state=StoreRequestState.SUBMITTED).count(),
    )


def _make_rows(days: Iterable[StoreDay]) -> list[StoreDayRow]:
    rows = list(days)
    sites = masterdata.find_sites({row.site for row in rows})
    return [
        StoreDayRow(
            day_id=row.id,
            number=row.number,
            state=row.state,
            site=sites[row.site],
            till=row.till,
            business_date=row.business_date,
            currency=row.currency,
            ticket_count=row.ticket_count,
            line_count=row.line_count,
            quantity=row.quantity,
            amount_minor=row.amount_minor,
            first_sequence=row.first_sequence,
            last_sequence=row.last_sequence,
            digest=row.digest,
            tenders=tuple(TenderRow(**each) for each in row.tenders),
            sealed_by=row.sealed_by,
            sealed_at=row.sealed_at,
            closed_at=row.closed_at,
            need=tuple(row.need),
            facts=row.facts,
        )
        for row in rows
    ]
