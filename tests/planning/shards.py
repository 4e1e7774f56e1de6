"""Builders of shards: places with a history of so many a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from yipan.planning.rules.policies import Policy
from yipan.planning.rules.shard import Costs, Occasion, Place, Shard

DAYS = 200


def a_place(sku: str = "TEA", site: str = "S1", **changes: Any) -> Place:
    """Return a store fed by W1 once a week (Mondays), two days away; terms go to its policy."""
    terms = {
        name: changes.pop(name) for name in list(changes) if name in Policy.__dataclass_fields__
    }
    policy = replace(
        Policy(source="W1", lead_time_days=2, review_days="1", display_minimum=0), **terms
    )
    place = Place(
        sku=sku,
        site=site,
        site_type="store",
        segment="food",
        policy=policy,
        days_listed=DAYS,
        price=1_000,
    )
    return replace(place, **changes)


def a_warehouse(sku: str = "TEA", site: str = "W1", **changes: Any) -> Place:
    """Return a warehouse that buys from SUP, five days away."""
    terms = {"source": "SUP", "lead_time_days": 5}
    given = {**terms, **changes}
    return replace(a_place(sku, site, **given), site_type="warehouse")


def a_shard(
    places: Sequence[Place], rates: Sequence[float], *,
    occasions: Sequence[Occasion] = (), costs: Costs | None = None, days: int = DAYS,
) -> Shard:  # fmt: skip
    """Return a shard whose places sold so many a day, by chance, as long as they are listed."""
    chance = np.random.default_rng(1)
    demand = chance.poisson(np.asarray(rates, dtype=float)[:, None], (len(places), days))
    listed = np.asarray([it.days_listed for it in places])
    early = np.arange(days) < (days - listed)[:, None]
    return Shard(
        number=0,
        weekday=1,
        places=list(places),
        demand=np.where(early, 0, demand).astype(float),
        masked=early,
        occasions=occasions,
        costs=costs or Costs(handling=10, per_kilometer=0, margin_percent=30),
    )
