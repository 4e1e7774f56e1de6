"""What the retailer sells: many look-alike variants, things with a date, sets, and testers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

from yipan.recon.rules import Goods

COLOURS = ("BLK", "NAV", "RED", "SND")
SIZES = ("S", "M", "L", "XL")
SHADES = ("01", "02", "03", "05", "08")
FLAVOURS = ("LIM", "ORA", "COL", "GIN")


@dataclass(frozen=True, kw_only=True, slots=True)
class Family:
    """Goods that look alike and cost the same; `pace` is pieces a day and store, about."""

    category: str
    name: str
    price: int
    packs: tuple[int, ...]
    pace: float
    supplier: str
    is_hot: bool = False
    sample_days: int = 0
    is_direct: bool = False
    has_date: bool = False
    launch: int = 0

    def list_items(self, rng: Random, skus: Iterable[str]) -> list[Item]:
        """Return its variants."""
        return [
            Item(
                goods=Goods(
                    sku=sku,
                    category=self.category,
                    family=self.name,
                    packs=frozenset(self.packs),
                    price_minor=self.price,
                    is_hot=self.is_hot,
                    sample_days=self.sample_days,
                    sample_quantity=rng.choice((1, 1, 2)) if self.sample_days else 1,
                ),
                family=self,
                pace=self.pace * rng.uniform(0.4, 1.8),
            )
            for sku in skus
        ]


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """A SKU: master data, and what only the world knows of it."""

    goods: Goods
    family: Family
    pace: float

    @property
    def sku(self) -> str:
        """Return its number."""
        return self.goods.sku

    @property
    def pack(self) -> int:
        """Return how many pieces it is bought by."""
        return self.family.packs[0]


def list_items(rng: Random, *, days: int) -> list[Item]:
    """Return the range of a season."""
    return [*_list_clothes(rng, days=days), *_list_beauty(rng), *_list_others(rng)]


def _list_clothes(rng: Random, *, days: int) -> list[Item]:
    items: list[Item] = []
    for style in range(rng.randint(6, 9)):
        family = Family(
            category="dress",
            name=f"style {style}",
            price=rng.randrange(1990, 14990, 500),
            packs=(rng.choice((4, 5, 6, 10)),),
            pace=0.25,
            supplier=f"mill {style % 3}",
            launch=rng.choice((0, 0, 0, rng.randint(3, max(4, days // 2)))),
        )
        colours = rng.sample(COLOURS, rng.randint(2, 4))
        skus = [f"D{style:02}-{colour}-{size}" for colour in colours for size in SIZES]
        items += family.list_items(rng, skus)
    for model in range(rng.randint(3, 5)):
        family = Family(
            category="shoes",
            name=f"model {model}",
            price=8900 + 1000 * model,
            packs=(6, 12),
            pace=0.2,
            supplier="last & sole",
            is_hot=model == 0,
        )
        items += family.list_items(rng, [f"S{model:02}-{size}" for size in range(37, 45)])
    return items


def _list_beauty(rng: Random) -> list[Item]:
    items: list[Item] = []
    for line in range(rng.randint(5, 8)):
        family = Family(
            category="make-up",
            name=f"make-up {line}",
            price=990 + 300 * line,
            packs=rng.choice(((12,), (6, 24), (24,))),
            pace=0.5,
            supplier=f"beauty {line % 2}",
            has_date=line % 2 == 0,
            sample_days=rng.choice((0, 5, 7, 10)),
        )
        shades = rng.sample(SHADES, rng.randint(3, 5))
        items += family.list_items(rng, [f"M{line:02}-{shade}" for shade in shades])
    for scent in range(rng.randint(5, 8)):
        family = Family(
            category="perfume",
            name=f"scent {scent}",
            price=4900 + 900 * scent,
            packs=(6,),
            pace=0.3,
            supplier="beauty 1",
            is_hot=scent % 2 == 0,
            sample_days=rng.choice((0, 7, 14)),
        )
        items += family.list_items(rng, [f"P{scent:02}-{size}" for size in (30, 50, 90)])
    return items


def _list_others(rng: Random) -> list[Item]:
    items: list[Item] = []
    for kind in range(rng.randint(3, 6)):
        family = Family(
            category="drinks",
            name=f"drink {kind}",
            price=190 + 100 * kind,
            packs=rng.choice(((6, 24), (10,), (12, 24), (24,))),
            pace=1.6,
            supplier="brewery" if kind % 2 else "spring",
            is_direct=True,
            has_date=True,
        )
        items += family.list_items(rng, [f"K{kind:02}-{flavour}" for flavour in FLAVOURS])
    for kind in range(rng.randint(5, 9)):
        family = Family(
            category="care",
            name=f"care {kind}",
            price=590 + 100 * kind,
            packs=rng.choice(((6, 12), (12,), (10,))),
            pace=0.7,
            supplier="beauty 0",
            has_date=kind % 3 == 0,
        )
        items += family.list_items(rng, [f"C{kind:02}-{size}" for size in ("50", "100", "250")])
    return items


def list_sets(rng: Random, items: list[Item]) -> list[Goods]:
    """Return sets put together at the till of goods that are sold alone as well."""
    parts = [item for item in items if item.family.category in ("make-up", "care", "perfume")]
    sets = []
    for number in range(rng.randint(3, 6)):
        chosen = rng.sample(parts, rng.randint(2, 3))
        sets.append(
            Goods(
                sku=f"SET-{number}",
                category="sets",
                price_minor=4900,
                components={item.sku: rng.choice((1, 1, 2)) for item in chosen},
            )
        )
    return sets
