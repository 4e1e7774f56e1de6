"""Operations of sourcing: its rules, a dry run before an order, a shadow run over past ones."""

from __future__ import annotations

from dataclasses import asdict

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.documents.doors import get_trace
from yipan.foundation.ids import make_id
from yipan.oms.api.rules_schemas import SourcingRulesIn, SourcingRulesOut, SourcingRulesQuery
from yipan.oms.api.schemas import (
    ChannelOrderIn,
    ChannelOrderLineOut,
    DecisionOut,
    FulfillmentOut,
    PlanOut,
    ShadowIn,
    ShadowOut,
)
from yipan.oms.documents import dry_run, sourcing_rules
from yipan.oms.documents.order import Bought, BoughtLine
from yipan.oms.queries import sourcing_rules as rules
from yipan.oms.queries.shadow import make_rules, run_shadow

router = Router(tags=["OMS"])


@router.post("/sourcing/plan", response=PlanOut)
@endpoint(action="oms.order.write")
def plan_order(request: HttpRequest, payload: ChannelOrderIn) -> PlanOut:
    """Tell what would become of an order, and why; nothing is kept, reserved or told."""
    actor = get_actor(request)
    if payload.pickup_site:
        actor.require_site(payload.pickup_site)
    fields = payload.model_dump()
    fields["lines"] = tuple(BoughtLine(**line) for line in fields["lines"])
    detail = dry_run.plan(
        bought=Bought(**fields), by=get_trace(request), at=timezone.now(), message_id=make_id()
    )
    return PlanOut(
        lines=[ChannelOrderLineOut(**asdict(line)) for line in detail.lines],
        fulfillments=[FulfillmentOut.of(row) for row in detail.fulfillments],
        decisions=[DecisionOut(**asdict(row)) for row in detail.decisions],
    )


@router.post("/sourcing/shadow", response=ShadowOut)
@endpoint(action="oms.read")
def run_other_rules(request: HttpRequest, payload: ShadowIn) -> ShadowOut:
    """Tell what other rules would have decided about the orders of some days, and the cost."""
    fields = payload.model_dump(exclude={"since", "until", "channel"})
    found = run_shadow(
        rules=make_rules(**fields),
        since=payload.since,
        until=payload.until,
        channel=payload.channel,
        sites=get_actor(request).sites,
    )
    return ShadowOut(**asdict(found), difference=found.difference)


@router.get("/sourcing/rules", response=SourcingRulesOut)
@endpoint(action="oms.read")
def get_sourcing_rules(
    request: HttpRequest,
    which: Query[SourcingRulesQuery],
) -> SourcingRulesOut:
    """Tell the rules by which a channel's orders are sourced: its own, else those of the house."""
    return SourcingRulesOut.of(rules.find_rules(which.channel))


@router.put("/sourcing/rules", response=SourcingRulesOut)
@endpoint(action="pool.policy")
def use_sourcing_rules(request: HttpRequest, payload: SourcingRulesIn) -> SourcingRulesOut:
    """Source a channel's orders by other rules from now on; every version is kept."""
    fields = payload.model_dump(exclude={"channel", "version", "reason"})
    row = sourcing_rules.use(
        channel=payload.channel,
        ruled=rules.Ruled(**fields),
        version=payload.version,
        by=get_trace(request, reason=payload.reason),
        at=timezone.now(),
    )
    return SourcingRulesOut.of(row)
