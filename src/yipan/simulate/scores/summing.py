"""Bringing a run's figures together: service, promises, messages, stock, cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from yipan.simulate.acts.stage import Stage
from yipan.simulate.scores.accuracy import Accuracy
from yipan.simulate.scores.causes import score_causes
from yipan.simulate.scores.model import Scores, permille

BY = "controller"
SOURCES = "sources?limit=500"


def sum_up(
    stage: Stage, scores: Scores, *, accuracy: Accuracy, cases: Sequence[Mapping[str, Any]]
) -> None:
    """Fill in everything but `proved`: the books, as the doors tell them, against the truth."""
    notebook, retailer = stage.notebook, stage.retailer
    unhealed = _count_unhealed(stage, scores)
    scores.oversold = notebook.oversold
    scores.unhealed_messages = sum(unhealed.values())
    scores.accuracy = accuracy.to_dict()
    scores.causes = score_causes(
        notebook.labels,
        cases,
        counted=notebook.counted,
        costs={good.code: good.cost_minor for good in retailer.goods.values()},
        unhealed=unhealed,
    )
    scores.promises = _sum_promises(stage)
    scores.service = {
        "units_wanted": notebook.units_wanted,
        "units_sold": notebook.units_sold,
        "fill_permille": permille(notebook.units_sold, notebook.units_wanted),
        "lost_sales_minor": notebook.lost_value_minor,
        "in_time": notebook.in_time,
        "too_late": notebook.too_late,
        "on_time_permille": permille(notebook.in_time, notebook.in_time + notebook.too_late),
    }
    units = stage.truth.sum_all()
    value = sum(
        count * retailer.goods[spot.sku].cost_minor
        for spot, count in stage.truth.iterate()
        if spot.sku in retailer.goods
    )
    scores.stock = {
        "units": units,
        "value_minor": value,
        "handling_cost_minor": notebook.handling_cost_minor,
    }
    scores.volumes = dict(sorted(notebook.volumes.items())) | {"calls": stage.calls}
    scores.refusals = dict(sorted(notebook.refusals.items()))
    scores.refused = dict(sorted(notebook.refused.items()))


def list_unhealed(stage: Stage) -> list[dict[str, Any]]:
    """Return the streams of which something is missing, parked or waiting, and how much."""
    rows = []
    for row in stage.read(SOURCES, by=BY).get("data", ()):
        behind = max(0, (row["last_issued"] or row["highest_seen"]) - row["watermark"])
        left = max(behind, row["gaps"]) + row["parked"] + row["waiting"]
        if left:
            kept = ("receiver", "source", "site", "epoch", "gaps", "parked", "waiting")
            rows.append({key: row[key] for key in kept} | {"behind": behind, "left": left})
    return rows


def _count_unhealed(stage: Stage, scores: Scores) -> dict[str, int]:
    """Return what is still not healed, by site; the hub's own streams under the site they serve."""
    rows = list_unhealed(stage)
    found: Counter[str] = Counter()
    for row in rows:
        found[row["site"]] += row["left"]
    sources = stage.read(SOURCES, by=BY).get("data", ())
    compared = stage.call("POST", "cases/compare?full=true", {}, by=BY)
    differ = compared.body["differences"] if compared.is_ok else 0
    if differ:
        found[""] += differ
    scores.messages = {
        "tickets": dict(stage.notebook.tickets_told),
        "troubled": dict(stage.notebook.line_troubles),
        "sources": len(sources),
        "duplicates_known": sum(row["duplicates"] for row in sources),
        "altered_refused": sum(row["altered"] for row in sources),
        "unhealed": rows[:50],
        "positions_that_differ": differ,
    }
    return found


def _sum_promises(stage: Stage) -> dict[str, Any]:
    """Return what became of the promises made online."""
    orders = stage.notebook.orders.values()
    made = [order for order in orders if order.promised]
    kept = sum(1 for order in made if order.left_at is not None)
    canceled = sum(1 for order in made if order.canceled)
    return {
        "orders": len(orders),
        "promised": len(made),
        "kept": kept,
        "canceled_by_customer": canceled,
        "kept_permille": permille(kept, len(made) - canceled),
        "short_on_the_shelf": stage.notebook.broken_by_shelf,
        "contended": stage.notebook.contended,
        "oversold_cases": stage.notebook.oversold_cases[:20],
    }
