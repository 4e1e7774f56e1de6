"""The effect of a setting before it is saved: the same history, simulated with and without it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date
from typing import Any

import numpy as np

from yipan.masterdata import queries as masterdata
from yipan.masterdata.queries.groups import list_sku_categories
from yipan.planning.queries.policies import read_layers, read_suppliers, resolve_policy
from yipan.planning.queries.world import read_shard
from yipan.planning.rules.effects import DAYS_MIN, Game, try_policies
from yipan.planning.rules.forecasting import add_downstream, mask_upstream
from yipan.planning.rules.policies import Layer, Policy
from yipan.planning.rules.shard import Costs, Place, Shard

#: So many places of a scope are simulated at most: the busiest.
PLACES_MAX = 300
SKUS_MAX = 200


def compare(
    *, scope: tuple[str, str, str, str], terms: Mapping[str, Any], today: date
) -> dict[str, Any]:
    """
    Return what holds now and what is wanted would have cost, on how many places, and how many days
    of history are known and missing.

    `scope` is category, type of site, site and SKU. Costs are those of `rules.simulation.Cost`.
    """
    category, site_type, site, sku = scope
    wanted = Layer(
        terms={name: value for name, value in terms.items() if value is not None},
        category=category,
        site_type=site_type,
        site=site,
        sku=sku,
    )
    skus = [sku] if sku else sorted(list_sku_categories(category=category))
    shard = read_shard(skus[:SKUS_MAX], number=0, today=today, costs=Costs())
    sites = {it.code: it for it in masterdata.list_sites()}
    rows = masterdata.find_skus({it.sku for it in shard.places})
    standing = [it for it in read_layers() if _scope(it) != scope]
    both = [*standing, wanted]
    suppliers = read_suppliers(both)
    chosen: list[tuple[int, Policy]] = []
    longest = 0
    for number, place in enumerate(shard.places):
        fits = wanted.holds_for(
            sku=place.sku,
            category=rows[place.sku].category,
            site=place.site,
            site_type=place.site_type,
        )
        longest = max(longest, place.days_listed if fits else 0)
        if fits and place.days_listed >= DAYS_MIN:
            policy, _ = resolve_policy(
                both, sku=rows[place.sku], site=sites[place.site], suppliers=suppliers
            )
            chosen.append((number, policy))
    found = _simulate(shard, chosen)
    return {**found, "days_known": longest, "days_missing": max(0, DAYS_MIN - longest)}


def _simulate(shard: Shard, chosen: list[tuple[int, Policy]]) -> dict[str, Any]:
    sums = add_downstream(shard.places, shard.demand).sum(axis=1)
    busiest = sorted(chosen, key=lambda it: -float(sums[it[0]]))[:PLACES_MAX]
    if not busiest:
        return {"places": 0, "now": None, "then": None}
    numbers = [number for number, _ in busiest]
    places: list[Place] = [shard.places[it] for it in numbers]
    # A warehouse is tried on what the stores it feeds sold, as the plan sees it.
    demand = add_downstream(shard.places, shard.demand)[numbers]
    masked = mask_upstream(shard.places, shard.masked)[numbers]
    prices = np.asarray([float(it.price) for it in places])
    # Only the terms differ: packs of a case size of its own follow the policy.
    then = [policy for _, policy in busiest]
    packs = [it.case_size or place.pack for it, place in zip(then, places, strict=True)]
    now = [replace(it.policy, is_not_stocked=False, is_running_out=False) for it in places]

    tunings = [shard.place_tunings[it] for it in numbers]

    def make(policies: list[Policy], packs: list[int]) -> Game:
        return Game(
            demand=demand,
            masked=masked,
            policies=policies,
            packs=packs,
            prices=prices,
            tunings=tunings,
        )

    return {
        "places": len(places),
        "now": asdict(try_policies(make(now, [it.pack for it in places]))),
        "then": asdict(try_policies(make(then, packs))),
    }


def _scope(layer: Layer) -> tuple[str, str, str, str]:
    return layer.category, layer.site_type, layer.site, layer.sku
