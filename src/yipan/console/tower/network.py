"""The network as one reader sees it: sites, what is on its way between them, and alarms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yipan.access.actors import Actor
from yipan.console.formats import write_integer
from yipan.console.naming import name_of
from yipan.console.reader import Reader, find_url
from yipan.console.tower import flow
from yipan.console.tower.drawing import (
    HEIGHT,
    NAMED_MAX,
    WIDTH,
    Place,
    Point,
    bend,
    get_scale,
    get_width,
    lay_out,
)
from yipan.console.tower.ends import End, Route, follow
from yipan.console.tower.site_news import Alarm, Fact, find_alarms, find_facts
from yipan.masterdata.queries import places
from yipan.masterdata.rows import SiteRow
from yipan.pool.queries.channels import list_services

SITES_MAX: Final = 400
SITE_TYPES: Final = ("warehouse", "store")
#: How far apart the lines of the paper are, in units of the drawing.
GRID: Final = 65
#: How much room a name takes on each side of its site, and with its line below it.
NAME_WIDTH: Final = 88
NAME_HEIGHT: Final = 48
#: What a card tells of a site, as far as the reader may know it.
WAREHOUSE_ROWS: Final = ("orders", "expected", "stock", "sold")
STORE_ROWS: Final = ("sold", "orders", "stock", "coming")
ROWS_SHOWN: Final = 3
_HARM: Final = {"bad": 2, "warn": 1, "": 0}


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """A site on the map. `tone` is that of its worst alarm; `line` stands under its name."""

    site: SiteRow
    x: float
    y: float
    tone: str
    alarms: tuple[Alarm, ...]
    facts: tuple[Fact, ...]
    line: str
    is_named: bool
    is_focus: bool

    @property
    def rows(self) -> tuple[tuple[int, Fact], ...]:
        """Return the facts its card has room for, what matters most first, and where they stand."""
        wanted = WAREHOUSE_ROWS if self.is_warehouse else STORE_ROWS
        by_code = {fact.code: fact for fact in self.facts}
        shown = [by_code[code] for code in wanted if code in by_code][:ROWS_SHOWN]
        return tuple((8 + 26 * number, fact) for number, fact in enumerate(shown))

    @property
    def is_warehouse(self) -> bool:
        """Tell which sign the site is drawn by."""
        return self.site.site_type == "warehouse"

    @property
    def said(self) -> str:
        """Return the site and all about it in words, for a pointer that rests and for ears."""
        told = [f"{fact.label} {fact.text}" for fact in self.facts]
        return " · ".join([name_of(self.site), *(it.text for it in self.alarms), *told])


@dataclass(frozen=True, slots=True)
class Region:
    """The area the sites of a region stand in."""

    name: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Network:
    """The picture: all of it drawn on `width` by `height` units."""

    nodes: tuple[Node, ...]
    routes: tuple[Route, ...]
    regions: tuple[Region, ...]
    is_map: bool
    focus: Node | None
    reading: str
    scale: float
    links: tuple[Route, ...] = ()
    ends: tuple[End, ...] = ()
    is_flow: bool = False
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def grid(self) -> tuple[str, ...]:
        """Return the lines of the paper the network is drawn on."""
        # Beyond the edges, too: a window of another shape shows more paper.
        left, right, top, bottom = -WIDTH, 2 * WIDTH, -HEIGHT, 2 * HEIGHT
        down = [f"M{x} {top}V{bottom}" for x in range(left, right + 1, GRID)]
        return (*down, *(f"M{left} {y}H{right}" for y in range(top, bottom + 1, GRID)))


def read_network(reader: Reader, *, focus: str = "") -> Network | None:
    """
    Return the sites the reader sees, and what is between them; None when there is none.

    `focus` names the site to tell more about: by default the one chosen in the top bar.
    """
    sites = _list_sites(reader.actor)
    if not sites:
        return None
    focus = sites[0].code if len(sites) == 1 else focus or reader.site
    placed = _place(sites)
    is_flow = flow.fits(placed)
    points, is_map = (flow.stand(placed), False) if is_flow else lay_out(placed)
    alarms, facts = find_alarms(reader), find_facts(reader)
    is_named = len(sites) <= NAMED_MAX
    nodes = tuple(
        _make_node(
            site,
            points[site.code],
            alarms.get(site.code, []),
            facts.get(site.code, []),
            is_named=is_named or site.site_type == "warehouse",
            is_focus=site.code == focus,
        )
        for site in sites
    )
    by_code = {site.code: site for site in sites}
    routes = _draw_routes(reader, points, by_code, is_flow=is_flow)
    ends, links = follow(reader, points, sites) if is_flow else ((), ())
    return Network(
        nodes=nodes,
        routes=routes,
        regions=_draw_regions(sites, points) if is_named and not is_flow else (),
        ends=ends,
        links=links,
        is_flow=is_flow,
        scale=get_scale(len(sites)),
        is_map=is_map,
        focus=next((node for node in nodes if node.is_focus), None),
        reading=_describe(nodes),
    )


def _list_sites(actor: Actor) -> list[SiteRow]:
    rows = places.list_sites(only=actor.sites, limit=SITES_MAX)
    return [row for row in rows if row.site_type in SITE_TYPES and row.is_active]


def _place(sites: Iterable[SiteRow]) -> list[Place]:
    known = {
        row.site: (row.latitude, row.longitude)
        for row in list_services()
        if row.latitude is not None and row.longitude is not None
    }
    return [
        Place(site.code, site.region, site.site_type == "warehouse", known.get(site.code))
        for site in sites
    ]


def _make_node(
    site: SiteRow,
    at: Point,
    alarms: list[Alarm],
    facts: list[Fact],
    *,
    is_named: bool,
    is_focus: bool,
) -> Node:
    worst = max((alarm.tone for alarm in alarms), key=lambda tone: _HARM[tone], default="")
    line = alarms[0].text if alarms else (f"{facts[0].label} {facts[0].text}" if facts else "")
    return Node(
        site=site,
        x=round(at.x, 1),
        y=round(at.y, 1),
        tone=worst,
        alarms=tuple(sorted(alarms, key=lambda it: -_HARM[it.tone])),
        facts=tuple(facts),
        line=line,
        is_named=is_named,
        is_focus=is_focus,
    )


def _draw_routes(
    reader: Reader, points: Mapping[str, Point], sites: Mapping[str, SiteRow], *, is_flow: bool
) -> tuple[Route, ...]:
    if not reader.actor.may("erp.read"):
        return ()
    ways = [way for way in reader.ways if way.from_site in points and way.to_site in points]
    most = max((way.quantity for way in ways), default=0)
    routes = []
    for way in ways:
        start, end = points[way.from_site], points[way.to_site]
        if is_flow:
            path, at = flow.lead(start, end)
        else:
            path, at = bend(start, end, gap=15 * get_scale(len(sites))), None
        said = _("%(pieces)s pieces on the way from %(start)s to %(end)s") % {
            "pieces": write_integer(way.quantity),
            "start": name_of(sites[way.from_site]),
            "end": name_of(sites[way.to_site]),
        }
        routes.append(
            Route(
                path=path,
                width=get_width(way.quantity, most=most),
                said=said,
                url=find_url("erp:in_transit"),
                at=at,
                text=write_integer(way.quantity),
            )
        )
    return tuple(routes)


def _draw_regions(sites: Iterable[SiteRow], points: Mapping[str, Point]) -> tuple[Region, ...]:
    """Return the regions whose sites stand together: an area without any other's."""
    groups: dict[str, list[Point]] = {}
    for site in sites:
        groups.setdefault(site.region, []).append(points[site.code])
    regions = []
    scale = get_scale(len(points))
    for name, group in sorted(groups.items()):
        if not name or len(group) < 2:
            continue
        # Below a site stands its name.
        left = max(6.0, min(it.x for it in group) - NAME_WIDTH * scale)
        right = min(WIDTH - 6.0, max(it.x for it in group) + NAME_WIDTH * scale)
        top = max(24.0, min(it.y for it in group) - 24 * scale)
        bottom = min(HEIGHT - 4.0, max(it.y for it in group) + NAME_HEIGHT * scale)
        strangers = [it for other, them in groups.items() if other != name for it in them]
        if not any(left < it.x < right and top < it.y < bottom for it in strangers):
            area = (round(it, 1) for it in (left, top, right - left, bottom - top))
            regions.append(Region(name, *area))
    return tuple(regions)


def _describe(nodes: tuple[Node, ...]) -> str:
    """Return the sentence over the map."""
    troubled = [node for node in nodes if node.tone]
    if not troubled:
        count = len(nodes)
        said = ngettext("One site, no alarm.", "%(count)s sites, no alarm.", count)
        return said % {"count": count}
    worst = max(troubled, key=lambda node: (_HARM[node.tone], len(node.alarms)))
    return _("%(count)s of %(all)s sites need somebody; first %(site)s: %(what)s.") % {
        "count": len(troubled),
        "all": len(nodes),
        "site": name_of(worst.site),
        "what": worst.alarms[0].text,
    }
