"""Two runs side by side: policy A against B, with and without counting or the cause engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from yipan.simulate.plans.kinds import KINDS
from yipan.simulate.scores.pictures import draw_curves
from yipan.simulate.scores.report import describe_setting, name_runs, wrap
from yipan.simulate.scores.words import say

#: What is compared: its name, and where it is in the JSON.
FIGURES: Final = (
    ("oversold", ("oversold",)),
    ("unhealed_messages", ("unhealed_messages",)),
    ("accuracy at the end, permille", ("accuracy", "last_permille")),
    ("accuracy on average, permille", ("accuracy", "mean_permille")),
    ("promises kept, permille", ("promises", "kept_permille")),
    ("promised, short on the shelf", ("promises", "short_on_the_shelf")),
    ("fill rate, permille", ("service", "fill_permille")),
    ("on time, permille", ("service", "on_time_permille")),
    ("lost sales, minor units", ("service", "lost_sales_minor")),
    ("units at the end", ("stock", "units")),
    ("value at the end, minor units", ("stock", "value_minor")),
    ("handling cost, minor units", ("stock", "handling_cost_minor")),
)
SUMS: Final = ("injected", "found", "right", "unknown", "wrong", "value_recovered_minor")


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure of two runs. A run that does not have it says None."""

    name: str
    a: int | None
    b: int | None

    @property
    def change(self) -> int | None:
        """Return by how much B is above A."""
        return None if self.a is None or self.b is None else self.b - self.a


def compare(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[Compared]:
    """Return the figures of two runs, out of their JSON."""
    rows = [Compared(name, _get(a, path), _get(b, path)) for name, path in FIGURES]
    rows += [
        Compared(f"faults {key}".replace("_", " "), _sum(a, key), _sum(b, key)) for key in SUMS
    ]
    return rows


def write_comparison(a: Mapping[str, Any], b: Mapping[str, Any], *, language: str = "en") -> str:
    """Return two runs as one page, with both curves in one picture."""
    names = name_runs(a, b, language)
    curves = {
        name: [row["equal_permille"] for row in run["accuracy"]["curve"]]
        for name, run in zip(names, (a, b), strict=True)
    }
    head = "".join(
        f"<th>{escape(cell)}</th>"
        for cell in (say("figure", language), *names, say("change", language))
    )
    rows = "".join(
        f"<tr><td>{escape(row.name)}</td><td>{_write(row.a)}</td><td>{_write(row.b)}</td>"
        f"<td>{_write(row.change, signed=True)}</td></tr>"
        for row in compare(a, b)
    )
    parts = [
        f"<h1>{escape(say('compare', language))}</h1>",
        *(
            f"<p><b>{name}</b> · {escape(describe_setting(run, language))}</p>"
            for name, run in zip(names, (a, b), strict=True)
        ),
        f"<h2>{escape(say('curve', language))}</h2><p>{escape(say('curve_note', language))}</p>",
        f'<div class="card">{draw_curves(curves, day=say("day", language))}</div>',
        f'<h2>{escape(say("figure", language))}</h2><div class="card"><table>',
        f"<tr>{head}</tr>{rows}</table></div>",
    ]
    return wrap(say("compare", language), parts, language)


def _get(run: Mapping[str, Any], path: tuple[str, ...]) -> int | None:
    value: Any = run
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value if isinstance(value, int) else None


def _sum(run: Mapping[str, Any], key: str) -> int:
    return sum(row[key] for fault, row in run["causes"].items() if not KINDS[fault].is_interface)


def _write(value: int | None, *, signed: bool = False) -> str:
    if value is None:
        return "–"
    return f"{value:+,}" if signed and value else f"{value:,}"
