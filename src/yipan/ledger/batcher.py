"""Group commit: what arrives while a batch is being committed becomes the next batch.

No timer and no HTTP. One batcher per process that posts, one batch in flight. A client that goes
away stops nobody, and a request asked twice gets the same answer.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from random import random
from typing import Never, TypeAlias
from uuid import UUID

import psycopg
import structlog

from yipan.foundation.refusals import Refusal
from yipan.ledger.deciding import REQUESTS_PER_BATCH_MAX, require_sound
from yipan.ledger.moves import BatchRequest, Outcome, get_digest

log = structlog.get_logger()

WAITING_MAX = 10_000
ATTEMPTS_MAX = 6
PAUSE_SECONDS_MAX = 2.0
PAUSE_SECONDS_FIRST = 0.05

Post: TypeAlias = Callable[[Sequence[BatchRequest]], Awaitable[Sequence[Outcome]]]
Reconnect: TypeAlias = Callable[[], Awaitable[None]]


class LedgerBusy(Refusal):
    """More requests wait than can be answered in time. Ask again, with the same id."""

    code = "ledger.busy"
    status = 503


class LedgerUnavailable(Refusal):
    """The database cannot be reached. Ask again, with the same id: nothing is posted twice."""

    code = "ledger.unavailable"
    status = 503


class RequestIdUnusable(Refusal):
    """The id of a request is no UUIDv7 of the months that are open. Make a new one."""

    code = "ledger.request_id_unusable"
    status = 422


@dataclass(frozen=True, slots=True)
class _Item:
    """A request and those who wait for its answer: each for a future of their own."""

    request: BatchRequest
    answers: list[asyncio.Future[Outcome]]

    def is_same_as(self, request: BatchRequest) -> bool:
        """Say whether the other request, under the same id, asks the same."""
        mine = get_digest(self.request.moves, guarded=self.request.guarded)
        return mine == get_digest(request.moves, guarded=request.guarded)


class Batcher:
    """Posts what arrives while the previous batch is in flight; answers after the commit."""

    def __init__(self, *, post: Post, reconnect: Reconnect) -> None:
        self._post, self._reconnect = post, reconnect
        self._waiting: deque[_Item] = deque()
        self._pending: dict[UUID, _Item] = {}
        self._arrived = asyncio.Event()
        self._is_running = False

    @property
    def is_ready(self) -> bool:
        """Whether somebody answers what is submitted."""
        return self._is_running

    def submit(self, request: BatchRequest) -> Awaitable[Outcome]:
        """
        Return what to await for the outcome, which is durable when it comes.

        :raises LedgerBusy: if too many wait already.
        """
        require_sound(request)
        # A client that goes away cancels what it awaits, so nobody awaits another's future.
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        known = self._pending.get(request.event_id)
        if known is not None and known.is_same_as(request):
            known.answers.append(answer)  # the same question twice: the same answer
            return answer
        if len(self._waiting) >= WAITING_MAX:
            raise LedgerBusy(waiting=len(self._waiting))
        item = _Item(request, [answer])
        self._pending.setdefault(request.event_id, item)
        self._waiting.append(item)
        self._arrived.set()
        return answer

    async def serve(self) -> Never:
        """Run for ever: an error of ours is logged, those in flight are told, and it goes on."""
        while True:
            try:
                await self.run()
            except Exception:
                log.exception("ledger.batcher_ended")

    async def run(self) -> Never:
        """Post batch after batch, until cancelled or until an error of ours."""
        self._is_running = True
        try:
            while True:
                await self._arrived.wait()
                batch = self._take()
                try:
                    await self._post_or_split(batch)
                finally:  # whatever happened, nobody waits for ever
                    for item in batch:
                        self._settle(item, error=LedgerUnavailable())
        finally:
            self._is_running = False

    def _take(self) -> list[_Item]:
        size = min(REQUESTS_PER_BATCH_MAX, len(self._waiting))
        batch = [self._waiting.popleft() for _ in range(size)]
        if not self._waiting:
            self._arrived.clear()
        return batch

    async def _post_or_split(self, batch: list[_Item]) -> None:
        for attempt in range(ATTEMPTS_MAX):
            try:
                outcomes = await self._post([item.request for item in batch])
            except psycopg.OperationalError:  # deadlock, lock time-out, connection lost
                pause = min(PAUSE_SECONDS_MAX, PAUSE_SECONDS_FIRST * 2**attempt)
                await asyncio.sleep(pause * (0.5 + random()))  # noqa: S311 - no secret
                await self._try_to_reconnect()  # repeating is safe: the ids decide
                continue
            except (psycopg.DatabaseError, AssertionError) as error:
                await self._split(batch, error=error)  # one request is at fault: find it
                return
            for item, outcome in zip(batch, outcomes, strict=True):
                self._settle(item, outcome=outcome)
            return

    async def _split(self, batch: list[_Item], *, error: Exception) -> None:
        if len(batch) == 1:
            self._settle(batch[0], error=_explain(batch[0].request, error))
            return
        middle = len(batch) // 2
        await self._post_or_split(batch[:middle])
        await self._post_or_split(batch[middle:])

    async def _try_to_reconnect(self) -> None:
        try:
            await self._reconnect()
        except psycopg.OperationalError as error:
            log.warning("ledger.unreachable", reason=str(error))

    def _settle(
        self, item: _Item, *, outcome: Outcome | None = None, error: Exception | None = None
    ) -> None:
        if self._pending.get(item.request.event_id) is item:
            del self._pending[item.request.event_id]
        for answer in item.answers:
            if answer.done():  # by a client that went away
                continue
            if error is not None:
                answer.set_exception(error)
                answer.exception()  # read once: whoever asked may be going away
            else:
                assert outcome is not None
                answer.set_result(outcome)
        item.answers.clear()


def _explain(request: BatchRequest, error: Exception) -> Exception:
    """Turn what the asker can act on into a refusal; what is our own fault stays as it is."""
    is_homeless = (
        isinstance(error, psycopg.errors.CheckViolation) and not error.diag.constraint_name
    )
    return RequestIdUnusable(event_id=str(request.event_id)) if is_homeless else error
