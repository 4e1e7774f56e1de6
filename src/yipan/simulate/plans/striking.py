"""Letting a plan happen: at each occasion, does this go wrong here and now?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from yipan.simulate.plans.kinds import DAY
from yipan.simulate.plans.model import FaultPlan, Rule
from yipan.simulate.world.chance import Chance, draw_poisson


@dataclass(frozen=True, kw_only=True, slots=True)
class Occasion:
    """Where and when something may go wrong, and with which goods. `at` is local time."""

    site: str
    site_kind: str
    day: int
    at: datetime
    sku: str = ""
    category: str = ""


@dataclass(slots=True)
class _Due:
    """A fault that waits for the first occasion at or after a moment; at one site, or at any."""

    at: datetime
    site: str


class Faults:
    """A plan that happens. Each rule has its own stream, so that another one changes nothing."""

    def __init__(self, plan: FaultPlan, chance: Chance) -> None:
        self._chance = chance
        self._by_fault: dict[str, list[Rule]] = {}
        self._due: dict[int, list[_Due]] = {}
        self._struck: dict[tuple[int, str], datetime] = {}
        for rule in plan.rules:
            self._by_fault.setdefault(rule.fault, []).append(rule)
            self._due[rule.number] = []

    def begin_day(self, *, day: int, midnight: datetime, sites: Iterable[tuple[str, str]]) -> None:
        """Choose the moments of this day for what is so many a day, or once at a moment."""
        known = list(sites)
        for rules in self._by_fault.values():
            for rule in rules:
                due = self._due[rule.number]
                due += [
                    _Due(midnight + timedelta(minutes=each.minutes), "")
                    for each in rule.once_at
                    if each.day == day
                ]
                if rule.per_day:
                    due += self._draw_day(rule, day=day, midnight=midnight, sites=known)

    def strike(self, fault: str, occasion: Occasion) -> int | None:
        """Return the size of the fault if it happens here and now (1 if it has none), else None."""
        found = self.find_rule(fault, occasion)
        return found[1] if found else None

    def find_rule(self, fault: str, occasion: Occasion) -> tuple[Rule, int] | None:
        """Return the rule by which the fault happens here and now, and its size; else None."""
        for rule in self._by_fault.get(fault, ()):
            if self._hits(rule, occasion):
                stream = self._chance.get(f"size/{rule.number}/{fault}")
                low, high = rule.size or rule.kind.size
                return rule, stream.randint(low, high)
        return None

    def _hits(self, rule: Rule, occasion: Occasion) -> bool:
        if not rule.covers_site(occasion.site, occasion.site_kind):
            return False
        if not rule.covers_goods(occasion.sku, occasion.category):
            return False
        for due in self._due[rule.number]:
            if due.at <= occasion.at and due.site in ("", occasion.site):
                self._due[rule.number].remove(due)
                return True
        if not rule.per_thousand or not rule.covers_time(day=occasion.day, at=occasion.at):
            return False
        # Sites ask until nothing more happens: without this, a rate of 1000 would never end.
        is_of_day, key = rule.kind.basis == DAY, (rule.number, occasion.site)
        if is_of_day and self._struck.get(key) == occasion.at:
            return False
        stream = self._chance.get(f"fault/{rule.number}/{rule.fault}")
        hits = stream.random() * 1_000 < rule.per_thousand
        if hits and is_of_day:
            self._struck[key] = occasion.at
        return hits

    def _draw_day(
        self, rule: Rule, *, day: int, midnight: datetime, sites: list[tuple[str, str]]
    ) -> list[_Due]:
        stream = self._chance.get(f"fault/{rule.number}/{rule.fault}")
        drawn = []
        for site, kind in sites:
            if not rule.covers_site(site, kind) or not rule.days[0] <= day <= rule.days[1]:
                continue
            for _ in range(draw_poisson(stream, rule.per_day)):
                minute = stream.randrange(*rule.hours)
                drawn.append(_Due(midnight + timedelta(minutes=minute), site))
        return drawn
