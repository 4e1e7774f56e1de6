"""What the third chain sells, where, and who works there."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from yipan.recon.rules import Goods

START = datetime(2026, 4, 13, tzinfo=UTC)  # a Monday
DAYS = 44
WAREHOUSE = "W7"
#: Stores by their lorry, which drives them on its own days of the week.
ROUTES = {"north": ("H01", "H02", "H03", "H04"), "south": ("H05", "H06", "H07", "H08")}
DELIVERY_DAYS = {"north": (1, 4), "south": (0, 3)}
STORES = tuple(site for stores in ROUTES.values() for site in stores)
#: How much a store sells beside the others.
SIZES = dict(zip(STORES, (1.5, 0.9, 1.1, 0.6, 1.3, 0.7, 1.0, 0.5), strict=True))
#: Devices of this store do not note how a line was captured.
OLD_DEVICES = "H06"
#: By weekday, Monday first; Sundays are closed.
WEEK = (0.8, 0.7, 0.8, 0.9, 1.3, 1.9, 0.0)
SUPPLIERS = tuple(f"L{number}" for number in range(101, 110))
#: These send goods without telling beforehand, with a note on paper.
WITHOUT_NOTICE = frozenset({"L108", "L109"})
#: These often pack less than their note says.
CARELESS_SUPPLIERS = ("L103", "L106")


@dataclass(frozen=True, kw_only=True)
class Trade:
    """
    A kind of goods. `rate` is lines sold a day and store, `pieces` the mean of a line.

    `losses` are pieces lost without a trace in 30 days for a key; `price` in minor units.
    """

    name: str
    number: int
    price: tuple[int, int]
    rate: float
    pieces: float
    packs: tuple[int, ...]
    losses: float
    is_hot: bool = False
    is_direct: bool = False
    can_expire: bool = False
    sample_days: int = 0


TRADES = (
    Trade(
        name="fasteners",
        number=56,
        price=(199, 1499),
        rate=0.55,
        pieces=7.0,
        packs=(10, 25, 50, 100),
        losses=0.081,
    ),
    Trade(
        name="power_tools",
        number=32,
        price=(5900, 34900),
        rate=0.11,
        pieces=1.05,
        packs=(2, 4),
        losses=0.054,
        is_hot=True,
    ),
    Trade(
        name="cells_and_cards",
        number=30,
        price=(399, 4900),
        rate=0.7,
        pieces=1.5,
        packs=(10, 12, 20),
        losses=0.162,
        is_hot=True,
    ),
    Trade(
        name="lamps",
        number=46,
        price=(299, 2499),
        rate=0.42,
        pieces=1.9,
        packs=(6, 10),
        losses=0.063,
    ),
    Trade(
        name="paint",
        number=40,
        price=(499, 5900),
        rate=0.33,
        pieces=1.5,
        packs=(2, 4, 6),
        losses=0.036,
        is_direct=True,
        can_expire=True,
        sample_days=9,
    ),
    Trade(
        name="sealants",
        number=34,
        price=(249, 1299),
        rate=0.5,
        pieces=2.2,
        packs=(12, 15, 20),
        losses=0.054,
        can_expire=True,
    ),
    Trade(
        name="cables",
        number=38,
        price=(199, 3900),
        rate=0.38,
        pieces=1.6,
        packs=(5, 10, 20),
        losses=0.072,
    ),
    Trade(
        name="garden",
        number=28,
        price=(199, 8900),
        rate=0.28,
        pieces=2.1,
        packs=(5, 8, 24),
        losses=0.045,
        is_direct=True,
    ),
    Trade(
        name="gadgets",
        number=20,
        price=(1900, 24900),
        rate=0.15,
        pieces=1.05,
        packs=(3, 5),
        losses=0.09,
        is_hot=True,
        sample_days=14,
    ),
)


@dataclass(kw_only=True)
class Range:
    """The goods of the chain: `popularity` is by SKU, `kits` map a kit to its parts."""

    goods: dict[str, Goods] = field(default_factory=dict)
    trade: dict[str, Trade] = field(default_factory=dict)
    popularity: dict[str, float] = field(default_factory=dict)
    supplier: dict[str, str] = field(default_factory=dict)
    families: dict[str, list[str]] = field(default_factory=dict)
    kits: dict[str, dict[str, int]] = field(default_factory=dict)

    def list_alike(self, sku: str) -> list[str]:
        """Return the other goods of the family of a SKU."""
        return [each for each in self.families[self.goods[sku].family] if each != sku]


def make_range(rng: Random) -> Range:
    """Invent goods in series of near-equal ones: colors, lengths, watts at one price."""
    made = Range()
    for index, trade in enumerate(TRADES):
        supplier = rng.sample(SUPPLIERS, 3)
        count = series = 0
        while count < trade.number:
            series += 1
            size = min(rng.choice((1, 2, 3, 4, 5)), trade.number - count)
            low, high = trade.price
            price = round(math.exp(rng.uniform(math.log(low), math.log(high))))
            packs = frozenset(rng.sample(trade.packs, rng.choice((1, 1, 2))))
            has_sample = trade.sample_days > 0 and rng.random() < 0.4
            source = rng.choice(supplier)
            for variant in range(size):
                sku = f"{index + 3}{series:02}{variant + 1:02}0"
                family = f"{trade.name}-{series:02}"
                made.goods[sku] = Goods(
                    sku=sku,
                    category=trade.name,
                    family=family,
                    packs=packs,
                    price_minor=price,
                    is_hot=trade.is_hot,
                    sample_days=trade.sample_days if has_sample else 0,
                    sample_quantity=1,
                )
                made.trade[sku] = trade
                made.popularity[sku] = rng.lognormvariate(-0.25, 0.7)
                made.supplier[sku] = source
                made.families.setdefault(family, []).append(sku)
            count += size
    _make_kits(rng, made)
    return made


def _make_kits(rng: Random, made: Range) -> None:
    """Put starter sets together, which are sold by a code of their own and stand nowhere."""
    parts = {
        name: [sku for sku, trade in made.trade.items() if trade.name == name]
        for name in ("power_tools", "cells_and_cards", "fasteners", "paint", "cables", "gadgets")
    }
    plans = (
        (("power_tools", 1), ("cells_and_cards", 2)),
        (("paint", 2), ("fasteners", 4)),
        (("gadgets", 1), ("cables", 1), ("cells_and_cards", 1)),
        (("fasteners", 10), ("cables", 3)),
        (("power_tools", 1), ("fasteners", 6)),
        (("paint", 3), ("cells_and_cards", 1)),
    )
    for index, plan in enumerate(plans):
        kit = f"99{index:02}00"
        made.kits[kit] = {rng.choice(parts[name]): count for name, count in plan}
        made.goods[kit] = Goods(
            sku=kit,
            category="sets",
            family=f"sets-{index:02}",
            price_minor=9900 + 2000 * index,
            components=made.kits[kit],
        )


def at(day: int, hour: float) -> datetime:
    """Return a moment of the chain, in hours after midnight of a day."""
    return START + timedelta(days=day, seconds=round(hour * 3600))


def draw_poisson(rng: Random, mean: float) -> int:
    """Draw how often something rare happens (Knuth, TAOCP vol. 2, 3.4.1)."""
    limit, count, product = math.exp(-mean), 0, rng.random()
    while product > limit:
        count += 1
        product *= rng.random()
    return count


def draw_pieces(rng: Random, mean: float) -> int:
    """Draw the pieces of a line: one or more, geometric."""
    if mean <= 1:
        return 1
    return 1 + int(math.log(1.0 - rng.random()) / math.log(1 - 1 / mean))
