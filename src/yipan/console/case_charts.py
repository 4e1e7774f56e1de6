"""A case over time: both books as step lines, and what somebody counted as rings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from yipan.console import charts
from yipan.recon.queries.between import Between, CaseLine

TONES = {"erp": "book-erp", "wms": "book-wms", "pos": "book-pos"}


def draw_case(between: Between) -> dict[str, Any]:
    """
    Return the chart of a case: the site's own book, the hub's, and the counts.

    The hub knows the site alone; where a part of the site was counted, the site's own line is of
    that part and the hub's of the whole.
    """
    labels = {
        "own": gettext("Site's own book"),
        "hub": gettext("Hub's book"),
        "count": gettext("Counted"),
    }
    since = _find_begin(between)
    points = [
        point
        for line in (between.own, between.hub)
        for point in _trace(line, label=labels[line.name], since=since, until=between.until)
    ]
    rings = [
        charts.Point(at=at, value=quantity, series=labels["count"])
        for at, quantity in between.counted
    ]
    tones = {
        labels["own"]: TONES[between.own.book.partition(":")[0]],
        labels["hub"]: TONES["erp"],
    }
    if rings:
        tones[labels["count"]] = "book-counts"
    return charts.draw_steps(points, tones=tones, unit=gettext("On hand"), rings=rings)


def _find_begin(between: Between) -> datetime:
    """Return where the picture begins: a tenth of its span before the first thing in it."""
    first = min(
        (
            *(row.occurred_at for row in between.changes),
            *(at for at, _ in between.counted),
            between.until,
        )
    )
    return max(between.own.since, first - (between.until - first) / 10)


def _trace(line: CaseLine, *, label: str, since: datetime, until: datetime) -> list[charts.Point]:
    points = [charts.Point(at=since, value=line.opening, series=label, is_event=False)]
    level = line.opening
    for row in line.changes:
        level += row.quantity
        points.append(charts.Point(at=row.occurred_at, value=level, series=label))
    points.append(charts.Point(at=until, value=level, series=label, is_event=False))
    return points
