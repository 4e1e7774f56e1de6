"""Goal: concurrent askers each get one lasting answer. Method: real connections, cut in between."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from random import Random
from uuid import UUID

import psycopg
import pytest
from django.db import connection

from yipan.fastlane.gatherer import Gatherer, Unavailable
from yipan.foundation.ids import make_id
from yipan.ledger import posting, queries
from yipan.ledger.calls import call
from yipan.ledger.deciding import REQUESTS_PER_BATCH_MAX
from yipan.ledger.moves import BatchRequest, FactPosting, Move, Outcome
from yipan.ledger.posting import RequestIdUnusable
from yipan.ledger.proof import prove_ledger

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SHELF = "on_hand/W1/available"
SET_ASIDE = "on_hand/W1/reserved"

CUT = """
    select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and query like '%ledger_post_batch%'
       and pid <> pg_backend_pid()
"""

Asked = Gatherer[BatchRequest, Outcome]

pytestmark = pytest.mark.django_db(transaction=True)


def open_stock(quantity: int, *, sku: str = "SCARF") -> None:
    move = Move(sku=sku, from_account="opening", to_account=SHELF, quantity=quantity)
    posting.post_fact(
        book="erp", posting=FactPosting(origin=f"opening/{sku}", occurred_at=NOON, moves=[move])
    )


def a_request(
    quantity: int = 1, *, sku: str = "SCARF", event_id: UUID | None = None
) -> BatchRequest:
    move = Move(sku=sku, from_account=SHELF, to_account=SET_ASIDE, quantity=quantity)
    return BatchRequest(event_id=event_id or make_id(), occurred_at=NOON, moves=[move])


def get_dsn() -> str:
    connection.ensure_connection()
    info = connection.connection.info
    return psycopg.conninfo.make_conninfo(info.dsn, password=info.password)


async def ask_again(asked: Asked, request: BatchRequest) -> Outcome:
    """Ask as a client does: under the same id, until the database is there."""
    while True:
        with suppress(Unavailable):
            return await asked.submit(request)


def list_reserved() -> int:
    return queries.get_quantity(book="erp", account=SET_ASIDE, sku="SCARF")


def post(requests: Sequence[BatchRequest]) -> list[Outcome]:
    return posting.post_batch(book="erp", requests=requests)


def open_lane() -> Asked:
    return Gatherer(name="test", work=post, at_once_max=REQUESTS_PER_BATCH_MAX, waiting_max=100_000)


def run_with_lane(story: Callable[[Asked], Awaitable[None]]) -> None:
    """Run a story with a gatherer whose batches are posted to the test's database."""

    async def main() -> None:
        asked = open_lane()
        serving = asyncio.create_task(asked.serve())
        try:
            async with asyncio.timeout(120):
                await story(asked)
        finally:
            serving.cancel()
            with suppress(asyncio.CancelledError):
                await serving
            await asyncio.to_thread(asked.close)

    asyncio.run(main())


def test_a_hundred_pieces_go_to_a_hundred_askers_and_no_more() -> None:
    open_stock(100)
    outcomes: list[Outcome] = []

    async def story(asked: Asked) -> None:
        outcomes.extend(await asyncio.gather(*(asked.submit(a_request()) for _ in range(640))))

    run_with_lane(story)

    assert outcomes.count(Outcome.ACCEPTED) == 100
    assert outcomes.count(Outcome.REFUSED) == 540
    assert list_reserved() == 100
    assert queries.get_quantity(book="erp", account=SHELF, sku="SCARF") == 0
    assert [it for it in prove_ledger() if not it.ok] == []


def test_several_lanes_and_doors_at_once_never_oversell() -> None:
    open_stock(100)
    outcomes: list[Outcome] = []

    async def main() -> None:
        lanes = [open_lane() for _ in range(8)]
        serving = [asyncio.create_task(lane.serve()) for lane in lanes]
        asked = [lane.submit(a_request()) for lane in lanes for _ in range(80)]
        outcomes.extend(await asyncio.gather(*asked))
        for task, lane in zip(serving, lanes, strict=True):
            task.cancel()
            await asyncio.to_thread(lane.close)

    asyncio.run(main())

    assert outcomes.count(Outcome.ACCEPTED) == 100
    assert list_reserved() == 100
    assert [it for it in prove_ledger() if not it.ok] == []


def test_the_same_question_while_it_is_open_gets_the_same_answer() -> None:
    open_stock(5)
    answers: list[Outcome] = []
    question = a_request(2)

    async def story(asked: Asked) -> None:
        answers.extend(await asyncio.gather(*(asked.submit(question) for _ in range(3))))
        answers.append(await asked.submit(question))
        answers.append(await asked.submit(a_request(3, event_id=question.event_id)))

    run_with_lane(story)

    assert answers == [
        Outcome.ACCEPTED,
        *([Outcome.ACCEPTED_BEFORE] * 3),
        Outcome.REUSED,
    ]
    assert list_reserved() == 2


def test_other_content_under_an_open_id_is_no_answer_to_it() -> None:
    open_stock(9)
    question = a_request(2)
    answers: list[Outcome] = []

    async def story(asked: Asked) -> None:
        other = a_request(3, event_id=question.event_id)
        answers.extend(await asyncio.gather(asked.submit(question), asked.submit(other)))

    run_with_lane(story)

    assert answers == [Outcome.ACCEPTED, Outcome.REUSED]
    assert list_reserved() == 2


def test_a_client_that_goes_away_stops_nobody_and_its_posting_stands() -> None:
    open_stock(10)
    gone = a_request(4)
    answers: list[Outcome] = []

    async def story(asked: Asked) -> None:
        async def wait(request: BatchRequest) -> Outcome:
            return await asked.submit(request)

        client = asyncio.create_task(wait(gone))
        await asyncio.sleep(0)
        client.cancel()
        with suppress(asyncio.CancelledError):
            await client
        answers.append(await asked.submit(a_request(1)))
        answers.append(await asked.submit(gone))
        assert asked.is_ready

    run_with_lane(story)

    assert answers == [Outcome.ACCEPTED, Outcome.ACCEPTED_BEFORE]
    assert list_reserved() == 5


def test_a_cut_connection_loses_and_doubles_nothing() -> None:
    open_stock(100_000)
    chance = Random(7)
    answers: list[Outcome] = []
    cuts: list[int] = []
    dsn = get_dsn()

    async def story(asked: Asked) -> None:
        async def client(_: int) -> None:
            answers.extend([await ask_again(asked, a_request()) for _ in range(30)])

        async def cut() -> None:
            watcher = await psycopg.AsyncConnection.connect(dsn, autocommit=True)
            async with watcher:
                while sum(cuts) < 5:
                    await asyncio.sleep(0.01 + 0.02 * chance.random())
                    cursor = await watcher.execute(CUT)
                    cuts.append(len(await cursor.fetchall()))

        cutting = asyncio.create_task(cut())
        await asyncio.gather(*(client(number) for number in range(40)))
        while not cutting.done():
            await client(0)

    run_with_lane(story)

    # An answer lost with its connection is asked for again under the same id.
    assert sum(cuts) == 5
    assert {Outcome.ACCEPTED, Outcome.ACCEPTED_BEFORE} >= set(answers)
    assert list_reserved() == len(answers)
    assert [it for it in prove_ledger() if not it.ok] == []


def test_one_bad_request_is_found_and_the_others_are_posted() -> None:
    open_stock(50)
    results: list[Outcome | BaseException] = []
    misspelled = BatchRequest(
        event_id=make_id(),
        occurred_at=NOON,
        moves=[Move(sku="SCARF", from_account="on_hand/W1/broken", to_account="x", quantity=1)],
    )

    async def story(asked: Asked) -> None:
        requests = [a_request() for _ in range(9)]
        requests.insert(4, misspelled)
        results.extend(await asyncio.gather(*map(asked.submit, requests), return_exceptions=True))
        assert asked.is_ready

    run_with_lane(story)

    assert results[:4] + results[5:] == [Outcome.ACCEPTED] * 9
    assert isinstance(results[4], AssertionError)
    assert list_reserved() == 9


def test_an_id_of_no_opened_month_is_refused_alone() -> None:
    open_stock(50)
    results: list[Outcome | BaseException] = []
    ancient = a_request(event_id=make_id(milliseconds=1_000))

    async def story(asked: Asked) -> None:
        requests = [a_request(), ancient, a_request()]
        results.extend(await asyncio.gather(*map(asked.submit, requests), return_exceptions=True))

    run_with_lane(story)

    assert (results[0], results[2]) == (Outcome.ACCEPTED, Outcome.ACCEPTED)
    assert isinstance(results[1], RequestIdUnusable)


def test_ids_a_batch_opened_are_remembered() -> None:
    open_stock(5)

    post([a_request()])
    post([a_request()])

    assert call("select count(*) from ledger_place where path = 'on_hand/W1'") == [(1,)]
    assert list_reserved() == 2
