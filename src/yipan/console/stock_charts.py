"""Pictures of all stock: a heat map of where it lies, and how it went over the last days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext

from yipan.console import charts
from yipan.console.charts import Cell, Point
from yipan.console.marks import STATUSES
from yipan.console.naming import name_of
from yipan.erp.queries.levels import LevelFilter, find_reach
from yipan.ledger import levels, snapshots
from yipan.ledger.levels import LevelRow
from yipan.ledger.snapshots import Level
from yipan.masterdata.queries import find_sites, find_skus, list_categories
from yipan.masterdata.queries.groups import list_sku_categories
from yipan.pool.book import SITE_BOOK

DAYS = 90
#: More rows or columns than these nobody reads; those with most stay.
GROUPS_MAX, SITES_MAX = 30, 40

#: Status to the color of its line, in the order of the legend.
TONES = {
    "available": "good",
    "reserved": "info",
    "held": "book-planning",
    "quarantine": "warn",
    "damaged": "bad",
    "blocked": "book-oms",
}


def read_heat(which: LevelFilter) -> list[Cell]:
    """Return what lies where: category by site; SKU by site where a filter leaves few goods."""
    reach = find_reach(which)
    by_sku = _is_by_sku(which)
    categories = list_sku_categories(category=which.category)
    if by_sku:
        wanted = reach.skus if reach.skus is not None else frozenset(categories)
        groups = {code: code for code in wanted}
    else:
        groups = {code: category or gettext("no category") for code, category in categories.items()}
    rows = levels.sum_by_group(reach.scope, groups=groups)
    labels = _name_skus(rows) if by_sku else _name_categories(rows)
    sites = find_sites({row.place for row in rows})
    names = {code: name_of(site) for code, site in sites.items()}
    return [
        Cell(
            column=names.get(row.place, row.place),
            row=labels.get(row.sku, row.sku),
            value=row.on_hand,
            url=_get_address(row, by_sku=by_sku),
        )
        for row in _keep_largest(rows)
    ]


def draw_heat(which: LevelFilter) -> dict[str, Any]:
    """Return the heat map of what lies where."""
    return charts.draw_heat(
        read_heat(which),
        labels=(gettext("Site"), gettext("SKU") if _is_by_sku(which) else gettext("Category")),
        unit=gettext("On hand"),
    )


def read_trend(which: LevelFilter) -> list[Point]:
    """Return what was on hand at the end of each business day, by status, oldest first."""
    reach = find_reach(which)
    prefixes = ["on_hand/"] if reach.sites is None else [f"on_hand/{it}/" for it in reach.sites]
    found = snapshots.list_trend(book=SITE_BOOK, days=DAYS, prefixes=prefixes, skus=reach.skus)
    began = min((level.at for level in found if level.quantity), default=None)
    used = _list_used(found)
    return [
        Point(at=level.at, value=level.quantity, series=str(STATUSES[level.status][0]))
        for level in found
        if level.status in used and began is not None and level.at >= began
    ]


def draw_trend(which: LevelFilter) -> dict[str, Any]:
    """Return the days as lines, one per status."""
    points = read_trend(which)
    shown = {point.series for point in points}
    names = {str(STATUSES[status][0]): tone for status, tone in TONES.items()}
    tones = {name: tone for name, tone in names.items() if name in shown}
    return charts.draw_steps(points, tones=tones, unit=gettext("On hand"))


def tabulate(cells: Sequence[Cell]) -> tuple[list[str], list[tuple[str, list[int]]]]:
    """Return cells as a table: the heads of its columns, and each row with its quantities."""
    columns = list(dict.fromkeys(cell.column for cell in cells))
    rows: dict[str, dict[str, int]] = {}
    for cell in cells:
        rows.setdefault(cell.row, {})[cell.column] = cell.value
    return columns, [
        (row, [values.get(column, 0) for column in columns]) for row, values in rows.items()
    ]


def _is_by_sku(which: LevelFilter) -> bool:
    return bool(which.category or which.text)


def _list_used(found: Sequence[Level]) -> set[str]:
    """Return the statuses that ever held anything."""
    return {level.status for level in found if level.quantity}


def _keep_largest(rows: Sequence[LevelRow]) -> list[LevelRow]:
    by_group = _sum(rows, lambda row: row.sku)
    by_place = _sum(rows, lambda row: row.place)
    groups = sorted(by_group, key=lambda name: (-by_group[name], name))[:GROUPS_MAX]
    places = sorted(by_place, key=lambda name: (-by_place[name], name))[:SITES_MAX]
    return [row for row in rows if row.sku in set(groups) and row.place in set(places)]


def _sum(rows: Sequence[LevelRow], name: Any) -> dict[str, int]:
    sums: dict[str, int] = {}
    for row in rows:
        sums[name(row)] = sums.get(name(row), 0) + abs(row.on_hand)
    return sums


def _name_skus(rows: Sequence[LevelRow]) -> Mapping[str, str]:
    return {code: f"{code} {name_of(sku)}"
            for code, sku in find_skus({row.sku for row in rows}).items()}  # fmt: skip


def _name_categories(rows: Sequence[LevelRow]) -> Mapping[str, str]:
    wanted = {row.sku for row in rows}
    return {row.code: name_of(row) for row in list_categories() if row.code in wanted}


def _get_address(row: LevelRow, *, by_sku: bool) -> str:
    if by_sku:
        postings = reverse("books:postings", args=["erp", row.sku])
        return f"{postings}?account=on_hand/{row.place}"
    query = {"site": row.place, "category": row.sku}
    return f"{reverse('erp:stock')}?{urlencode(query)}"
