"""
Policies (补货策略): how a SKU is kept at a site, inherited from the general to the special.

A layer says some things for a scope and leaves the rest to the layers above it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any


class Method(StrEnum):
    """How the point to order at and the level to order up to are found."""

    SERVICE_LEVEL = "service_level"
    MIN_MAX = "min_max"
    REORDER_POINT = "reorder_point"
    DAYS_OF_COVER = "days_of_cover"


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """
    All that is decided for one SKU at one site. Quantities in smallest units, times in days.

    `source` is the supplier or the site it comes from, "" when nobody sends it. `review_days`
    are the weekdays on which is ordered, "1" for Monday to "7"; "" is every day. A `case_size`
    of 0 is the SKU's own. `days_max` and `shelf_life_days` of 0 do not limit. `like_sku` and
    `like_site` lend their history to what has none, `like_percent` of it. `lane_minimum_minor` is
    what all goods of a way from another store to this one have to be worth, in minor units.
    """

    method: str = Method.SERVICE_LEVEL
    service_permille: int = 970
    minimum: int = 0
    maximum: int = 0
    reorder_point: int = 0
    reorder_quantity: int = 0
    cover_days: int = 7
    source: str = ""
    lead_time_days: int = 7
    lead_time_spread_days: int = 0
    review_days: str = ""
    minimum_order: int = 1
    case_size: int = 0
    display_minimum: int = 1
    shelf_life_days: int = 0
    days_max: int = 0
    may_exceed_max: bool = False
    is_not_stocked: bool = False
    is_running_out: bool = False
    is_pushed: bool = False
    may_rebalance: bool = True
    lane_minimum_minor: int = 0
    reserve_percent: int = 0
    like_sku: str = ""
    like_site: str = ""
    like_percent: int = 100


#: What a layer may say, by name.
TERMS = tuple(field.name for field in fields(Policy))


@dataclass(frozen=True, kw_only=True, slots=True)
class Layer:
    """
    What is decided for a scope; "" in a field of the scope stands for all.

    A category holds for its branches too. `terms` maps names of `Policy` to values.
    """

    terms: Mapping[str, Any]
    category: str = ""
    site_type: str = ""
    site: str = ""
    sku: str = ""
    number: int = 0

    def holds_for(self, *, sku: str, category: str, site: str, site_type: str) -> bool:
        """Return whether the layer speaks of a SKU at a site."""
        is_branch = not self.category or f"{category}/".startswith(f"{self.category}/")
        return (
            is_branch
            and self.sku in ("", sku)
            and self.site in ("", site)
            and self.site_type in ("", site_type)
        )

    @property
    def rank(self) -> tuple[bool, bool, int, bool, int]:
        """Return how special the layer is: SKU before site, site before category."""
        depth = self.category.count("/") + 1 if self.category else 0
        return (bool(self.sku), bool(self.site), depth, bool(self.site_type), self.number)


def resolve(
    layers: Iterable[Layer], *, sku: str, category: str, site: str, site_type: str
) -> tuple[Policy, dict[str, Layer]]:
    """Return the policy of a SKU at a site, and for each term it got which layer said so."""
    policy, said_by = Policy(), {}
    fitting = [
        it
        for it in layers
        if it.holds_for(sku=sku, category=category, site=site, site_type=site_type)
    ]
    for layer in sorted(fitting, key=lambda it: it.rank):
        said = {name: value for name, value in layer.terms.items() if value is not None}
        policy = replace(policy, **said)
        said_by.update(dict.fromkeys(said, layer))
    return policy, said_by


def list_reviews(policy: Policy, *, weekday: int) -> tuple[int, int]:
    """
    Return in how many days is ordered next, and after that.

    `weekday` is today's, 1 for Monday.
    """
    days = sorted({int(it) for it in policy.review_days if it in "1234567"}) or list(range(1, 8))
    waits = sorted((day - weekday) % 7 for day in days)
    waits.append(waits[0] + 7)
    return waits[0], waits[1]
