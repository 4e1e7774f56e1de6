"""The simulated retailer: its goods, bins, stores, and how well each thing sells where."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import Final

from yipan.simulate.cast import Scale, list_stores, list_warehouses
from yipan.simulate.world.chance import Chance

CATEGORIES: Final = (
    "food/tea", "food/grain", "food/snack", "food/sauce", "food/dairy", "drink", "home/care",
    "home/clean", "home/kitchen", "home/paper",
)  # fmt: skip
#: Goods of this branch have lots and a last day.
DATED: Final = "food/dairy"
CASES: Final = (6, 12, 12, 24)
SUPPLIERS: Final = ("SUP-01", "SUP-02", "SUP-03", "SUP-04", "SUP-05")
CHANNELS: Final = ("web", "app", "mini", "market-1", "market-2")
RECEIVING: Final = "RECV-01"
#: How much of a week's trade falls on Monday, …, Sunday; on average 1.
RHYTHM: Final = (0.85, 0.85, 0.9, 0.95, 1.15, 1.25, 1.05)


@dataclass(frozen=True, slots=True)
class Good:
    """A SKU. Money in minor units; `sibling` looks much like it and stands beside it."""

    code: str
    category: str
    case_size: int
    cost_minor: int
    price_minor: int
    supplier: str
    sibling: str
    is_dated: bool


@dataclass(frozen=True, slots=True)
class Kit:
    """Goods a store puts together when they are sold: the code rung up, and its parts."""

    code: str
    parts: tuple[tuple[str, int], ...]


@dataclass(kw_only=True)
class Retailer:
    """All that stands before the first day. `homes` is the bin of each SKU in each warehouse."""

    scale: Scale
    warehouses: list[str]
    stores: list[str]
    goods: dict[str, Good]
    kits: tuple[Kit, ...]
    assortment: dict[str, list[str]] = field(default_factory=dict)
    weights: dict[str, list[float]] = field(default_factory=dict)
    homes: dict[tuple[str, str], str] = field(default_factory=dict)

    def get_kind(self, site: str) -> str:
        """Return whether a site is a `warehouse` or a `store`."""
        return "warehouse" if site in self.warehouses else "store"

    def get_supplying(self, store: str) -> str:
        """Return the warehouse that supplies a store."""
        return self.warehouses[self.stores.index(store) % len(self.warehouses)]

    def get_pace(self, store: str, sku: str) -> float:
        """Return how many units of a SKU a store sells on an average day, about."""
        weights = self.weights[store]
        place = self.assortment[store].index(sku)
        share = (weights[place] - (weights[place - 1] if place else 0)) / weights[-1]
        return share * self.scale.tickets * LINES_MEAN * UNITS_MEAN

    def pick_sku(self, store: str, at: float) -> str:
        """Return the SKU a shopper wants whose chance fell on `at` (0 to 1)."""
        weights = self.weights[store]
        return self.assortment[store][bisect(weights, at * weights[-1])]

    def pick_sku_among(self, store: str, at: float, suits: Callable[[str], bool]) -> str:
        """Return a SKU that suits, wanted ones more often; empty when the store has none."""
        skus, weights = self.assortment[store], self.weights[store]
        each_of = (after - before for before, after in pairwise([0.0, *weights]))
        known = [(sku, weight) for sku, weight in zip(skus, each_of, strict=True) if suits(sku)]
        if not known:
            return ""
        sums = list(accumulate(weight for _, weight in known))
        return known[min(bisect(sums, at * sums[-1]), len(known) - 1)][0]


#: Lines of a ticket, and units of a line, on average.
LINES_MEAN: Final = 1.8
UNITS_MEAN: Final = 1.35


def name_category(number: int) -> str:
    """Return the category of the SKU of a number; two that stand beside each other share it."""
    return CATEGORIES[(number - 1) // 2 % len(CATEGORIES)]


def list_categories(scale: Scale) -> dict[str, str]:
    """Return the category of each SKU of a retailer of this size."""
    return {f"G{number:05d}": name_category(number) for number in range(1, scale.skus + 1)}


def make_retailer(scale: Scale, chance: Chance) -> Retailer:
    """Return a retailer of this size; the same seed gives the same one."""
    stream = chance.get("retailer")
    goods = {}
    for number in range(1, scale.skus + 1):
        category = name_category(number)
        cost = stream.randrange(150, 6_000)
        code, twin = f"G{number:05d}", number + 1 if number % 2 else number - 1
        goods[code] = Good(
            code=code,
            category=category,
            case_size=stream.choice(CASES),
            cost_minor=cost,
            price_minor=cost * stream.randrange(140, 190) // 100,
            supplier=SUPPLIERS[(number - 1) // 2 % len(SUPPLIERS)],
            sibling=f"G{min(twin, scale.skus):05d}",
            is_dated=category == DATED,
        )
    retailer = Retailer(
        scale=scale,
        warehouses=list_warehouses(scale),
        stores=list_stores(scale),
        goods=goods,
        kits=_make_kits(goods),
    )
    codes = list(goods)
    best = stream.sample(codes, len(codes))
    for store in retailer.stores:
        _stock_store(retailer, store, best=best, chance=chance)
    for site in retailer.warehouses:
        for place, code in enumerate(codes):
            aisle, bay = divmod(place // 2, 50)
            retailer.homes[site, code] = f"A-{aisle + 1:02d}-{bay + 1:02d}"
    return retailer


def _make_kits(goods: dict[str, Good]) -> tuple[Kit, ...]:
    plain = [code for code, good in goods.items() if not good.is_dated]
    return tuple(
        Kit(f"KIT-{number + 1}", ((plain[4 * number], 1), (plain[4 * number + 2], 2)))
        for number in range(3)
    )


def _stock_store(retailer: Retailer, store: str, *, best: list[str], chance: Chance) -> None:
    """Choose what a store keeps: what sells best everywhere, and some of the rest."""
    stream = chance.get(f"assortment/{store}")
    size = min(retailer.scale.assortment, len(best))
    core = best[: size * 2 // 3]
    parts = [sku for kit in retailer.kits for sku, _ in kit.parts if sku not in core]
    rest = [code for code in best[len(core) :] if code not in parts]
    kept = core + parts + stream.sample(rest, max(0, size - len(core) - len(parts)))
    retailer.assortment[store] = kept
    shares = [1 / (rank + 8) * stream.uniform(0.6, 1.4) for rank in range(len(kept))]
    retailer.weights[store] = list(accumulate(shares))
