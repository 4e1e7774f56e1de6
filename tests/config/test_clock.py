"""Goal: what the clock starts does its work, and may be started twice."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from structlog.testing import capture_logs

from tests import retailer
from tests.retailer import NOON, deliver, order, receive, stock
from yipan.config import clock, work
from yipan.exchange import comparisons, queries
from yipan.exchange.models import ComparisonState

TIMESTAMP = int(NOON.timestamp())


def test_every_task_of_the_table_is_known_to_the_worker_and_started_by_the_clock() -> None:
    periodic = {each.task.name for each in app.periodic_registry.periodic_tasks.values()}

    assert {task.name for task in clock.TASKS} == periodic
    assert periodic <= set(app.tasks)


@pytest.mark.django_db
def test_parked_messages_are_tried_every_minute() -> None:
    retailer.open_retailer()
    retailer.sell(("NEW-1", 2))
    retailer.add_skus("NEW-1")

    clock.retry_parked(TIMESTAMP)
    clock.retry_parked(TIMESTAMP)

    assert queries.list_inbox() == []
    assert stock("pos:S12", "on_hand/shop_floor/available", "NEW-1") == -2


@pytest.mark.django_db
def test_sites_tell_digests_once_and_the_hub_compares_them() -> None:
    retailer.open_retailer()
    purchase = order(("TEA-250", 10))
    deliver()
    receive(purchase.inbound_order_number, ("TEA-250", 10, 0))

    clock.tell_digests(TIMESTAMP)
    clock.tell_digests(TIMESTAMP)
    deliver()
    clock.compare_open(TIMESTAMP)

    (row,) = comparisons.list_comparisons()
    assert (row.source, row.state) == ("wms:W1/stock", ComparisonState.MATCH)


@pytest.fixture
def _jobs_taken_away() -> Iterator[None]:
    yield
    with connection.cursor() as cursor:
        cursor.execute("truncate procrastinate_jobs cascade")


def begin_job_of_a_dead_worker(task: str, lock: str = "", *, attempts: int = 1) -> int:
    """Write down a job that was begun five minutes ago by a worker that is no more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_jobs"
            " (queue_name, task_name, status, attempts, args, lock, queueing_lock)"
            " values ('default', %s, 'doing', %s, '{\"timestamp\": 1}', nullif(%s, ''), %s)"
            " returning id",
            [task, attempts, lock, task],
        )
        (job_id,) = cursor.fetchone() or (0,)
        cursor.execute(
            "insert into procrastinate_events (job_id, type, at)"
            " values (%s, 'started', now() - interval '5 minutes')",
            [job_id],
        )
    return int(job_id)


def list_jobs() -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute("select id, status::text from procrastinate_jobs order by id")
        return [(int(job_id), str(state)) for job_id, state in cursor.fetchall()]


@pytest.mark.usefixtures("_jobs_taken_away")
@pytest.mark.django_db(transaction=True)
def test_a_job_whose_worker_was_killed_is_started_again() -> None:
    job_id = begin_job_of_a_dead_worker("exchange.retry_parked")

    asyncio.run(_sweep())

    assert list_jobs() == [(job_id, "todo")]


@pytest.mark.usefixtures("_jobs_taken_away")
@pytest.mark.django_db(transaction=True)
def test_a_job_of_a_killed_worker_gives_way_to_its_like_that_waits_for_its_lock() -> None:
    begin_job_of_a_dead_worker("planning.carry_on", lock=clock.LONG)
    waiting = clock.carry_on_plan.configure().defer(timestamp=TIMESTAMP)
    other = begin_job_of_a_dead_worker("exchange.retry_parked")

    asyncio.run(_sweep())

    assert list_jobs() == [(waiting, "todo"), (other, "todo")]


@pytest.mark.usefixtures("_jobs_taken_away")
@pytest.mark.django_db(transaction=True)
def test_a_job_that_kills_its_worker_each_time_is_given_up_and_told() -> None:
    begin_job_of_a_dead_worker("planning.plan_shard", attempts=clock.ATTEMPTS_MAX)
    other = begin_job_of_a_dead_worker("exchange.retry_parked", attempts=clock.ATTEMPTS_MAX - 1)

    with capture_logs() as said:
        asyncio.run(_sweep())

    assert [state for _, state in list_jobs()] == ["failed", "todo"]
    assert list_jobs()[1][0] == other
    given_up = [line["task"] for line in said if line["event"] == "job_given_up"]
    assert given_up == ["planning.plan_shard"]


def test_nothing_the_clock_starts_runs_beside_itself_but_the_sweep() -> None:
    locks = {task.name: task.lock for task in clock.TASKS}

    # Whoever frees the locks of the dead must not wait for one of them.
    assert locks.pop("config.sweep_stalled") is None
    assert [name for name, lock in locks.items() if not lock] == []
    long = sorted(name for name, lock in locks.items() if lock == clock.LONG)
    assert long == [
        "config.prove_books",
        "planning.carry_on",
        "planning.judge_segments",
        "recon.compare_in_full",
    ]
    assert work.CONCURRENT_TASKS == 3


async def _sweep() -> None:
    connector = app.connector
    assert isinstance(connector, DjangoConnector)
    with app.replace_connector(connector.get_worker_connector()):
        async with app.open_async():
            await clock.sweep_stalled(TIMESTAMP)


@pytest.mark.django_db
def test_books_are_compared_in_full_and_proved_each_night_and_a_break_is_an_error() -> None:
    retailer.open_retailer()
    retailer.open_store("S12", ("TEA-250", 10))
    deliver()
    with capture_logs() as sound:
        clock.compare_in_full(TIMESTAMP)
        clock.prove_books(TIMESTAMP)

    retailer.post_by_hand("erp", "by_hand/1", "on_hand/S12/available", 4)
    with capture_logs() as broken:
        clock.prove_books(TIMESTAMP)

    assert [line for line in sound if line["event"] == "proof_broken"] == []
    assert "proof.hub_equals_sites" in {line.get("check") for line in broken}
