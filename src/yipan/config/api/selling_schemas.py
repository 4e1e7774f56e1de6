"""What the API of what may be sold is asked with, and answers with."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from yipan.config.edge.wall_times import WallTime
from yipan.ledger.moves import QUANTITY_MAX
from yipan.pool.policy.channels import CARRIERS_MAX, PARTS_MAX, SITES_MAX
from yipan.pool.queries import SKUS_PER_QUESTION_MAX
from yipan.pool.queries.bundles import ROWS_MAX as BUNDLES_MAX
from yipan.pool.rules.selling import Measured

Sku = Annotated[str, Field(min_length=1, max_length=48)]
Site = Annotated[str, Field(min_length=1, max_length=16)]
Code = Annotated[str, Field(min_length=1, max_length=32, pattern=r"^[A-Za-z0-9_.-]+$")]
Name = Annotated[str, Field(max_length=96)]
Reason = Annotated[str, Field(max_length=200)]
Method = Literal["ship", "pickup", "ship_to_store"]
Kind = Literal["web_shop", "app", "mini_program", "marketplace", "register"]
Quantity = Annotated[int, Field(ge=0, le=QUANTITY_MAX)]
Version = Annotated[int, Field(ge=0, le=2**31 - 1)]
Days = Annotated[int, Field(ge=0, le=365)]


class SellableQuery(Schema):
    """Of which SKUs, for whom: a channel or a group of sites, a method, until which day."""

    sku: Annotated[list[Sku], Field(min_length=1, max_length=SKUS_PER_QUESTION_MAX)]
    channel: Annotated[str, Field(max_length=32)] = ""
    group: Annotated[str, Field(max_length=32)] = ""
    method: Method | Literal[""] = ""
    by: date | None = None
    explain: bool = False


class StepOut(Schema):
    """One step from on hand to the promise; totals stand for themselves, changes add up."""

    code: str
    amount: int
    is_total: bool
    site: str
    rule: int
    document_type: str
    number: str


class IncomingOut(Schema):
    """Goods that are still to come; `quantity` of them are not promised to anybody."""

    document_type: str
    number: str
    site: str
    quantity: int
    quantity_promised: int
    expected_on: date | None
    usable_on: date | None


class SellableOut(Schema):
    """What may be sold of one SKU. `now` of it is there, `next_date` is when more comes."""

    sku: str
    sellable: int
    now: int
    by_site: dict[str, int]
    next_date: date | None
    incoming: list[IncomingOut]
    late: list[IncomingOut]
    steps: list[StepOut] | None

    @staticmethod
    def of(it: Measured, *, explain: bool) -> SellableOut:
        """Return what is told of it, with the steps if somebody asks why."""
        names = IncomingOut.model_fields
        return SellableOut(
            sku=it.sku,
            sellable=it.sellable,
            now=it.now,
            by_site=dict(it.by_site),
            next_date=it.next_date,
            incoming=[IncomingOut(**{n: getattr(row, n) for n in names}) for row in it.incoming],
            late=[IncomingOut(**{n: getattr(row, n) for n in names}) for row in it.late],
            steps=[StepOut(**asdict(step)) for step in it.steps] if explain else None,
        )


class SellablesOut(Schema):
    data: list[SellableOut]


class PromiseDatesQuery(Schema):
    """Of which SKUs, how many of each, through which channel; `site` limits the stores."""

    sku: Annotated[list[Sku], Field(min_length=1, max_length=SKUS_PER_QUESTION_MAX)]
    quantity: Annotated[int, Field(ge=1, le=QUANTITY_MAX)] = 1
    channel: Annotated[str, Field(min_length=1, max_length=32)]
    method: Annotated[list[Method], Field(max_length=3)] = ["ship", "pickup"]
    site: Annotated[list[Site], Field(max_length=SITES_MAX)] = []


class DateEntryOut(Schema):
    """
    What moved the date: `start`, `cutoff`, `after_hours`, `closed`, `opens`, `handling`, `ready`,
    `transit`, `arrives`, `presale`. `at` is the hour, where it counts.
    """

    code: str
    day: date
    number: str
    at: datetime | None


class StoreDateOut(Schema):
    """
    By when a store has it ready at its counter, and how much of it it could.

    `ready_at` and `open_until` are null where nobody said when the store is open.
    """

    site: str
    quantity: int
    promise_date: date
    ready_at: datetime | None
    open_until: datetime | None
    entries: list[DateEntryOut]


class PromiseDateOut(Schema):
    """
    By when a SKU can be had by one method; null when nobody can promise it.

    `is_now` is false when it is still to come. `stores` are those of a pick-up, the soonest first.
    """

    sku: str
    method: str
    quantity: int
    sellable: int
    promise_date: date | None
    site: str
    is_now: bool
    entries: list[DateEntryOut]
    stores: list[StoreDateOut]


class PromiseDatesOut(Schema):
    data: list[PromiseDateOut]


class GroupBody(Schema):
    """Sites that one may sell from together. `version` is the one it was read as; 0 is new."""

    name: Name
    name_zh: Name = ""
    sites: Annotated[list[Site], Field(max_length=SITES_MAX)]
    version: Version | None = None


class GroupOut(Schema):
    name: str
    name_zh: str
    sites: list[str]
    code: str
    version: int


class AssignmentBody(Schema):
    """A site given to a channel, or withdrawn from it, from a day to a day."""

    site: Site
    is_included: bool = True
    starts_on: date | None = None
    ends_on: date | None = None
    reason: Reason = ""


class ChannelBody(Schema):
    """
    A channel. Its sites are those of its group and those named here.

    What of an order still waits for goods after `cancel_after_days` is canceled, where the order
    itself names no day; null is never.

    `version` is the one it was read as; 0 is a new one.
    """

    name: Name
    name_zh: Name = ""
    kind: Kind = "web_shop"
    group: Annotated[str, Field(max_length=32)] = ""
    hold_seconds: Annotated[int, Field(ge=1, le=86_400)] = 900
    few_below: Annotated[int, Field(ge=0, le=1_000_000)] = 5
    part_value_min: Annotated[int, Field(ge=0, le=10**12)] = 0
    cancel_after_days: Annotated[int, Field(ge=1, le=365)] | None = None
    is_active: bool = True
    sites: Annotated[list[AssignmentBody], Field(max_length=SITES_MAX)] | None = None
    version: Version | None = None


class ChannelOut(Schema):
    code: str
    name: str
    name_zh: str
    kind: str
    group: str
    hold_seconds: int
    few_below: int
    part_value_min: int
    cancel_after_days: int | None
    is_active: bool
    sites: list[AssignmentBody]
    version: int


class ChannelsOut(Schema):
    data: list[ChannelOut]
    groups: list[GroupOut]


class RuleBody(Schema):
    """A selling rule. Empty fields stand for all; the most specific rule that fits counts."""

    kind: Literal["safety_stock", "buffer", "quota", "switch_off", "presale"]
    sku: Annotated[str, Field(max_length=48)] = ""
    site: Annotated[str, Field(max_length=16)] = ""
    channel: Annotated[str, Field(max_length=32)] = ""
    method: Method | Literal[""] = ""
    quantity: Quantity = 0
    percent: Annotated[int, Field(ge=0, le=100)] = 0
    is_exclusive: bool = False
    due_on: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    priority: Annotated[int, Field(ge=-1000, le=1000)] = 0
    reason: Reason = ""


class RuleOut(Schema):
    id: int
    kind: str
    sku: str
    site: str
    channel: str
    method: str
    quantity: int
    percent: int
    is_exclusive: bool
    due_on: date | None
    starts_on: date | None
    ends_on: date | None
    priority: int
    reason: str
    is_active: bool
    created_by: str


class RulesQuery(Schema):
    kind: Annotated[str, Field(max_length=16)] = ""
    sku: Annotated[str, Field(max_length=48)] = ""
    site: Annotated[str, Field(max_length=16)] = ""
    channel: Annotated[str, Field(max_length=32)] = ""


class RulesOut(Schema):
    data: list[RuleOut]


class RuleMade(Schema):
    id: int


class CarrierBody(Schema):
    """Who collects parcels: until when of a day, in the site's time, and how long it takes then."""

    name: Annotated[str, Field(min_length=1, max_length=48)]
    cutoff_at: WallTime
    transit_days: Days = 2


class ServiceBody(Schema):
    """
    What a site can do by one method. Costs in minor units; `cutoff_at` in the site's time.

    `handling_minutes` are minutes in which the site is open. Of `carriers` the one that is there
    first is taken.
    """

    is_open: bool = True
    cutoff_at: WallTime | None = None
    handling_days: Days = 0
    handling_minutes: Annotated[int, Field(ge=0, le=100_000)] = 0
    carriers: Annotated[list[CarrierBody], Field(max_length=CARRIERS_MAX)] = []
    transit_days: Days = 2
    capacity: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    parcel_cost_minor: Annotated[int, Field(ge=0, le=100_000_000)] = 0
    unit_cost_minor: Annotated[int, Field(ge=0, le=100_000_000)] = 0
    regions_denied: Annotated[
        list[Annotated[str, Field(max_length=48)]], Field(max_length=200)
    ] = []
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None


class PartBody(Schema):
    sku: Sku
    quantity: Annotated[int, Field(ge=1, le=1_000_000)]


class BundleBody(Schema):
    """
    What a bundle is made of; without parts it is a bundle no longer.

    `version` is the one it was read as; 0 is a SKU that is no bundle yet.
    """

    parts: Annotated[list[PartBody], Field(max_length=PARTS_MAX)]
    version: Annotated[int, Field(ge=0, le=2**63 - 1)] | None = None


class BundlePartOut(Schema):
    """So many of a SKU, in its smallest unit, make one bundle."""

    sku: str
    quantity: int


class BundleOut(Schema):
    """What a bundle is made of."""

    bundle: str
    parts: list[BundlePartOut]
    version: int


class BundlesQuery(Schema):
    """Which bundles: those after a code, those that one SKU is a part of."""

    part: Annotated[str, Field(max_length=48)] = ""
    cursor: Annotated[str, Field(max_length=48)] = ""
    limit: Annotated[int, Field(ge=1, le=BUNDLES_MAX)] = 100


class BundlesOut(Schema):
    data: list[BundleOut]
    next_cursor: str | None


class PegOut(Schema):
    """A promise on goods to come. At risk is what comes too late for it, or not at all."""

    promise: str
    external_id: str
    sku: str
    quantity: int
    site: str
    document_type: str
    number: str
    due_on: date | None
    usable_on: date | None
    is_at_risk: bool


class PegsOut(Schema):
    data: list[PegOut]


class PegsQuery(Schema):
    number: Annotated[str, Field(max_length=48)] = ""
    sku: Annotated[str, Field(max_length=48)] = ""
    at_risk: bool = False
