"""What of a plan can never happen in a run of this size and length: mostly a slip."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from yipan.simulate.plans.model import FaultPlan, Rule


def find_idle(
    plan: FaultPlan, *, sites: Mapping[str, str], goods: Mapping[str, str], days: int
) -> list[str]:
    """
    Return a sentence for each fault of a plan that cannot happen.

    `sites` maps a code to its kind (`store`, `warehouse`), `goods` a SKU to its category.
    """
    return [
        f"faults[{rule.number - 1}] ({rule.fault}) will never happen: {why}."
        for rule in plan.rules
        if (why := _explain(rule, sites=sites, goods=goods, days=days))
    ]


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
    return f"the run has {days} days" if first > days else ""


def _list(names: Iterable[str]) -> str:
    return ", ".join(names)
