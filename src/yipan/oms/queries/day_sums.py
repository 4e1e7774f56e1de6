"""What orders add up to by day and site: taken, sent on time, sent in full, still open."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import NamedTuple

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import TruncDate

from yipan.oms.models import ChannelOrder, FulfillmentLine, FulfillmentOrder
from yipan.oms.models.fulfillment import STATES_OPEN, FulfillmentState

_LEFT = (FulfillmentState.SHIPPED, FulfillmentState.HANDED_OVER)
_ENDED = (*_LEFT, FulfillmentState.CLOSED_SHORT)


class DayCount(NamedTuple):
    """A count of one kind on a day at a site; "" is the company."""

    day: date
    code: str
    site: str
    value: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteLoad:
    """How many parts of orders a site still works on, and how many of them are late."""

    open: int
    late: int


def list_day_counts(
    *, since: datetime, zone: tzinfo, sites: Collection[str] | None = None
) -> list[DayCount]:
    """
    Return what became of orders from an instant on, by day of `zone` and by site.

    Codes: `orders` taken (of the company, so only where `sites` is None), `parts` given to a
    site, `parts_left`, `parts_on_time` of those, and the pieces `pieces_asked` and `pieces_left`
    of parts that ended. A part without a promised day is on time.
    """
    found: list[DayCount] = []
    if sites is None:
        rows = (
            ChannelOrder.objects.filter(placed_at__gte=since)
            .annotate(on=TruncDate("placed_at", tzinfo=zone))
            .values_list("on")
            .annotate(count=Count("id"))
        )
        found += [DayCount(day, "orders", "", count) for day, count in rows]
    parts = FulfillmentOrder.objects.all()
    if sites is not None:
        parts = parts.filter(site__in=sites)
    given = (
        parts.filter(created_at__gte=since)
        .annotate(on=TruncDate("created_at", tzinfo=zone))
        .values_list("on", "site")
        .annotate(count=Count("id"))
    )
    found += [DayCount(day, "parts", site, count) for day, site, count in given]
    left = (
        parts.filter(state__in=_LEFT, closed_at__gte=since)
        .annotate(on=TruncDate("closed_at", tzinfo=zone))
        .values_list("on", "site")
        .annotate(
            count=Count("id"), in_time=Count("id", filter=Q(due_on=None) | Q(due_on__gte=F("on")))
        )
    )
    for day, site, count, in_time in left:
        found.append(DayCount(day, "parts_left", site, count))
        found.append(DayCount(day, "parts_on_time", site, in_time))
    return found + _list_pieces(since=since, zone=zone, sites=sites)


def _list_pieces(*, since: datetime, zone: tzinfo, sites: Collection[str] | None) -> list[DayCount]:
    lines = FulfillmentLine.objects.filter(
        fulfillment__state__in=_ENDED, fulfillment__closed_at__gte=since
    )
    if sites is not None:
        lines = lines.filter(fulfillment__site__in=sites)
    rows = (
        lines.annotate(on=TruncDate("fulfillment__closed_at", tzinfo=zone))
        .values_list("on", "fulfillment__site")
        .annotate(asked=Sum("quantity"), left=Sum("quantity_shipped"))
    )
    found = []
    for day, site, asked, left in rows:
        found.append(DayCount(day, "pieces_asked", site, asked))
        found.append(DayCount(day, "pieces_left", site, left))
    return found


def list_site_loads(*, today: date) -> dict[str, SiteLoad]:
    """Return how much each site still has to do for orders."""
    rows = (
        FulfillmentOrder.objects.filter(state__in=STATES_OPEN)
        .values_list("site")
        .annotate(open=Count("id"), late=Count("id", filter=Q(due_on__lt=today)))
    )
    return {site: SiteLoad(open=opened, late=late) for site, opened, late in rows}
