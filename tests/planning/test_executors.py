"""Whoever computes a plan, and in however many shards: the rows are the same."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib.util import find_spec
from random import Random

import pytest

from tests import retailer
from tests.planning import world
from yipan.bench.planning import cut
from yipan.bench.planning_world import generate, make_shard
from yipan.config import clock
from yipan.planning import tasks
from yipan.planning.documents import plan_run, plan_work
from yipan.planning.executors.running import Processes, Serial, make_executor
from yipan.planning.models import PlanRun, StockOutlook
from yipan.planning.rules.engine import plan_shard
from yipan.planning.rules.shard import hash_plans


@pytest.mark.slow
def test_one_process_several_and_clusters_compute_the_same() -> None:
    whole = make_shard(generate(seed=1, count=80))
    expected = hash_plans([plan_shard(whole)])

    for shards in (1, 3, 8):
        parts = cut(whole, shards=shards)
        Random(shards).shuffle(parts)
        assert hash_plans(list(Serial().map(plan_shard, parts))) == expected
    assert hash_plans(list(Processes(count=2).map(plan_shard, cut(whole, shards=3)))) == expected
    # Dask is among the tools of development; Ray weighs ten times as much, and is tried by hand.
    for name in ("dask", *(["ray"] if find_spec("ray") else [])):
        executor = make_executor(name)
        assert hash_plans(list(executor.map(plan_shard, cut(whole, shards=3)))) == expected


@pytest.mark.django_db
def test_the_queue_hands_out_each_open_shard_and_the_last_one_ends_the_run() -> None:
    world.open_chain()
    world.follow()
    whole = world.plan(shards=4)
    kept = (
        world.list_open(),
        list(StockOutlook.objects.order_by("id").values_list("sku", "up_to")),
    )
    run = plan_run.start(
        today=world.TODAY.date(), by=world.PLANNER, at=world.TODAY, shards=4, executor="queue"
    )

    shards = tasks.carry_on(clock=read_clock)
    for number, place in reversed(shards):
        tasks.carry_out_shard(number=number, place=place, clock=read_clock)
    tasks.carry_out_shard(number=run.number, place=0, clock=read_clock)
    run.refresh_from_db()

    assert shards == [(run.number, place) for place in range(4)]
    assert (run.state, run.shards_done, run.opened) == ("finished", 4, 0)
    assert run.digest == whole.digest
    assert world.list_open() == kept[0]
    assert plan_run.find_running() is None
    assert clock.plan_shard.name == "planning.plan_shard"


@pytest.mark.skipif(find_spec("ray") is not None, reason="Ray is installed here")
@pytest.mark.django_db
def test_a_plan_that_cannot_be_made_fails_and_makes_way_for_the_next() -> None:
    retailer.open_retailer()
    run = plan_run.start(today=world.TODAY.date(), by=world.PLANNER, at=world.TODAY, executor="ray")

    assert tasks.carry_on(clock=read_clock) == []
    run.refresh_from_db()

    assert (run.state, run.shards_done) == ("failed", 0)
    assert run.problem.startswith("planning.executor_missing")
    assert plan_run.find_running() is None


def read_clock() -> datetime:
    return world.TODAY


@pytest.mark.django_db
def test_a_plan_whose_shard_fails_ends_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    retailer.open_retailer()
    begun = plan_run.start(
        today=world.TODAY.date(), by=world.PLANNER, at=world.TODAY, executor="queue"
    )
    monkeypatch.setattr(plan_work, "read_shard", _break)

    with pytest.raises(ZeroDivisionError):
        tasks.carry_out_shard(number=begun.number, place=0, clock=read_clock)
    begun.refresh_from_db()

    assert (begun.state, begun.problem) == ("failed", "ZeroDivisionError: no demand to divide by")
    # The next one begins, and nothing is in its way.
    assert tasks.plan_nightly(setting=tasks.Setting(), at=world.TODAY) != begun.number


def _break(*_: object, **__: object) -> None:
    message = "no demand to divide by"
    raise ZeroDivisionError(message)


@pytest.mark.django_db
def test_a_run_whose_shards_are_all_written_ends_though_its_last_worker_was_killed() -> None:
    retailer.open_retailer()
    run = plan_run.start(
        today=world.TODAY.date(), by=world.PLANNER, at=world.TODAY, shards=2, executor="queue"
    )
    for place in range(2):
        plan_work.carry_out_shard(number=run.number, place=place, clock=read_clock)
    PlanRun.objects.update(state="running", finished_at=None)

    # Neither its own repeat nor the clock computes a shard again, and each of them ends the run.
    assert tasks.carry_on(clock=read_clock) == []
    run.refresh_from_db()

    assert run.state == "finished"


@pytest.mark.django_db
def test_a_plan_of_yesterday_that_never_ended_makes_way() -> None:
    retailer.open_retailer()
    stuck = plan_run.start(today=world.TODAY.date(), by=world.PLANNER, at=world.TODAY)

    same = tasks.plan_nightly(setting=tasks.Setting(), at=world.TODAY + timedelta(hours=19))
    new = tasks.plan_nightly(setting=tasks.Setting(), at=world.TODAY + timedelta(hours=20))
    stuck.refresh_from_db()

    assert (same, stuck.state) == (stuck.number, "failed")
    assert plan_run.get_run(new).state == "running"
