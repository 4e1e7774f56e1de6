"""
The network sourcing is measured on, as the planning handbook describes it (section 9).

20 warehouses anywhere on a plane of 1,000 by 1,000, 500 stores and 300 regions around 12
centers, 2,000 SKUs whose popularity falls with their rank, orders of 1 to 6 lines. Costs are in
thousandths, so that they are integers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from yipan.oms.rules.network import Line, Network

WAREHOUSES, STORES, REGIONS, CENTERS, SKUS = 20, 500, 300, 12, 2_000
PLANE, SPREAD = 1_000.0, 60.0
ORDERS = 20_000
LINES = ((1, 0.55), (2, 0.20), (3, 0.11), (4, 0.07), (5, 0.04), (6, 0.03))
QUANTITIES = ((1, 0.85), (2, 0.11), (3, 0.04))
STORE_CAPACITY = 25
UNITS_PER_ORDER = 1.9 * 1.2
THOUSANDTHS = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """A network with full shelves, the distances in it, and the orders to come."""

    distance: Sequence[Sequence[float]]
    fixed: Sequence[Sequence[int]]
    unit: Sequence[Sequence[int]]
    stock: Sequence[dict[int, int]]
    orders: Sequence[tuple[int, tuple[Line, ...]]]

    def open(self) -> Network:
        """Return the network with its shelves as they were."""
        return Network(
            fixed=self.fixed,
            unit=self.unit,
            stock=[dict(held) for held in self.stock],
            capacity=[None] * WAREHOUSES + [STORE_CAPACITY] * STORES,
            penalty=15 * THOUSANDTHS,
        )


def make_world(*, seed: int, supply: float, is_even: bool = False) -> World:
    """
    Return a network whose stock is `supply` times what the orders are expected to want.

    A shelf is drawn around its expected stock; with `is_even` it is that, rounded by chance.
    """
    chance = Random(seed)
    weights = [chance.gammavariate(1.5, 1.0) for _ in range(CENTERS)]
    centers = [(chance.uniform(50, 950), chance.uniform(50, 950)) for _ in range(CENTERS)]
    sites = [(chance.uniform(50, 950), chance.uniform(50, 950)) for _ in range(WAREHOUSES)]
    sites += [_scatter(chance, centers, weights) for _ in range(STORES)]
    regions = [_scatter(chance, centers, weights) for _ in range(REGIONS)]
    popularity = [rank**-0.8 for rank in range(1, SKUS + 1)]
    total = sum(popularity)
    distance = [[math.dist(region, site) for site in sites] for region in regions]
    return World(
        distance=distance,
        fixed=[[_round(_get_parcel(s) + 0.004 * d) for s, d in enumerate(row)] for row in distance],
        unit=[[_round(_get_unit(s) + 0.0015 * d) for s, d in enumerate(row)] for row in distance],
        stock=[
            _stock(
                chance, share / total, supply=supply, draw=_round_by_chance if is_even else _draw
            )
            for share in popularity
        ],
        orders=[_order(chance, popularity) for _ in range(ORDERS)],
    )


def _get_parcel(site: int) -> float:
    return 3.5 if site < WAREHOUSES else 4.5


def _get_unit(site: int) -> float:
    return 0.3 if site < WAREHOUSES else 1.0


def _round(cost: float) -> int:
    return round(cost * THOUSANDTHS)


def _scatter(
    chance: Random, centers: Sequence[tuple[float, float]], weights: Sequence[float]
) -> tuple[float, float]:
    [(x, y)] = chance.choices(centers, weights)
    return (
        min(PLANE, max(0.0, chance.gauss(x, SPREAD))),
        min(PLANE, max(0.0, chance.gauss(y, SPREAD))),
    )


def _stock(
    chance: Random, share: float, *, supply: float, draw: Callable[[Random, float], int]
) -> dict[int, int]:
    """Spread the stock of one SKU: three quarters in warehouses, the rest in stores."""
    expected = supply * share * ORDERS * UNITS_PER_ORDER
    warehouses = [s for s in range(WAREHOUSES) if chance.random() < 0.5]
    stores = [s for s in range(WAREHOUSES, WAREHOUSES + STORES) if chance.random() < 0.12]
    held: dict[int, int] = {}
    for sites, part, base in ((warehouses, 0.75, 0.0), (stores, 0.25, 1 / 3)):
        for site in sites:
            quantity = draw(chance, expected * part / len(sites) + base)
            if quantity:
                held[site] = quantity
    return held


def _round_by_chance(chance: Random, mean: float) -> int:
    """Return a number or the next one, so that it is right on average."""
    return math.floor(mean + chance.random())


def _draw(chance: Random, mean: float) -> int:
    """Return a number drawn from a Poisson distribution: deliveries and sales never are even."""
    if mean > 30:
        return max(0, round(chance.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        count += 1
    return count


def _order(chance: Random, popularity: Sequence[float]) -> tuple[int, tuple[Line, ...]]:
    [count] = chance.choices([n for n, _ in LINES], [p for _, p in LINES])
    wanted: dict[int, int] = {}
    for sku in chance.choices(range(SKUS), popularity, k=count):
        [quantity] = chance.choices([n for n, _ in QUANTITIES], [p for _, p in QUANTITIES])
        wanted[sku] = wanted.get(sku, 0) + quantity
    return chance.randrange(REGIONS), tuple(Line(sku, n) for sku, n in sorted(wanted.items()))
