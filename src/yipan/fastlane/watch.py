"""
What moved a moment ago, read once a second for all who listen; with nobody there, never.

Told is only that something moved, where and in whose book; what, the page then asks the web,
which knows what the reader may see.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final, NamedTuple, Never

import structlog
from django.db import Error, connection

from yipan.access.actors import Actor
from yipan.documents.trail import list_latest_steps
from yipan.exchange.queries.pulse import Beat, read_pulse
from yipan.exchange.sources import get_site
from yipan.fastlane.gatherer import Busy

log = structlog.get_logger(__name__)

EVERY_SECONDS: Final = 1.0
LISTENERS_MAX: Final = 500

#: What moved, and the action a listener needs to hear of it.
KINDS: Final[Mapping[str, str]] = {
    "channels": "channels.read",
    "erp": "erp.read",
    "messages": "exchange.read",
    "oms": "oms.read",
    "planning": "planning.read",
    "pos": "pos.read",
    "recon": "recon.read",
    "wms": "wms.read",
}
#: Systems that write under another name than that of the book they belong to.
_BOOKS: Final = {"till": "pos"}


class Change(NamedTuple):
    """Something moved in a book at a site; "" is the company's, or of several sites."""

    kind: str
    site: str


class Listener:
    """Somebody who hears what they may see. What was not fetched yet is gathered."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.arrived = asyncio.Event()
        self._waiting: set[Change] = set()

    def tell(self, changes: set[Change]) -> None:
        """Keep what the listener may hear of; wake it when there is any."""
        mine = {it for it in changes if self._may_hear(it)}
        if mine:
            self._waiting |= mine
            self.arrived.set()

    def take(self) -> list[Change]:
        """Return what has gathered, in order, and forget it."""
        found, self._waiting = sorted(self._waiting), set()
        self.arrived.clear()
        return found

    def _may_hear(self, change: Change) -> bool:
        if not self.actor.may(KINDS[change.kind]):
            return False
        return self.actor.sites is None if not change.site else self.actor.sees(change.site)


class Watch:
    """Reads how far everything is, and tells listeners what is further than before."""

    def __init__(self, *, every_seconds: float = EVERY_SECONDS) -> None:
        self._every_seconds = every_seconds
        self._listeners: set[Listener] = set()
        self._somebody = asyncio.Event()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="watch")
        self._beats: dict[tuple[str, str], Beat] | None = None
        self._last_step: int | None = None

    async def join(self, actor: Actor) -> Listener:
        """
        Return a listener who hears of what moves from now on.

        :raises Busy: if as many listen as this process has room for.
        """
        if len(self._listeners) >= LISTENERS_MAX:
            raise Busy
        listener = Listener(actor)
        self._listeners.add(listener)
        if not self._somebody.is_set():
            # What moved while nobody listened is no news.
            try:
                await self._in_thread(self._look)
            except BaseException:
                # Whoever is not let in must not stand for those who come later.
                self.leave(listener)
                raise
            self._somebody.set()
        return listener

    def leave(self, listener: Listener) -> None:
        """Tell this listener nothing any more."""
        self._listeners.discard(listener)
        if not self._listeners:
            self._somebody.clear()

    async def serve(self) -> Never:
        """Look every second while somebody listens, over lost connections too."""
        while True:
            await self._somebody.wait()
            await asyncio.sleep(self._every_seconds)
            try:
                changes = await self._in_thread(self._look)
            except Error as error:
                log.warning("fastlane.watch_blind", error=str(error))
                continue
            if changes:
                for listener in tuple(self._listeners):
                    listener.tell(changes)

    def close(self) -> None:
        """Give the connection back."""
        self._thread.submit(_close_connection).result()
        self._thread.shutdown()

    async def _in_thread(self, work: Callable[[], set[Change]]) -> set[Change]:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _look(self) -> set[Change]:
        try:
            before, self._beats = self._beats, read_pulse()
            steps = list_latest_steps(after=self._last_step)
        except Error:
            connection.close()
            raise
        changes = set() if before is None else compare(before, self._beats)
        if self._last_step is not None:
            for step in steps:
                sites = step.sites or ("",)
                changes |= {Change(step.system, site) for site in sites if step.system in KINDS}
        self._last_step = steps[-1].id if steps else self._last_step or 0
        return changes


def compare(
    before: Mapping[tuple[str, str], Beat], after: Mapping[tuple[str, str], Beat]
) -> set[Change]:
    """Return what moved between two readings: who told something, who took it in, what stuck."""
    changes = set()
    for key, beat in after.items():
        was = before.get(key) or Beat(beat.source, beat.receiver, 0, (0, 0), 0, None)
        site = get_site(beat.source)
        if beat.told != was.told:
            system = beat.source.partition(":")[0]
            changes.add(Change(_BOOKS.get(system, system), site))
        if beat.applied != was.applied:
            changes.add(Change(beat.receiver, site))
        if (beat.open_count, beat.gap_since) != (was.open_count, was.gap_since):
            changes.add(Change("messages", site))
    return {it for it in changes if it.kind in KINDS}


def _close_connection() -> None:
    connection.close()
