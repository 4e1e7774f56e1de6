"""Specifications of planning's charts: bars and bands of demand, ways on a map, frontiers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext

from yipan.console.charts import color_by, finish, load_altair

MAP_HEIGHT = 380
WEEKS_BROAD_MAX = 26
WAYS_TOLD_MAX = 8
DATE = "%m-%d"


def draw_forecast(
    past: Sequence[Mapping[str, Any]], coming: Sequence[Mapping[str, Any]], *, unit: str
) -> dict[str, Any]:
    """Return what was sold by week as bars, and the weeks to come as a band with its middle."""
    altair = load_altair()
    axis = _make_day_axis(altair)
    # Bars of a year still stand apart on a phone.
    size = 10 if len(past) <= WEEKS_BROAD_MAX else 4
    bars = (
        altair.Chart(altair.Data(values=list(past)))
        .mark_bar(color="var(--book-planning)", opacity=0.75, size=size)
        .encode(
            x=altair.X("day:T", title=None, axis=axis),
            y=altair.Y("sold:Q", title=unit, axis=altair.Axis(tickCount=5, format=",d")),
            tooltip=[
                altair.Tooltip("day:T", title=gettext("Week of"), format="%Y-%m-%d"),
                altair.Tooltip("sold:Q", title=unit, format=",d"),
            ],
        )
    )
    ahead = altair.Chart(altair.Data(values=list(coming)))
    band = ahead.mark_area(color="var(--book-erp)", opacity=0.22).encode(
        x="day:T", y="low:Q", y2="high:Q"
    )
    middle = ahead.mark_line(color="var(--book-erp)", strokeWidth=2).encode(
        x="day:T",
        y="middle:Q",
        tooltip=[
            altair.Tooltip("day:T", title=gettext("Week of"), format="%Y-%m-%d"),
            altair.Tooltip("middle:Q", title=gettext("Expected"), format=",.0f"),
            altair.Tooltip("low:Q", title=gettext("At least"), format=",.0f"),
            altair.Tooltip("high:Q", title=gettext("At most"), format=",.0f"),
        ],
    )
    return finish(altair.layer(bars, band, middle))


def draw_projection(rows: Sequence[Mapping[str, Any]], *, unit: str) -> dict[str, Any]:
    """Return stock to come as a step line in its band, arrivals as dots, and the line of zero."""
    altair = load_altair()
    axis = _make_day_axis(altair)
    # Where all is gone already, zero would lie in the middle of nothing.
    highest = max((row["high"] for row in rows), default=0)
    scale = altair.Scale() if highest > 0 else altair.Scale(domainMax=1)
    base = altair.Chart(altair.Data(values=list(rows))).encode(
        x=altair.X("day:T", title=None, axis=axis)
    )
    band = base.mark_area(
        color="var(--book-planning)", opacity=0.2, interpolate="step-after"
    ).encode(
        y=altair.Y("low:Q", title=unit, scale=scale, axis=altair.Axis(tickMinStep=1)), y2="high:Q"
    )
    line = base.mark_line(
        color="var(--book-planning)", strokeWidth=2, interpolate="step-after"
    ).encode(
        y="stock:Q",
        tooltip=[
            altair.Tooltip("day:T", title=gettext("Day"), format="%Y-%m-%d"),
            altair.Tooltip("stock:Q", title=unit, format=",d"),
            altair.Tooltip("arrives:Q", title=gettext("Arrives"), format=",d"),
        ],
    )
    dots = (
        base.transform_filter("datum.arrives > 0")
        .mark_point(filled=True, size=60, color="var(--good)", opacity=1)
        .encode(y="stock:Q")
    )
    zero = (
        altair.Chart(altair.Data(values=[{"zero": 0}]))
        .mark_rule(color="var(--bad)", strokeDash=[4, 3])
        .encode(y="zero:Q")
    )
    # A layer without data has no extent, and Vega complains.
    layers = [dots] if any(row["arrives"] for row in rows) else []
    return finish(altair.layer(band, zero, line, *layers))


def _make_day_axis(altair: Any) -> Any:
    """Return an axis of days whose labels never touch, on a phone neither."""
    return altair.Axis(
        grid=False, labelOverlap="greedy", labelSeparation=8, tickCount=8, format=DATE
    )


def draw_ways(
    dots: Sequence[Mapping[str, Any]], ways: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return places as named dots by longitude and latitude, and ways between them as lines."""
    altair = load_altair()
    scale, axis = altair.Scale(zero=False, padding=60, nice=False), None
    lines = (
        altair.Chart(altair.Data(values=list(ways)))
        .mark_rule(color="var(--book-planning)", opacity=0.7, strokeCap="round")
        .encode(
            x=altair.X("x:Q", scale=scale, axis=axis),
            y=altair.Y("y:Q", scale=scale, axis=axis),
            x2="x2:Q",
            y2="y2:Q",
            size=altair.Size("quantity:Q", scale=altair.Scale(range=[1.5, 9]), legend=None),
            tooltip=[
                altair.Tooltip("from:N", title=gettext("From")),
                altair.Tooltip("to:N", title=gettext("To")),
                altair.Tooltip("quantity:Q", title=gettext("Quantity"), format=",d"),
            ],
        )
    )
    places = altair.Chart(altair.Data(values=list(dots))).encode(
        x=altair.X("x:Q", scale=scale, axis=axis), y=altair.Y("y:Q", scale=scale, axis=axis)
    )
    words = altair.Chart(altair.Data(values=list(ways))).encode(
        x=altair.X("tx:Q", scale=scale, axis=axis),
        y=altair.Y("ty:Q", scale=scale, axis=axis),
        text="said:N",
    )
    # A word on a line is read by the rim of the card's color around it.
    rim = words.mark_text(stroke="var(--card)", strokeWidth=6, fontSize=12, fontWeight="bold")
    text = words.mark_text(color="var(--strong)", fontSize=12, fontWeight="bold")
    points = places.mark_point(filled=True, size=90, color="var(--book-pos)", opacity=1).encode(
        tooltip=[altair.Tooltip("name:N", title=gettext("Store"))]
    )
    names = places.mark_text(dy=22, color="var(--normal)", fontSize=12).encode(text="name:N")
    # Words on every one of many ways would lie on one another.
    told = [rim, text] if len(ways) <= WAYS_TOLD_MAX else []
    return finish(altair.layer(lines, points, names, *told), height=MAP_HEIGHT)


def draw_frontier(
    rows: Sequence[Mapping[str, Any]],
    *,
    tones: Mapping[str, str],
    labels: tuple[str, str],
    today: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """
    Return days of stock over the share of demand met, a line with dots per policy.

    `today` is what is met and held by the policies as they stand: a dot of its own, with its name.
    """
    altair = load_altair()
    base = altair.Chart(altair.Data(values=list(rows))).encode(
        x=altair.X(
            "fill:Q",
            title=labels[0],
            scale=altair.Scale(zero=False, nice=False),
            axis=altair.Axis(tickCount=8, grid=False),
        ),
        y=altair.Y("stock:Q", title=labels[1]),
        color=color_by("series:N", tones, columns=1),
        order="fill:Q",
    )
    told = [
        altair.Tooltip("series:N", title=gettext("Policy")),
        altair.Tooltip("fill:Q", title=labels[0], format=".1f"),
        altair.Tooltip("stock:Q", title=labels[1], format=".1f"),
    ]
    dots = base.mark_point(filled=True, size=30, opacity=1).encode(tooltip=told)
    layers = [base.mark_line(strokeWidth=2), dots]
    if today is not None:
        mark = altair.Chart(altair.Data(values=[dict(today)])).encode(
            x="fill:Q", y="stock:Q", tooltip=told
        )
        layers += [
            mark.mark_point(filled=True, size=140, color="var(--strong)", opacity=1),
            mark.mark_text(dy=-14, color="var(--strong)", fontSize=12, fontWeight="bold").encode(
                text="series:N"
            ),
        ]
    return finish(altair.layer(*layers))
