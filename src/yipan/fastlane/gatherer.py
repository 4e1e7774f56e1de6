"""
Group work: what arrives while the last batch is being worked on becomes the next batch.

There is no timer: an idle door answers at once, a busy one in larger batches. A client that
hangs up stops nobody, and when something breaks nobody waits for ever.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from random import random
from typing import Any, Generic, NamedTuple, Never, TypeVar

import structlog
from django.db import IntegrityError, InterfaceError, OperationalError, connection

from yipan.foundation.refusals import Refusal

log = structlog.get_logger(__name__)

ATTEMPTS_MAX = 5
#: After so long without a database nothing is tried again: whoever asked is told to come back.
PATIENCE_SECONDS = 4.0
PAUSE_SECONDS_FIRST = 0.05
PAUSE_SECONDS_MAX = 1.0
RETRY_AFTER_MS = 500

Question = TypeVar("Question")
Answer = TypeVar("Answer")


class Busy(Refusal):
    """More is waiting than can be answered in good time. Ask again, with the same key."""

    code = "fastlane.busy"
    status = 503


class Unavailable(Refusal):
    """The database is busy or away. Ask again, with the same key: nothing happens twice."""

    code = "fastlane.unavailable"
    status = 503


class _Item(NamedTuple):
    question: Any
    answer: asyncio.Future[Any]


class Gatherer(Generic[Question, Answer]):
    """
    Hands questions to `work`, many at once, in order of arrival, in a thread of its own.

    `work` decides a batch in one transaction and returns an answer for each question. It
    must be safe to repeat: after a lost connection the same batch is asked again. `weigh`
    says how much a question counts towards `at_once_max`; one that is heavier goes alone.
    """

    def __init__(
        self,
        *,
        name: str,
        work: Callable[[Sequence[Question]], Sequence[Answer]],
        at_once_max: int,
        waiting_max: int,
        weigh: Callable[[Question], int] = lambda _: 1,
    ) -> None:
        self._name, self._work, self._weigh = name, work, weigh
        self._at_once_max, self._waiting_max = at_once_max, waiting_max
        self._waiting: deque[_Item] = deque()
        self._arrived = asyncio.Event()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._is_running = False

    @property
    def is_ready(self) -> bool:
        """Whether somebody answers what is submitted."""
        return self._is_running

    def submit(self, question: Question) -> Awaitable[Answer]:
        """
        Return what to await for the answer, which is durable when it comes.

        :raises Busy: if too many wait already; nothing was done.
        """
        if len(self._waiting) >= self._waiting_max:
            raise Busy(waiting=len(self._waiting), retry_after_ms=RETRY_AFTER_MS)
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Item(question, future))
        self._arrived.set()
        # Shielded: a client that goes away cancels what it awaits, and the work goes on.
        return asyncio.shield(future)

    async def serve(self) -> Never:
        """Run for ever: an error of ours is logged, those in flight are told, and it goes on."""
        while True:
            try:
                await self._run()
            except Exception:
                log.exception("fastlane.gatherer_ended", lane=self._name)

    def close(self) -> None:
        """Let the batch in flight end, and close the connection of the thread."""
        self._thread.submit(_close_connection)
        self._thread.shutdown(wait=True)

    async def _run(self) -> Never:
        self._is_running = True
        try:
            while True:
                await self._arrived.wait()
                batch = self._take()
                try:
                    await self._work_or_split(batch)
                finally:  # whatever happened, nobody waits for ever
                    for item in batch:
                        _settle(item, error=Unavailable(retry_after_ms=RETRY_AFTER_MS))
        finally:
            self._is_running = False

    def _take(self) -> list[_Item]:
        batch = [self._waiting.popleft()]
        weight = self._weigh(batch[0].question)
        while self._waiting:
            weight += self._weigh(self._waiting[0].question)
            if weight > self._at_once_max:
                break
            batch.append(self._waiting.popleft())
        if not self._waiting:
            self._arrived.clear()
        return batch

    async def _work_or_split(self, batch: Sequence[_Item]) -> None:
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + PATIENCE_SECONDS
        for attempt in range(ATTEMPTS_MAX):
            try:
                answers = await loop.run_in_executor(
                    self._thread, self._go, [item.question for item in batch]
                )
            except (OperationalError, InterfaceError) as error:
                log.warning("fastlane.database_away", lane=self._name, error=str(error))
                if loop.time() >= give_up_at:
                    break
                pause = min(PAUSE_SECONDS_MAX, PAUSE_SECONDS_FIRST * 2**attempt)
                await asyncio.sleep(pause * (0.5 + random()))  # noqa: S311 - no secret
                continue
            except IntegrityError as error:
                # Another process wrote the same number meanwhile: now it can be seen.
                if attempt == 0:
                    continue
                await self._split(batch, error=error)
                return
            except Exception as error:  # noqa: BLE001 - told to whoever asked, one by one
                await self._split(batch, error=error)
                return
            for item, answer in zip(batch, answers, strict=True):
                _settle(item, answer=answer)
            return

    async def _split(self, batch: Sequence[_Item], *, error: Exception) -> None:
        """One question is at fault, or met another process: find it, and answer the others."""
        if len(batch) == 1:
            _settle(batch[0], error=error)
            return
        middle = len(batch) // 2
        await self._work_or_split(batch[:middle])
        await self._work_or_split(batch[middle:])

    def _go(self, questions: Sequence[Question]) -> Sequence[Answer]:
        try:
            return self._work(questions)
        except (OperationalError, InterfaceError):
            connection.close()
            raise


def _close_connection() -> None:
    connection.close()  # looked up in the thread that runs this: each has its own


def _settle(item: _Item, *, answer: object = None, error: Exception | None = None) -> None:
    if item.answer.done():
        return
    if error is not None:
        item.answer.set_exception(error)
        item.answer.exception()  # read once: whoever asked may have gone
    else:
        item.answer.set_result(answer)
