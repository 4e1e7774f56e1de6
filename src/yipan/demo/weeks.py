"""
The weeks before the last one: the demo retailer lives, so that curves and forecasts have a past.

All of it is planned from the tickets, which depend on the day alone: what the tills will sell is
known, so what stores are sent, what the warehouse orders and what lay there on the first day
follow. Then it is told day by day through the doors everybody uses.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import time_machine

from yipan.console import kept_days
from yipan.demo import buying, counting, moving, orders, trading
from yipan.demo.buying import Arrival, Story
from yipan.demo.goods import DATED, GOODS, Good
from yipan.demo.moving import Trip
from yipan.demo.orders import Purchase
from yipan.demo.places import STORES
from yipan.demo.trading import SEED, ZONE
from yipan.erp import tasks
from yipan.exchange import delivery

#: Puts the clocks to a moment, and never back.
GoTo = Callable[[datetime], None]

#: Days of a week (Monday is 0) on which the warehouse sends to a store.
SENDING: Final = {1: "S1", 4: "S12"}
#: So many products are sent to a store at once: what it misses most.
SENT_AT_ONCE: Final = 9
#: On which day of a week orders to suppliers are written; the goods come the day after.
ORDERING: Final = 2
#: So much of what the warehouse sent is ordered again at once, in products of a supplier.
ORDERED_AT_ONCE: Final = 8
#: Orders of the channels on a Monday, ... Sunday.
ORDERS: Final = (1, 1, 1, 1, 1, 2, 2)
#: Which day counts what; each week the lines that are off get fewer: counting pays.
COUNTING: Final = {0: "S12", 3: "W1", 5: "S1"}
OFF: Final[Sequence[Mapping[int, int]]] = (
    {0: -2, 3: 1, 5: -4},
    {1: -1, 4: -3},
    {2: -2, 6: 1},
    {5: -1},
)
#: Never sent between sites: goods with a last day, and what a store sold out of in the last week
#: or soon will.
NOT_SENT: Final = frozenset(
    {
        "WINE-HJ-500", "CHOC-100", "BOWL-6", "SHAMPOO-500", "DETERGENT-2", "JUJUBE-500", "FLOUR-25",
        "VINEGAR-500",
    }
)  # fmt: skip
CUSTOMERS: Final = (
    "林晓彤", "赵一凡", "周思齐", "吴佳怡", "郑浩然", "王语嫣", "冯子墨", "陈若溪", "褚明轩",
    "卫雅琪", "蒋欣妍", "沈博文", "韩梓萱", "杨俊杰", "朱雨薇", "秦嘉豪", "许诗涵", "何天佑",
)  # fmt: skip
BOUGHT_ONLINE: Final = tuple(
    good.code for good in GOODS if good.category.startswith("food/tea") or good.price_minor > 2_000
)
CHANNELS: Final = ("shop", "tmall", "app")
NO_LAG: Final = timedelta(0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Weeks:
    """What happens on which day. `sold` and `sent` count pieces by site and SKU over all days."""

    days: Sequence[date]
    trips: Mapping[date, Sequence[Trip]]
    stories: Mapping[date, Sequence[Story]]
    sold: Mapping[tuple[str, str], int]
    sent: Mapping[tuple[str, str], int]

    def get_opening_extra(self, site: str, sku: str) -> int:
        """Return what a store needs on the first day beyond what it has in the last week."""
        return max(0, self.sold[site, sku] - self.sent[site, sku])


def plan(*, first_day: date, days: int) -> Weeks:
    """Return what happens in so many days; the same for the same days."""
    planned = [first_day + timedelta(days=each) for each in range(days)]
    sold: Counter[tuple[str, str]] = Counter()
    sent: Counter[tuple[str, str]] = Counter()
    ordered: Counter[str] = Counter()
    trips: dict[date, list[Trip]] = {}
    stories: dict[date, list[Story]] = {}
    for day in planned:
        if day.weekday() in SENDING:
            trips[day] = [_plan_trip(SENDING[day.weekday()], day, sold=sold, sent=sent)]
        if day.weekday() == ORDERING:
            stories[day] = list(_plan_orders(day, sent=sent, ordered=ordered))
        for site in STORES:
            for ticket in trading.list_tickets(site, f"{site}-1", day):
                for line in ticket.lines:
                    sold[site, line.sku] += line.quantity
    return Weeks(days=planned, trips=trips, stories=stories, sold=sold, sent=sent)


def live(weeks: Weeks, *, go_to: GoTo) -> None:
    """Let every day happen, in its order; the books of each are kept at its end."""
    on_the_road: list[tuple[Trip, str]] = []
    for number, day in enumerate(weeks.days):
        go_to(_at(day, 12))
        for story in weeks.stories.get(day, ()):
            written_at = _at(day, 12) - timedelta(hours=20)
            buying.tell_one(story, written_at=written_at, costs=_COSTS)
        for trip, sent in on_the_road:
            moving.take_in(trip, sent, at=_at(day, 10))
        go_to(_at(day, 21))
        on_the_road = [(it, moving.go(it, now=_at(day, 21))) for it in weeks.trips.get(day, ())]
        for bought in _list_bought(day):
            orders.buy(bought, now=_at(day, 21))
        _count(day, week=number // 7)
        go_to(_at(day, 23))
        trading.ring_up(days=[day], until=_at(day, 23))
        delivery.deliver_pending()
        _keep(day)
    for trip, sent in on_the_road:
        moving.take_in(trip, sent, at=_at(weeks.days[-1], 22))


@contextmanager
def stand_still() -> Iterator[GoTo]:
    """Put the clock of this process, not that of the database, for as long as the block runs."""
    with time_machine.travel(datetime(2000, 1, 1, tzinfo=UTC), tick=False) as traveller:
        yield traveller.move_to


_GOODS: Final = {good.code: good for good in GOODS}
_COSTS: Final = {good.code: good.cost_minor for good in GOODS}
_SENT_GOODS: Final = tuple(
    good for good in GOODS if good.category != DATED and good.code not in NOT_SENT
)


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=ZONE)


def _to_cases(good: Good, pieces: int) -> int:
    """Return full cases, in pieces; at least one."""
    return max(1, round(pieces / good.case_size)) * good.case_size


def _plan_trip(
    site: str,
    day: date,
    *,
    sold: Counter[tuple[str, str]],
    sent: Counter[tuple[str, str]],
) -> Trip:
    """Send a store full cases of what it sold most of and was not sent again."""

    def find_missing(good: Good) -> int:
        return sold[site, good.code] - sent[site, good.code]

    # In cases, so that small packs do not push out large ones.
    wanted = sorted(_SENT_GOODS, key=lambda good: -find_missing(good) / good.case_size)
    lines = {
        good.code: _to_cases(good, find_missing(good))
        for good in wanted[:SENT_AT_ONCE]
        if find_missing(good) > 0
    } or {"WATER-550": 48, "COLA-330": 24, "CHIPS-75": 22}
    for sku, quantity in lines.items():
        sent[site, sku] += quantity
    return Trip(name=f"{day:%m%d} {site}", to_site=site, lines=lines, days_ago=0.5, until="shipped")


def _plan_orders(
    day: date, *, sent: Counter[tuple[str, str]], ordered: Counter[str]
) -> Iterator[Story]:
    """Order again what the warehouse sent away, from each supplier what is missing most."""
    gone: Counter[str] = Counter()
    for (_site, sku), quantity in sent.items():
        gone[sku] += quantity
    gone.subtract(ordered)
    for supplier in sorted({good.supplier for good in GOODS}):
        lines = {
            sku: _to_cases(_GOODS[sku], quantity)
            for sku, quantity in gone.most_common()
            if quantity > 0 and _GOODS[sku].supplier == supplier
        }
        lines = dict(list(lines.items())[:ORDERED_AT_ONCE])
        if not lines:
            continue
        ordered.update(lines)
        arrival: Arrival = {sku: (quantity, 0) for sku, quantity in lines.items()}
        yield Story(
            name=f"{day:%m%d} {supplier}", supplier=supplier, lines=lines, days_ago=0,
            arrivals=[arrival],
        )  # fmt: skip


def _list_bought(day: date) -> Iterator[Purchase]:
    """Return what people bought online on a day: most of it is sent, some of it fetched."""
    chance = random.Random(f"{SEED} online {day.isoformat()}")  # noqa: S311 - a story, no secret
    for number in range(ORDERS[day.weekday()]):
        is_fetched = chance.random() < 0.2
        skus = chance.sample(BOUGHT_ONLINE, chance.choice((1, 1, 2)))
        lines = {
            sku: chance.choice((1, 1, 2))
            for sku in skus
            if sku not in NOT_SENT and _GOODS[sku].category != DATED
        } or {"TEA-100": 1}
        channel = "app" if is_fetched else chance.choice(CHANNELS)
        yield Purchase(
            name=f"{day:%m%d} {number}",
            customer=chance.choice(CUSTOMERS),
            lines=lines,
            hours_ago=9 - 2.5 * number + chance.random(),
            channel=channel,
            external_id=f"{channel.upper()}-{day:%y%m%d}{number:02d}",
            go_on=orders.hand_over if is_fetched else orders.leave,
            fields=orders.AT_BINJIANG if is_fetched else {},
        )


def _count(day: date, *, week: int) -> None:
    """Let a site count one list, another each week; what is off gets less from week to week."""
    site = COUNTING.get(day.weekday())
    off, skip = OFF[min(week, len(OFF) - 1)], counting.LIST * week
    if site == "W1":
        counting.count_warehouse(now=_at(day, 14), off=off, skip=skip)
    elif site:
        counting.count_store(now=_at(day, 14), off=off, site=site, skip=skip)
    delivery.deliver_pending()


def _keep(day: date) -> None:
    """Keep what stands at the end of a day, and value what was posted, as the clock would."""
    now = _at(day, 23)
    tasks.keep_day(at=datetime.combine(day, time(3), tzinfo=ZONE), lag=NO_LAG)
    tasks.value_postings(clock=lambda: now, lag=NO_LAG)
    kept_days.keep_days(now=now)
