"""Who counts the third chain, when and how: by night, while trading, twice, carelessly."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from tests.recon.third_chain import trade
from tests.recon.third_chain.flow import Chain
from tests.recon.third_chain.mischief import Case, Mischief, Window
from tests.recon.third_chain.trade import WAREHOUSE, at
from yipan.recon.rules import Cause, Difference, Expected, Key, Round

#: Stores that are counted in one night, and the day of it; the others while they trade.
NIGHTS = {"H01": 40, "H02": 42, "H05": 43}
#: Stores whose sheets show what the book says.
NOT_BLIND = frozenset({"H03", "H08"})
#: Beyond how many pieces a site counts again; nobody at H08 ever does.
TOLERANCE = {WAREHOUSE: 0, "H01": 1, "H05": 1, "H08": 10_000}
VALUE_TOLERANCE_MINOR = 6_000
#: How often each clerk of a site slips, by key counted; who comes last copies where he can.
SLIPS = (0.003, 0.006, 0.009, 0.02)


def plan_counts(chain: Chain) -> dict[Key, Window]:
    """Say when each key is counted, by whom, and when it was last found in order."""
    rng = Random(chain.rng.random())
    by_sheet: dict[tuple[str, int, float], list[Key]] = defaultdict(list)
    for key in sorted(chain.opening, key=lambda key: (key.site, key.place, key.sku)):
        by_sheet[_choose_sheet(key)].append(key)
    windows = {}
    for (site, day, hour), keys in by_sheet.items():
        size = math.ceil(len(keys) / len(SLIPS))
        for clerk in range(len(SLIPS)):
            moment = at(day, hour) + timedelta(minutes=rng.uniform(0, 9))
            for key in keys[clerk * size : (clerk + 1) * size]:
                seconds = 14 + 1.6 * chain.opening[key] ** 0.8 * rng.uniform(0.6, 1.8)
                moment += timedelta(seconds=round(seconds))
                windows[key] = Window(
                    since=_find_last(rng, chain, key, day),
                    moment=moment,
                    stamped=moment + timedelta(seconds=round(rng.gauss(0, 12))),
                    counter=f"{site}-clerk-{clerk + 1}",
                )
    return windows


def _choose_sheet(key: Key) -> tuple[str, int, float]:
    """Return the site, the day and the hour at which the counting of a sheet starts."""
    group = int(key.sku[0])
    if key.site == WAREHOUSE:
        return key.site, 27 + int(key.place[:2]) + int(key.place[3:6]) % 5, 8.0
    if key.site in NIGHTS:
        return key.site, NIGHTS[key.site], 20.4
    if key.site in {"H06", "H08"}:
        return key.site, 42 + group % 2, 13.5
    return key.site, 29 + group + (group > 8), 8.0


def _find_last(rng: Random, chain: Chain, key: Key, day: int) -> datetime:
    """Return when a key was last in order: hot goods are looked at all the time."""
    if chain.range.goods[key.sku].is_hot and not key.place:
        return at(day - rng.randint(7, 16), 3)
    return at(rng.randint(8, 24), 3) if rng.random() < 0.08 else at(0, 3)


@dataclass(kw_only=True)
class Counted:
    """What was counted: differences, what is known beside, and what no system knows."""

    differences: list[Difference] = field(default_factory=list)
    expected: dict[Key, list[Expected]] = field(default_factory=lambda: defaultdict(list))
    cases: list[Case] = field(default_factory=list)
    #: Pieces a clerk was off by, so few that nobody would ever know.
    tallies: dict[Key, int] = field(default_factory=dict)


class Counting:
    """Counts every key once, and again by somebody else where a site does so."""

    def __init__(self, chain: Chain, world: Mischief, rng: Random) -> None:
        self.chain, self.world, self.rng = chain, world, rng
        self.result = Counted()

    def count_all(self) -> Counted:
        """Count each key."""
        for key, window in self.world.windows.items():
            self._note_decoys(key, window)
            stock = self.find_book(key, window)
            shelf = self.find_shelf(key, window.moment)
            slip = self._slip(key, window, shelf=shelf, stock=stock)
            counted = max(0, shelf + slip)
            difference = counted - stock
            if difference:
                self.result.differences.append(
                    Difference(
                        key=key,
                        quantity=difference,
                        since=window.since,
                        counted_at=window.stamped,
                        stock=stock,
                        expired=self.chain.expired.get(key, 0),
                        counter=window.counter,
                        is_blind=key.site not in NOT_BLIND,
                        was_copied=self._looks_copied(key),
                        rounds=self._count_again(key, window, stock=stock, slip=counted - shelf),
                    )
                )
        return self.result

    def find_shelf(self, key: Key, moment: datetime) -> int:
        """Return what stands there."""
        moved = sum(each.moved for each in self.chain.shelf[key] if each.at <= moment)
        return self.chain.opening.get(key, 0) + moved

    def find_book(self, key: Key, window: Window) -> int:
        """Return what the book says, which was put right when the key was last counted."""
        return self.find_shelf(key, window.since) + sum(
            each.booked.quantity
            for each in self.chain.shelf[key]
            if each.booked and window.has_booked(each.booked)
        )

    def _slip(self, key: Key, window: Window, *, shelf: int, stock: int) -> int:
        """Return by how much the clerk is wrong, and note why."""
        rng, clerk = self.rng, int(window.counter[-1])
        areas = self.result.expected[key]
        for each in areas:
            is_double = each.kind == "area" and rng.random() < 0.035
            if is_double or (each.kind == "foreign" and rng.random() < 0.28):
                cause = Cause.DOUBLE_COUNTED_AREA if is_double else Cause.FOREIGN_STOCK_COUNTED
                return self._note(cause, each.kind, key, each.quantity)
        if key.site in NOT_BLIND and clerk == len(SLIPS) and rng.random() < 0.3:
            return self._copy(key, window, shelf=shelf, stock=stock)
        if rng.random() < SLIPS[clerk - 1]:
            variant, slip = self._miscount(key, shelf)
            return self._note(Cause.MISCOUNT, variant, key, max(slip, -shelf))
        if rng.random() < 0.004 and shelf > 4:
            self.result.tallies[key] = rng.choice((-1, -1, 1))
        return self.result.tallies.get(key, 0)

    def _note(self, cause: Cause, variant: str, key: Key, slip: int) -> int:
        if slip:
            self.result.cases.append(Case(cause=cause, variant=variant, slips={key: slip}))
        return slip

    def _miscount(self, key: Key, shelf: int) -> tuple[str, int]:
        """Return a slip in counting, which is no matter of one piece."""
        rng, digits = self.rng, str(shelf)
        pack = min(self.chain.range.goods[key.sku].packs)
        kind = rng.choice(("box", "tens", "part", "digits"))
        if kind == "box" and shelf >= pack:
            return "missed_box", -pack
        if kind == "digits" and len(digits) > 1 and digits != digits[::-1]:
            return "digits", int(digits[::-1]) - shelf
        if kind == "tens" and shelf >= 10:
            return "tens", rng.choice((-10, 10))
        return "missed_part", -max(2, round(shelf * rng.uniform(0.2, 1)))

    def _copy(self, key: Key, window: Window, *, shelf: int, stock: int) -> int:
        """Write what the sheet says, printed before the store opened."""
        is_clean = key not in self.world.touched and shelf == stock
        printed = at((window.moment - trade.START).days, 5.5)
        since = sum(
            each.booked.quantity
            for each in self.chain.shelf[key]
            if each.booked and printed < each.booked.occurred_at and window.has_booked(each.booked)
        )
        return self._note(Cause.BOOK_COPIED, "sheet", key, -since) if is_clean else 0

    def _looks_copied(self, key: Key) -> bool:
        """Say whether the sheet was filled in faster than anybody counts, or looked so."""
        is_copied = any(
            key in case.slips and case.cause is Cause.BOOK_COPIED for case in self.result.cases
        )
        return self.rng.random() < (0.8 if is_copied else 0.003)

    def _count_again(self, key: Key, window: Window, *, stock: int, slip: int) -> tuple[Round, ...]:
        """Let somebody else count, some hours later, where the difference is not tolerated."""
        rng, rounds = self.rng, list[Round]()
        first = difference = self.find_shelf(key, window.moment) + slip - stock
        value = abs(first) * self.chain.range.goods[key.sku].price_minor
        is_tolerated = abs(first) <= TOLERANCE.get(key.site, 2) and value < VALUE_TOLERANCE_MINOR
        if is_tolerated or key.site == "H08":
            return ()
        moment = window.moment
        for clerk in (1, 2):
            moment += timedelta(hours=rng.uniform(0.7, 18))
            again = slip if clerk == 1 and rng.random() < 0.06 else 0
            if rng.random() < 0.003:
                again = self._miscount(key, self.find_shelf(key, moment))[1]
            figure = max(0, self.find_shelf(key, moment) + again)
            quantity = figure - stock - self._sum_since(key, window, moment)
            name = f"{key.site}-{'clerk' if clerk == 1 else 'lead'}-{9 + clerk}"
            is_blind = key.site not in NOT_BLIND or rng.random() < 0.5
            rounds.append(Round(quantity=quantity, counter=name, is_blind=is_blind))
            if quantity == difference or rng.random() < 0.5:
                break
            difference = quantity
        return tuple(rounds)

    def _sum_since(self, key: Key, window: Window, moment: datetime) -> int:
        """Return what was booked for moments after the first count, up to another."""
        return sum(
            each.booked.quantity
            for each in self.chain.shelf[key]
            if each.booked
            and window.stamped < each.booked.occurred_at <= moment
            and each.booked.recorded_at <= moment + timedelta(hours=8)
        )

    def _note_decoys(self, key: Key, window: Window) -> None:
        """Note what others know of a key, most of which explains nothing."""
        rng, known = self.rng, self.result.expected[key]
        known += self.chain.expected.get(key, ())
        if key.place:
            return

        def know(kind: str, prefix: str, quantity: int, hours: float) -> None:
            number = self.chain.number(prefix, WAREHOUSE if kind == "receipt" else key.site)
            when = window.stamped - timedelta(hours=hours)
            known.append(Expected(kind=kind, document=number, key=key, quantity=quantity, at=when))

        shelf = self.find_shelf(key, window.moment)
        if shelf > 8 and rng.random() < 0.12:
            know("area", "SH", max(1, round(shelf * rng.uniform(0.2, 0.6))), 0.1)
        if rng.random() < 0.018:
            know("foreign", "PK", rng.choice((1, 1, 2, 3, 5)), rng.uniform(1, 60))
        if rng.random() < 0.03:
            know("receipt", "TS", rng.randint(1, max(2, shelf)), rng.uniform(1, 20))
        if rng.random() < 0.003:
            know("handover", "WO", -1, rng.uniform(1, 20))
        if rng.random() < 0.003:
            know("return", "CL", 1, rng.uniform(1, 90))


def find_late(chain: Chain, windows: dict[Key, Window]) -> Iterable[Case]:
    """Yield what was booked late without anybody meaning it to be."""
    for key, window in windows.items():
        for each in chain.shelf[key]:
            line = each.booked
            if not line or each.is_faulty or not window.sees(each):
                continue
            if line.occurred_at <= window.stamped < line.recorded_at:
                each.is_faulty = True
                yield Case(cause=Cause.LATE_DOCUMENT, variant="by_itself", happenings=[each])
