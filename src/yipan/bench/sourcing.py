"""
Order sourcing on 20 warehouses and 500 stores: how many decisions a second, and what they save.

Three rules decide the same orders on the same shelves: the exact choice per order, the nearest
site for each line, and the nearest site that has the whole order, else a walk by distance. Three
seeds, with enough stock and with too little; the median counts. Decisions a second are counted
in CPU time of one core, stock kept in step.

The planning handbook gives what shelves are expected to hold, not how it is spread: shelves drawn
around it are nearer to its figures (ADR 1033) and are held to the targets; the same with even
shelves is told beside, so that nobody has to take one world's word for the other's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import NamedTuple

from yipan.bench.report import Result, at_least, at_most, tell, tell_load
from yipan.bench.sourcing_world import World, make_world
from yipan.oms.rules.choosing import UNFILLED, Choice
from yipan.oms.rules.network import Line, Network

SEEDS = (11, 12, 13)
NORMAL, SCARCE = 1.15, 0.8
TARGET_PER_SECOND = 20_000

Rule = Callable[[Network, World, int, Sequence[Line]], Choice]


class Outcome(NamedTuple):
    """What a rule came to: cost an order, parcels an order, decisions a second, slowest in ms."""

    cost: float
    parcels: float
    rate: float
    p99_ms: float
    unfilled: int


def run() -> list[Result]:
    """Measure all three rules on networks with enough stock and with too little."""
    results: list[Result] = []
    for name, supply in (("normal", NORMAL), ("scarce", SCARCE)):
        outcomes = [_run_rules(make_world(seed=seed, supply=supply)) for seed in SEEDS]
        results += _compare(name, outcomes)
        even = [_run_rules(make_world(seed=seed, supply=supply, is_even=True)) for seed in SEEDS]
        results += _tell_even(f"{name}_even_shelves", even)
    return results + tell_load()


def _save(outcomes: Sequence[dict[str, Outcome]], other: str) -> float:
    """Return by how many percent the exact choice is cheaper than another rule, in the median."""
    return median(100 * (1 - it["exact"].cost / it[other].cost) for it in outcomes)


def _tell_even(name: str, outcomes: Sequence[dict[str, Outcome]]) -> list[Result]:
    return [
        tell(f"{name}_below_nearest_per_line", _save(outcomes, "lines"), unit="percent"),
        tell(f"{name}_below_whole_order_first", _save(outcomes, "whole"), unit="percent"),
        tell(f"{name}_unfilled", median(it["exact"].unfilled for it in outcomes), unit="units"),
    ]


def _compare(name: str, outcomes: Sequence[dict[str, Outcome]]) -> list[Result]:
    exact = [it["exact"] for it in outcomes]
    return [
        at_least(
            f"{name}_decisions_per_second",
            median(it.rate for it in exact),
            target=TARGET_PER_SECOND,
            unit="per second and core",
        ),
        at_most(f"{name}_p99", median(it.p99_ms for it in exact), target=1, unit="ms"),
        at_least(
            f"{name}_below_nearest_per_line", _save(outcomes, "lines"), target=18, unit="percent"
        ),
        at_least(
            f"{name}_below_whole_order_first", _save(outcomes, "whole"), target=12, unit="percent"
        ),
        tell(f"{name}_cost_per_order", median(it.cost for it in exact), unit="cost"),
        tell(f"{name}_parcels_per_order", median(it.parcels for it in exact), unit="parcels"),
        tell(f"{name}_unfilled", median(it.unfilled for it in exact), unit="units"),
    ]


def _run_rules(world: World) -> dict[str, Outcome]:
    rules: dict[str, Rule] = {
        "exact": lambda network, _, region, lines: network.decide(region, lines),
        "lines": _choose_nearest_per_line,
        "whole": _choose_whole_order_first,
    }
    return {name: _run(world, rule) for name, rule in rules.items()}


def _run(world: World, rule: Rule) -> Outcome:
    network = world.open()
    cost = parcels = unfilled = 0
    times: list[float] = []
    began = time.process_time()
    for region, lines in world.orders:
        asked = time.thread_time()
        choice = rule(network, world, region, lines)
        times.append(time.thread_time() - asked)
        network.take(lines, choice)
        cost += choice.cost
        parcels += len(set(choice.sites) - {UNFILLED})
        unfilled += sum(
            line.quantity
            for line, site in zip(lines, choice.sites, strict=True)
            if site == UNFILLED
        )
    seconds = time.process_time() - began
    count = len(world.orders)
    return Outcome(
        cost=cost / count / 1_000,
        parcels=parcels / count,
        rate=count / seconds,
        p99_ms=sorted(times)[int(count * 0.99)] * 1e3,
        unfilled=unfilled,
    )


def _choose_nearest_per_line(
    network: Network, world: World, region: int, lines: Sequence[Line]
) -> Choice:
    sites: list[int] = []
    used: dict[int, int] = {}
    for line in lines:
        site = _find_nearest(network, world, region, [line], used=used)
        sites.append(site)
        used[site] = 1
    return _price(network, region, lines, sites)


def _choose_whole_order_first(
    network: Network, world: World, region: int, lines: Sequence[Line]
) -> Choice:
    whole = _find_nearest(network, world, region, lines, used={})
    if whole != UNFILLED:
        return _price(network, region, lines, [whole] * len(lines))
    return _walk(network, world, region, lines)


def _walk(network: Network, world: World, region: int, lines: Sequence[Line]) -> Choice:
    """Walk by distance: each site on the way sends all it has of what is still wanted."""
    sites = [UNFILLED] * len(lines)
    far = world.distance[region]
    carrying = {site for line in lines for site in network.stock[line.sku]}
    for site in sorted(carrying, key=lambda it: far[it]):
        if network.capacity[site] == 0:
            continue
        for place, line in enumerate(lines):
            if sites[place] == UNFILLED and _has(network, site, line):
                sites[place] = site
        if UNFILLED not in sites:
            break
    return _price(network, region, lines, sites)


def _find_nearest(
    network: Network, world: World, region: int, lines: Sequence[Line], *, used: dict[int, int]
) -> int:
    far = world.distance[region]
    carrying = set.intersection(*(set(network.stock[line.sku]) for line in lines))
    able = (
        site
        for site in carrying
        if (network.capacity[site] != 0 or site in used)
        and all(_has(network, site, line) for line in lines)
    )
    return min(able, key=lambda it: far[it], default=UNFILLED)


def _has(network: Network, site: int, line: Line) -> bool:
    return network.stock[line.sku].get(site, 0) >= line.quantity


def _price(network: Network, region: int, lines: Sequence[Line], sites: Sequence[int]) -> Choice:
    cost = sum(network.fixed[region][site] for site in set(sites) - {UNFILLED})
    for line, site in zip(lines, sites, strict=True):
        price = network.penalty if site == UNFILLED else network.unit[region][site]
        cost += price * line.quantity
    return Choice(cost, tuple(sites))
