"""The systems of a simulated world: all of them in this process, in virtual time."""

from __future__ import annotations

import gc
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import structlog
from django.utils import timezone

from yipan.access import keys
from yipan.access.actors import SYSTEM
from yipan.access.keys import KeyGrant
from yipan.access.roles import Role
from yipan.channels import tasks as channels
from yipan.config.api import bulk_jobs
from yipan.config.virtual.clock import VirtualClock
from yipan.config.virtual.database import open_virtual_database
from yipan.config.virtual.doors import Doors
from yipan.config.virtual.lines import Lines, get_system
from yipan.config.virtual.schedule import Pace, Schedule
from yipan.erp import tasks as erp
from yipan.exchange.queries.sources import SourceRow, list_sources
from yipan.exchange.sources import find_source
from yipan.ledger import months
from yipan.simulate.cast import Member
from yipan.simulate.systems import Answer, LineTrouble

log = structlog.get_logger(__name__)

#: Where time begins, unless it is said otherwise: the midnight before a Monday in Shanghai.
BEGINNING: Final = datetime(2026, 3, 1, 16, tzinfo=UTC)
API: Final = "/api/v1/"
#: Files and bulk jobs are worked on in the background; everything else is done when it is told.
JOBS: Final = ("/api/v1/jobs", "/api/v1/bulk-jobs")
STREAMS: Final = ("stock",)
#: So many new objects before cycles of them are looked for: a call leaves hardly any behind.
COLLECTED_AFTER: Final = 50_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """An error of ours in what runs by itself: the task, what was raised, and when."""

    name: str
    error: Exception
    at: datetime


@dataclass(kw_only=True, slots=True)
class _Caller:
    secret: str
    site: str


@dataclass(kw_only=True, slots=True)
class _Work:
    """What is to be done when time goes on."""

    is_called: bool = False
    is_lively: bool = False
    has_jobs: bool = False
    carried_at: datetime = field(default=datetime.min.replace(tzinfo=UTC))


class VirtualSystems:
    """
    A real `yipan.simulate.systems.Systems`: its doors, its time, and lines that can fail.

    Get one by `open_systems`. Faults of what runs by itself are logged and kept in `faults`.
    """

    def __init__(self, clock: VirtualClock, *, pace: Pace, seed: int) -> None:
        self._clock = clock
        self._pace = pace
        self._schedule = Schedule(clock.read(), pace=pace)
        self._doors = Doors()
        self._callers: dict[str, _Caller] = {}
        self._skews: dict[str, int] = {}
        self._chance = random.Random(seed)  # noqa: S311  spreads retries, guards nothing
        self._work = _Work()
        self.lines = Lines(clock)
        self.faults: list[Fault] = []

    def read_clock(self) -> datetime:
        """Return the present moment of the systems (UTC)."""
        return self._clock.read()

    def let_in(self, members: Iterable[Member]) -> None:
        """Give everybody a key of their own, with the role and the sites they have and no more."""
        for member in members:
            source = f"{member.source}/" if member.source else ""
            made = keys.create(
                KeyGrant(
                    name=member.name,
                    roles=frozenset({Role(member.role)}),
                    sites=frozenset(member.sites) or None,
                    sources=frozenset(source + stream for stream in STREAMS) if source else None,
                ),
                by=SYSTEM,
                at=self._clock.read(),
                device="simulator",
            )
            site = member.sites[0] if len(member.sites) == 1 else ""
            self._callers[member.name] = _Caller(secret=made.secret, site=site)

    def advance(self, to: datetime) -> None:
        """
        Let time pass up to `to`; on the way messages are carried and tasks run when due.

        `to` may lie a little before the present, which calls have moved on: nothing happens then.
        """
        while self._schedule.next_at <= to:
            at = self._schedule.next_at
            self._clock.move_to(at)
            if self._is_moved:
                self._carry()
            is_quiet = not self._work.is_lively
            self._work.is_lively = False
            tasks = self._schedule.take(at, is_quiet=is_quiet)
            for name, task in tasks:
                self._run(name, task)
            if tasks or self.lines.is_waited_for:
                self._carry()
        self._clock.move_to(to)
        is_time = self._clock.read() - self._work.carried_at >= self._pace.carried_every
        if is_time and (self._is_moved or self.lines.is_waited_for):
            self._carry()

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        by: str,
        key: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Call the API as somebody; a call takes a moment of virtual time."""
        assert path.startswith(API), f"{path} is no path of the API"
        assert by in self._callers, f"nobody is called {by}"
        caller = self._callers[by]
        sent = {"Authorization": f"Bearer {caller.secret}", "X-Yipan-Device": by, **(headers or {})}
        if key:
            sent["Idempotency-Key"] = key
        with self._clock.skewed(self._skews.get(caller.site, 0)):
            answer = self._doors.call(method, path, body, headers=sent)
        self._clock.move_on()
        if method != "GET":
            self._work.is_called = self._work.is_lively = True
            self._work.has_jobs |= path.startswith(JOBS)
        return answer

    def trouble_line(self, source: str, trouble: LineTrouble, *, count: int = 1) -> None:
        """Let this happen to the next messages a source sends to the hub."""
        self.lines.trouble(get_system(source), trouble, count=count)

    def cut_line(self, source: str) -> None:
        """Cut the network of a site."""
        self.lines.cut(get_system(source))

    def mend_line(self, source: str) -> None:
        """Mend what was cut or stuck; all that waits goes out."""
        self.lines.mend(get_system(source))
        self._work.is_called = True

    def crash(self, source: str) -> None:
        """Kill the system in the middle of its next delivery."""
        self.lines.crash(get_system(source))

    def skew_clock(self, source: str, *, seconds: int) -> None:
        """Let the clock of a site be wrong by so much from now on."""
        found = find_source(source if "/" in source else f"{source}/stock")
        assert found is not None, f"{source} is no source of a site"
        self._skews[found.site] = seconds

    def settle(self) -> None:
        """Carry all that is under way at this moment, whatever the pace."""
        self._work.is_called = True
        self._carry()

    def list_unhealed(self) -> list[SourceRow]:
        """Return the sources of which a receiver has not everything: missing, parked or waiting."""
        return [row for row in list_sources() if row.is_behind]

    def list_faults(self) -> list[Fault]:
        """Return the errors of ours so far, in tasks and in the receiving of messages."""
        now = self._clock.read()
        received = [Fault(name="exchange", error=each, at=now) for each in self.lines.faults]
        return [*self.faults, *received]

    @property
    def _is_moved(self) -> bool:
        """Whether anybody called since messages were carried last: nothing else tells anything."""
        return self._work.is_called

    def _carry(self) -> None:
        """Deliver what is told, and do what waits in the background, until nothing is left."""
        self._work.carried_at = self._clock.read()
        while True:
            count = self.lines.carry()
            if self._work.has_jobs:
                self._work.has_jobs = False
                count += self._work_off(lambda: erp.run_import_jobs(clock=timezone.now))
                count += self._work_off(lambda: bulk_jobs.run_part(clock=timezone.now))
            if not count:
                break
            self._work.is_lively = True
        if self._work.is_called:
            self._work.is_called = False
            self._work_off(lambda: channels.publish(clock=timezone.now))
            self._work_off(lambda: channels.ring(clock=timezone.now, chance=self._chance))

    def _work_off(self, go_round: Callable[[], int]) -> int:
        count = 0
        while done := go_round():
            count += done
        return count

    def _run(self, name: str, task: Callable[..., object]) -> None:
        try:
            task(timestamp=int(self._clock.read().timestamp()))
        except Exception as error:
            log.exception("simulator.task_fault", task=name)
            self.faults.append(Fault(name=name, error=error, at=self._clock.read()))


@contextmanager
def open_systems(
    live_dsn: str,
    *,
    members: Iterable[Member],
    now: datetime = BEGINNING,
    pace: Pace | None = None,
    seed: int = 0,
    database: str = "",
) -> Iterator[VirtualSystems]:
    """
    Run all systems over a scratch database on the server of `live_dsn`, from `now` on.

    Everybody of `members` may call them. At the end the database is dropped, and time is real.
    `database` names it, where one shall take the place of what a killed process left.
    """
    with (
        open_virtual_database(live_dsn, name=database),
        run_systems(members=members, now=now, pace=pace, seed=seed) as systems,
    ):
        yield systems


@contextmanager
def run_systems(
    *, members: Iterable[Member], now: datetime, pace: Pace | None = None, seed: int = 0
) -> Iterator[VirtualSystems]:
    """Run all systems over the database Django is pointed at, which has simulated clocks."""
    clock = VirtualClock(now)
    clock.start()
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(COLLECTED_AFTER, *before[1:])
    try:
        months.open_months(today=now.astimezone(UTC).date())
        systems = VirtualSystems(clock, pace=pace or Pace(), seed=seed)
        systems.let_in(members)
        yield systems
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
        clock.stop()
