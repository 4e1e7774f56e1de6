"""
Demand history, read out of the site book: what went to customers, came back, and what was there.

The book is followed by its feed, each movement once; a killed reader goes on where it stood.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from yipan.ledger.feed import LAG, FeedRow, Position, get_settled_until, list_recorded
from yipan.masterdata import queries as masterdata
from yipan.masterdata.queries.places import compute_business_date
from yipan.masterdata.rows import SiteRow
from yipan.planning.models import ChannelDemand, DemandDay, FeedPosition
from yipan.pool.book import SITE_BOOK

READER = "demand"
PAGES_AT_ONCE_MAX = 200
MEASURES = ("sold", "returned", "ordered", "shipped", "moved")
Key = tuple[str, str, date]


@dataclass(frozen=True, kw_only=True, slots=True)
class Bought:
    """What a channel's order wants of one SKU, in its smallest unit."""

    sku: str
    quantity: int


def follow(*, lag: timedelta = LAG) -> int:
    """
    Read on in the site book until its settled end; return how many movements were new.

    What was written within the `lag` may not be settled yet, and is left for the next time.
    """
    sites = {it.code: it for it in masterdata.list_sites()}
    total = 0
    for _ in range(PAGES_AT_ONCE_MAX):
        count = _follow_page(sites, lag)
        total += count
        if not count:
            break
    return total


@dataclass(frozen=True, kw_only=True, slots=True)
class Ordered:
    """What a channel's order wants, and where its customer is."""

    order_number: str
    pickup_site: str
    region: str
    at: datetime
    lines: Sequence[Bought]


@transaction.atomic
def note_orders_for(orders: Sequence[Ordered]) -> int:
    """
    Count channels' orders at their demand location (需求地), each once; return how many are new.

    That is the store it is picked up in, or a site of the region it goes to: a warehouse before a
    store, the first by code; a warehouse where the region has neither.
    """
    sites = [it for it in masterdata.list_sites() if it.site_type in ("warehouse", "store")]
    by_code = {it.code: it for it in sites}
    near: dict[str, str] = {}
    wanted = {}
    for order in orders:
        if order.region not in near:
            near[order.region] = _find_demand_site(order.region, sites)
        code = order.pickup_site or near[order.region]
        if code:
            site = by_code.get(code) or masterdata.get_site(code)
            day = compute_business_date(site, order.at)
            wanted[order.order_number] = (code, day, order.lines)
    return _note(wanted)


def _note(wanted: Mapping[str, tuple[str, date, Sequence[Bought]]]) -> int:
    """Count orders by number: site, day and lines of each. Return how many are new."""
    found = ChannelDemand.objects.filter(order_number__in=list(wanted))
    known = set(found.values_list("order_number", flat=True))
    new = {number: it for number, it in wanted.items() if number not in known}
    ChannelDemand.objects.bulk_create(
        ChannelDemand(order_number=number, site=site, day=day)
        for number, (site, day, _) in new.items()
    )
    sums: dict[Key, dict[str, int]] = {}
    for site, day, lines in new.values():
        for line in lines:
            _add(sums, (line.sku, site, day), ordered=line.quantity)
    _write(sums)
    return len(new)


def _find_demand_site(region: str, sites: Sequence[SiteRow]) -> str:
    active = [it for it in sites if it.is_active]
    near = [it for it in active if region and it.region == region]
    ordered = sorted(near, key=lambda it: (it.site_type != "warehouse", it.code))
    far = [it for it in active if it.site_type == "warehouse"]
    found = ordered or sorted(far, key=lambda it: it.code)
    return found[0].code if found else ""


@transaction.atomic
def _follow_page(sites: dict[str, SiteRow], lag: timedelta) -> int:
    reader = FeedPosition.objects.select_for_update().filter(reader=READER).first()
    after = (
        Position(recorded_at=reader.recorded_at, movement_id=reader.movement_id) if reader else None
    )
    rows = list_recorded(book=SITE_BOOK, after=after, until=get_settled_until(lag=lag))
    if not rows:
        return 0
    _write(_sum(rows, sites))
    position = rows[-1].position
    FeedPosition.objects.update_or_create(
        reader=READER,
        defaults={"recorded_at": position.recorded_at, "movement_id": position.movement_id},
    )
    return len(rows)


def _sum(rows: Iterable[FeedRow], sites: dict[str, SiteRow]) -> dict[Key, dict[str, int]]:
    sums: dict[Key, dict[str, int]] = {}
    for row in rows:
        site, status = _read_account(row.from_account)
        if site in sites:
            _count_leaving(sums, row, (row.sku, site, _find_day(row, sites[site])), status)
        site, status = _read_account(row.to_account)
        if site in sites:
            _count_coming(sums, row, (row.sku, site, _find_day(row, sites[site])), status)
    return sums


def _count_leaving(sums: dict[Key, dict[str, int]], row: FeedRow, key: Key, status: str) -> None:
    if status == "available":
        _add(sums, key, moved=-row.quantity)
    if row.to_account.startswith("customer"):
        _add(sums, key, **{"shipped" if status == "reserved" else "sold": row.quantity})


def _count_coming(sums: dict[Key, dict[str, int]], row: FeedRow, key: Key, status: str) -> None:
    if status == "available":
        _add(sums, key, moved=row.quantity)
    if not row.from_account.startswith("customer"):
        return
    if row.reverses is None:
        _add(sums, key, returned=row.quantity)
    else:
        # A reversed sale never was; what a customer brought back was sold before.
        _add(sums, key, **{"shipped" if status == "reserved" else "sold": -row.quantity})


def _read_account(account: str) -> tuple[str, str]:
    """Return site and status of an account on hand; nothing of any other."""
    root, _, rest = account.partition("/")
    if root != "on_hand":
        return "", ""
    parts = rest.split("/")
    return parts[0], parts[-1]


def _find_day(row: FeedRow, site: SiteRow) -> date:
    return row.business_date or compute_business_date(site, row.occurred_at)


def _add(sums: dict[Key, dict[str, int]], key: Key, **measures: int) -> None:
    found = sums.setdefault(key, dict.fromkeys(MEASURES, 0))
    for name, quantity in measures.items():
        found[name] += quantity


def _write(sums: dict[Key, dict[str, int]]) -> None:
    """Add to the days that are known, and write down those that are not."""
    if not sums:
        return
    keys = sorted(sums)
    rows = DemandDay.objects.filter(
        sku__in={it[0] for it in keys}, site__in={it[1] for it in keys},
        day__range=(min(it[2] for it in keys), max(it[2] for it in keys)),
    )  # fmt: skip
    known = {
        (row.sku, row.site, row.day): row
        for row in rows.order_by("pk").select_for_update()
        if (row.sku, row.site, row.day) in sums
    }
    DemandDay.objects.bulk_create(
        [
            DemandDay(sku=key[0], site=key[1], day=key[2], **sums[key])
            for key in keys
            if key not in known
        ],
        batch_size=2_000,
    )
    changed = [key for key in keys if key in known and any(sums[key].values())]
    columns = [name for name in MEASURES if any(sums[key][name] for key in changed)]
    if any(known[key].is_earlier for key in changed):
        columns = [*MEASURES, "is_earlier", "is_out"]
    for key in changed:
        if known[key].is_earlier:
            _forget(known[key])
        for name, quantity in sums[key].items():
            setattr(known[key], name, getattr(known[key], name) + quantity)
    if columns:
        DemandDay.objects.bulk_update([known[key] for key in changed], columns, batch_size=1_000)


def _forget(day: DemandDay) -> None:
    """Let our own book take the place of what the system before told of a day."""
    day.sold = day.returned = 0
    day.is_earlier = day.is_out = False
