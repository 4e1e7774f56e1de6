"""Many requesters at once: group commit against one call each and against code written by hand."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from statistics import median
from typing import Any

import psycopg

from yipan.bench.ledger_world import (
    BOOK,
    SET_ASIDE,
    SHELF,
    get_dsn,
    make_requests,
    read_cpu_seconds,
)
from yipan.fastlane.gatherer import Gatherer
from yipan.ledger import posting
from yipan.ledger.accounts import Directory
from yipan.ledger.calls import ask_on
from yipan.ledger.deciding import REQUESTS_PER_BATCH_MAX, decide
from yipan.ledger.moves import BatchRequest, Outcome

#: Many short ones: what else the machine does comes and goes within seconds.
ROUNDS = 11
SECONDS = 0.4
CONNECTIONS_MAX = 16

AsyncConnection = psycopg.AsyncConnection[Any]
#: Answers one request.
Ask = Callable[[BatchRequest], Awaitable[object]]
#: Made ahead, so that what the requesters do is not measured: more than a slot can use up.
REQUESTS_MAX = 50_000


@dataclass(kw_only=True, slots=True)
class Run:
    """
    What some requesters got in a slot: latencies in seconds, and how long it took in all.

    `cpu_seconds` is that of all backends and of this process together.
    """

    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0
    cpu_seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    @property
    def p50_ms(self) -> float:
        """Median latency in milliseconds."""
        return median(self.latencies) * 1_000

    @property
    def cpu(self) -> float:
        """CPU in microseconds an answer."""
        return self.cpu_seconds / len(self.latencies) * 1e6


Runs = dict[str, list[Run]]


def run_rounds(directory: Directory) -> Runs:
    """Run all cases in turn, round after round, every second round the other way round."""
    return asyncio.run(_run_rounds(get_dsn(), directory))


async def _run_rounds(dsn: str, directory: Directory) -> Runs:
    runs: Runs = {name: [] for name in CASES}
    for number in range(ROUNDS):
        cases = list(CASES.items())
        for name, (prepare, requesters, is_hot) in cases if number % 2 else reversed(cases):
            runs[name].append(await prepare(dsn, directory, requesters, is_hot))
    return runs


def _read_all_cpu_seconds(dsn: str) -> float:
    with psycopg.connect(dsn, autocommit=True) as looking:
        rows = looking.execute(
            "select pid from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        ).fetchall()
    return time.process_time() + sum(read_cpu_seconds(pid) for (pid,) in rows)


async def _drive(
    ask: Ask, *, dsn: str, requesters: int, is_hot: bool, count: int = REQUESTS_MAX // 6
) -> Run:
    """Let requesters ask one question after another until the slot is over."""
    asked = make_requests(Random(requesters), count=count, is_hot=is_hot)
    gc.collect()
    gc.freeze()  # what is made ahead shall not be looked through again and again
    run = Run()
    cpu_before = _read_all_cpu_seconds(dsn)
    began = time.perf_counter()

    async def requester() -> None:
        while asked and (asked_at := time.perf_counter()) - began < SECONDS:
            await ask(asked.pop())
            run.latencies.append(time.perf_counter() - asked_at)

    await asyncio.gather(*(requester() for _ in range(requesters)))
    run.seconds = time.perf_counter() - began
    run.cpu_seconds = _read_all_cpu_seconds(dsn) - cpu_before
    gc.unfreeze()
    return run


async def _batched(dsn: str, _: Directory, requesters: int, is_hot: bool) -> Run:  # noqa: FBT001
    gatherer: Gatherer[BatchRequest, Outcome] = Gatherer(
        name="bench",
        work=lambda requests: posting.post_batch(book=BOOK, requests=requests),
        at_once_max=REQUESTS_PER_BATCH_MAX,
        waiting_max=REQUESTS_MAX,
    )
    serving = asyncio.create_task(gatherer.serve())
    try:
        await gatherer.submit(make_requests(Random(0), count=1)[0])
        return await _drive(
            gatherer.submit, dsn=dsn, requesters=requesters, is_hot=is_hot, count=REQUESTS_MAX
        )
    finally:
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving
        await asyncio.to_thread(gatherer.close)


async def _one_call_each(dsn: str, directory: Directory, requesters: int, is_hot: bool) -> Run:  # noqa: FBT001
    async def post(own: AsyncConnection, request: BatchRequest) -> None:
        await ask_on(own, decide(directory=directory, requests=[request]))

    return await _with_pool(dsn, post, requesters=requesters, is_hot=is_hot)


async def _by_hand(dsn: str, directory: Directory, requesters: int, is_hot: bool) -> Run:  # noqa: FBT001
    """Do what one would write without a ledger: lock, look, update both, tell; four round trips."""
    shelf, set_aside = directory.accounts[SHELF], directory.accounts[SET_ASIDE]

    async def post(own: AsyncConnection, request: BatchRequest) -> None:
        sku_id, bucket = directory.skus[request.moves[0].sku]
        source, target = (bucket, sku_id, *shelf), (bucket, sku_id, *set_aside)
        async with own.transaction():
            cursor = await own.execute(_SELECT, source)
            row = await cursor.fetchone()
            assert row is not None
            assert row[0] >= 1
            await own.execute(_TAKE, source)
            await own.execute(_PUT, target)
            await own.execute(_TELL, (*source[:2], *shelf, *set_aside, request.event_id))

    return await _with_pool(dsn, post, requesters=requesters, is_hot=is_hot)


async def _with_pool(
    dsn: str,
    post: Callable[[AsyncConnection, BatchRequest], Awaitable[None]],
    *,
    requesters: int,
    is_hot: bool,
) -> Run:
    free: asyncio.LifoQueue[AsyncConnection] = asyncio.LifoQueue()
    opened = [
        await psycopg.AsyncConnection.connect(dsn, autocommit=True, prepare_threshold=0)
        for _ in range(min(requesters, CONNECTIONS_MAX))
    ]
    for own in opened:
        free.put_nowait(own)

    async def ask(request: BatchRequest) -> None:
        own = await free.get()
        try:
            await post(own, request)
        finally:
            free.put_nowait(own)

    try:
        return await _drive(ask, dsn=dsn, requesters=requesters, is_hot=is_hot)
    finally:
        for own in opened:
            await own.close()


_Case = tuple[Callable[[str, Directory, int, bool], Awaitable[Run]], int, bool]

CASES: dict[str, _Case] = {
    "batched_64": (_batched, 64, False),
    "one_call_64": (_one_call_each, 64, False),
    "batched_64_hot": (_batched, 64, True),
    "one_call_64_hot": (_one_call_each, 64, True),
    "by_hand_64_hot": (_by_hand, 64, True),
    "batched_512_hot": (_batched, 512, True),
    "by_hand_512_hot": (_by_hand, 512, True),
    "batched_8": (_batched, 8, False),
    "one_call_8": (_one_call_each, 8, False),
}

_SELECT = """
    select quantity from ledger_balance
     where bucket = %s and sku_id = %s and place_id = %s and status = %s for update
"""
_TAKE = """
    update ledger_balance set quantity = quantity - 1
     where bucket = %s and sku_id = %s and place_id = %s and status = %s
"""
_PUT = """
    update ledger_balance set quantity = quantity + 1
     where bucket = %s and sku_id = %s and place_id = %s and status = %s
"""
_TELL = """
    insert into ledger_movement (bucket, sku_id, from_place, from_status, to_place, to_status,
                                 quantity, occurred_at, event_id)
    values (%s, %s, %s, %s, %s, %s, 1, now(), %s)
"""
