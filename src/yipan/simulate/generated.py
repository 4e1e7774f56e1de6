"""Generated baskets of the shape of the real ones, for measurements without a file."""

from __future__ import annotations

import random
from bisect import bisect
from datetime import datetime, timedelta
from itertools import accumulate

from yipan.simulate.baskets import Basket, BasketLine

#: Measured on the real file: 1.59 lines a basket; 293 stores, of which 120 make nearly all of
#: the trade; 20,902 products in 75,000 lines, the first of them in every ninetieth.
STORES = 293
PRODUCTS = 60_000
LINES_PER_BASKET = (0.651, 0.209, 0.082, 0.034, 0.014, 0.006, 0.004)
FIRST_DAY = datetime(2026, 1, 5, 7, 0)  # noqa: DTZ001 - the wall clock of a store
OPEN_SECONDS = 15 * 3600


def make_baskets(*, lines: int, seed: int = 1, stores: int = STORES) -> list[Basket]:
    """Return baskets with about `lines` lines, ordered by time; the same for the same seed."""
    chance = random.Random(seed)
    popularity = list(accumulate(1 / (rank + 10) for rank in range(PRODUCTS)))
    sizes = list(accumulate(max(3, 1_000 - 8 * rank) for rank in range(stores)))
    count = round(lines / sum(size * share for size, share in enumerate(LINES_PER_BASKET, 1)))
    days = 30
    moments = sorted(
        FIRST_DAY + timedelta(days=chance.randrange(days), seconds=chance.randrange(OPEN_SECONDS))
        for _ in range(count)
    )
    return [
        Basket(
            store=str(100 + bisect(sizes, chance.random() * sizes[-1])),
            number=str(10_000_000 + number),
            bought_at=moment,
            lines=_make_lines(chance, popularity),
        )
        for number, moment in enumerate(moments)
    ]


def _make_lines(chance: random.Random, popularity: list[float]) -> tuple[BasketLine, ...]:
    (size,) = chance.choices(range(1, len(LINES_PER_BASKET) + 1), LINES_PER_BASKET)
    products = {bisect(popularity, chance.random() * popularity[-1]) for _ in range(size)}
    return tuple(
        BasketLine(
            product=str(1_000_000 + product),
            quantity=chance.choice((1, 1, 1, 1, 2, 3)),
            amount_minor=99 + product % 900,
        )
        for product in sorted(products)
    )
