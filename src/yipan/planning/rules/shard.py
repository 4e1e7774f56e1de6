"""What the plan is computed from and what comes of it: plain data that any executor can carry."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from yipan.planning.rules.policies import Policy
from yipan.planning.rules.tuning import PLAIN, Tuning

if TYPE_CHECKING:
    from yipan.planning.rules.levels import Flags, Floats

#: Most days of the future a plan looks at.
DAYS_AHEAD = 120
DAYS_BACK = 730
#: Weeks a back-test looks back over, and the days of history it needs: a quarter before them.
WEEKS_TESTED = 26
DAYS_TESTED_MIN = WEEKS_TESTED * 7 + 91


class Kind(StrEnum):
    """What a proposal (建议单) becomes when it is approved."""

    PURCHASE = "purchase"
    REPLENISHMENT = "replenishment"
    ALLOCATION = "allocation"
    REBALANCING = "rebalancing"


@dataclass(frozen=True, kw_only=True, slots=True)
class Coming:
    """So much arrives in so many days, under a document."""

    days: int
    quantity: int
    document: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """
    One SKU at one site: what is decided for it, what it has, and what is on its way.

    `available` is sound and free; `promised` was approved and is no document on its way yet;
    `outgoing` will leave for other sites by documents that wait. `days_listed` counts the days
    since it was first there or sold. `price` is in minor units, `at` a latitude and longitude.
    """

    sku: str
    site: str
    site_type: str
    segment: str
    policy: Policy
    pack: int = 1
    supplier_pack: int = 1
    on_hand: int = 0
    available: int = 0
    promised: int = 0
    outgoing: int = 0
    coming: tuple[Coming, ...] = ()
    days_listed: int = 0
    price: int = 0
    at: tuple[float, float] | None = None

    @property
    def quantity_coming(self) -> int:
        """Return all that is on order or in transit."""
        return sum(it.quantity for it in self.coming)

    def get_position(self, horizon: int = DAYS_AHEAD) -> int:
        """
        Return what there is and will be within so many days, without what others were promised.

        What comes later than that helps nobody until then: a late delivery is ordered around.
        """
        coming = sum(it.quantity for it in self.coming if it.days < horizon)
        return self.available + coming + self.promised - self.outgoing


@dataclass(frozen=True, kw_only=True, slots=True)
class Occasion:
    """
    A promotion or an event: on its days so much more is sold, in percent of an ordinary day.

    Days count from today: 0 is today, -1 the last day of history. What is empty stands for all.
    """

    first: int
    last: int
    percent: int
    sku: str = ""
    category_skus: frozenset[str] = frozenset()
    sites: frozenset[str] = frozenset()

    def is_about(self, place: Place) -> bool:
        """Return whether it moves the demand of a place."""
        is_sku = self.sku in ("", place.sku)
        is_branch = not self.category_skus or place.sku in self.category_skus
        return is_sku and is_branch and (not self.sites or place.site in self.sites)


@dataclass(frozen=True, kw_only=True, slots=True)
class Costs:
    """What moving goods between stores costs, in minor units, and when it is not worth it."""

    handling: int = 200
    per_kilometer: int = 2
    margin_percent: int = 30
    least_value: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Shard:
    """
    A part of the plan: all sites of some SKUs. Rows of the arrays are its `places`.

    `weekday` is today's, 1 for Monday; `models` maps a segment to a learned model as text. `asked`
    maps a segment and a model to what to ask of it in place of some chances (`rules.calibration`),
    `tunings` a segment to how tier 0 reads it.
    """

    number: int
    weekday: int
    places: Sequence[Place]
    demand: Floats
    masked: Flags
    occasions: Sequence[Occasion] = ()
    models: Mapping[str, str] = field(default_factory=dict)
    gates: Mapping[str, str] = field(default_factory=dict)
    asked: Mapping[tuple[str, str], Mapping[float, float]] = field(default_factory=dict)
    tunings: Mapping[str, Tuning] = field(default_factory=dict)
    costs: Costs = Costs()

    @property
    def place_tunings(self) -> list[Tuning]:
        """Return how each place is read: as its segment is, plainly where nothing was tested."""
        return [self.tunings.get(it.segment, PLAIN) for it in self.places]


@dataclass(frozen=True, kw_only=True, slots=True)
class Outlook:
    """
    What is expected of a SKU at a site. Levels in thousandths of the smallest unit a day.

    `horizon` days are covered by the next order; `quantiles` are pairs of permille and demand in
    it. `runs_out_in` counts days from today, None beyond what is looked at. `overstock` is what
    lies above the target and a fifth of it. `season` is what the time of the year makes of each
    coming week, in permille of today's.
    """

    sku: str
    site: str
    method: str
    model: str
    level_milli: int
    intermittent_milli: int
    ratio_milli: int
    horizon: int
    mean_milli: int
    quantiles: tuple[tuple[int, int], ...]
    position: int
    order_below: int
    up_to: int
    runs_out_in: int | None
    chance_out_permille: int
    overstock: int
    days_of_cover: int
    value_at_risk: int
    season: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """
    A proposal as the plan makes it: its key is SKU, site and source.

    `order_in` and `arrives_in` count days. `reasons` maps names to what it was decided from.
    """

    kind: str
    sku: str
    site: str
    source: str
    quantity: int
    wanted: int
    urgency_permille: int
    value_minor: int
    order_in: int
    arrives_in: int
    reasons: Mapping[str, Any]

    @property
    def key(self) -> tuple[str, str, str]:
        """Return what there is one open proposal of."""
        return (self.sku, self.site, self.source)


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What came of a shard, ordered by key."""

    number: int
    outlooks: tuple[Outlook, ...]
    drafts: tuple[Draft, ...]


def hash_plans(plans: Sequence[Plan]) -> str:
    """Return a hash of all rows of some plans, however they were cut into shards."""
    rows = [json.dumps(asdict(it), sort_keys=True) for plan in plans for it in plan.outlooks]
    rows += [json.dumps(asdict(it), sort_keys=True) for plan in plans for it in plan.drafts]
    return hashlib.blake2b("\n".join(sorted(rows)).encode(), digest_size=16).hexdigest()


def get_shard_number(sku: str, *, shards: int) -> int:
    """Return the shard of a SKU: all its sites lie together, the same on every machine."""
    return int.from_bytes(hashlib.blake2b(sku.encode(), digest_size=8).digest(), "big") % shards
