"""
Waiting for a feed (长轮询): who has read all of it is answered when more comes, or time is over.

A reader that waits costs a future and nothing else: while somebody waits, one statement every
quarter of a second tells how far all feeds are, and only who has news reads. What feeds are is
none of the fastlane's business: the two reads are given to it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, Never
from urllib.parse import parse_qs

import structlog

from yipan.access.actors import Actor
from yipan.fastlane.answers import Reply, tell
from yipan.fastlane.gatherer import RETRY_AFTER_MS, Busy, Gatherer
from yipan.foundation.refusals import Refusal
from yipan.foundation.requests import Invalid

log = structlog.get_logger(__name__)

WAIT_SECONDS_MAX: Final = 30
ROWS_MAX, ROWS_USUAL = 1_000, 100
CHANNEL_LENGTH_MAX, NUMBER_DIGITS_MAX = 32, 15
#: How often is looked how far the feeds are, while somebody waits.
LOOK_SECONDS: Final = 0.25
READERS_WAITING_MAX: Final = 1_000
READS_AT_ONCE_MAX: Final = 32


class Asked(NamedTuple):
    """Who reads which feed behind which number, how many lines at most."""

    channel: str
    after: int
    limit: int
    reader: str


class Read(NamedTuple):
    """An answer as the API gives it, and whether there is anything in it."""

    body: Mapping[str, Any]
    has_news: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Feeds:
    """The reads of feeds: one page for a reader, and how far each feed is."""

    read: Callable[[Asked], Read]
    list_positions: Callable[[], Mapping[str, int]]


@dataclass(slots=True)
class _Bell:
    """Who waits behind which number of which feed."""

    waiting: dict[str, list[tuple[int, asyncio.Event]]] = field(default_factory=dict)

    def count(self) -> int:
        return sum(len(rows) for rows in self.waiting.values())


class Waiting:
    """Answers readers of feeds; `serve` has to run beside."""

    def __init__(self, feeds: Feeds) -> None:
        self._feeds, self._bell = feeds, _Bell()
        self._somebody = asyncio.Event()
        self.gatherer: Gatherer[Asked | None, Any] = Gatherer(
            name="changes",
            work=self._work,
            at_once_max=READS_AT_ONCE_MAX,
            waiting_max=READERS_WAITING_MAX,
        )

    async def answer(self, query: bytes, actor: Actor) -> Reply:
        """
        Return the lines behind a number, at once or when there are some.

        :raises Invalid: if the question cannot be read.
        :raises Busy: if too many wait already.
        """
        actor.require("channels.read")
        asked, seconds = _read_question(query, reader=actor.name)
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while True:
            # Its place among those who wait is taken before reading: what is told in between
            # rings, and is not missed.
            event = self._enter(asked)
            try:
                found = await self.gatherer.submit(asked)
                if isinstance(found, Refusal):
                    raise found
                left = until - loop.time()
                if found.has_news or left <= 0:
                    return tell(found.body)
                await _wait(event, seconds=left)
            finally:
                self._leave(asked, event)

    async def serve(self) -> Never:
        """Ring for those whose feed went on, as long as anybody waits."""
        while True:
            await self._somebody.wait()
            try:
                positions = await self.gatherer.submit(None)
                for channel, rows in self._bell.waiting.items():
                    last = positions.get(channel, 0)
                    for after, event in rows:
                        if last > after:
                            event.set()
            except Refusal:
                # The database is away: those who wait go on waiting until their time is over.
                log.warning("fastlane.feeds_unseen")
            except Exception:  # the bell must outlive a fault of ours, which is told here
                log.exception("fastlane.feeds_fault")
            await asyncio.sleep(LOOK_SECONDS)

    def _enter(self, asked: Asked) -> asyncio.Event:
        if self._bell.count() >= READERS_WAITING_MAX:
            raise Busy(waiting=READERS_WAITING_MAX, retry_after_ms=RETRY_AFTER_MS)
        event = asyncio.Event()
        self._bell.waiting.setdefault(asked.channel, []).append((asked.after, event))
        self._somebody.set()
        return event

    def _leave(self, asked: Asked, event: asyncio.Event) -> None:
        rows = self._bell.waiting[asked.channel]
        rows.remove((asked.after, event))
        if not rows:
            del self._bell.waiting[asked.channel]
        if not self._bell.waiting:
            self._somebody.clear()

    def _work(self, questions: Sequence[Asked | None]) -> Sequence[Any]:
        """Read pages, or how far the feeds are; a refusal is an answer like any other."""
        answers: list[Any] = []
        for asked in questions:
            if asked is None:
                answers.append(self._feeds.list_positions())
                continue
            try:
                answers.append(self._feeds.read(asked))
            except Refusal as refusal:
                answers.append(refusal)
        return answers


async def _wait(event: asyncio.Event, *, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return


def _read_question(query: bytes, *, reader: str) -> tuple[Asked, float]:
    said = parse_qs(query.decode("ascii", errors="replace"))
    channel = said.get("channel", [""])[0]
    if not 1 <= len(channel) <= CHANNEL_LENGTH_MAX or "\0" in channel:
        raise Invalid(errors=[{"pointer": "/channel", "code": "value.invalid"}])
    after = _read_number(said, "after", usual=0, maximum=2**53 - 1)
    limit = _read_number(said, "limit", usual=ROWS_USUAL, maximum=ROWS_MAX)
    wait = _read_number(said, "wait", usual=0, maximum=WAIT_SECONDS_MAX)
    return Asked(channel, after, max(1, limit), reader), float(wait)


def _read_number(said: Mapping[str, list[str]], name: str, *, usual: int, maximum: int) -> int:
    text = said.get(name, [str(usual)])[0]
    fits = text.isascii() and text.isdigit() and len(text) <= NUMBER_DIGITS_MAX + 1
    if not fits or int(text) > maximum:
        raise Invalid(errors=[{"pointer": f"/{name}", "code": "value.invalid"}])
    return int(text)
