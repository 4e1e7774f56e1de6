"""
What the clock starts in planning. What needs numpy is loaded when it is needed.

A web process starts without it (and without OR-Tools and LightGBM), and so does a site node.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace
from yipan.planning.documents import plan_run, proposal
from yipan.planning.documents.policy import Scope
from yipan.planning.models import PlanRun

SYSTEM = Trace(actor="planning")
RUN_MAX: Final = timedelta(hours=20)
#: The database is away: the next minute tries again.
_AWAY: Final = (OperationalError, InterfaceError)
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
    """
    Begin the plan of the night, unless one is going; return its number.

    One that has gone since yesterday never ends: it is given up, and is in nobody's way.
    """
    going = plan_run.find_running()
    if going is not None and going.created_at <= at - RUN_MAX:
        plan_run.fail(number=going.number, problem=f"not done in {RUN_MAX}", at=at)
        going = None
    return (going or start_plan(setting=setting, by=SYSTEM, at=at)).number


def carry_on(*, clock: Clock, address: str = "") -> list[tuple[str, int]]:
    """
    Carry out the plan that is being made, where it stands; return shards to hand to a queue.

    Each is the run's number and the shard's. Safe to repeat: what is done stays done. A plan
    that fails ends, and says why: it must not stand in the way of the next one.
    """
    run = plan_run.find_running()
    if run is None:
        return []
    if run.executor == "queue":
        follow_demand()
        proposal.settle_transfers(at=clock())
        places = plan_run.list_open_shards(run)
        if places:
            return [(run.number, place) for place in places]
    from yipan.planning.documents import plan_work  # noqa: PLC0415

    with _end_by_failure(run.number, clock=clock):
        plan_work.carry_out(run, clock=clock, address=address)
    return []


def carry_out_shard(*, number: str, place: int, clock: Clock) -> None:
    """Compute one shard of a plan. Safe to repeat."""
    from yipan.planning.documents import plan_work  # noqa: PLC0415

    with _end_by_failure(number, clock=clock):
        plan_work.carry_out_shard(number=number, place=place, clock=clock)


@contextmanager
def _end_by_failure(number: str, *, clock: Clock) -> Iterator[None]:
    """End a run by what keeps it from being made; a fault of ours is told all the same."""
    try:
        yield
    except Refusal as refusal:
        plan_run.fail(number=number, problem=f"{refusal.code} {refusal.facts}", at=clock())
    except _AWAY:
        raise
    except Exception as error:
        plan_run.fail(number=number, problem=f"{type(error).__name__}: {error}", at=clock())
        raise


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
