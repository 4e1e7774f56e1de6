"""
Key figures of days: added up from the contexts, and kept, so that a trend costs one read.

What flows (sales, orders, counts) is added up again for some days, since late facts may still
change them. What stands (value, in transit, open differences, messages not healed) can only be
seen while it stands: the last look at a day is what is kept of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings

from yipan.documents import day_figures
from yipan.documents.day_figures import Figure
from yipan.erp.queries import day_sums as erp
from yipan.exchange.queries import list_sources
from yipan.oms.queries import day_sums as oms
from yipan.recon.queries import day_sums as recon

#: How many days a trend shows, and how long what was kept stays.
TREND_DAYS: Final = 30
KEPT_DAYS: Final = 400
#: So many days back, late facts are looked for.
LATE_DAYS: Final = 3


def keep_days(*, now: datetime) -> int:
    """
    Keep the figures of today, and those of the days before anew as far as late facts reach.

    What was never kept is made up for: flows of the last 30 days. Return how many were written.
    """
    zone = get_zone()
    today = now.astimezone(zone).date()
    last = day_figures.find_last_day()
    missed = (today - last).days if last is not None else TREND_DAYS
    back = min(TREND_DAYS, max(LATE_DAYS, missed))
    since = today - timedelta(days=back)
    figures = list_flows(since=since, zone=zone)
    if last is None:
        figures += list_past_standing(since=since, until=today, zone=zone)
    figures += list_standing(on=today)
    day_figures.forget(before=today - timedelta(days=KEPT_DAYS))
    return day_figures.keep(figures)


def get_zone() -> tzinfo:
    """Return the time zone of the head office, whose days are counted."""
    return ZoneInfo(settings.TIME_ZONE)


def list_flows(*, since: date, zone: tzinfo, sites: Collection[str] | None = None) -> list[Figure]:
    """Return what flowed on each day from `since` on: sales, orders, and what was counted."""
    start = datetime.combine(since, time(0), tzinfo=zone)
    figures = []
    for sold in erp.list_sales_sums(since=since, sites=sites):
        figures.append(Figure(sold.day, "tickets", sold.site, sold.tickets))
        figures.append(Figure(sold.day, "sales_pieces", sold.site, sold.quantity))
        figures.append(Figure(sold.day, "sales_minor", sold.site, sold.amount_minor))
    figures += [Figure(*row) for row in oms.list_day_counts(since=start, zone=zone, sites=sites)]
    for counted in recon.list_counted_days(since=start, zone=zone, sites=sites):
        figures.append(Figure(counted.day, "lines_counted", counted.site, counted.lines))
        figures.append(Figure(counted.day, "lines_exact", counted.site, counted.exact))
    return figures


def list_standing(*, on: date) -> list[Figure]:
    """Return what stands now, as figures of the day `on`; a site that is missing has nothing."""
    figures = [
        Figure(on, "value_minor", site, value) for site, value in erp.sum_site_values(on=on).items()
    ]
    transit = _add_up((way.to_site, way.quantity) for way in erp.list_ways())
    figures += [Figure(on, "in_transit", site, pieces) for site, pieces in transit.items()]
    cases = {site: row.open for site, row in recon.list_site_cases(today=on).items()}
    figures += [Figure(on, "cases_open", site, count) for site, count in cases.items()]
    stuck = _add_up((row.site, row.parked + row.waiting + row.gaps) for row in list_sources())
    figures += [Figure(on, "messages_stuck", site, count) for site, count in stuck.items()]
    # What stood there this morning and does not any more is nothing now.
    before = day_figures.list_keys(day=on, codes=("in_transit", "cases_open", "value_minor"))
    now = {(it.code, it.site) for it in figures}
    return figures + [Figure(on, code, site, 0) for code, site in sorted(before - now)]


def list_past_standing(*, since: date, until: date, zone: tzinfo) -> list[Figure]:
    """Return what stood at the end of past days, as far as the books still tell: value, cases."""
    figures = []
    day = since
    while day < until:
        values = erp.sum_site_values(on=day)
        figures += [Figure(day, "value_minor", site, value) for site, value in values.items()]
        end = datetime.combine(day + timedelta(days=1), time(0), tzinfo=zone)
        opened = recon.count_open_at(end)
        figures += [Figure(day, "cases_open", site, count) for site, count in opened.items()]
        day += timedelta(days=1)
    return figures


def _add_up(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for key, value in pairs:
        found[key] = found.get(key, 0) + value
    return found
