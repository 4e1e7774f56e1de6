"""
Goal: who has read all of a feed is answered when more comes, at once, and nobody is kept from work.

Method: the fastlane as it is wired for real, readers that wait, and a publisher beside them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from tests.access.builders import a_key
from tests.channels.telling import open_channel, publish
from tests.fastlane.callers import Said, aside, call
from tests.pool.selling import NOON, a_wish, bring
from yipan.access.roles import Role
from yipan.config.feeds import FEEDS
from yipan.fastlane.app import Fastlane
from yipan.pool import promises

T = TypeVar("T")


def run(story: Callable[[Fastlane], Awaitable[T]]) -> T:
    async def tell() -> T:
        lane = Fastlane(clock=lambda: NOON, feeds=FEEDS)
        lane.start()
        try:
            async with asyncio.timeout(60):
                return await story(lane)
        finally:
            await lane.stop()

    return asyncio.run(tell())


@pytest.fixture
def key(transactional_db: None) -> str:  # noqa: ARG001  the database is used
    open_channel("SCARF")
    bring("SCARF", W1=12)
    publish()
    return a_key(Role.INTEGRATION)


def sell() -> None:
    promises.reserve(ask=a_wish("rsv_1", 9), at=NOON)
    publish()


async def read(lane: Fastlane, key: str, query: str) -> Said:
    return await call(
        lane, f"/api/v1/inventory/changes?{query}", method="GET", authorization=f"Bearer {key}"
    )


def test_a_reader_that_waits_hears_of_it_at_once_and_others_are_answered_meanwhile(
    key: str,
) -> None:
    async def story(lane: Fastlane) -> tuple[list[Said], Said, bool]:
        waiting = [
            asyncio.create_task(read(lane, key, "channel=web&after=1&wait=30")) for _ in range(40)
        ]
        # What is there already is answered without waiting, while forty wait.
        first = await read(lane, key, "channel=web&after=0&wait=30")
        is_idle = not any(task.done() for task in waiting)
        await aside(sell)
        return list(await asyncio.gather(*waiting)), first, is_idle

    heard, first, is_idle = run(story)

    assert is_idle
    assert [it["sequence"] for it in first.body["data"]] == [1]
    assert {it.status for it in heard} == {200}
    for said in heard:
        [line] = said.body["data"]
        assert (line["sequence"], line["sellable"], said.body["last_position"]) == (2, 3, 2)


def test_when_nothing_comes_the_answer_is_empty_after_the_time_asked_for(key: str) -> None:
    async def story(lane: Fastlane) -> Said:
        return await read(lane, key, "channel=web&after=1&wait=1")

    said = run(story)

    assert (said.status, said.body) == (200, {"data": [], "last_position": 1, "more": False})


def test_what_cannot_be_read_is_refused_at_once(key: str) -> None:
    stranger = a_key(Role.STORE_CLERK, name="clerk", sites={"S1"})

    async def story(lane: Fastlane) -> list[tuple[int, str]]:
        asked = (
            "channel=web&after=9&wait=30",
            "channel=nobody&wait=30",
            "after=1",
            "channel=web&wait=31",
        )
        said = [await read(lane, key, query) for query in asked]
        said.append(await read(lane, stranger, "channel=web"))
        return [(it.status, it.body["code"]) for it in said]

    assert run(story) == [
        (422, "feed.cursor_ahead"),
        (404, "resource.not_found"),
        (422, "request.invalid"),
        (422, "request.invalid"),
        (403, "auth.forbidden"),
    ]
