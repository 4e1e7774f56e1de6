"""API of what may be sold: by channel, method and day, with reasons; and the rules behind it."""

from __future__ import annotations

from dataclasses import asdict

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router
from ninja.responses import Status

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.config.api.selling_schemas import (
    AssignmentBody,
    BundleBody,
    BundleOut,
    BundlesOut,
    BundlesQuery,
    ChannelBody,
    ChannelOut,
    ChannelsOut,
    Code,
    GroupBody,
    GroupOut,
    Method,
    PegOut,
    PegsOut,
    PegsQuery,
    PromiseDateOut,
    PromiseDatesOut,
    PromiseDatesQuery,
    RuleBody,
    RuleMade,
    RuleOut,
    RulesOut,
    RulesQuery,
    SellableOut,
    SellableQuery,
    SellablesOut,
    ServiceBody,
    Site,
    Sku,
)
from yipan.documents.doors import get_trace
from yipan.pool.policy import channels as kept
from yipan.pool.policy import selling_rules
from yipan.pool.policy.channels import Assigned, Carrier, Service
from yipan.pool.policy.selling_rules import NewRule
from yipan.pool.queries import bundles, channels
from yipan.pool.queries.promise_dates import list_promise_dates
from yipan.pool.queries.selling import list_pegs, list_sellable
from yipan.pool.rules.selling import Terms

router = Router(tags=["pool"])


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


@router.get("/promise-dates", response=PromiseDatesOut)
@endpoint(action="pool.read")
def get_promise_dates(request: HttpRequest, which: Query[PromiseDatesQuery]) -> PromiseDatesOut:
    """Tell by when each SKU can be had by each method, and in which stores it can be picked up."""
    scope = get_actor(request).sites
    near = frozenset(which.site) or None
    found = list_promise_dates(
        wanted=dict.fromkeys(which.sku, which.quantity),
        channel=which.channel,
        methods=which.method,
        at=timezone.now(),
        sites=near if scope is None else scope if near is None else near & scope,
    )
    return PromiseDatesOut(data=[PromiseDateOut(**asdict(it)) for it in found])


@router.get("/pegs", response=PegsOut)
@endpoint(action="pool.read")
def get_pegs(request: HttpRequest, which: Query[PegsQuery]) -> PegsOut:
    """List promises on goods to come: of one document or SKU, or those at risk; 500 at most."""
    rows = list_pegs(
        today=timezone.localdate(),
        number=which.number,
        sku=which.sku,
        sites=get_actor(request).sites,
        only_at_risk=which.at_risk,
    )
    return PegsOut(data=[PegOut(**asdict(row)) for row in rows])


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
    """
    Make or change a channel; with `sites`, these replace those named before.

    412 when it was changed since `version`.
    """
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
    """Make or change a group of sites; 412 when it was changed since `version`."""
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
    fields["carriers"] = tuple(Carrier(**it.model_dump()) for it in payload.carriers)
    service = Service(site=service_site, method=method, **fields)
    kept.save_service(service=service, by=get_trace(request), at=timezone.now())
    return Status(204, None)


@router.get("/bundles", response=BundlesOut)
@endpoint(action="pool.read")
def get_bundles(request: HttpRequest, which: Query[BundlesQuery]) -> BundlesOut:
    """List bundles by code with what they are made of."""
    rows = bundles.list_bundles(part=which.part, after=which.cursor, limit=which.limit)
    return BundlesOut(
        data=[BundleOut(**asdict(row)) for row in rows],
        next_cursor=rows[-1].bundle if len(rows) == which.limit else None,
    )


@router.get("/bundles/{bundle}", response=BundleOut)
@endpoint(action="pool.read")
def get_bundle(request: HttpRequest, bundle: Sku) -> BundleOut:
    """Tell what a bundle is made of; 404 when the SKU is none."""
    return BundleOut(**asdict(bundles.get_bundle(bundle)))


@router.put("/bundles/{bundle}", response={204: None})
@endpoint(action="pool.policy")
def put_bundle(request: HttpRequest, bundle: Sku, payload: BundleBody) -> Status[None]:
    """Say what a bundle is made of; 412 when it was changed since `version`."""
    kept.save_bundle(
        bundle=bundle,
        parts={part.sku: part.quantity for part in payload.parts},
        version=payload.version,
        by=get_trace(request),
        at=timezone.now(),
    )
    return Status(204, None)


@router.get("/selling-rules", response=RulesOut)
@endpoint(action="pool.read")
def get_rules(request: HttpRequest, which: Query[RulesQuery]) -> RulesOut:
    """List the selling rules that count, or will from their first day; the newest first."""
    actor = get_actor(request)
    rows = channels.list_rules(
        kind=which.kind,
        sku=which.sku,
        site=which.site,
        channel=which.channel,
        on=timezone.localdate(),
    )
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
