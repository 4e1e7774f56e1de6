"""Stock by site: what the hub says, and what the site's own book says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from yipan.console import charts
from yipan.console.books import SYSTEMS
from yipan.console.formats import write_integer
from yipan.console.naming import name_of
from yipan.console.reader import Reader
from yipan.ledger.totals import sum_books
from yipan.masterdata.queries import find_sites
from yipan.masterdata.rows import SiteRow

SITES_MAX = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteLevel:
    """Pieces on hand at one site, by the hub's book and by the site's own."""

    site: SiteRow
    own_book: str
    hub: int
    own: int


def list_levels(reader: Reader) -> list[SiteLevel]:
    """Return the sites the hub has most pieces at, largest first."""
    if not reader.actor.may("ledger.read"):
        return []
    hub: dict[str, int] = {}
    for row in reader.place_totals:
        hub[row.place] = hub.get(row.place, 0) + row.quantity
    largest = sorted(hub, key=lambda code: (-hub[code], code))[:SITES_MAX]
    sites = [site for site in find_sites(largest).values() if site.site_type in SYSTEMS]
    books = {site.code: f"{SYSTEMS[site.site_type]}:{site.code}" for site in sites}
    own = sum_books(books.values())
    levels = [
        SiteLevel(
            site=site,
            own_book=books[site.code],
            hub=hub[site.code],
            own=own.get(books[site.code], 0),
        )
        for site in sites
    ]
    return sorted(levels, key=lambda level: (-level.hub, level.site.code))


def describe(levels: Sequence[SiteLevel]) -> str:
    """Return the sentence over the chart."""
    if not levels:
        return ""
    first = levels[0]
    return gettext("%(site)s holds most: %(quantity)s pieces by the hub's book.") % {
        "site": name_of(first.site),
        "quantity": write_integer(first.hub),
    }


def draw(levels: Sequence[SiteLevel]) -> dict[str, Any]:
    """Return the chart: two bars per site, in the colors of the books."""
    hub, warehouse, store = gettext("ERP hub"), gettext("Warehouse"), gettext("Store")
    kinds = {"warehouse": warehouse, "store": store}
    bars = []
    for level in levels:
        label = f"{name_of(level.site)} {level.site.code}"
        own = kinds[level.site.site_type]
        bars.append(charts.Bar(group=label, series=hub, value=level.hub))
        bars.append(charts.Bar(group=label, series=own, value=level.own, slot=1))
    shown = {bar.series for bar in bars}
    tones = {hub: "book-erp", warehouse: "book-wms", store: "book-pos"}
    return charts.draw_bars(
        bars,
        tones={name: tone for name, tone in tones.items() if name in shown},
        unit=gettext("Pieces on hand"),
    )
