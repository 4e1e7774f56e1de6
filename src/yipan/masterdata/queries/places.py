"""Reads of places and days: sites, zones, bins, the trading day of an instant."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils import timezone

from yipan.foundation.kept import kept
from yipan.masterdata import refusals, statements
from yipan.masterdata.models import Aisle, Bin, BusinessCalendar, ClosedDay, Site, Zone
from yipan.masterdata.rows import BinRow, SiteRow, ZoneRow

ROWS_MAX = 1_000


@kept
def get_site(code: str) -> SiteRow:
    """
    Return one site.

    :raises SiteUnknown: if there is no such code.
    """
    site = Site.objects.filter(code=code).first()
    if site is None:
        raise refusals.SiteUnknown(site=code)
    return make_site_row(site)


@kept
def find_sites(codes: Collection[str]) -> dict[str, SiteRow]:
    """Return the sites that exist among `codes`, by code."""
    return {site.code: make_site_row(site) for site in Site.objects.filter(code__in=set(codes))}


def list_unknown_sites(codes: Collection[str]) -> list[str]:
    """Return those of `codes` that are no site, sorted."""
    rows = statements.run("list_unknown", {"sites": list(set(codes)), "skus": []})
    return [code for _, code in rows]


@kept
def list_sites(
    *,
    site_type: str = "",
    only: Collection[str] | None = None,
    text: str = "",
    after: str = "",
    limit: int = ROWS_MAX,
) -> list[SiteRow]:
    """Return sites ordered by code; `only` is a site scope, None meaning all sites."""
    assert 0 < limit <= ROWS_MAX
    query = Site.objects.filter(code__gt=after)
    if site_type:
        query = query.filter(site_type=site_type)
    if only is not None:
        query = query.filter(code__in=only)
    for word in text.split():
        named = Q(code__icontains=word) | Q(name__icontains=word) | Q(name_zh__icontains=word)
        query = query.filter(named | Q(region__icontains=word))
    return [make_site_row(site) for site in query.order_by("code")[:limit]]


def make_site_row(site: Site) -> SiteRow:
    """Return the plain row of a site."""
    return SiteRow(
        code=site.code,
        site_type=site.site_type,
        name=site.name,
        name_zh=site.name_zh,
        time_zone=site.time_zone,
        day_starts_at=site.day_starts_at,
        address=site.address,
        region=site.region,
        calendar=site.calendar_id or "",
        is_active=site.is_active,
        external_id=site.external_id,
        version=site.version,
    )


def get_business_date(site: str, at: datetime) -> date:
    """
    Return the site's trading day (营业日) an instant belongs to.

    :raises SiteUnknown: if there is no such site.
    """
    return compute_business_date(get_site(site), at)


def compute_business_date(site: SiteRow, at: datetime) -> date:
    """Return the trading day of an instant: before the day starts it is still yesterday's."""
    assert at.tzinfo is not None, "an instant without zone belongs to no day"
    local = at.astimezone(ZoneInfo(site.time_zone))
    if local.time() < site.day_starts_at:
        return local.date() - timedelta(days=1)
    return local.date()


def compute_day_start(site: SiteRow, day: date) -> datetime:
    """Return the instant a trading day of a site begins."""
    return datetime.combine(day, site.day_starts_at, tzinfo=ZoneInfo(site.time_zone))


def get_office_date(at: datetime) -> date:
    """
    Return the day an instant falls on at the head office, for what belongs to no site alone.

    Its time zone is `YIPAN_TIME_ZONE`. An instant's own `date()` would be that of UTC: in
    Hangzhou yesterday until eight in the morning.
    """
    assert at.tzinfo is not None, "an instant without zone belongs to no day"
    return timezone.localdate(at, timezone.get_default_timezone())


def compute_office_day_start(day: date) -> datetime:
    """Return the instant at which a day of the head office begins."""
    return datetime.combine(day, time(0), tzinfo=timezone.get_default_timezone())


def is_trading_day(site: str, day: date) -> bool:
    """Tell whether the site's calendar says nothing against trading on this day."""
    calendar = BusinessCalendar.objects.filter(site__code=site).values("code")
    return not ClosedDay.objects.filter(calendar_id__in=calendar, date=day).exists()


def find_closed_days(
    codes: Collection[str], *, first: date, last: date
) -> dict[str, frozenset[date]]:
    """Return site to the days of a span on which its calendar says that it does not trade."""
    rows = ClosedDay.objects.filter(
        calendar__site__code__in=set(codes), date__gte=first, date__lte=last
    ).values_list("calendar__site__code", "date")
    found: dict[str, set[date]] = {}
    for code, day in rows:
        if code in codes:
            found.setdefault(code, set()).add(day)
    return {code: frozenset(days) for code, days in found.items()}


def list_zones(site: str) -> list[ZoneRow]:
    """Return the zones of a site, by code."""
    return [
        ZoneRow(
            site=zone.site_id,
            code=zone.code,
            name=zone.name,
            zone_type=zone.zone_type,
            temperature_class=zone.temperature_class,
        )
        for zone in Zone.objects.filter(site_id=site).order_by("code")[:ROWS_MAX]
    ]


def list_bins(
    site: str,
    *,
    zone_type: str = "",
    text: str = "",
    after: str = "",
    limit: int = ROWS_MAX,
    only_active: bool = False,
) -> list[BinRow]:
    """Return bins of a site ordered by code."""
    assert 0 < limit <= ROWS_MAX
    query = Bin.objects.filter(site_id=site, code__gt=after)
    if zone_type:
        query = query.filter(zone__zone_type=zone_type)
    if text:
        query = query.filter(code__icontains=text)
    if only_active:
        query = query.filter(is_active=True)
    return read_bins(query.order_by("code")[:limit])


def rank_aisles(site: str) -> dict[tuple[str, str], int]:
    """Return (zone, aisle) to the aisle's place among those of its zone, from 0."""
    aisles = Aisle.objects.filter(zone__site_id=site).order_by("zone__code", "sequence", "code")
    ranks: dict[tuple[str, str], int] = {}
    count: dict[str, int] = {}
    for zone, aisle in aisles.values_list("zone__code", "code"):
        ranks[zone, aisle] = count.get(zone, 0)
        count[zone] = ranks[zone, aisle] + 1
    return ranks


def find_bins(site: str, codes: Collection[str]) -> dict[str, BinRow]:
    """Return the bins of the site that exist among `codes`, by code."""
    rows = read_bins(Bin.objects.filter(site_id=site, code__in=set(codes)))
    return {row.code: row for row in rows}


def get_bin(site: str, code: str) -> BinRow:
    """
    Return one bin of a site.

    :raises BinUnknown: if the site has no bin of this code.
    """
    found = find_bins(site, [code])
    if code not in found:
        raise refusals.BinUnknown(site=site, bin=code)
    return found[code]


def read_bins(query: QuerySet[Bin]) -> list[BinRow]:
    """Return the rows of a query over bins, in its order."""
    return [
        BinRow(
            site=row.site_id,
            code=row.code,
            zone=row.zone.code,
            zone_type=row.zone.zone_type,
            aisle=row.aisle.code if row.aisle else "",
            capacity=row.capacity,
            mixing=row.mixing,
            temperature_class=row.temperature_class,
            sequence=row.sequence,
            is_active=row.is_active,
            version=row.version,
        )
        for row in query.select_related("zone", "aisle")
    ]
