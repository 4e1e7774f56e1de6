"""
Planning at size: quantiles, stock at equal service, series a second, rebalancing, executors.

Figures and targets are those of the planning handbook, sections 5, 6, 8 and 13, on the real online
retailer (a year of one shop's lines, so half a year of it is tested on) and on a generated chain.
Targets hold for the median of the seeds. M5, for which they were set, may not be shipped.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from random import Random
from statistics import median

import numpy as np

from yipan.bench.planning_world import Series, find_file, generate, make_shard, read_retailer
from yipan.bench.report import Result, at_least, at_most, tell, tell_load
from yipan.planning.executors.running import Executor, ExecutorMissing, Processes, make_executor
from yipan.planning.rules import gate, learned
from yipan.planning.rules.effects import Curve, draw_curves, find_first_day
from yipan.planning.rules.engine import plan_shard
from yipan.planning.rules.gate import Score
from yipan.planning.rules.moving import Lane, solve
from yipan.planning.rules.scoring import CHANCES
from yipan.planning.rules.shard import Shard, get_shard_number, hash_plans
from yipan.planning.rules.simulation import find_stock_at
from yipan.planning.rules.tuning import tune

SEEDS = (1, 2, 3)
SERIES = 1_000
PLACES = 4_000
STORES, SKUS, CARRIED = 500, 5_000, 0.2
REVIEW = 7
#: The share of demand met at which stock is compared, and those tried where it is not reached.
MET, MET_LESS = 0.97, (0.95, 0.9, 0.85)
#: Shares of equal plans that have to be equal.
ALL = 1.0


def run(*, file: Path | None = None) -> list[Result]:
    """Measure everything; `file` names the online retailer's lines."""
    results = _measure_demand([generate(seed=it, count=SERIES) for it in SEEDS])
    real = find_file(file)
    if real is not None:
        results += _measure_demand([read_retailer(real, seed=it, count=SERIES) for it in SEEDS])
    results += _measure_speed() + _measure_moving() + _compare_executors()
    return results + tell_load()


def _measure_demand(several: Sequence[Series]) -> list[Result]:
    """Score quantiles and play policies on series of several seeds; tell the medians."""
    name = several[0].name
    verdicts = [_judge(it) for it in several]
    curves = [_play(it) for it in several]
    results = [tell(f"{name}_series", len(several[0].demand), unit="series")]
    for model in ("normal", "negative_binomial", "learned"):
        scores = [it[model] for it in verdicts if model in it]
        if scores:
            results += _tell_scores(f"{name}_{model}", scores, is_judged=model != "normal")
            less = median(
                100 * (1 - it[model].pinball / it["normal"].pinball)
                for it in verdicts
                if model in it
            )
            results.append(tell(f"{name}_{model}_pinball_below_normal", less, unit="percent"))
    return results + _tell_stock(name, curves)


def _judge(series: Series) -> dict[str, Score]:
    masked = np.zeros(series.demand.shape, dtype=bool)
    horizons = series.leads + REVIEW
    verdict = gate.judge(series.demand, masked, horizons, with_learned=True)
    return {it.model: it for it in verdict.scores}


def _tell_scores(name: str, scores: Sequence[Score], *, is_judged: bool) -> list[Result]:
    loss = median(it.pinball for it in scores)
    target = 0.27 if name.endswith("learned") else 0.30
    told = [
        at_most(f"{name}_pinball", loss, target=target, unit="scaled loss")
        if is_judged
        else tell(f"{name}_pinball", loss, unit="scaled loss")
    ]
    told.append(tell(f"{name}_asked_for_95", median(it.asked[2] for it in scores), unit="share"))
    for chance in (0.95, 0.98):
        place = CHANCES.index(chance)
        covered = median(it.coverage[place] for it in scores)
        off = abs(covered - chance) * 100
        label = f"{name}_coverage_{round(chance * 100)}"
        told.append(tell(label, covered, unit="share"))
        if is_judged:
            told.append(at_most(f"{label}_off", off, target=2, unit="points"))
    return told


def _play(series: Series) -> dict[str, Curve]:
    """Return the curve of each policy; the learned model knows nothing of the days it is tried."""
    game = series.make_game()
    first = find_first_day(series.demand.shape[1])
    model = ""
    if learned.load_engine() is not None:
        spans = series.leads + REVIEW
        model = learned.train(
            series.demand[:, :first],
            game.masked[:, :first],
            horizons=(int(spans.min()), int(spans.max())),
            tuning=tune(series.demand[:, :first], game.masked[:, :first], spans),
        )
    return {it.name: it for it in draw_curves(game, model=model)}


def _tell_stock(name: str, several: Sequence[dict[str, Curve]]) -> list[Result]:
    results = []
    for policy in ("min_max", "days_of_cover", "negative_binomial", "learned"):
        found = [it[policy].stock_at_97 for it in several if policy in it]
        days = [it for it in found if it is not None]
        if days:
            results.append(tell(f"{name}_{policy}_stock_at_97", median(days), unit="days"))
    for policy, against_min_max, against_cover in (
        ("negative_binomial", 40, 10),
        ("learned", 40, 15),
    ):
        for rival, target in (("min_max", against_min_max), ("days_of_cover", against_cover)):
            met = _find_common(several, rival)
            saved = _list_savings(several, policy, rival, met=met)
            if saved:
                label = f"{name}_{policy}_below_{rival}" + ("" if met == MET else f"_at_{met:.0%}")
                results.append(at_least(label, median(saved), target=target, unit="percent"))
    return results


def _find_common(several: Sequence[dict[str, Curve]], rival: str) -> float:
    """Return the share met at which is compared: a lower one where a rival never meets more."""
    reached = min(max(cost.fill for cost in it[rival].costs) for it in several)
    return next((it for it in (MET, *MET_LESS) if it <= reached), MET)


def _list_savings(
    several: Sequence[dict[str, Curve]], policy: str, rival: str, *, met: float
) -> list[float]:
    pairs = [
        (find_stock_at(it[policy].costs, fill=met), find_stock_at(it[rival].costs, fill=met))
        for it in several
        if policy in it and rival in it
    ]
    return [100 * (1 - mine / theirs) for mine, theirs in pairs if mine and theirs]


def _measure_speed() -> list[Result]:
    rates = []
    for seed in SEEDS:
        shard = make_shard(generate(seed=seed, count=PLACES))
        began = time.process_time()
        plan_shard(shard)
        rates.append(len(shard.places) / (time.process_time() - began))
    return [
        at_least(
            "series_per_second", median(rates), target=2_000, unit="series per second and core"
        )
    ]


def _measure_moving() -> list[Result]:
    """Rebalance 5,000 SKUs over 500 stores; building the network counts too."""
    chance = np.random.default_rng(SEEDS[0])
    places = chance.uniform(0, 1_000, (STORES, 2))
    began, cpu = time.perf_counter(), time.process_time()
    moved = lanes = 0
    for _ in range(SKUS):
        surplus, needs, useful = _make_network(chance, places)
        lanes += len(useful)
        flows = solve(surplus, needs, useful, unmet=[3_000] * len(needs))
        moved += sum(it.quantity for it in flows)
    return [
        at_most("rebalancing_seconds", time.process_time() - cpu, target=10, unit="CPU seconds"),
        tell("rebalancing_wall", time.perf_counter() - began, unit="seconds"),
        tell("rebalancing_lanes", lanes, unit="lanes"),
        tell("rebalancing_moved", moved, unit="units"),
    ]


def _make_network(
    chance: np.random.Generator, places: np.ndarray
) -> tuple[list[int], list[int], list[Lane]]:
    carried = np.flatnonzero(chance.random(STORES) < CARRIED)
    mean = chance.gamma(0.6, 8.0, len(carried)) + 0.3
    stock = chance.negative_binomial(1.2, 1.2 / (1.2 + 1.15 * mean))
    target = np.ceil(mean + 1.3 * np.sqrt(1.5 * mean))
    surplus = np.maximum(0, stock - np.ceil(1.2 * target)).astype(int)
    needs = np.maximum(0, np.ceil(mean) - stock).astype(int)
    donors, receivers = np.flatnonzero(surplus), np.flatnonzero(needs)
    gaps = places[carried[donors]][:, None, :] - places[carried[receivers]][None, :, :]
    costs = (200 + 2 * np.sqrt((gaps**2).sum(axis=2))).astype(int).tolist()
    lanes = [
        Lane(donor=donor, receiver=receiver, cost=cost)
        for donor, row in enumerate(costs)
        for receiver, cost in enumerate(row)
    ]
    return surplus[donors].tolist(), needs[receivers].tolist(), lanes


def _compare_executors() -> list[Result]:
    """Hash the plan of one world by every executor, cut into 1, 3 and 8 shards, shuffled."""
    whole = make_shard(generate(seed=SEEDS[0], count=400))
    expected = hash_plans([plan_shard(whole)])
    executors: dict[str, Executor] = {"processes": Processes(count=2)}
    for name in ("serial", "dask", "ray"):
        try:
            executors[name] = make_executor(name)
        except ExecutorMissing:
            continue
    equal = tried = 0
    for name, executor in sorted(executors.items()):
        for shards in (1, 3, 8) if name == "serial" else (3,):
            parts = cut(whole, shards=shards)
            Random(shards).shuffle(parts)
            equal += hash_plans(list(executor.map(plan_shard, parts))) == expected
            tried += 1
    return [
        at_least("executors_equal", equal / tried, target=ALL, unit="share"),
        tell("executors_tried", len(executors), unit="executors"),
    ]


def cut(shard: Shard, *, shards: int) -> list[Shard]:
    """Return a shard cut into several, all sites of a SKU together."""
    rows: list[list[int]] = [[] for _ in range(shards)]
    for row, place in enumerate(shard.places):
        rows[get_shard_number(place.sku, shards=shards)].append(row)
    return [
        Shard(
            number=number,
            weekday=shard.weekday,
            places=[shard.places[it] for it in part],
            demand=shard.demand[part],
            masked=shard.masked[part],
        )
        for number, part in enumerate(rows)
        if part
    ]
