"""API of what may be sold: by channel, method and day, with reasons; and the rules behind it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, time
from typing import Annotated, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from ninja.responses import Status
from pydantic import Field

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.documents.doors import get_trace
from yipan.ledger.moves import QUANTITY_MAX
from yipan.pool.policy import channels as kept
from yipan.pool.policy import selling_rules
from yipan.pool.policy.channels import PARTS_MAX, SITES_MAX, Assigned, Service
from yipan.pool.policy.selling_rules import NewRule
from yipan.pool.queries import SKUS_PER_QUESTION_MAX, channels
from yipan.pool.queries.selling import list_pegs, list_sellable
from yipan.pool.rules.selling import Measured, Terms

router = Router(tags=["pool"])

Sku = Annotated[str, Field(min_length=1, max_length=48)]
Site = Annotated[str, Field(min_length=1, max_length=16)]
Code = Annotated[str, Field(min_length=1, max_length=32, pattern=r"^[A-Za-z0-9_.-]+$")]
Name = Annotated[str, Field(max_length=96)]
Reason = Annotated[str, Field(max_length=200)]
Method = Literal["ship", "pickup", "ship_to_store"]
Kind = Literal["web_shop", "app", "mini_program", "marketplace", "register"]
Quantity = Annotated[int, Field(ge=0, le=QUANTITY_MAX)]
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


class GroupBody(Schema):
    """Sites that one may sell from together."""

    name: Name
    name_zh: Name = ""
    sites: Annotated[list[Site], Field(max_length=SITES_MAX)]


class GroupOut(GroupBody):
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
    """A channel. Its sites are those of its group and those named here."""

    name: Name
    name_zh: Name = ""
    kind: Kind = "web_shop"
    group: Annotated[str, Field(max_length=32)] = ""
    hold_seconds: Annotated[int, Field(ge=1, le=86_400)] = 900
    few_below: Annotated[int, Field(ge=0, le=1_000_000)] = 5
    is_active: bool = True
    sites: Annotated[list[AssignmentBody], Field(max_length=SITES_MAX)] | None = None
    version: int | None = None


class ChannelOut(Schema):
    code: str
    name: str
    name_zh: str
    kind: str
    group: str
    hold_seconds: int
    few_below: int
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
    channel: Annotated[str, Field(max_length=32)] = ""


class RulesOut(Schema):
    data: list[RuleOut]


class RuleMade(Schema):
    id: int


class ServiceBody(Schema):
    """What a site can do by one method. Costs in minor units; `cutoff_at` in the site's time."""

    is_open: bool = True
    cutoff_at: time | None = None
    handling_days: Days = 0
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
    """What a bundle is made of; without parts it is a bundle no longer."""

    parts: Annotated[list[PartBody], Field(max_length=PARTS_MAX)]


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
    at_risk: bool = False


@router.get("/sellable", response=SellablesOut)
@endpoint(action="pool.read")
def get_sellable(request: HttpRequest, which: Query[SellableQuery]) -> SellablesOut:
    """Tell what may be sold on some terms; `explain=true` tells each step that leads there."""
    found = list_sellable(
        skus=which.sku,
        terms=Terms(channel=which.channel, method=which.method, by=which.by),
        at=timezone.now(),
        group=which.group,
        sites=get_actor(request).sites,
    )
    return SellablesOut(data=[SellableOut.of(it, explain=which.explain) for it in found])


@router.get("/pegs", response=PegsOut)
@endpoint(action="pool.read")
def get_pegs(request: HttpRequest, which: Query[PegsQuery]) -> PegsOut:
    """List promises on goods to come: of one document, or those at risk."""
    actor = get_actor(request)
    rows = list_pegs(today=timezone.localdate(), number=which.number, only_at_risk=which.at_risk)
    return PegsOut(
        data=[PegOut(**asdict(row)) for row in rows if not row.site or actor.sees(row.site)]
    )


@router.get("/channels", response=ChannelsOut)
@endpoint(action="pool.read")
def get_channels(request: HttpRequest) -> ChannelsOut:
    """List channels, and the groups of sites they sell from."""
    actor = get_actor(request)
    return ChannelsOut(
        data=[
            ChannelOut(
                **{n: getattr(row, n) for n in ChannelOut.model_fields if n != "sites"},
                sites=[
                    AssignmentBody(**{n: getattr(it, n) for n in AssignmentBody.model_fields})
                    for it in row.assignments
                    if actor.sees(it.site)
                ],
            )
            for row in channels.list_channels()
        ],
        groups=[
            GroupOut(
                code=row.code,
                name=row.name,
                name_zh=row.name_zh,
                sites=[site for site in row.sites if actor.sees(site)],
                version=row.version,
            )
            for row in channels.list_groups()
        ],
    )


@router.put("/channels/{code}", response={204: None})
@endpoint(action="pool.policy")
def put_channel(request: HttpRequest, code: Code, payload: ChannelBody) -> Status[None]:
    """Make or change a channel; with `sites`, these replace those named before."""
    kept.save_channel(
        code=code,
        fields={
            name: getattr(payload, name)
            for name in ChannelBody.model_fields
            if name not in {"sites", "version"}
        },
        assigned=None
        if payload.sites is None
        else [Assigned(**it.model_dump()) for it in payload.sites],
        version=payload.version,
        by=get_trace(request),
        at=timezone.now(),
    )
    return Status(204, None)


@router.put("/site-groups/{code}", response={204: None})
@endpoint(action="pool.policy")
def put_group(request: HttpRequest, code: Code, payload: GroupBody) -> Status[None]:
    """Make or change a group of sites."""
    kept.save_group(code=code, **payload.model_dump(), by=get_trace(request), at=timezone.now())
    return Status(204, None)


@router.put("/site-services/{service_site}/{method}", response={204: None})
@endpoint(action="pool.policy")
def put_service(
    request: HttpRequest, service_site: Site, method: Method, payload: ServiceBody
) -> Status[None]:
    """Say what a site can do by one method: until when, how many orders, at which cost."""
    get_actor(request).require_site(service_site)
    fields = payload.model_dump()
    fields["regions_denied"] = tuple(payload.regions_denied)
    service = Service(site=service_site, method=method, **fields)
    kept.save_service(service=service, by=get_trace(request), at=timezone.now())
    return Status(204, None)


@router.put("/bundles/{bundle}", response={204: None})
@endpoint(action="pool.policy")
def put_bundle(request: HttpRequest, bundle: Sku, payload: BundleBody) -> Status[None]:
    """Say what a bundle is made of."""
    kept.save_bundle(
        bundle=bundle,
        parts={part.sku: part.quantity for part in payload.parts},
        by=get_trace(request),
        at=timezone.now(),
    )
    return Status(204, None)


@router.get("/selling-rules", response=RulesOut)
@endpoint(action="pool.read")
def get_rules(request: HttpRequest, which: Query[RulesQuery]) -> RulesOut:
    """List the selling rules that are not ended, the newest first."""
    actor = get_actor(request)
    rows = channels.list_rules(kind=which.kind, sku=which.sku, channel=which.channel)
    return RulesOut(
        data=[
            RuleOut(**{n: getattr(row, n) for n in RuleOut.model_fields})
            for row in rows
            if not row.site or actor.sees(row.site)
        ]
    )


@router.post("/selling-rules", response={201: RuleMade})
@endpoint(action="pool.policy")
def add_rule(request: HttpRequest, payload: RuleBody) -> Status[RuleMade]:
    """Make a selling rule. A rule is never changed: end it and make another."""
    if payload.site:
        get_actor(request).require_site(payload.site)
    rule = selling_rules.add(
        rule=NewRule(**payload.model_dump()), by=get_trace(request), at=timezone.now()
    )
    return Status(201, RuleMade(id=rule))


@router.post("/selling-rules/{rule}/end", response={204: None})
@endpoint(action="pool.policy")
def end_rule(request: HttpRequest, rule: int) -> Status[None]:
    """End a rule. What is left of a quota or a pre-sale goes with it; what was sold stands."""
    selling_rules.end(rule=rule, by=get_trace(request), at=timezone.now())
    return Status(204, None)
