"""Where the marks of the board's pictures lie, in the units of their drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from yipan.recon.queries.accuracy import Week

WIDTH: Final = 480
HEIGHT: Final = 180
LEFT: Final = 44
RIGHT: Final = 20
TOP: Final = 22
BOTTOM: Final = 26
#: Half of a bar: losses lie to the left of zero, gains to the right.
BAR_HALF: Final = 100
#: The floor of the weeks is a step below the worst of them, so that they can be told apart.
STEP_PERCENT: Final = 10
#: Of the days below the weeks as many as have room beside each other.
DAYS_SHOWN_MAX: Final = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """A week as it is drawn; `day` is empty where there is no room for it."""

    x: int
    y: int
    percent: int
    lines: int
    begins_on: date
    is_named: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class WeeksDrawn:
    """The weeks as a line: `grid` maps heights to whole percent."""

    marks: tuple[Mark, ...]
    grid: tuple[tuple[int, int], ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT

    @property
    def points(self) -> str:
        """Return the corners of the line."""
        return " ".join(f"{mark.x},{mark.y}" for mark in self.marks)


@dataclass(frozen=True, kw_only=True, slots=True)
class BarDrawn:
    """A bar from zero in the middle: where it begins, how long it is, and whether it is a loss."""

    x: int
    width: int
    is_loss: bool


def draw_weeks(weeks: Sequence[Week]) -> WeeksDrawn | None:
    """Return the weeks as a line; one week alone is no line."""
    if len(weeks) < 2:
        return None
    worst = min(week.percent for week in weeks)
    floor = max(0, (worst - 1) // STEP_PERCENT * STEP_PERCENT)

    def get_y(percent: int) -> int:
        return TOP + round((100 - percent) / (100 - floor) * (HEIGHT - TOP - BOTTOM))

    apart = (WIDTH - LEFT - RIGHT) / (len(weeks) - 1)
    every = -(-len(weeks) // DAYS_SHOWN_MAX)
    last = len(weeks) - 1
    return WeeksDrawn(
        marks=tuple(
            Mark(
                x=LEFT + round(apart * place),
                y=get_y(week.percent),
                percent=week.percent,
                lines=week.lines,
                begins_on=week.begins_on,
                is_named=(last - place) % every == 0,
            )
            for place, week in enumerate(weeks)
        ),
        grid=tuple((get_y(percent), percent) for percent in (100, (100 + floor) // 2, floor)),
    )


def draw_bar(value: int, *, of: int) -> BarDrawn:
    """Return a value as a bar, as long as its share of the largest one."""
    width = max(1, round(BAR_HALF * abs(value) / of)) if of and value else 0
    return BarDrawn(x=BAR_HALF - width if value < 0 else BAR_HALF, width=width, is_loss=value < 0)
