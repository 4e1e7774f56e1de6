"""
What the shop may show (可售商品): never more than the pool would promise this moment.

Dates and stores come from the same question that sourcing answers, so that what a page says is
what an order gets.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yipan.masterdata import queries as masterdata
from yipan.masterdata.queries.goods import SkuFilter, list_sku_page
from yipan.masterdata.rows import SiteRow, SkuRow
from yipan.pool.queries.channels import get_channel
from yipan.pool.queries.promise_dates import PromiseDate, list_promise_dates
from yipan.pool.queries.reachable import list_unable, sum_reached
from yipan.pool.queries.selling import list_sellable
from yipan.pool.rules.selling import Terms

METHODS = ("ship", "pickup")
OFFERS_PER_PAGE = 24
#: A page looks through so many SKUs for what can be sold; behind them is the next page.
SKUS_LOOKED_AT_MAX = 400
SKUS_PER_QUESTION = 100

#: Branch of the tree of goods to the picture that stands for it, the longest branch first.
PICTURES: Mapping[str, str] = {
    "food/tea": "leaf",
    "food/grain": "wheat",
    "food/snack": "cookie",
    "food/sauce": "soup",
    "food/dairy": "milk",
    "home/care": "bath",
    "home/clean": "sparkles",
    "home/kitchen": "utensils",
    "home/paper": "scroll-text",
    "drink": "cup-soda",
    "food": "apple",
    "home": "house",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Store:
    """
    A store where goods can be picked up: how many, and from which day.

    `ready_at` and `open_until` are in the store's own time, None where nobody said its hours.
    """

    site: SiteRow
    quantity: int
    ready_on: date
    ready: str
    is_low: bool
    ready_at: datetime | None = None
    open_until: str = ""

    @property
    def sort_key(self) -> tuple[date, float]:
        """Return what sorts stores by how soon it is ready."""
        return (self.ready_on, self.ready_at.timestamp() if self.ready_at else 0.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """
    A product as the shop shows it.

    `sellable` is the most that one order may have by any method. `ship` is the day it comes, ""
    when none can be sent now. `low` is how many are left when they are few. `back_on` is when
    more comes of what is sold out.
    """

    sku: SkuRow
    picture: str
    hue: int
    sellable: int
    ship_quantity: int
    ship: str
    stores: tuple[Store, ...]
    low: int
    back_on: str = ""

    @property
    def is_sellable(self) -> bool:
        """Tell whether anybody may buy one."""
        return self.sellable > 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Some offers in order, and behind which SKU the next page begins; "" at the end."""

    offers: tuple[Offer, ...]
    next_after: str


def list_offers(*, channel: str, text: str, category: str, after: str, at: datetime) -> Page:
    """Return products that can be had now, ordered by SKU; what nobody can promise is left out."""
    found: list[Offer] = []
    looked_at = 0
    while looked_at < SKUS_LOOKED_AT_MAX:
        rows = list_sku_page(
            SkuFilter(text=text, category=category, is_active=True),
            after=after,
            limit=SKUS_PER_QUESTION,
        )
        for offer in make_offers(rows, channel=channel, at=at):
            after = offer.sku.code
            if offer.is_sellable:
                found.append(offer)
            if len(found) == OFFERS_PER_PAGE:
                return Page(offers=tuple(found), next_after=after)
        looked_at += len(rows)
        if len(rows) < SKUS_PER_QUESTION:
            return Page(offers=tuple(found), next_after="")
    return Page(offers=tuple(found), next_after=after)


def make_offers(rows: Sequence[SkuRow], *, channel: str, at: datetime) -> list[Offer]:
    """Return products as the shop shows them, in the order given."""
    if not rows:
        return []
    dates: dict[tuple[str, str], PromiseDate] = {
        (it.sku, it.method): it
        for it in list_promise_dates(
            wanted=dict.fromkeys((row.code for row in rows), 1),
            channel=channel,
            methods=METHODS,
            at=at,
        )
    }
    few = get_channel(channel).few_below
    can_ship = count_shippable([row.code for row in rows], channel=channel, at=at)
    codes = {store.site for it in dates.values() for store in it.stores}
    sites = masterdata.find_sites(codes)
    return [
        _make(
            row,
            dates[row.code, "ship"],
            _list_stores(dates[row.code, "pickup"], sites=sites, few=few, at=at),
            can_ship=can_ship[row.code],
            few=few,
            at=at,
        )
        for row in rows
    ]


def count_shippable(skus: Sequence[str], *, channel: str, at: datetime) -> dict[str, int]:
    """Return how many of each SKU sites that send parcels could send now, together."""
    unable = list_unable(channel=channel, method="ship", at=at)
    terms = Terms(channel=channel, method="ship")
    return {
        it.sku: sum_reached(it, unable=unable)
        for it in list_sellable(skus=skus, terms=terms, at=at)
    }


def find_offers(codes: Collection[str], *, channel: str, at: datetime) -> dict[str, Offer]:
    """Return the products of some SKUs; one that is not sold any more is left out."""
    known = masterdata.find_skus(codes)
    rows = [known[code] for code in sorted(known) if known[code].is_active]
    return {offer.sku.code: offer for offer in make_offers(rows, channel=channel, at=at)}


def _list_stores(
    pickup: PromiseDate, *, sites: Mapping[str, SiteRow], few: int, at: datetime
) -> tuple[Store, ...]:
    return tuple(
        Store(
            site=sites[it.site],
            quantity=it.quantity,
            ready_on=it.promise_date,
            ready=write_when(it.promise_date, it.ready_at, at=at),
            is_low=it.quantity < few,
            ready_at=it.ready_at,
            open_until=f"{it.open_until:%H:%M}" if it.open_until else "",
        )
        for it in pickup.stores
        if it.site in sites
    )


def _make(
    row: SkuRow,
    ship: PromiseDate,
    stores: tuple[Store, ...],
    *,
    can_ship: int,
    few: int,
    at: datetime,
) -> Offer:
    day = ship.promise_date
    sellable = max([can_ship, *(store.quantity for store in stores)])
    return Offer(
        sku=row,
        picture=find_picture(row.category),
        hue=sum(row.category.encode()) % 6,
        sellable=sellable,
        ship_quantity=can_ship,
        ship=write_day(day, at=at) if day and can_ship else "",
        stores=stores,
        low=sellable if 0 < sellable < few else 0,
        back_on=write_day(day, at=at) if day and not sellable else "",
    )


def find_picture(category: str) -> str:
    """Return the picture that stands for a branch of goods."""
    for branch, picture in PICTURES.items():
        if category == branch or category.startswith(f"{branch}/"):
            return picture
    return "package"


def write_day(day: date, *, at: datetime) -> str:
    """Write a day as a shopper says it: today, tomorrow, or its name and date."""
    today = timezone.localdate(at)
    if day <= today:
        return _("today")
    if day == today + timedelta(days=1):
        return _("tomorrow")
    return date_format(day, _("D j M"))


def write_when(day: date, hour: datetime | None, *, at: datetime) -> str:
    """Write a day, and from which hour on, in the store's own time; "now" when it is ready."""
    if hour is None:
        return write_day(day, at=at)
    if hour <= at:
        return _("now")
    return _("%(day)s from %(time)s") % {"day": write_day(day, at=at), "time": f"{hour:%H:%M}"}


def list_stores_for(
    lines: Mapping[str, int], offers: Mapping[str, Offer]
) -> list[tuple[Store, bool, int]]:
    """
    Return the stores that have something of a basket: whole baskets first, the soonest first.

    With each: whether it has all of it, and how many of its products.
    """
    found: dict[str, list[Store]] = {}
    whole: dict[str, int] = {}
    for sku, quantity in lines.items():
        for store in offers[sku].stores if sku in offers else ():
            found.setdefault(store.site.code, []).append(store)
            if store.quantity >= quantity:
                whole[store.site.code] = whole.get(store.site.code, 0) + 1
    rows = [
        (
            max(stores, key=lambda it: it.sort_key),
            whole.get(code, 0) == len(lines),
            whole.get(code, 0),
        )
        for code, stores in found.items()
    ]
    rows.sort(key=lambda it: (not it[1], it[0].sort_key, -it[2], it[0].site.code))
    return rows


def find_shipping_day(lines: Mapping[str, int], *, channel: str, at: datetime) -> date | None:
    """Return the day all of a basket would be there, None when part of it cannot be sent."""
    if not lines:
        return None
    dates = [
        it.promise_date
        for it in list_promise_dates(wanted=lines, channel=channel, methods=("ship",), at=at)
        if it.is_now
    ]
    if len(dates) < len(lines) or None in dates:
        return None
    return max(day for day in dates if day is not None)


class Named(Protocol):
    """A row with a name in both languages; the Chinese one may be empty."""

    @property
    def name(self) -> str:
        """Return the name every row has."""

    @property
    def name_zh(self) -> str:
        """Return the Chinese name, or nothing."""


def name_of(row: Named) -> str:
    """Return the name of something in the language of the reader."""
    speaks_chinese = (get_language() or "").startswith("zh")
    return (row.name_zh if speaks_chinese else "") or row.name
