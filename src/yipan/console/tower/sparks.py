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
    lines = format_html_join(
        "",
        '<polyline points="{}"/>',
        ((" ".join(f"{x:.1f},{y:.1f}" for x, y in run),) for run in runs if len(run) > 1),
    )
    last = next((run[-1] for run in reversed(runs) if run), (0.0, 0.0))
    return format_html(
        '<svg class="spark" viewBox="0 0 {} {}" aria-hidden="true">{}'
        '<circle cx="{}" cy="{}" r="2.4"/></svg>',
        WIDTH,
        HEIGHT,
        lines,
        f"{last[0]:.1f}",
        f"{last[1]:.1f}",
    )
