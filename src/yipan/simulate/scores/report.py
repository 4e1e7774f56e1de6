"""A run as one page that needs nothing else: figures, pictures, tables, in either language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from yipan.simulate.plans.kinds import KINDS
from yipan.simulate.scores.names import name_fault, name_volume
from yipan.simulate.scores.pictures import draw_bars, draw_curves
from yipan.simulate.scores.words import say

STYLE: Final = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; background: #f5f5f3; color: #2d3139; font: 15px/1.55 -apple-system,
  "Segoe UI", "Noto Sans", "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; }
main { max-width: 860px; margin: 0 auto; padding: 32px 20px 64px; }
h1 { font-size: 28px; line-height: 1.2; margin: 0 0 4px; color: #14171c; }
h2 { font-size: 19px; margin: 40px 0 6px; color: #14171c; }
p { margin: 0 0 12px; color: #5d636e; }
.tiles { display: grid; grid-template-columns: repeat(4, 1fr); gap: 12px; margin: 24px 0; }
.tile { background: #fff; border: 1px solid #e3e2de; border-radius: 10px; padding: 12px 14px; }
.tile b { display: block; font-size: 26px; line-height: 1.2; color: #14171c;
  font-variant-numeric: tabular-nums; }
.tile.good b { color: #146c37; } .tile.bad b { color: #b3201c; }
.tile span { color: #5d636e; font-size: 13px; }
.card { background: #fff; border: 1px solid #e3e2de; border-radius: 10px; padding: 14px;
  overflow-x: auto; }
.card + .card { margin-top: 12px; }
svg { width: 100%; min-width: 560px; max-width: 760px; height: auto; display: block; }
table { border-collapse: collapse; width: 100%; font-size: 14px;
  font-variant-numeric: tabular-nums; }
th, td { text-align: end; padding: 5px 8px; border-bottom: 1px solid #e3e2de; }
th:first-child, td:first-child { text-align: start; min-width: 9.5em; }
th { color: #5d636e; font-weight: 600; }
tr:last-child td { border-bottom: 0; }
@media (max-width: 640px) { .tiles { grid-template-columns: repeat(2, 1fr); } }
@media print { body { background: #fff; }
  .card { break-inside: avoid; } h2 { break-after: avoid; } }
.summed tr:last-child td { font-weight: 600; color: #14171c; }
""".strip()


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure at the top; `tone` is good, bad or nothing."""

    value: str
    name: str
    tone: str = ""


def write_html(
    scores: Mapping[str, Any], *, language: str = "en", beside: Mapping[str, Any] | None = None
) -> str:
    """Return the report of a run, out of its JSON."""
    parts = [
        f"<h1>{escape(say('title', language))}</h1>",
        f"<p>{escape(describe_setting(scores, language))}</p>",
        '<div class="tiles">',
        *(
            f'<div class="tile {tile.tone}"><b>{escape(tile.value)}</b>'
            f"<span>{escape(tile.name)}</span></div>"
            for tile in list_tiles(scores, language)
        ),
        "</div>",
        _head("curve", language),
        f'<div class="card">{draw_accuracy(scores, language, beside=beside)}</div>',
        _head("causes", language),
        f'<div class="card">{draw_causes(scores, language)}</div>',
        f'<div class="card summed">{_table(list_causes(scores, language))}</div>',
        _head("lines", language),
        f'<div class="card">{_table(list_lines(scores, language))}</div>',
        _head("volumes", language),
        f'<div class="card">{_table(list_volumes(scores, language))}</div>',
    ]
    return wrap(say("title", language), parts, language)


def wrap(title: str, parts: Sequence[str], language: str) -> str:
    """Return a whole page around its parts."""
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f"<body><main>{''.join(parts)}</main></body></html>\n"
    )


def describe_setting(scores: Mapping[str, Any], language: str) -> str:
    """Return in a line what was run."""
    setting = say("setting", language, **{k: scores[k] for k in ("days", "scale", "plan", "seed")})
    ways = (
        say("counted" if scores["counts"] else "not_counted", language),
        say("engine" if scores["engine"] else "no_engine", language),
    )
    return " · ".join((setting, *ways))


def list_tiles(scores: Mapping[str, Any], language: str) -> list[Tile]:
    """Return the figures that are asked for first."""
    proved = scores["proved"]
    proof = say("not_asked" if proved is None else "yes" if proved else "no", language)
    tone = "" if proved is None else "good" if proved else "bad"
    return [
        Tile(
            str(scores["oversold"]),
            say("oversold", language),
            "bad" if scores["oversold"] else "good",
        ),
        Tile(
            str(scores["unhealed_messages"]),
            say("unhealed", language),
            "bad" if scores["unhealed_messages"] else "good",
        ),
        Tile(proof, say("proved", language), tone),
        Tile(_share(scores["accuracy"].get("last_permille")), say("accuracy", language)),
        Tile(_share(scores["promises"].get("kept_permille")), say("kept", language)),
        Tile(_share(scores["service"].get("fill_permille")), say("fill", language)),
        Tile(_share(scores["service"].get("on_time_permille")), say("on_time", language)),
        Tile(_share(_get_named_permille(scores)), say("named", language)),
    ]


def _get_named_permille(scores: Mapping[str, Any]) -> int | None:
    """Return of how many faults that were found the cause was named right; None: none was."""
    rows = [row for _, row in _pick(scores, is_interface=False)]
    found = sum(row["found"] for row in rows)
    return sum(row["right"] for row in rows) * 1_000 // found if found else None


def draw_accuracy(
    scores: Mapping[str, Any], language: str, *, beside: Mapping[str, Any] | None = None
) -> str:
    """Return the curves of book against shelf: by kind of site, or of two runs in one picture."""
    if beside is not None:
        names = name_runs(scores, beside, language)
        return draw_curves(
            {name: _list_curve(run) for name, run in zip(names, (scores, beside), strict=True)},
            day=say("day", language),
        )
    accuracy = scores["accuracy"]
    return draw_curves(
        {
            say("all", language): _list_curve(scores),
            **{
                # In this order they have the colors of their books.
                say(kind, language): [row["equal_permille"] for row in accuracy["by_kind"][kind]]
                for kind in ("store", "warehouse")
                if kind in accuracy["by_kind"]
            },
        },
        day=say("day", language),
    )


def name_runs(a: Mapping[str, Any], b: Mapping[str, Any], language: str) -> tuple[str, str]:
    """Return what tells two runs apart: counting, or else the letters A and B."""
    if a["counts"] == b["counts"]:
        return say("run_a", language), say("run_b", language)
    with_it, without = say("with_counting", language), say("without_counting", language)
    return (with_it, without) if a["counts"] else (without, with_it)


def _list_curve(run: Mapping[str, Any]) -> list[int | None]:
    return [row["equal_permille"] for row in run["accuracy"]["curve"]]


def draw_causes(scores: Mapping[str, Any], language: str) -> str:
    """Return a bar for each fault that moves goods or figures."""
    rows = []
    for fault, row in _pick(scores, is_interface=False):
        entered = row["injected"] - row["refused_at_entry"]
        parts = (row["right"], row["unknown"], row["wrong"], entered - row["found"])
        rows.append((name_fault(fault, language), parts))
    rows.sort(key=lambda each: (-sum(each[1]), each[0]))
    names = [say(key, language) for key in ("right", "unknown", "wrong", "not_found")]
    return draw_bars(rows, names=names)


def list_causes(scores: Mapping[str, Any], language: str) -> list[list[str]]:
    """Return the table of faults: a head, a row each, and a sum."""
    keys = ("injected", "refused_at_entry", "found", "right", "unknown", "wrong")
    head = [say(key, language) for key in ("fault", *keys, "hours_to_find", "value_recovered")]
    rows, sums, value = [], dict.fromkeys(keys, 0), 0
    for fault, row in _pick(scores, is_interface=False):
        hours = row["hours_to_find"]
        rows.append(
            [
                name_fault(fault, language),
                *(str(row[key]) for key in keys),
                "" if hours is None else f"{hours:.0f}",
                _money(row["value_recovered_minor"]),
            ]
        )
        value += row["value_recovered_minor"]
        for key in keys:
            sums[key] += row[key]
    total = [say("sum", language), *(str(sums[key]) for key in keys), "", _money(value)]
    return [head, *rows, total]


def list_lines(scores: Mapping[str, Any], language: str) -> list[list[str]]:
    """Return the table of what broke between the systems."""
    head = [say(key, language) for key in ("fault", "injected", "healed")]
    rows = [
        [name_fault(fault, language), str(row["injected"]), str(row["healed"])]
        for fault, row in _pick(scores, is_interface=True)
    ]
    return [head, *rows]


def list_volumes(scores: Mapping[str, Any], language: str) -> list[list[str]]:
    """Return what happened, how much was there at the end, and what it cost."""
    stock, service = scores["stock"], scores["service"]
    return [
        *([name_volume(name, language), f"{count:,}"] for name, count in scores["volumes"].items()),
        [say("units", language), f"{stock['units']:,}"],
        [say("value", language), _money(stock["value_minor"])],
        [say("handling", language), _money(stock["handling_cost_minor"])],
        [say("lost_sales", language), _money(service["lost_sales_minor"])],
        [say("seconds", language), f"{scores['seconds']:.0f}"],
    ]


def _pick(scores: Mapping[str, Any], *, is_interface: bool) -> list[tuple[str, Any]]:
    return [
        (fault, row)
        for fault, row in scores["causes"].items()
        if KINDS[fault].is_interface == is_interface
    ]


def _head(key: str, language: str) -> str:
    title, note = say(key, language), say(f"{key}_note", language)
    return f"<h2>{escape(title)}</h2><p>{escape(note)}</p>"


def _table(rows: Sequence[Sequence[str]]) -> str:
    head, *body = rows
    is_headed = not head[-1][:1].isdigit()
    lines = [_row(head, "th" if is_headed else "td")] + [_row(row, "td") for row in body]
    return f"<table>{''.join(lines)}</table>"


def _row(cells: Sequence[str], tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"


def _share(value: int | None) -> str:
    return "–" if value is None else f"{value / 10:.1f} %"


def _money(minor: int) -> str:
    return f"{minor / 100:,.2f}"
