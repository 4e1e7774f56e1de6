"""
Steps of a plan run (计划批次): start -> a shard at a time -> finish, and on again after a kill.

A run is a row and its shards are rows: whoever finds one that runs carries on with what is not
done. Shards are pure functions of the books, so it does not matter who computes them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F, Sum

from yipan.documents import trail
from yipan.documents.numbers import give_number
from yipan.foundation.refusals import NotFound, Refusal
from yipan.ledger.moves import Trace
from yipan.planning.models import PlanRun, PlanShard, Proposal, RunState
from yipan.planning.models.proposal import ProposalKind, ProposalState
from yipan.planning.queries.policies import read_lane_minimums

DOCUMENT_TYPE: Final = "plan_run"
TRAIL = trail.Trail[PlanRun]("planning", DOCUMENT_TYPE)
PREFIX: Final = "PR"
EXECUTORS: Final = ("serial", "processes", "queue", "dask", "ray")
SHARDS_MAX: Final = 4_096


class RunGoing(Refusal):
    """A plan is being made already; there is one at a time."""

    code = "planning.run_going"


class ExecutorUnknown(Refusal):
    """There is no such way to compute a plan."""

    code = "planning.executor_unknown"
    status = 422


@transaction.atomic
def start(
    *, today: date, by: Trace, at: datetime, shards: int = 8, executor: str = "serial"
) -> PlanRun:
    """
    Begin a run of as many shards.

    :raises RunGoing: if one is being made already.
    :raises ExecutorUnknown: if there is no such executor.
    """
    if executor not in EXECUTORS:
        raise ExecutorUnknown(executor=executor, known=list(EXECUTORS))
    assert 0 < shards <= SHARDS_MAX
    going = PlanRun.objects.select_for_update().filter(state=RunState.RUNNING).first()
    if going is not None:
        raise RunGoing(number=going.number)
    run = PlanRun.objects.create(
        number=give_number(prefix=PREFIX, on=today),
        today=today,
        executor=executor,
        shards=shards,
        created_by=by.actor,
        created_at=at,
    )
    PlanShard.objects.bulk_create([PlanShard(run=run, place=place) for place in range(shards)])
    TRAIL.note(run, step="create", from_state="", by=by, at=at)
    return run


def get_run(number: str) -> PlanRun:
    """
    Return a run.

    :raises NotFound: if there is none of this number.
    """
    found = PlanRun.objects.filter(number=number).first()
    if found is None:
        raise NotFound(kind="plan_run", id=number)
    return found


def find_running() -> PlanRun | None:
    """Return the run that is being made, None when there is none."""
    return PlanRun.objects.filter(state=RunState.RUNNING).first()


def list_open_shards(run: PlanRun) -> list[int]:
    """Return the shards of a run that are not done, in order."""
    rows = run.parts.filter(done_at__isnull=True).order_by("place")
    return list(rows.values_list("place", flat=True))


def count_done(run: PlanRun, *, opened: int, changed: int, withdrawn: int, places: int) -> None:
    """Count one more shard of a run, and what came of it."""
    PlanRun.objects.filter(pk=run.pk, shards_done__lt=F("shards")).update(
        shards_done=F("shards_done") + 1,
        opened=F("opened") + opened,
        changed=F("changed") + changed,
        withdrawn=F("withdrawn") + withdrawn,
        places=F("places") + places,
    )


@transaction.atomic
def finish(*, number: str, least_lane_minor: int, at: datetime) -> bool:
    """
    End a run whose shards are all done; return whether it ended now.

    Ways between stores on which so little would go that no van is worth it wait for more.
    """
    run = PlanRun.objects.select_for_update().get(number=number)
    parts = list(run.parts.order_by("place"))
    if run.state != RunState.RUNNING or any(it.done_at is None for it in parts):
        return False
    mark_small_lanes(least=least_lane_minor)
    run.shards_done = run.shards
    run.proposals = Proposal.objects.filter(state=ProposalState.OPEN).count()
    run.digest = _hash([it.digest for it in parts])
    run.state = RunState.FINISHED
    run.finished_at = at
    run.milliseconds = max(0, int((at - run.created_at) / timedelta(milliseconds=1)))
    run.save()
    TRAIL.note(run, step="close", from_state=RunState.RUNNING, by=Trace(actor="planning"), at=at)
    return True


@transaction.atomic
def fail(*, number: str, problem: str, at: datetime) -> None:
    """End a run that cannot be made, and say why."""
    run = PlanRun.objects.select_for_update().get(number=number)
    if run.state == RunState.RUNNING:
        run.state = RunState.FAILED
        run.problem = problem[:300]
        run.finished_at = at
        run.save(update_fields=["state", "problem", "finished_at"])
        TRAIL.note(
            run, step="cancel", from_state=RunState.RUNNING, by=Trace(actor="planning"), at=at
        )


def mark_small_lanes(*, least: int) -> int:
    """
    Mark rebalancing on ways whose goods of all SKUs together are worth too little for a van.

    That is less than `least`, or than the policy of the store they go to says. Return how many.
    """
    rows = Proposal.objects.filter(kind=ProposalKind.REBALANCING, state=ProposalState.OPEN)
    lanes = rows.values("source", "site").annotate(value=Sum("value_minor"))
    leasts = read_lane_minimums({lane["site"] for lane in lanes})
    small = 0
    for lane in lanes:
        is_small = lane["value"] < max(least, leasts.get(lane["site"], 0))
        on_lane = rows.filter(source=lane["source"], site=lane["site"])
        on_lane.exclude(is_too_small=is_small).update(is_too_small=is_small)
        small += int(is_small)
    return small


def _hash(digests: Sequence[str]) -> str:
    return hashlib.blake2b("".join(sorted(digests)).encode(), digest_size=16).hexdigest()
