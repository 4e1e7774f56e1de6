"""Goal: whoever asks is answered, whatever happens to others, to the database or to us."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import pytest
from django.db import IntegrityError, OperationalError

from yipan.fastlane.gatherer import Busy, Gatherer, Unavailable

T = TypeVar("T")


def tell(
    work: Callable[[Sequence[int]], Sequence[int]],
    story: Callable[[Gatherer[int, int]], Awaitable[T]],
    *,
    waiting_max: int = 100,
) -> T:
    async def run() -> T:
        lane = Gatherer(name="test", work=work, at_once_max=4, waiting_max=waiting_max)
        serving = asyncio.get_running_loop().create_task(lane.serve())
        try:
            async with asyncio.timeout(30):
                return await story(lane)
        finally:
            serving.cancel()
            await asyncio.to_thread(lane.close)

    return asyncio.run(run())


def test_what_arrives_together_is_worked_on_together_in_order() -> None:
    batches: list[list[int]] = []

    def work(questions: Sequence[int]) -> list[int]:
        batches.append(list(questions))
        return [question * 2 for question in questions]

    answers = tell(work, lambda lane: asyncio.gather(*(lane.submit(each) for each in range(6))))

    assert answers == [0, 2, 4, 6, 8, 10]
    assert batches == [[0, 1, 2, 3], [4, 5]]


def test_what_weighs_more_goes_with_fewer_others_and_the_heaviest_alone() -> None:
    batches: list[list[int]] = []

    def work(questions: Sequence[int]) -> list[int]:
        batches.append(list(questions))
        return list(questions)

    async def run() -> None:
        lane = Gatherer(name="test", work=work, at_once_max=4, waiting_max=9, weigh=lambda it: it)
        serving = asyncio.get_running_loop().create_task(lane.serve())
        await asyncio.gather(*(lane.submit(each) for each in (1, 3, 2, 9, 1, 1)))
        serving.cancel()
        await asyncio.to_thread(lane.close)

    asyncio.run(run())

    assert batches == [[1, 3], [2], [9], [1, 1]]


def test_a_client_that_hangs_up_stops_nobody_else() -> None:
    worked: list[int] = []

    def work(questions: Sequence[int]) -> list[int]:
        worked.extend(questions)
        return list(questions)

    async def story(lane: Gatherer[int, int]) -> int:
        async def ask(question: int) -> int:
            return await lane.submit(question)

        gone = asyncio.get_running_loop().create_task(ask(1))
        await asyncio.sleep(0)
        gone.cancel()
        return await lane.submit(2)

    assert tell(work, story) == 2
    assert worked == [1, 2]


def test_the_one_question_at_fault_is_found_and_the_others_are_answered() -> None:
    def work(questions: Sequence[int]) -> list[int]:
        if 2 in questions:
            raise ZeroDivisionError
        return list(questions)

    async def story(lane: Gatherer[int, int]) -> list[int | BaseException]:
        asked = (lane.submit(each) for each in range(4))
        return await asyncio.gather(*asked, return_exceptions=True)

    answers = tell(work, story)

    assert [type(answer) for answer in answers] == [int, int, ZeroDivisionError, int]


@pytest.mark.parametrize("fault", [OperationalError, IntegrityError])
def test_a_lost_connection_or_a_crossed_number_is_tried_again(fault: type[Exception]) -> None:
    tries: list[int] = []

    def work(questions: Sequence[int]) -> list[int]:
        tries.append(len(questions))
        if len(tries) == 1:
            raise fault
        return list(questions)

    assert tell(work, lambda lane: lane.submit(7)) == 7
    assert tries == [1, 1]


def test_a_database_that_stays_away_is_told_to_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yipan.fastlane.gatherer.PAUSE_SECONDS_FIRST", 0.001)

    def work(questions: Sequence[int]) -> list[int]:
        raise OperationalError(len(questions))

    async def story(lane: Gatherer[int, int]) -> list[int | BaseException]:
        asked = (lane.submit(each) for each in range(2))
        return await asyncio.gather(*asked, return_exceptions=True)

    assert [type(answer) for answer in tell(work, story)] == [Unavailable, Unavailable]


def test_a_full_queue_says_so_and_when_to_come_back() -> None:
    async def story(lane: Gatherer[int, int]) -> dict[str, object]:
        asked = [lane.submit(each) for each in range(2)]
        with pytest.raises(Busy) as refused:
            lane.submit(3)
        await asyncio.gather(*asked)
        return refused.value.facts

    assert tell(list, story, waiting_max=2) == {"waiting": 2, "retry_after_ms": 500}
