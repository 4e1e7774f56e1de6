"""Waterfall: from one number to the next, drawn as SVG with attributes alone (no styles)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from yipan.console import formats

WIDTH = 640
LABEL_WIDTH = 170
FIGURE_WIDTH = 70
BAR_HEIGHT = 18
STEP_HEIGHT = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One bar: a total that stands on the ground, or a change from the bar before."""

    label: str
    amount: int
    is_total: bool = False
    url: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """Where a step is drawn, in quantity: from `low` to `high`, and the level after it."""

    step: Step
    low: int
    high: int
    level: int


def lay_out(steps: Sequence[Step]) -> list[Bar]:
    """Return the bars in order; the level is the running sum, set anew by each total."""
    bars = []
    level = 0
    for step in steps:
        before = 0 if step.is_total else level
        level = step.amount if step.is_total else level + step.amount
        bars.append(Bar(step=step, low=min(before, level), high=max(before, level), level=level))
    return bars


def draw(steps: Sequence[Step]) -> SafeString:
    """Draw the steps as an SVG that scales with its place; each bar with an address is a link."""
    bars = lay_out(steps)
    if not bars:
        return SafeString("")
    low = min(0, *(bar.low for bar in bars))
    span = max(1, max(bar.high for bar in bars) - low)
    scale = (WIDTH - LABEL_WIDTH - FIGURE_WIDTH) / span
    rows = format_html_join(
        "", "{}", ((_draw_bar(bar, row, low, scale),) for row, bar in enumerate(bars))
    )
    sentence = ", ".join(
        f"{bar.step.label} {formats.write_integer(bar.step.amount)}" for bar in bars
    )
    return format_html(
        '<svg class="waterfall" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        WIDTH,
        STEP_HEIGHT * len(bars),
        sentence,
        rows,
    )


def _draw_bar(bar: Bar, row: int, low: int, scale: float) -> SafeString:
    top = row * STEP_HEIGHT
    left = LABEL_WIDTH + (bar.low - low) * scale
    width = max(1.5, (bar.high - bar.low) * scale)
    kind = "wf-total" if bar.step.is_total else ("wf-up" if bar.step.amount >= 0 else "wf-down")
    write = formats.write_integer if bar.step.is_total else formats.write_signed
    drawn = format_html(
        '<text class="wf-label" x="{}" y="{}" text-anchor="end">{}</text>'
        '<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="2"/>'
        '<text x="{}" y="{}">{}</text>',
        LABEL_WIDTH - 12,
        top + 20,
        bar.step.label,
        kind,
        f"{left:.1f}",
        top + 6,
        f"{width:.1f}",
        BAR_HEIGHT,
        f"{left + width + 8:.1f}",
        top + 20,
        write(bar.step.amount),
    )
    tie = LABEL_WIDTH + (bar.level - low) * scale
    line = format_html(
        '<line class="wf-tie" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>',
        f"{tie:.1f}",
        top + 6 + BAR_HEIGHT,
        top + STEP_HEIGHT + 6,
    )
    if bar.step.url:
        return format_html('{}<a href="{}">{}</a>', line, bar.step.url, drawn)
    return format_html("{}{}", line, drawn)
