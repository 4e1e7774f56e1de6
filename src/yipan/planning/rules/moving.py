"""
Rebalancing (店间平衡调拨): surplus of some stores meets the need of others at least cost.

Each SKU is a min-cost flow of its own (planning handbook, section 8). OR-Tools solves it where it
is installed; without it successive shortest paths find a plan of the same cost, only slower.
"""

from __future__ import annotations

import heapq
import importlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from types import ModuleType


@dataclass(frozen=True, kw_only=True, slots=True)
class Lane:
    """From which donor to which receiver, by their places, and what one unit costs on it."""

    donor: int
    receiver: int
    cost: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Flow:
    """So much goes along a lane."""

    lane: Lane
    quantity: int


def solve(
    surplus: Sequence[int], needs: Sequence[int], lanes: Sequence[Lane], *, unmet: Sequence[int]
) -> list[Flow]:
    """
    Return what moves, so that costs and unmet needs together are least.

    `unmet` is what one unit costs each receiver that it does not get. A lane that costs as much
    as that is left unused.
    """
    useful = [it for it in lanes if it.cost < unmet[it.receiver]]
    if not useful or not any(surplus) or not any(needs):
        return []
    solver = load_solver()
    found = _solve_by_tools(solver, surplus, needs, useful, unmet) if solver else None
    if found is None:
        found = solve_by_paths(surplus, needs, useful, unmet)
    return sorted(
        (it for it in found if it.quantity), key=lambda it: (it.lane.receiver, it.lane.donor)
    )


def get_lane_cost(
    first: tuple[float, float] | None,
    second: tuple[float, float] | None,
    *,
    handling: int,
    per_kilometer: int,
) -> int:
    """Return what moving one unit costs; 100 km where a place has no coordinates."""
    distance = 100.0 if first is None or second is None else measure(first, second)
    return handling + round(distance * per_kilometer)


def measure(first: tuple[float, float], second: tuple[float, float]) -> float:
    """Return the distance of two places (latitude, longitude) in kilometers, on a sphere."""
    lat1, lon1, lat2, lon2 = (math.radians(it) for it in (*first, *second))
    part = (
        math.sin((lat2 - lat1) / 2) ** 2
        + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    )
    return 2 * 6371.0 * math.asin(math.sqrt(part))


@cache
def load_solver() -> ModuleType | None:
    """Return OR-Tools' min-cost flow, None where the extra `planning` is not installed."""
    try:
        return importlib.import_module("ortools.graph.python.min_cost_flow")
    except ImportError:
        return None


def solve_by_paths(
    surplus: Sequence[int], needs: Sequence[int], lanes: Sequence[Lane], unmet: Sequence[int]
) -> list[Flow]:
    """Return a plan of least cost by successive shortest paths with potentials."""
    donors, receivers = len(surplus), len(needs)
    source, sink = donors + receivers, donors + receivers + 1
    graph: list[list[list[int]]] = [[] for _ in range(sink + 1)]

    def connect(begin: int, end: int, capacity: int, cost: int) -> tuple[int, int]:
        graph[begin].append([end, capacity, cost, len(graph[end])])
        graph[end].append([begin, 0, -cost, len(graph[begin]) - 1])
        return begin, len(graph[begin]) - 1

    for donor, quantity in enumerate(surplus):
        connect(source, donor, quantity, 0)
    edges = [
        connect(it.donor, donors + it.receiver, min(surplus[it.donor], needs[it.receiver]), it.cost)
        for it in lanes
    ]
    top = max(unmet)
    for receiver, quantity in enumerate(needs):
        # What a receiver loses by going without makes its goods that much cheaper to send.
        connect(donors + receiver, sink, quantity, top - unmet[receiver])
    potential = [0] * (sink + 1)
    while True:
        path, distance = _find_path(graph, source, sink, potential)
        if path is None or distance + potential[sink] - potential[source] >= top:
            break
        _push(graph, path)
    capacities = [min(surplus[it.donor], needs[it.receiver]) for it in lanes]
    return [
        Flow(lane=lane, quantity=capacity - graph[begin][place][1])
        for lane, capacity, (begin, place) in zip(lanes, capacities, edges, strict=True)
    ]


def _find_path(
    graph: list[list[list[int]]], source: int, sink: int, potential: list[int]
) -> tuple[list[tuple[int, int]] | None, int]:
    """Return the edges of the cheapest path, and raise the potentials by the distances."""
    far = [math.inf] * len(graph)
    before: list[tuple[int, int] | None] = [None] * len(graph)
    far[source] = 0
    waiting: list[tuple[float, int]] = [(0, source)]
    while waiting:
        distance, node = heapq.heappop(waiting)
        if distance > far[node]:
            continue
        for place, (end, capacity, cost, _back) in enumerate(graph[node]):
            reached = distance + cost + potential[node] - potential[end]
            if capacity > 0 and reached < far[end]:
                far[end] = reached
                before[end] = (node, place)
                heapq.heappush(waiting, (reached, end))
    if before[sink] is None:
        return None, 0
    distance = int(far[sink])
    potential[:] = [it + int(min(away, distance)) for it, away in zip(potential, far, strict=True)]
    path, node = [], sink
    while (step := before[node]) is not None:
        path.append(step)
        node = step[0]
    return path, 0


def _push(graph: list[list[list[int]]], path: Sequence[tuple[int, int]]) -> None:
    quantity = min(graph[node][place][1] for node, place in path)
    for node, place in path:
        edge = graph[node][place]
        edge[1] -= quantity
        graph[edge[0]][edge[3]][1] += quantity


def _solve_by_tools(
    module: ModuleType,
    surplus: Sequence[int],
    needs: Sequence[int],
    lanes: Sequence[Lane],
    unmet: Sequence[int],
) -> list[Flow] | None:
    donors = len(surplus)
    dump = donors + len(needs)
    flow = module.SimpleMinCostFlow()
    tails = [it.donor for it in lanes]
    heads = [donors + it.receiver for it in lanes]
    capacities = [min(surplus[it.donor], needs[it.receiver]) for it in lanes]
    arcs = flow.add_arcs_with_capacity_and_unit_cost(
        tails, heads, capacities, [it.cost for it in lanes]
    )
    # Whoever gets nothing from a lane is served from a source that costs what going without does.
    flow.add_arcs_with_capacity_and_unit_cost(
        [dump] * len(needs), [donors + it for it in range(len(needs))], list(needs), list(unmet)
    )
    flow.add_arcs_with_capacity_and_unit_cost(
        list(range(donors)), [dump] * donors, list(surplus), [0] * donors
    )
    total_needs, total_surplus = sum(needs), sum(surplus)
    flow.set_nodes_supplies(list(range(donors)), list(surplus))
    flow.set_nodes_supplies([donors + it for it in range(len(needs))], [-it for it in needs])
    flow.set_node_supply(dump, total_needs - total_surplus)
    if flow.solve() != flow.OPTIMAL:
        return None
    quantities = flow.flows(arcs)
    return [
        Flow(lane=lane, quantity=int(quantity))
        for lane, quantity in zip(lanes, quantities, strict=True)
    ]
