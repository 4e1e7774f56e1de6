"""What of a plan can never happen in a run of this size and length: mostly a slip."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from yipan.simulate.plans.kinds import DAY, DAY_HOURS, RECEIPT, SUPPLY_HOURS, TRUCK
from yipan.simulate.plans.model import FaultPlan, Rule

#: At which hours alone there are occasions of a kind, and what they are.
HOURS: Final[Mapping[str, tuple[tuple[int, ...], str]]] = {
    DAY: (DAY_HOURS, "it is looked at"),
    RECEIPT: (SUPPLY_HOURS, "suppliers come"),
    TRUCK: (SUPPLY_HOURS, "suppliers come"),
}


def find_idle(
    plan: FaultPlan, *, sites: Mapping[str, str], goods: Mapping[str, str], days: int
) -> list[str]:
    """
    Return a sentence for each fault of a plan that cannot happen, and each code nobody has.

    `sites` maps a code to its kind (`store`, `warehouse`), `goods` a SKU to its category.
    """
    told = []
    for rule in plan.rules:
        place = f"{plan.file}, line {rule.line}: faults[{rule.number - 1}]"
        if why := _explain(rule, sites=sites, goods=goods, days=days):
            told.append(f"{place} ({rule.fault}) will never happen: {why}.")
            continue
        codes = (("sites", rule.sites, sites), ("skus", rule.skus, goods))
        for key, named, known in (*codes, ("categories", rule.categories, set(goods.values()))):
            if absent := [each for each in named if not _is_pattern(each) and each not in known]:
                told.append(f"{place}.{key} names what is not in this run: {_list(absent)}.")
    return told


def _explain(rule: Rule, *, sites: Mapping[str, str], goods: Mapping[str, str], days: int) -> str:
    covered = {site: kind for site, kind in sites.items() if rule.covers_site(site, kind)}
    if not covered:
        return f"no site suits; there are {_list(sites)}"
    where = rule.kind.site_kind
    if where and where not in covered.values():
        fitting = _list(site for site, kind in sites.items() if kind == where)
        return f"it strikes {where}s alone ({fitting})"
    if not any(rule.covers_goods(sku, category) for sku, category in goods.items()):
        return f"no goods suit; the categories are {_list(sorted(set(goods.values())))}"
    first = min((each.day for each in rule.once_at), default=rule.days[0])
    if first > days:
        return f"the run has {days} days" if days > 1 else "the run has one day"
    return _explain_hours(rule)


def _explain_hours(rule: Rule) -> str:
    """Say when there are occasions if the hours of a rate hold none of them."""
    hours, what = HOURS.get(rule.kind.basis, ((), ""))
    first, end = rule.hours
    if not rule.per_thousand or not hours or any(first <= it * 60 < end for it in hours):
        return ""
    return f"{what} at {_list(f'{it}:00' for it in hours)}, and its hours hold none of these"


def _is_pattern(text: str) -> bool:
    return any(sign in text for sign in "*?[")


def _list(names: Iterable[str]) -> str:
    return ", ".join(names)
