"""The work of the worker: to deliver what is told at once, and to run what the clock starts."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

import django.db
import psycopg
import psycopg.sql
import structlog
from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.utils import connector_params

from yipan.channels import tasks as channels
from yipan.config import clock, lab_runs, node
from yipan.config.api import bulk_jobs as bulk_calls
from yipan.config.lab_live import Keeper
from yipan.documents import bulk_jobs
from yipan.erp import tasks
from yipan.exchange.backoff import Backoff
from yipan.exchange.courier import Courier
from yipan.exchange.forwarding import Forwarder
from yipan.exchange.outbox import CHANNEL
from yipan.exchange.pulling import Puller
from yipan.exchange.transport import Https
from yipan.masterdata import jobs

log = structlog.get_logger(__name__)

#: PostgreSQL wakes us when something is told; this is for what becomes due by itself.
IDLE_SECONDS: Final = 1.0
#: Nobody calls on it: who listens here goes a round each second. What follows the books reads
#: them some seconds late anyway, and would only be kept awake by every ticket.
UNCALLED: Final = "yipan_uncalled"
RECONNECT_SECONDS: Final = 1.0
#: A database that is away is no fault of ours; what it refuses to store is.
LOST: Final = (
    django.db.OperationalError,
    django.db.InterfaceError,
    psycopg.OperationalError,
    psycopg.InterfaceError,
)
#: One place for what takes long (`clock.LONG`), two for all that cannot wait for it.
CONCURRENT_TASKS: Final = 3

#: One round of a thread's work: returns how much was done; 0 lets the thread sleep.
Round = Callable[[float], int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rounds:
    """A thread's work, and the channel on which it is called to it."""

    name: str
    go_round: Round
    channel: str = CHANNEL


class Goer(Protocol):
    """Whoever goes rounds: courier, forwarder, puller."""

    def go_round(self, *, now: float) -> int:
        """Do what is due, and return how much that was."""


async def serve() -> None:
    """Run until SIGTERM or SIGINT."""
    assert all(task.name in app.tasks for task in clock.TASKS)
    stop = threading.Event()
    threads = [start_rounds(each, stop=stop) for each in list_rounds()]
    try:
        connector = app.connector
        assert isinstance(connector, DjangoConnector)
        with app.replace_connector(connector.get_worker_connector()):
            async with app.open_async():
                await app.run_worker_async(
                    name="yipan", concurrency=CONCURRENT_TASKS, delete_jobs="successful"
                )
    finally:
        stop.set()
        for thread in threads:
            await asyncio.to_thread(thread.join)


def list_rounds() -> list[Rounds]:
    """Return who goes rounds on this node, each in a thread of its own."""
    goers: list[tuple[str, Goer]] = [("courier", Courier(backoff=_make_backoff()))]
    if settings.YIPAN_HUB_URL:
        forwarder = Forwarder(transport=_make_transport(), backoff=_make_backoff())
        goers.append(("forwarder", forwarder))
        for receiver in node.list_node_receivers():
            puller = Puller(
                transport=_make_transport(),
                receiver=receiver,
                sources=node.list_hub_sources(),
                backoff=_make_backoff(),
            )
            goers.append((f"puller-{receiver}", puller))
    rounds = [Rounds(name=name, go_round=partial(_go, goer)) for name, goer in goers]
    if "erp" in node.list_node_receivers():
        rounds.append(Rounds(name="imports", go_round=_import_files, channel=jobs.CHANNEL))
        rounds.append(Rounds(name="bulk", go_round=_take_lines, channel=bulk_jobs.CHANNEL))
        rounds.append(Rounds(name="lab", go_round=_tell_stories, channel=UNCALLED))
        live = partial(_keep_live, Keeper())
        rounds.append(Rounds(name="live", go_round=live, channel=UNCALLED))
        rounds.append(Rounds(name="publisher", go_round=_publish, channel=UNCALLED))
        rounds.append(Rounds(name="webhooks", go_round=_ring, channel=UNCALLED))
    return rounds


def _go(goer: Goer, now: float) -> int:
    return goer.go_round(now=now)


def _make_backoff() -> Backoff:
    chance = random.Random()  # noqa: S311  spreads retries, guards nothing
    return Backoff(chance=chance, first_seconds=settings.YIPAN_RETRY_SECONDS_FIRST)


def _make_transport() -> Https:
    return Https(url=settings.YIPAN_HUB_URL, key=settings.YIPAN_HUB_KEY)


def _import_files(now: float) -> int:  # noqa: ARG001  jobs are told the time of the day
    return tasks.run_import_jobs(clock=timezone.now)


def _take_lines(now: float) -> int:  # noqa: ARG001  jobs are told the time of the day
    return bulk_calls.run_part(clock=timezone.now)


def _tell_stories(now: float) -> int:  # noqa: ARG001  runs are told the time of the day
    return lab_runs.run_next(clock=timezone.now)


def _keep_live(keeper: Keeper, now: float) -> int:  # noqa: ARG001  the switch knows the time
    return keeper.look(at=timezone.now())


def _publish(now: float) -> int:  # noqa: ARG001  channels are told the time of the day
    return channels.publish(clock=timezone.now)


def _ring(now: float) -> int:  # noqa: ARG001  deliveries are told the time of the day
    return channels.ring(clock=timezone.now, chance=random.SystemRandom())


def start_rounds(rounds: Rounds, *, stop: threading.Event) -> threading.Thread:
    """Start a thread that goes its rounds until `stop`, over lost connections too."""
    thread = threading.Thread(target=_keep_going, args=(rounds, stop), name=rounds.name)
    thread.start()
    return thread


def _keep_going(rounds: Rounds, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            with _listen(rounds.channel) as listening:
                while not stop.is_set():
                    if rounds.go_round(time.monotonic()) == 0:
                        _await_call(listening)
        except LOST as error:
            log.warning("worker.connection_lost", thread=rounds.name, error=str(error))
        except Exception:  # the thread must outlive a fault of ours, which is told here
            log.exception("worker.fault", thread=rounds.name)
        django.db.close_old_connections()
        stop.wait(RECONNECT_SECONDS)
    django.db.connections.close_all()


def _await_call(listening: psycopg.Connection) -> None:
    """Sleep until somebody calls. What was told since the round began is waiting here already."""
    for _ in listening.notifies(timeout=IDLE_SECONDS, stop_after=1):
        pass
    # One round answers all calls that came with it.
    for _ in listening.notifies(timeout=0):
        pass


def _listen(channel: str) -> psycopg.Connection:
    connection = psycopg.connect(**connector_params(), autocommit=True)
    connection.execute(psycopg.sql.SQL("listen {}").format(psycopg.sql.Identifier(channel)))
    return connection
