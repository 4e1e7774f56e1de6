"""What the clock starts, in virtual time: each periodic task when it is due, called directly."""

from __future__ import annotations

import heapq
import inspect
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from procrastinate.contrib.django import app
from procrastinate.periodic import PeriodicTask

from yipan.config import clock

#: What a run does once at its end, what watches over processes that are not there, and what
#: would let go of messages older than any run.
LEFT_OUT: Final = frozenset({"config.forget_old", "config.prove_books", "config.sweep_stalled"})

MONDAY: Final = 0
_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_EVERY = re.compile(r"(?:\*|\*/(\d+)) \* \* \* \*")
_EVERY_HOUR = re.compile(r"\d+ \* \* \* \*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """
    How often the systems look after themselves in virtual time.

    Messages are carried every `carried_every`. Tasks that are due more often than `tasks_every`
    run so often while something happens, and every `quiet_every` while nothing does. The longer,
    the faster a run.
    """

    carried_every: timedelta = timedelta(minutes=1)
    tasks_every: timedelta = timedelta(minutes=10)
    quiet_every: timedelta = timedelta(hours=3)
    left_out: Collection[str] = LEFT_OUT
    #: Tasks of every night that run on Mondays only.
    weekly: Collection[str] = ()


#: By the name of a scale. What is compared and planned for thousands of SKUs takes its time.
PACES: Final = {
    "tiny": Pace(),
    "demo": Pace(
        carried_every=timedelta(hours=1),
        tasks_every=timedelta(hours=4),
        quiet_every=timedelta(hours=8),
        weekly=frozenset({"planning.plan_nightly"}),
        left_out=LEFT_OUT | {"planning.judge_segments", "planning.plan_nightly"},
    ),
    "small": Pace(carried_every=timedelta(minutes=5), tasks_every=timedelta(minutes=30)),
    "medium": Pace(carried_every=timedelta(minutes=15), tasks_every=timedelta(hours=1)),
    "large": Pace(
        carried_every=timedelta(minutes=30),
        tasks_every=timedelta(hours=2),
        quiet_every=timedelta(hours=4),
        weekly=frozenset({"planning.plan_nightly"}),
    ),
}


class Due(NamedTuple):
    """A task that falls due, in the order of the page of tasks."""

    at: datetime
    place: int


class Schedule:
    """Knows which task is due next. `now` is where it begins."""

    def __init__(self, now: datetime, *, pace: Pace) -> None:
        assert clock.TASKS, "whoever imports the page of tasks has them registered"
        self._tasks = [
            each
            for each in app.periodic_registry.periodic_tasks.values()
            if each.task.name not in pace.left_out
            and not inspect.iscoroutinefunction(each.task.func)
        ]
        self._pace = pace
        self._due = [
            Due(self._find_next(each, now), place) for place, each in enumerate(self._tasks)
        ]
        heapq.heapify(self._due)
        self._ran_at: dict[int, datetime] = {}

    @property
    def next_at(self) -> datetime:
        """Return when the next task is due."""
        return self._due[0].at

    def take(self, at: datetime, *, is_quiet: bool) -> list[tuple[str, Callable[..., Any]]]:
        """
        Return the tasks due by `at`, by name, and put them down for their next time.

        While it is quiet, frequent tasks are passed by that ran a little while ago.
        """
        taken = []
        while self._due[0].at <= at:
            due = heapq.heappop(self._due)
            each = self._tasks[due.place]
            heapq.heappush(self._due, Due(self._find_next(each, at), due.place))
            if each.task.name in self._pace.weekly and at.weekday() != MONDAY:
                continue
            if at - self._ran_at.get(due.place, _NEVER) >= self._get_pause(each.cron, is_quiet):
                taken.append((each.task.name, each.task.func))
                self._ran_at[due.place] = at
        return taken

    def _get_pause(self, cron: str, is_quiet: bool) -> timedelta:  # noqa: FBT001
        """Return how long a task rests at least after it ran."""
        if _EVERY.fullmatch(cron):
            return self._pace.quiet_every if is_quiet else timedelta(0)
        if _EVERY_HOUR.fullmatch(cron):
            return self._pace.quiet_every if is_quiet else self._pace.tasks_every
        return timedelta(0)

    def _find_next(self, task: PeriodicTask[Any, Any, Any], after: datetime) -> datetime:
        often = _EVERY.fullmatch(task.cron)
        if often is None:
            found: datetime = task.croniter.get_next(datetime, start_time=after)
            return found
        period = max(timedelta(minutes=int(often[1] or 1)), self._pace.tasks_every)
        seconds = int(period.total_seconds())
        return datetime.fromtimestamp((int(after.timestamp()) // seconds + 1) * seconds, tz=UTC)
