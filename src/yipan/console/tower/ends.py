"""Where the flow of few sites begins and ends: suppliers on the left, shoppers on the right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yipan.console.formats import write_integer, write_money
from yipan.console.naming import name_of
from yipan.console.reader import Reader, find_url
from yipan.console.tower import flow
from yipan.console.tower.drawing import Point, get_width
from yipan.console.tower.site_news import Fact
from yipan.masterdata.rows import SiteRow


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """
    What is on its way from one place to another, drawn as one bent line.

    Of a flow, the number `text` stands at the point `at`; `tone` is the book that tells it.
    """

    path: str
    width: float
    said: str
    url: str
    at: Point | None = None
    text: str = ""
    tone: str = "erp"

    @property
    def pill(self) -> int:
        """Return how wide the plate of its number is."""
        return 20 + 10 * len(self.text)

    @property
    def pill_x(self) -> int:
        """Return where the plate begins, from the middle of the way."""
        return -self.pill // 2


@dataclass(frozen=True, kw_only=True, slots=True)
class End:
    """One end of the flow, by its middle, and what is to be told of it."""

    code: str
    x: float
    label: str
    url: str
    facts: tuple[Fact, ...]

    @property
    def said(self) -> str:
        """Return all of it in words."""
        return " · ".join([self.label, *(f"{fact.label} {fact.text}" for fact in self.facts)])

    @property
    def rows(self) -> tuple[tuple[int, Fact], ...]:
        """Return its facts, and where they stand below each other."""
        return tuple((14 + 64 * number, fact) for number, fact in enumerate(self.facts))


def follow(
    reader: Reader, points: Mapping[str, Point], sites: Iterable[SiteRow]
) -> tuple[tuple[End, ...], tuple[Route, ...]]:
    """Return the ends of the flow a reader may know of, and the ways from and to them."""
    shown = [site for site in sites if site.code in points]
    ends: list[End] = []
    routes: list[Route] = []
    if reader.actor.may("erp.read") and reader.expected:
        ends.append(_tell_suppliers(reader))
        routes += _draw_supply(reader, points, shown)
    if reader.actor.may("oms.read"):
        ends.append(_tell_shoppers(reader))
        routes += _draw_demand(reader, points, shown)
    return tuple(ends), tuple(routes)


def _tell_suppliers(reader: Reader) -> End:
    url = find_url("erp:purchase_orders") + "?state=open"
    text = write_integer(sum(reader.expected.values()))
    facts = (Fact(code="expected", label=_("on order"), text=text, url=url),)
    return End(code="suppliers", x=flow.SUPPLIERS_X, label=_("Suppliers"), url=url, facts=facts)


def _tell_shoppers(reader: Reader) -> End:
    url = find_url("oms:orders") + "?state=open"
    count = sum(load.open for load in reader.loads.values())
    facts = [Fact(code="orders", label=_("orders to fulfill"), text=write_integer(count), url=url)]
    if reader.actor.may("erp.read"):
        sold = [
            amount
            for (code, _site), amount in reader.network_trends.by_site.items()
            if code == "sales_minor"
        ]
        sign, _text = write_money(0, currency="CNY")
        text = f"{sign}{write_integer(sum(sold) // 100)}"
        facts.append(Fact(code="sold", label=_("sold today"), text=text))
    return End(code="shoppers", x=flow.SHOPPERS_X, label=_("Shoppers"), url=url, facts=tuple(facts))


def _draw_supply(
    reader: Reader, points: Mapping[str, Point], sites: list[SiteRow]
) -> Iterable[Route]:
    expecting = [site for site in sites if reader.expected.get(site.code)]
    most = max((reader.expected[site.code] for site in expecting), default=0)
    for number, site in enumerate(sorted(expecting, key=lambda it: points[it.code].y)):
        pieces = reader.expected[site.code]
        at = points[site.code]
        path, middle = flow.curve(
            Point(flow.SUPPLIERS_X + flow.END_WIDTH / 2, flow.get_entry(number, len(expecting))),
            Point(at.x - flow.CARD_WIDTH / 2, at.y),
        )
        said = _("%(pieces)s pieces on order for %(site)s") % {
            "pieces": write_integer(pieces),
            "site": name_of(site),
        }
        yield Route(
            path=path,
            width=get_width(pieces, most=most),
            said=said,
            url=find_url("erp:purchase_orders") + "?state=open",
            at=middle,
            text=write_integer(pieces),
        )


def _draw_demand(
    reader: Reader, points: Mapping[str, Point], sites: list[SiteRow]
) -> Iterable[Route]:
    loaded = [site for site in sites if site.code in reader.loads and reader.loads[site.code].open]
    most = max((reader.loads[site.code].open for site in loaded), default=0)
    for number, site in enumerate(sorted(loaded, key=lambda it: points[it.code].y)):
        count = reader.loads[site.code].open
        at = points[site.code]
        path, middle = flow.curve(
            Point(at.x + flow.CARD_WIDTH / 2, at.y),
            Point(flow.SHOPPERS_X - flow.END_WIDTH / 2, flow.get_entry(number, len(loaded))),
        )
        told = ngettext(
            "one order to fulfill from %(site)s", "%(count)s orders to fulfill from %(site)s", count
        )
        yield Route(
            path=path,
            width=get_width(count, most=most),
            said=told % {"count": write_integer(count), "site": name_of(site)},
            url=find_url("oms:orders") + "?state=open",
            at=middle,
            text=write_integer(count),
            tone="oms",
        )
