"""What shoppers want: so many tickets in an hour, of these goods, so many of each."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from yipan.simulate.world.chance import draw_negative_binomial
from yipan.simulate.world.retailer import LINES_MEAN, RHYTHM, Retailer

#: Shops are open so many hours.
OPEN_HOURS = 12
PROMOTION_FACTOR = 3


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody comes for: when, and how many of which SKU."""

    at: datetime
    lines: tuple[tuple[str, int], ...]


def wish(
    retailer: Retailer,
    store: str,
    *,
    since: datetime,
    until: datetime,
    promoted: str,
    stream: random.Random,
) -> list[Wish]:
    """
    Return who comes between two moments of one day, by time.

    The number of shoppers is negative binomial around the day's share; units of a line are
    geometric; the promoted SKU is asked for more often.
    """
    hours = (until - since).total_seconds() / 3_600
    mean = retailer.scale.tickets * RHYTHM[since.weekday()] * hours / OPEN_HOURS
    count = draw_negative_binomial(stream, mean, spread=8.0)
    seconds = max(1, int((until - since).total_seconds()) - 1)
    moments = sorted(stream.randrange(seconds) for _ in range(count))
    wishes = []
    for second in moments:
        lines: dict[str, int] = {}
        while True:
            sku = retailer.pick_sku(store, stream.random())
            lines[sku] = lines.get(sku, 0) + _draw_units(stream)
            if stream.random() > 1 - 1 / LINES_MEAN:
                break
        if promoted and stream.random() < PROMOTION_FACTOR / 60:
            lines[promoted] = lines.get(promoted, 0) + _draw_units(stream) + 1
        wishes.append(Wish(since + timedelta(seconds=second), tuple(lines.items())))
    return wishes


def _draw_units(stream: random.Random) -> int:
    units = 1
    while units < 6 and stream.random() < 0.26:
        units += 1
    return units
