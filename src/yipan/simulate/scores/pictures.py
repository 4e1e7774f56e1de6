"""Pictures of a report: plain SVG, made here, in the colors of the house."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Final

INK, MUTED, LINE, CARD = "#14171c", "#5d636e", "#e3e2de", "#ffffff"
COLORS: Final = ("#1c2f4f", "#0d6f67", "#94550a", "#7b22c4")
RIGHT, UNKNOWN, WRONG, MISSING = "#146c37", "#c6c4be", "#b3201c", "#f1efe9"
FONT: Final = "Noto Sans CJK SC, Noto Sans, Segoe UI, PingFang SC, Microsoft YaHei, sans-serif"

WIDTH, HEIGHT = 720, 260
LEFT, TOP, RIGHT_MARGIN, BOTTOM = 44, 16, 130, 30


def draw_curves(
    series: Mapping[str, Sequence[int | None]], *, day: str, floor: int | None = None
) -> str:
    """
    Return lines of shares in permille over days, each named at its end.

    The scale begins at `floor`, or below the lowest value, and ends at 100 %.
    """
    known = [value for values in series.values() for value in values if value is not None]
    low = floor if floor is not None else (min(known, default=0) // 50) * 50
    low = min(low, 950)
    days = max((len(values) for values in series.values()), default=1)
    # Room for the longest name and its share, in bold.
    end = WIDTH - max(RIGHT_MARGIN, 70 + max((_measure(name) for name in series), default=0))

    def place(index: int) -> float:
        return LEFT + index * (end - LEFT) / max(1, days - 1)

    def rise(value: int) -> float:
        return TOP + (1_000 - value) * (HEIGHT - TOP - BOTTOM) / (1_000 - low)

    parts = [
        *_draw_levels(low, rise, end=end),
        *_draw_days(days, place),
        _text(end + 12, HEIGHT - 10, day),
    ]
    ends: list[float] = []
    for color, (name, values) in zip(COLORS, series.items(), strict=False):
        points = [
            (place(index), rise(value)) for index, value in enumerate(values) if value is not None
        ]
        if not points:
            continue
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(
            f'<polyline points="{line}" fill="none" stroke="{color}" stroke-width="2.5" '
            'stroke-linejoin="round" stroke-linecap="round"/>'
        )
        x, y = points[-1]
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{color}"/>')
        label = y + 4
        while any(abs(label - other) < 16 for other in ends):
            label += 16
        ends.append(label)
        last = next(value for value in reversed(values) if value is not None)
        parts.append(_text(x + 10, label, f"{name} {last / 10:.1f} %", color=color, weight=600))
    return _frame(parts, HEIGHT)


def _draw_levels(low: int, rise: Callable[[int], float], *, end: int) -> list[str]:
    """Return the lines of the scale with their shares."""
    step = 50 if 1_000 - low <= 250 else 100 if 1_000 - low <= 500 else 200
    levels = range(1_000, low - 1, -step)
    return [
        f'<path d="M{LEFT} {rise(value):.1f}H{end}" stroke="{LINE}"/>'
        + _text(LEFT - 6, rise(value) + 4, f"{value // 10} %", anchor="end")
        for value in levels
    ]


def _draw_days(days: int, place: Callable[[int], float]) -> list[str]:
    """Return the numbers of the days below; of many days, some."""
    return [
        _text(place(index), HEIGHT - 10, str(index + 1), anchor="middle")
        for index in range(days)
        if days <= 10 or index % 5 == 4 or index == 0
    ]


def draw_bars(rows: Sequence[tuple[str, Sequence[int]]], *, names: Sequence[str]) -> str:
    """
    Return a bar for each row, cut into right, unknown, wrong and not found; longest first.

    `names` are the words for the four parts.
    """
    colors = (RIGHT, UNKNOWN, WRONG, MISSING)
    most = max((sum(values) for _, values in rows), default=1)
    left, step = 250, 22
    height = 30 + step * len(rows)
    parts = []
    x = float(left)
    for name, color in zip(names, colors, strict=True):
        parts.append(f'<rect x="{x:.1f}" y="4" width="11" height="11" rx="2" fill="{color}"/>')
        parts.append(_text(x + 16, 14, name))
        x += 34 + _measure(name)
    for index, (name, values) in enumerate(rows):
        y = 28 + index * step
        parts.append(_text(left - 8, y + 12, name, anchor="end", color=INK))
        x = float(left)
        for value, color in zip(values, colors, strict=True):
            width = value * (WIDTH - left - 50) / max(1, most)
            if value:
                parts.append(
                    f'<rect x="{x:.1f}" y="{y}" width="{max(width - 1, 1):.1f}" height="15" '
                    f'rx="2" fill="{color}"/>'
                )
            x += width
        parts.append(_text(x + 6, y + 12, str(sum(values))))
    return _frame(parts, height)


def _measure(text: str) -> int:
    """Return about how wide a text is: Chinese signs are square."""
    return sum(12 if ord(sign) > 255 else 7 for sign in text)


def _frame(parts: Sequence[str], height: int) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" font-family="{FONT}" font-size="12" role="img">'
        f'<rect width="{WIDTH}" height="{height}" fill="{CARD}"/>{"".join(parts)}</svg>'
    )


def _text(
    x: float, y: float, text: str, *, anchor: str = "start", color: str = MUTED, weight: int = 400
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{color}" '
        f'font-weight="{weight}">{escape(text)}</text>'
    )
