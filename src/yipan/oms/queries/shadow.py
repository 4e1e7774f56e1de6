"""
Shadow run (影子运行): what another rule set would have decided about orders decided before.

Each stored question is asked again with other weights: the same sites, with what they had free
then. Both plans are counted in the same money, so that a rule set that likes parcels less does
not look cheaper by that alone. One order at a time: what a decision leaves for the next one is
not followed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec

from yipan.oms.models import SourcingDecision
from yipan.oms.queries.candidates import Question
from yipan.oms.queries.filtering import OrderFilter, filter_orders
from yipan.oms.rules.sourcing import PRESETS, Part, Plan, Score, Weights, plan, score

DECISIONS_MAX = 2_000
ROWS_MAX = 100
#: Both plans are counted in these.
MONEY = PRESETS["cheapest"]


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleSet:
    """The rules to try: weights, and whether stores may send at all."""

    weights: Weights
    with_stores: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class ShadowRow:
    """One decision that would have been another. Costs in minor units."""

    order: str
    number: int
    decided_at: datetime
    sites: tuple[str, ...]
    other_sites: tuple[str, ...]
    cost: int
    other_cost: int
    difference: int
    parcels: int
    other_parcels: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Shadow:
    """What a rule set would have come to, against what was decided."""

    examined: int
    changed: int
    was: Score
    other: Score
    rows: tuple[ShadowRow, ...]

    @property
    def difference(self) -> int:
        """Return by how much dearer the other rules would have been; below zero is cheaper."""
        return self.other.cost - self.was.cost


def make_rules(
    *, preset: str, may_split: bool = True, with_stores: bool = True, **changes: int | None
) -> RuleSet:
    """Return a rule set: a preset, and what differs from it, in minor units."""
    said: dict[str, Any] = {name: value for name, value in changes.items() if value is not None}
    weights = replace(PRESETS[preset], may_split=may_split, **said)
    return RuleSet(weights=weights, with_stores=with_stores)


def run_shadow(
    *,
    rules: RuleSet,
    since: datetime,
    until: datetime,
    channel: str = "",
    sites: Collection[str] | None = None,
) -> Shadow:
    """Ask the decisions of some days again by other rules; at most the newest 2,000."""
    orders = filter_orders(OrderFilter(channel=channel, sites=sites))
    found = SourcingDecision.objects.filter(
        order__in=orders, decided_at__gte=since, decided_at__lt=until
    ).exclude(trigger="manual")
    was = other = Score()
    rows: list[ShadowRow] = []
    examined = changed = 0
    for row in found.select_related("order").order_by("-id")[:DECISIONS_MAX]:
        question = msgspec.convert(row.question, Question)
        before = msgspec.convert(row.plan, Plan)
        # Who fetches goods in a store is not sent them, whatever stores may send.
        is_sent = row.order.method == "ship"
        after = _decide(question, rules if is_sent else replace(rules, with_stores=True))
        old, new = _count(before, question), _count(after, question)
        examined += 1
        was, other = was + old, other + new
        if _list_sites(before.parts) == _list_sites(after.parts):
            continue
        changed += 1
        rows.append(
            ShadowRow(
                order=row.order.number,
                number=row.number,
                decided_at=row.decided_at,
                sites=_list_sites(before.parts),
                other_sites=_list_sites(after.parts),
                cost=old.cost,
                other_cost=new.cost,
                difference=new.cost - old.cost,
                parcels=old.parcels,
                other_parcels=new.parcels,
            )
        )
    rows.sort(key=lambda it: (-abs(it.difference), it.order))
    return Shadow(
        examined=examined, changed=changed, was=was, other=other, rows=tuple(rows[:ROWS_MAX])
    )


def _decide(question: Question, rules: RuleSet) -> Plan:
    weights = replace(
        rules.weights, may_split=rules.weights.may_split and question.weights.may_split
    )
    candidates = [
        it if rules.with_stores or not it.is_store else replace(it, rejected="store")
        for it in question.candidates
    ]
    return plan(question.wanted, candidates, weights=weights)


def _count(it: Plan, question: Question) -> Score:
    return score(it.parts, it.unfilled, question.candidates, weights=MONEY)


def _list_sites(parts: Sequence[Part]) -> tuple[str, ...]:
    return tuple(sorted({part.site for part in parts}))
