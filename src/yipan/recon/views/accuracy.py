"""The board of accuracy (账面准确率): how right books are, what is lost and why, how fast found."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.masterdata.queries import find_sites, find_suppliers
from yipan.recon.queries import accuracy, cases, charts, reports
from yipan.recon.rules.control import Chart
from yipan.recon.views.drawing import draw_bar, draw_weeks
from yipan.recon.views.words import CAUSES

DAYS = 30
COVERAGE_DAYS = 90
HOUR_SECONDS = 3_600
HOURS_SHOWN_MAX = 72
#: Of a control chart, in its own units: height, empty edge, and width of a week.
CHART_HEIGHT = 48
CHART_EDGE = 5
CHART_STEP = 18


@require_GET
@page(action="recon.read")
def show_accuracy(request: HttpRequest) -> HttpResponse:
    """Show how right the books were where somebody looked, and what became of the rest."""
    actor = get_actor(request)
    at = timezone.now()
    since = at - timedelta(days=DAYS)
    rows = cases.list_accuracy(sites=actor.sites, since=since)
    lines, exact = sum(row.lines for row in rows), sum(row.exact for row in rows)
    losses = accuracy.sum_losses(sites=actor.sites, since=since)
    largest = max((abs(row.value_minor) for row in losses.causes), default=0)
    weeks = accuracy.list_weeks(sites=actor.sites, at=at)
    trees = reports.list_trees(sites=actor.sites)
    compared = [row.compared_at for row in trees if row.compared_at is not None]
    context = {
        "rows": rows,
        "days": DAYS,
        "lines": lines,
        "percent": round(100 * exact / lines) if lines else None,
        "open_cases": sum(row.open_cases for row in rows),
        "value": sum(row.value_open_minor for row in rows),
        "categories": accuracy.list_categories_accuracy(sites=actor.sites, since=since),
        "weeks": weeks,
        "weeks_drawn": draw_weeks(weeks),
        "charts": [
            {
                "site": row.site,
                "chart": row.chart,
                "percent": round(100 * row.chart.center),
                "marks": _place(row.chart),
                "out": sum(point.is_out for point in row.chart.points),
            }
            for row in charts.list_charts(sites=actor.sites, at=at)
        ],
        "chart_height": CHART_HEIGHT,
        "losses": losses,
        "causes": [
            {
                "row": row,
                "label": CAUSES.get(row.cause, row.cause),
                "bar": draw_bar(row.value_minor, of=largest),
            }
            for row in losses.causes
        ],
        "hints": _list_hints(losses),
        "to_detect": _write_span(losses.to_detect),
        "to_close": _write_span(losses.to_close),
        "coverage": accuracy.get_coverage(
            sites=actor.sites, since=at - timedelta(days=COVERAGE_DAYS)
        ),
        "coverage_days": COVERAGE_DAYS,
        "compared_at": min(compared) if compared else None,
        "compared_sites": len(trees),
        "past": [
            {"row": row, "label": CAUSES.get(row.cause, row.cause)} for row in accuracy.list_past()
        ]
        if actor.sites is None
        else [],
    }
    return render(request, "recon/accuracy.html", context)


def _list_hints(losses: accuracy.Losses) -> list[dict[str, object]]:
    """Return who stands on papers of a cause, with names and the way to their cases."""
    kinds = (("partner", losses.partners), ("carrier", losses.carriers), ("actor", losses.actors))
    codes = {row.name for row in losses.partners}
    named = {**find_sites(codes), **find_suppliers(codes)}
    return [
        {
            "kind": kind,
            "row": row,
            "named": named.get(row.name) if kind == "partner" else None,
            "label": CAUSES.get(row.cause, row.cause),
            "query": urlencode({kind: row.name, "cause": row.cause, "state": ""}),
        }
        for kind, found in kinds
        for row in found
    ]


def _place(chart: Chart) -> list[dict[str, object]]:
    """Return where each week of a chart is drawn: the top is all lines, the floor its worst."""
    floor = min([0.9, *(min(point.share, point.low) for point in chart.points)])

    def get_height(share: float) -> int:
        return round((1 - share) / (1 - floor) * (CHART_HEIGHT - 2 * CHART_EDGE)) + CHART_EDGE

    return [
        {
            "x": CHART_STEP * place + CHART_STEP // 2,
            "left": CHART_STEP * place,
            "y": get_height(point.share),
            "center": get_height(chart.center),
            "high": get_height(point.high),
            "span": get_height(point.low) - get_height(point.high),
            "percent": round(100 * point.share),
            "is_out": point.is_out,
        }
        for place, point in enumerate(chart.points)
    ]


def _write_span(span: timedelta | None) -> str:
    """Return a span as people say it: hours, and from three days on days."""
    if span is None:
        return "–"
    hours = max(0, round(span.total_seconds() / HOUR_SECONDS))
    if hours < HOURS_SHOWN_MAX:
        return _("%(hours)d h") % {"hours": hours}
    return _("%(days)d d") % {"days": round(hours / 24)}
