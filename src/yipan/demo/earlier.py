"""
What the demo retailer sold before it came to Yipan: daily sales of its system before.

They stand in a file such a retailer would bring along (`yipan import demand`): weekends, seasons,
the week of the National Day, days on which a shelf was empty. Levels are those of the tills.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np

from yipan.demo.goods import GOODS, Good
from yipan.demo.places import STORES, WAREHOUSE
from yipan.demo.trading import SEED, TICKETS_PER_DAY
from yipan.demo.weeks import BOUGHT_ONLINE
from yipan.ledger.moves import Trace
from yipan.planning.documents import earlier, event
from yipan.planning.documents.earlier import PastDay
from yipan.planning.documents.event import Happening

DAYS: Final = 600
#: Of what people want a ticket takes so many pieces a day for each unit of pace (`trading`).
PER_TICKET: Final = 0.0100
#: How many pieces a customer takes at once, and how often (`trading`).
SIZES: Final[Sequence[tuple[int, float]]] = ((1, 0.70), (2, 0.20), (3, 0.07), (6, 0.03))
WEEKEND: Final = 1.4
#: Branch of goods or SKU -> how much more is sold at the height of its season, and on which day
#: of the year that is.
SEASONS: Final = {
    "food/tea": (0.40, 105),
    "drink": (0.50, 201),
    "food/snack": (0.35, 20),
    "food/sauce": (0.15, 10),
    "WINE-HJ-500": (0.55, 5),
    "NOODLE-CUP": (0.20, 10),
    "home/clean": (0.20, 25),
}
#: The week of the National Day, and how much more is sold in it.
HOLIDAY: Final = ((10, 1), (10, 7), 45)
ONLINE_PER_DAY: Final = 0.13
EMPTY_CHANCE, EMPTY_DAYS = 0.003, 2.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """Days of the system before, the first and the last; and up to when the tills are known."""

    first: date
    last: date
    today: date

    def list_days(self) -> list[date]:
        """Return the days, in order."""
        return [self.first + timedelta(days=it) for it in range((self.last - self.first).days + 1)]


def bring_along(*, until: date, now: datetime, by: Trace) -> None:
    """Bring in what was sold before `until`, the first day of our own books."""
    span = Span(
        first=until - timedelta(days=DAYS), last=until - timedelta(days=1), today=now.date()
    )
    earlier.load(list(list_past(span)), today=now.date(), by=by, at=now)
    for year in range(span.first.year, span.last.year + 1):
        (first, last, percent) = HOLIDAY
        begin, end = date(year, *first), date(year, *last)
        if span.first <= begin and end <= span.last:
            event.save_event(
                happening=Happening(
                    name="国庆 National Day", starts_on=begin, ends_on=end, percent=percent
                ),
                by=by,
                at=now,
            )


def list_past(span: Span) -> Iterator[PastDay]:
    """Return the days of all goods at all sites; the same for the same days."""
    days = span.list_days()
    for good in GOODS:
        season = _list_factors(good, days, until=span.today)
        for site in STORES:
            week = [WEEKEND if day.weekday() >= 5 else 1.0 for day in days]
            rate = PER_TICKET * TICKETS_PER_DAY[site] * good.pace
            yield from _list_place(good.code, site, days, rate * season * np.asarray(week))
        if good.code in BOUGHT_ONLINE:
            yield from _list_place(good.code, WAREHOUSE, days, ONLINE_PER_DAY * season)


def _list_place(sku: str, site: str, days: Sequence[date], rates: np.ndarray) -> Iterator[PastDay]:
    chance = np.random.default_rng(zlib.crc32(f"{SEED} {sku} {site}".encode()))
    at_once = sum(size * share for size, share in SIZES)
    sold = sum(size * chance.poisson(rates / at_once * share) for size, share in SIZES)
    empty = np.zeros(len(days), dtype=bool)
    for begin in np.flatnonzero(chance.random(len(days)) < EMPTY_CHANCE).tolist():
        empty[begin : begin + int(chance.geometric(1 / EMPTY_DAYS))] = True
    for place, day in enumerate(days):
        pieces = 0 if empty[place] else int(np.asarray(sold)[place])
        # Days without a sale need no line, but the first and the last say how far it reaches.
        if pieces or empty[place] or place in (0, len(days) - 1):
            yield PastDay(sku=sku, site=site, day=day, sold=pieces, is_out=bool(empty[place]))


def _list_factors(good: Good, days: Sequence[date], *, until: date) -> np.ndarray:
    """Return how many times what is sold today was sold on each day, by season and holiday."""
    height, top = SEASONS.get(good.code) or SEASONS.get(good.category) or (0.0, 0)

    def lift(day: date) -> float:
        return 1 + height * math.cos(2 * math.pi * (day.timetuple().tm_yday - top) / 365.25)

    first, last, percent = HOLIDAY
    holiday = [1 + percent / 100 if first <= (it.month, it.day) <= last else 1.0 for it in days]
    now = lift(until - timedelta(days=15))
    return np.asarray([lift(it) / now * more for it, more in zip(days, holiday, strict=True)])
