"""A fault plan as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase

from yipan.simulate.plans.kinds import KINDS, Kind


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment of a run: the day, counted from 1, and minutes since its midnight."""

    day: int
    minutes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """
    One thing that goes wrong. Exactly one of `per_thousand`, `per_day`, `once_at` says how often.

    `per_thousand`: of a thousand occasions of the fault's basis; `per_day`: so many at each site
    in a day, on average; `once_at`: at the first occasion at or after each of these moments.
    Patterns are shell patterns; none means all. Days are counted from 1, hours are local, in
    minutes since midnight, the end not included. `size` is from and to, both included. `number`
    is counted from 1, `line` is that of the file, 0 where there is none.
    """

    number: int
    fault: str
    sites: tuple[str, ...] = ()
    site_kind: str = ""
    skus: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    days: tuple[int, int] = (1, 10_000)
    hours: tuple[int, int] = (0, 1_440)
    per_thousand: float = 0.0
    per_day: float = 0.0
    once_at: tuple[Moment, ...] = ()
    size: tuple[int, int] | None = None
    line: int = 0

    @property
    def kind(self) -> Kind:
        """Return what the fault is."""
        return KINDS[self.fault]

    def covers_site(self, site: str, kind: str) -> bool:
        """Tell whether it can happen at a site of this kind."""
        if self.site_kind and self.site_kind != kind:
            return False
        return _matches(self.sites, site)

    def covers_goods(self, sku: str, category: str) -> bool:
        """Tell whether it can happen to these goods; where there are none, it can."""
        return not sku or (_matches(self.skus, sku) and _matches(self.categories, category))

    def covers_time(self, *, day: int, at: datetime) -> bool:
        """Tell whether it can happen on this day of the run, at this local time."""
        minutes = at.hour * 60 + at.minute
        return self.days[0] <= day <= self.days[1] and self.hours[0] <= minutes < self.hours[1]


@dataclass(frozen=True, kw_only=True, slots=True)
class FaultPlan:
    """What goes wrong in a run. `file` is the name of the file it was read from."""

    name: str
    file: str = ""
    description: str = ""
    rules: tuple[Rule, ...] = ()


def _matches(patterns: tuple[str, ...], value: str) -> bool:
    return not patterns or any(fnmatchcase(value, pattern) for pattern in patterns)
