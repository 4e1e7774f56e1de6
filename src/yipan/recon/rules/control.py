"""
Control charts (控制图) of shares: is a week worse than chance makes weeks?

A p-chart after Shewhart: the center is the share over all weeks, the limits of a week lie three
standard errors of as many lines as it has around it. What lies outside has a cause of its own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

#: Standard errors between center and limit.
WIDTH = 3.0
#: Fewer weeks make no chart: there is nothing to compare with.
POINTS_MIN = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """One week: so many of so many lines agreed; the share, and between what it should lie."""

    lines: int
    share: float
    low: float
    high: float

    @property
    def is_out(self) -> bool:
        """Say whether it lies outside its limits."""
        return not self.low <= self.share <= self.high


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """The weeks of a site in their order, and the share over all of them."""

    center: float
    points: tuple[Point, ...]

    @property
    def is_steady(self) -> bool:
        """Say whether all weeks lie within their limits."""
        return not any(point.is_out for point in self.points)


def draw(weeks: Sequence[tuple[int, int]]) -> Chart | None:
    """Return the chart of weeks, each `(lines, lines that agreed)`; None of too few of them."""
    counted = [(lines, exact) for lines, exact in weeks if lines > 0]
    if len(counted) < POINTS_MIN:
        return None
    center = sum(exact for _, exact in counted) / sum(lines for lines, _ in counted)
    points = []
    for lines, exact in counted:
        away = WIDTH * math.sqrt(center * (1 - center) / lines)
        points.append(
            Point(
                lines=lines,
                share=exact / lines,
                low=max(0.0, center - away),
                high=min(1.0, center + away),
            )
        )
    return Chart(center=center, points=tuple(points))
