"""Who looks at a board, and what its figures need; nothing is read twice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from yipan.access.actors import Actor, get_actor
from yipan.access.site_choice import find_chosen_site
from yipan.console import books
from yipan.console.remembered import Remembered
from yipan.erp import queries as erp
from yipan.exchange.queries import SourceRow, list_sources
from yipan.ledger.totals import PlaceTotal, list_place_totals
from yipan.wms import queries as wms

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
    def sources(self) -> list[SourceRow]:
        """Return how far every source of the reader's sites is."""
        sites = {self.site} if self.site else self.actor.sites
        return list_sources(sites=sites)

    def count_orders(self, **which: object) -> int:
        """Return how many purchase orders of the reader's sites are as `which` says."""
        chosen = erp.OrderFilter(site=self.site, sites=self.actor.sites)
        return erp.count_orders(replace(chosen, **which))  # type: ignore[arg-type]

    @cached_property
    def inbound_open(self) -> int:
        """Return how many inbound orders of the reader's sites still expect goods."""
        which = wms.InboundFilter(states=INBOUND_OPEN, site=self.site, sites=self.actor.sites)
        return wms.count_inbound_orders(which)

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
