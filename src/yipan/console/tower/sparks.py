"""Trends as small lines beside a figure, drawn as SVG on the server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH: Final = 120
HEIGHT: Final = 26
EDGE: Final = 3


def draw_spark(values: Sequence[int | None]) -> SafeString:
    """
    Return a line over days, the last one marked; a day nobody knows is a gap.

    It may be stretched to any width: neither the line nor its mark grows with it.

    It begins with the first day that is known: a week takes as much room as a month. It is a
    picture of what stands in words beside it, so screen readers pass over it.
    """
    first = next((at for at, value in enumerate(values) if value is not None), 0)
    values = values[first:]
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return SafeString("")
    low, high = min(known), max(known)
    span = (high - low) or 1
    step = (WIDTH - 2 * EDGE) / max(1, len(values) - 1)

    def place(number: int, value: int) -> tuple[float, float]:
        share = 0.5 if low == high else (value - low) / span
        return EDGE + number * step, HEIGHT - EDGE - share * (HEIGHT - 2 * EDGE)

    runs: list[list[tuple[float, float]]] = [[]]
    for number, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(place(number, value))
    drawn = [run for run in runs if len(run) > 1]
    if not drawn:
        return SafeString("")
    areas = format_html_join(
        "", '<path class="spark-area" d="{}"/>', ((_fill(it),) for it in drawn)
    )
    lines = format_html_join("", '<polyline points="{}"/>', ((_join(it),) for it in drawn))
    x, y = next(run[-1] for run in reversed(runs) if run)
    return format_html(
        '<svg class="spark" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true">'
        '{}{}<path class="spark-now" d="M{} {}h0"/></svg>',
        WIDTH,
        HEIGHT,
        areas,
        lines,
        f"{x:.1f}",
        f"{y:.1f}",
    )


def _join(run: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in run)


def _fill(run: Sequence[tuple[float, float]]) -> str:
    """Return the area below a line, down to the edge of the picture."""
    return f"M{run[0][0]:.1f} {HEIGHT} L{_join(run)} L{run[-1][0]:.1f} {HEIGHT}Z"
