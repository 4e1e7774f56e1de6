"""Specifications of charts: Altair, in the colors and measures of the style sheet.

Colors are written as custom properties (`var(--book-wms)`). The browser resolves them, so a
chart follows the theme without being drawn again. Altair is loaded when the first chart is
asked for: that takes a second.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from types import ModuleType
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, gettext

FONT = (
    "-apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', system-ui, "
    "'PingFang SC', 'Noto Sans CJK SC', 'Microsoft YaHei', sans-serif"
)
HEIGHT = 220
BARS_HEIGHT_MIN, BAR_STEP, BAR_GAP = 120, 14, 14
HEAT_STEP = 22
POINTS_MAX = 2_000
#: From which span on the axis tells days, and minutes.
DAYS_FROM_SECONDS = 2 * 24 * 3600
MINUTES_FROM_SECONDS = 10 * 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """
    A level from a moment on, in the series the reader sees.

    `is_event` is false where a line only goes on until now.
    """

    at: datetime
    value: int
    series: str
    is_event: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """A quantity of one series in one group. Bars of a group lie in the order of `slot`."""

    group: str
    series: str
    value: int
    slot: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """A quantity where a row and a column of a heat map meet; it opens `url`."""

    column: str
    row: str
    value: int
    url: str = ""


def draw_steps(
    points: Sequence[Point],
    *,
    tones: Mapping[str, str],
    unit: str,
    rings: Sequence[Point] = (),
) -> dict[str, Any]:
    """
    Return step lines over time: stock jumps, and is never smoothed.

    `tones` maps each series to its tone, in the order of the legend. `rings` are what somebody
    counted: drawn as rings, in the tone of their series, and on no line.
    """
    if not points and not rings:
        return draw_nothing()
    altair = load_altair()
    shown = points[-POINTS_MAX:]
    rows = [
        {
            "at": _write_local(point.at),
            "value": point.value,
            "series": point.series,
            "event": point.is_event,
        }
        for point in shown
    ]
    axis = altair.Axis(grid=False, labelOverlap=True, tickCount=8, format=_choose_format(shown))
    base = altair.Chart(altair.Data(values=rows)).encode(
        x=altair.X("at:T", title=None, axis=axis),
        y=altair.Y("value:Q", title=unit, axis=altair.Axis(tickCount=5, format=",d")),
        color=color_by("series:N", tones),
    )
    lines = base.mark_line(interpolate="step-after", strokeWidth=2)
    dots = (
        base.transform_filter("datum.event")
        .mark_point(filled=True, size=24, opacity=1)
        .encode(
            tooltip=[
                altair.Tooltip("series:N", title=gettext("Book")),
                altair.Tooltip("value:Q", title=gettext("Quantity"), format=",d"),
                altair.Tooltip("at:T", title=gettext("Moment"), format="%Y-%m-%d %H:%M:%S"),
            ]
        )
    )
    # A layer without a mark has no extent, and the browser says so.
    layers = [lines, dots] if any(point.is_event for point in shown) else [lines]
    if rings:
        layers.append(_draw_rings(rings, tones=tones))
    return finish(altair.layer(*layers))


def _draw_rings(rings: Sequence[Point], *, tones: Mapping[str, str]) -> Any:
    altair = load_altair()
    seen = [
        {"at": _write_local(ring.at), "value": ring.value, "series": ring.series}
        for ring in rings[-POINTS_MAX:]
    ]
    return (
        altair.Chart(altair.Data(values=seen))
        .mark_point(filled=False, size=180, strokeWidth=3, opacity=1)
        .encode(
            x=altair.X("at:T"),
            y=altair.Y("value:Q"),
            color=color_by("series:N", tones),
            tooltip=[
                altair.Tooltip("series:N", title=gettext("Book")),
                altair.Tooltip("value:Q", title=gettext("Quantity"), format=",d"),
                altair.Tooltip("at:T", title=gettext("Moment"), format="%Y-%m-%d %H:%M:%S"),
            ],
        )
    )


def draw_bars(bars: Sequence[Bar], *, tones: Mapping[str, str], unit: str) -> dict[str, Any]:
    """Return bars lying side by side per group, in the order given."""
    if not bars:
        return draw_nothing()
    altair = load_altair()
    rows = [
        {"group": bar.group, "series": bar.series, "value": bar.value, "slot": bar.slot}
        for bar in bars
    ]
    groups = list(dict.fromkeys(bar.group for bar in bars))
    chart = (
        altair.Chart(altair.Data(values=rows))
        .mark_bar(cornerRadiusEnd=2)
        .encode(
            y=altair.Y("group:N", title=None, sort=groups, axis=altair.Axis(labelLimit=140)),
            yOffset=altair.YOffset("slot:O"),
            x=altair.X("value:Q", title=unit, axis=altair.Axis(tickCount=5, format=",d")),
            color=color_by("series:N", tones),
            tooltip=[
                altair.Tooltip("group:N", title=gettext("Site")),
                altair.Tooltip("series:N", title=gettext("Book")),
                altair.Tooltip("value:Q", title=gettext("Quantity"), format=",d"),
            ],
        )
    )
    slots = len({bar.slot for bar in bars})
    height = max(BARS_HEIGHT_MIN, len(groups) * (BAR_STEP * slots + BAR_GAP))
    return finish(chart, height=height)


def draw_heat(cells: Sequence[Cell], *, labels: tuple[str, str], unit: str) -> dict[str, Any]:
    """
    Return a heat map: the darker, the more; red where a quantity is below zero.

    `labels` name the columns and the rows.
    """
    if not cells:
        return draw_nothing()
    altair = load_altair()
    rows = [
        {"column": cell.column, "row": cell.row, "value": cell.value, "url": cell.url}
        for cell in cells
    ]
    largest = max((abs(cell.value) for cell in cells), default=1)
    chart = (
        altair.Chart(altair.Data(values=rows))
        .mark_rect(stroke="var(--card)", strokeWidth=1)
        .encode(
            x=altair.X("column:N", title=None, axis=altair.Axis(labelAngle=-40, labelLimit=110)),
            y=altair.Y("row:N", title=None, axis=altair.Axis(labelLimit=180)),
            fill=altair.condition(
                "datum.value < 0", altair.value("var(--bad)"), altair.value("var(--book-erp)")
            ),
            fillOpacity=altair.FillOpacity(
                "size:Q",
                scale=altair.Scale(type="sqrt", domain=[0, largest], range=[0.06, 1]),
                legend=None,
            ),
            href="url:N",
            tooltip=[
                altair.Tooltip("column:N", title=labels[0]),
                altair.Tooltip("row:N", title=labels[1]),
                altair.Tooltip("value:Q", title=unit, format=",d"),
            ],
        )
        .transform_calculate(size="abs(datum.value)")
    )
    groups = len({cell.row for cell in cells})
    return finish(chart, height=max(BARS_HEIGHT_MIN, groups * HEAT_STEP))


def draw_nothing() -> dict[str, Any]:
    """Return what stands in place of a picture where there is nothing to draw."""
    # Vega would draw axes to infinity.
    return {"spec": None, "empty": gettext("Nothing to draw yet.")}


def _write_local(at: datetime) -> str:
    # Without an offset the browser takes it as its own time, so the site's hours are shown.
    return timezone.localtime(at).replace(tzinfo=None).isoformat(timespec="milliseconds")


def _choose_format(points: Sequence[Point]) -> str:
    moments = [point.at for point in points]
    span = (max(moments) - min(moments)).total_seconds() if moments else 0
    if span > DAYS_FROM_SECONDS:
        return "%m-%d"
    return "%H:%M" if span > MINUTES_FROM_SECONDS else "%H:%M:%S"


@lru_cache(maxsize=1)
def load_altair() -> ModuleType:
    """Return Altair, loaded once."""
    import altair as alt  # noqa: PLC0415  # a second, only paid by who looks at charts

    return alt


def color_by(field: str, tones: Mapping[str, str], *, columns: int = 0) -> Any:
    """
    Return the color of each series, in the tones of the style sheet.

    The legend is one row, or so many `columns` where names are too long for a phone.
    """
    altair = load_altair()
    colors = [f"var(--{tone})" for tone in tones.values()]
    return altair.Color(
        field,
        scale=altair.Scale(domain=list(tones), range=colors),
        legend=None
        if len(tones) == 1
        else altair.Legend(
            title=None,
            orient="top",
            symbolType="square",
            symbolStrokeWidth=0,
            labelLimit=280,
            **({"columns": columns} if columns else {}),
        ),
    )


def finish(chart: Any, *, height: int = HEIGHT) -> dict[str, Any]:
    """Return the specification of a chart in our theme, as wide as its place."""
    spec: dict[str, Any] = (
        chart.properties(width="container", height=height)
        .configure(**_describe_theme())
        .to_dict(validate=False)
    )
    spec.pop("datasets", None)
    return {"spec": spec, "language": get_language() or "en"}


def _describe_theme() -> dict[str, Any]:
    text = {"labelFont": FONT, "titleFont": FONT, "labelFontSize": 12, "titleFontSize": 12,
            "labelColor": "var(--muted)", "titleColor": "var(--muted)",
            "titleFontWeight": "normal"}  # fmt: skip
    return {
        "background": "transparent",
        "font": FONT,
        "axis": {
            **text,
            "domainColor": "var(--line-strong)",
            "tickColor": "var(--line-strong)",
            "gridColor": "var(--line)",
            "tickSize": 4,
            "titlePadding": 10,
        },
        "legend": {**text, "labelColor": "var(--normal)", "padding": 0, "offset": 12},
        "view": {"stroke": None},
    }
