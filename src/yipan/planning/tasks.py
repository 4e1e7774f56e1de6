"""
What the clock starts in planning. What needs numpy is loaded when it is needed.

A web process starts without it (and without OR-Tools and LightGBM), and so does a site node.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace
from yipan.planning.documents import plan_run, proposal
from yipan.planning.documents.policy import Scope
from yipan.planning.models import PlanRun

SYSTEM = Trace(actor="planning")
Clock = Callable[[], datetime]


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """How plans are computed here: by whom, in how many shards, and where that is."""

    executor: str = "serial"
    shards: int = 8
    address: str = ""


def get_setting() -> Setting:
    """Return how plans are computed on this node."""
    return Setting(
        executor=settings.YIPAN_PLAN_EXECUTOR,
        shards=settings.YIPAN_PLAN_SHARDS,
        address=settings.YIPAN_PLAN_ADDRESS,
    )


def start_plan(*, setting: Setting, by: Trace, at: datetime) -> PlanRun:
    """
    Begin a plan of today; the worker carries it out.

    :raises RunGoing: if one is being made already.
    """
    return plan_run.start(
        today=timezone.localdate(at), by=by, at=at, shards=setting.shards, executor=setting.executor
    )


def plan_nightly(*, setting: Setting, at: datetime) -> str:
    """Begin the plan of the night, unless one is going; return its number."""
    going = plan_run.find_running()
    return (going or start_plan(setting=setting, by=SYSTEM, at=at)).number


def carry_on(*, clock: Clock, address: str = "") -> list[tuple[str, int]]:
    """
    Carry out the plan that is being made, where it stands; return shards to hand to a queue.

    Each is the run's number and the shard's. Safe to repeat: what is done stays done.
    """
    run = plan_run.find_running()
    if run is None:
        return []
    if run.executor == "queue":
        follow_demand()
        proposal.settle_transfers(at=clock())
        return [(run.number, place) for place in plan_run.list_open_shards(run)]
    from yipan.planning.documents import plan_work  # noqa: PLC0415

    try:
        plan_work.carry_out(run, clock=clock, address=address)
    except Refusal as refusal:
        # A plan that cannot be made must not stand in the way of the next one.
        plan_run.fail(number=run.number, problem=f"{refusal.code} {refusal.facts}", at=clock())
    return []


def carry_out_shard(*, number: str, place: int, clock: Clock) -> None:
    """Compute one shard of a plan. Safe to repeat."""
    from yipan.planning.documents import plan_work  # noqa: PLC0415

    plan_work.carry_out_shard(number=number, place=place, clock=clock)


def follow_demand() -> int:
    """Read on in the site book what was sold; return how many movements were new."""
    from yipan.planning.documents import demand  # noqa: PLC0415

    return demand.follow()


def judge_segments(*, at: datetime) -> int:
    """Back-test every segment; return how many there are."""
    from yipan.planning.documents import backtest  # noqa: PLC0415

    return len(backtest.judge_segments(today=timezone.localdate(at), at=at))


def try_setting(*, scope: Scope, terms: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """Return what terms for a scope would have cost on its history, beside what holds now."""
    from yipan.planning.queries import effects  # noqa: PLC0415

    return effects.compare(
        scope=(scope.category, scope.site_type, scope.site, scope.sku),
        terms=terms,
        today=timezone.localdate(at),
    )
