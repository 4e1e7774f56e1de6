"""The work of a plan run: read a shard, compute it, write it down; and take up what was left."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from yipan.planning.documents import demand, plan_run, proposal
from yipan.planning.documents.results import write_plan
from yipan.planning.executors.running import make_executor
from yipan.planning.models import PlanRun
from yipan.planning.queries.world import list_shard_skus, read_shard
from yipan.planning.rules.engine import plan_shard
from yipan.planning.rules.shard import Costs, Place, Plan, Shard

COSTS: Final = Costs()
Clock = Callable[[], datetime]
#: Told after each shard, with its number: a bench or a test may stop the run there.
Told = Callable[[int], None]


def carry_out(
    run: PlanRun, *, clock: Clock, costs: Costs = COSTS, address: str = "",
    told: Told | None = None,
) -> None:  # fmt: skip
    """
    Compute all shards of a run that are not done, and finish it.

    Killed half-way it leaves whole shards behind; taken up again it computes the others.
    """
    demand.follow()
    proposal.settle_transfers(at=clock())
    skus = list_shard_skus(shards=run.shards)
    executor = make_executor(run.executor, address=address)
    places: dict[int, Sequence[Place]] = {}
    shards = _read(run, skus, costs=costs, places=places)
    for plan in executor.map(plan_shard, shards):
        _write(plan, run=run, skus=skus[plan.number], places=places, clock=clock)
        if told is not None:
            told(plan.number)
    plan_run.finish(number=run.number, least_lane_minor=costs.least_value, at=clock())


def carry_out_shard(*, number: str, place: int, clock: Clock, costs: Costs = COSTS) -> None:
    """Compute one shard of a run, and finish the run when it was the last. Safe to repeat."""
    run = plan_run.get_run(number)
    if run.state != "running":
        return
    if place in plan_run.list_open_shards(run):
        skus = list_shard_skus(shards=run.shards)[place]
        shard = read_shard(skus, number=place, today=run.today, costs=costs)
        _write(plan_shard(shard), run=run, skus=skus, places={place: shard.places}, clock=clock)
    # Who was killed after the last shard has left this alone to do.
    plan_run.finish(number=number, least_lane_minor=costs.least_value, at=clock())


def _read(
    run: PlanRun,
    skus: Sequence[Sequence[str]],
    *,
    costs: Costs,
    places: dict[int, Sequence[Place]],
) -> Iterator[Shard]:
    for number in plan_run.list_open_shards(run):
        shard = read_shard(skus[number], number=number, today=run.today, costs=costs)
        places[number] = shard.places
        yield shard


def _write(
    plan: Plan,
    *,
    run: PlanRun,
    skus: Sequence[str],
    places: Mapping[int, Sequence[Place]],
    clock: Clock,
) -> None:
    written = write_plan(plan, run=run, skus=skus, places=places[plan.number], at=clock())
    plan_run.count_done(
        run,
        opened=written.opened,
        changed=written.changed,
        withdrawn=written.withdrawn,
        places=len(plan.outlooks),
    )
