"""How something is made to go wrong in the third chain, and how that is remembered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from tests.recon.third_chain import trade
from tests.recon.third_chain.flow import Chain, Happening
from yipan.recon.rules import Cause, Expected, Key, Line

#: What a happening becomes: how many pieces move, and the line of it.
Edit = tuple[Happening, int, Line | None]


@dataclass(frozen=True, kw_only=True)
class Window:
    """From when to when a count looks at a key: `moment` is true, `stamped` the device's."""

    since: datetime
    moment: datetime
    stamped: datetime
    counter: str

    def sees(self, happening: Happening) -> bool:
        """Say whether the goods moved between the two counts."""
        return self.since < happening.at <= self.moment

    def has_booked(self, line: Line | None) -> bool:
        """Say whether the book knew of a line when the goods were counted."""
        return (
            line is not None
            and self.since < line.occurred_at <= self.stamped
            and line.recorded_at <= self.stamped
        )

    def differ(self, happening: Happening) -> int:
        """Return what a happening leaves between shelf and book, in pieces."""
        moved = happening.moved if self.sees(happening) else 0
        line = happening.booked
        return moved - (line.quantity if line and self.has_booked(line) else 0)


@dataclass(kw_only=True)
class Case:
    """Something that went wrong, and what it leaves at each key. No rule may read this."""

    cause: Cause
    variant: str
    happenings: list[Happening] = field(default_factory=list)
    slips: dict[Key, int] = field(default_factory=dict)
    deltas: dict[Key, int] = field(default_factory=dict)


def find_strays(happenings: Iterable[Happening], window: Window) -> dict[str, int]:
    """Return the sound papers which a wrong clock put on the other side of a count, in pieces."""
    return {
        each.booked.document: window.differ(each)
        for each in happenings
        if each.booked and not each.is_faulty and window.differ(each)
    }


class Mischief:
    """Lets things go wrong where they could, so that no shelf ever holds less than nothing."""

    def __init__(self, chain: Chain, windows: dict[Key, Window]) -> None:
        self.chain, self.windows = chain, windows
        self.rng: Random = chain.rng
        self.cases: list[Case] = []
        self.touched: set[Key] = set()
        #: Where the next thing goes wrong: at one site only, or where something did already.
        self.site, self.is_on_touched = "", False
        self.pools: dict[str, list[Happening]] = {}
        for key, happenings in chain.shelf.items():
            if key in windows:
                for each in happenings:
                    if windows[key].differ(each) == 0 and windows[key].sees(each) and each.booked:
                        self.pools.setdefault(each.booked.kind, []).append(each)

    def pick(
        self, kinds: str | Sequence[str], suits: Callable[[Line], bool] = lambda _: True
    ) -> tuple[Happening, Line] | None:
        """Return something that went well and is suited to go wrong, by chance."""
        names = (kinds,) if isinstance(kinds, str) else kinds
        pool = [each for name in names for each in self.pools.get(name, ())]
        if self.site:
            pool = [each for each in pool if each.key.site == self.site]
        if self.is_on_touched:
            pool = [each for each in pool if each.key in self.touched]
        for each in self.rng.sample(pool, min(len(pool), 250)):
            if not each.is_faulty and each.booked and suits(each.booked):
                return each, each.booked
        return None

    def pick_key(self, suits: Callable[[Key], bool]) -> Key | None:
        """Return a counted key that is suited, by chance."""
        keys = [key for key in self.windows if not self.site or key.site == self.site]
        if self.is_on_touched:
            keys = [key for key in keys if key in self.touched]
        return next((key for key in self.rng.sample(keys, len(keys)) if suits(key)), None)

    def draw_moment(self, key: Key) -> datetime:
        """Return some moment between the counts of a key."""
        window = self.windows[key]
        seconds = (window.moment - window.since).total_seconds()
        return window.since + timedelta(seconds=round(seconds * self.rng.uniform(0.02, 0.98)))

    def list_path(self, key: Key) -> list[tuple[datetime, int]]:
        """Return how much stood at a key after each movement, in their order."""
        stock, path = self.chain.opening.get(key, 0), []
        for each in sorted(self.chain.shelf[key], key=lambda each: each.at):
            stock += each.moved
            path.append((each.at, stock))
        return path

    def find_slack(self, key: Key, when: datetime) -> int:
        """Return how many pieces may vanish at a moment without an empty shelf selling later."""
        path = self.list_path(key)
        before = [stock for at, stock in path if at <= when]
        after = [stock for at, stock in path if at > when]
        return max(0, min([*after, before[-1] if before else self.chain.opening.get(key, 0)]))

    def attempt(
        self,
        cause: Cause,
        variant: str,
        edits: Iterable[Edit],
        *,
        expected: Iterable[Expected] = (),
    ) -> bool:
        """Let it happen, unless a shelf would hold less than nothing or no count would see it."""
        given = list(edits)
        happenings = [happening for happening, _, _ in given]
        before = [(each, each.moved, each.booked) for each in happenings]
        new = [each for each in happenings if each not in self.chain.shelf[each.key]]
        for happening, moved, line in given:
            happening.moved, happening.booked = moved, line
        for each in new:
            self.chain.shelf[each.key].append(each)
        keys = {each.key for each in happenings}
        seen = {key for key in keys if self._sum(key, happenings)}
        if not seen or any(stock < 0 for key in keys for _, stock in self.list_path(key)):
            for each in new:
                self.chain.shelf[each.key].remove(each)
            for happening, moved, line in before:
                happening.moved, happening.booked = moved, line
            return False
        for each in happenings:
            each.is_faulty = True
        for one in expected:
            self.chain.expected[one.key].append(one)
        self.cases.append(Case(cause=cause, variant=variant, happenings=happenings))
        self.touched |= seen
        return True

    def _sum(self, key: Key, happenings: list[Happening]) -> int:
        window = self.windows.get(key)
        return sum(window.differ(each) for each in happenings if each.key == key) if window else 0

    def close(self) -> None:
        """Work out what each case leaves at each key, once nothing more happens."""
        for case in self.cases:
            deltas = dict(case.slips)
            for key in {each.key for each in case.happenings}:
                deltas[key] = deltas.get(key, 0) + self._sum(key, case.happenings)
            case.deltas = {key: delta for key, delta in deltas.items() if delta}


def blank(key: Key, when: datetime) -> Happening:
    """Return a happening that is not yet one."""
    return Happening(key, when, 0, None)


def rewrite(line: Line, **changes: object) -> Line:
    """Return a line as somebody else wrote it; old devices still note no mode."""
    if line.key.site == trade.OLD_DEVICES:
        changes.pop("mode", None)
    return replace(line, **changes)  # type: ignore[arg-type] # the fields of a line by name
