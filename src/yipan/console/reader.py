"""Who looks at a board, and what its figures need; nothing is read twice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from yipan.access.actors import Actor, get_actor
from yipan.access.site_choice import find_chosen_site
from yipan.console import books
from yipan.console.kept_days import get_zone
from yipan.console.remembered import Remembered
from yipan.console.trends import Trends, read_trends
from yipan.erp import queries as erp
from yipan.erp.queries import day_sums
from yipan.erp.queries.day_sums import Way
from yipan.exchange.queries import SourceRow, UnsettledRow, list_sources, list_unsettled
from yipan.ledger.totals import PlaceTotal, list_place_totals
from yipan.oms.queries.day_sums import SiteLoad, list_site_loads
from yipan.recon.queries.day_sums import SiteCases, list_site_cases
from yipan.wms import queries as wms
from yipan.wms.queries.waiting import count_all_waiting

READER_ATTRIBUTE = "yipan_reader"
INBOUND_OPEN = ("released", "partly_received")

#: With so many sites and statuses the hub's book takes some time to add up.
PLACES_MANY = 100

#: What the hub has on hand at all sites: of a chain, as it was some seconds ago.
HUB_TOTALS = Remembered(
    lambda: list_place_totals(book=books.HUB), is_large=lambda rows: len(rows) >= PLACES_MANY
)


@dataclass(kw_only=True)
class Reader:
    """Who looks at the board, and what several figures need. Nothing is read twice."""

    actor: Actor
    site: str

    @cached_property
    def place_totals(self) -> list[PlaceTotal]:
        """Return what the hub has on hand at the sites the reader sees."""
        return [row for row in HUB_TOTALS.get() if self.is_mine(row.place)]

    @cached_property
    def shortfalls(self) -> list[PlaceTotal]:
        """Return the places where accounts of the hub's book are below zero, most first."""
        below = [row for row in self.place_totals if row.below]
        return sorted(below, key=lambda row: (-row.below, row.place))

    @cached_property
    def all_sources(self) -> list[SourceRow]:
        """Return how far every source of all sites the reader sees is."""
        return list_sources(sites=self.actor.sites)

    @cached_property
    def sources(self) -> list[SourceRow]:
        """Return how far every source is, of the chosen site and of those for all sites."""
        return [row for row in self.all_sources if not row.site or self.is_mine(row.site)]

    @cached_property
    def unsettled(self) -> list[UnsettledRow]:
        """Return what came altered or differs by its digest, of the same sources."""
        found = list_unsettled(sites=self.actor.sites)
        return [row for row in found if not row.site or self.is_mine(row.site)]

    @property
    def sites(self) -> frozenset[str] | None:
        """Return the sites the board is about: the chosen one, or the reader's; None for all."""
        return frozenset({self.site}) if self.site else self.actor.sites

    @cached_property
    def trends(self) -> Trends:
        """Return what the figures of those sites were, and are today so far."""
        today = timezone.now().astimezone(get_zone()).date()
        return read_trends(today=today, sites=self.sites)

    @cached_property
    def network_trends(self) -> Trends:
        """Return the same of all sites the reader sees, whichever is chosen."""
        if not self.site:
            return self.trends
        return read_trends(today=self.trends.today, sites=self.actor.sites)

    @cached_property
    def ways(self) -> list[Way]:
        """Return what is in transit from or to a site the reader sees, most first."""
        seen = self.actor.sees
        return [way for way in day_sums.list_ways() if seen(way.from_site) or seen(way.to_site)]

    @cached_property
    def cases(self) -> dict[str, SiteCases]:
        """Return the open differences of the sites the reader sees."""
        found = list_site_cases(today=timezone.localdate())
        return {site: row for site, row in found.items() if self.actor.sees(site)}

    @cached_property
    def loads(self) -> dict[str, SiteLoad]:
        """Return the orders the sites the reader sees work on."""
        found = list_site_loads(today=timezone.localdate())
        return {site: row for site, row in found.items() if self.actor.sees(site)}

    @cached_property
    def expected(self) -> dict[str, int]:
        """Return the pieces suppliers still owe the sites the reader sees."""
        found = day_sums.sum_expected()
        return {site: pieces for site, pieces in found.items() if self.actor.sees(site)}

    def count_orders(self, **which: object) -> int:
        """Return how many purchase orders of the reader's sites are as `which` says."""
        chosen = erp.OrderFilter(site=self.site, sites=self.actor.sites)
        return erp.count_orders(replace(chosen, **which))  # type: ignore[arg-type]

    @cached_property
    def inbound_open(self) -> int:
        """Return how many inbound orders of the reader's sites still expect goods."""
        which = wms.InboundFilter(states=INBOUND_OPEN, site=self.site, sites=self.actor.sites)
        return wms.count_inbound_orders(which)

    @cached_property
    def warehouse_work(self) -> dict[str, int]:
        """Return kind to how many tasks wait in warehouses, for the rail and the home page."""
        return count_all_waiting(sites=self.sites)

    def is_mine(self, site: str) -> bool:
        """Tell whether a site is the chosen one, or any the reader sees."""
        return site == self.site if self.site else self.actor.sees(site)


def find_url(name: str) -> str:
    """Return the address of a page, or nothing where this node does not have it."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def make_reader(request: HttpRequest) -> Reader:
    """Return who looks at the page: one for the whole request, the rail included."""
    found: Reader | None = getattr(request, READER_ATTRIBUTE, None)
    if found is None:
        actor = get_actor(request)
        found = Reader(actor=actor, site=find_chosen_site(request, actor=actor))
        setattr(request, READER_ATTRIBUTE, found)
    return found
