"""The work of the worker: to deliver what is told at once, and to run what the clock starts."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import Callable
from typing import Final

import django.db
import psycopg
import structlog
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.utils import connector_params

from yipan.config import clock
from yipan.exchange.courier import Courier
from yipan.exchange.outbox import CHANNEL

log = structlog.get_logger(__name__)

#: PostgreSQL wakes us when something is told; this is for what becomes due by itself.
IDLE_SECONDS: Final = 1.0
RECONNECT_SECONDS: Final = 1.0
CONCURRENT_TASKS: Final = 2

#: One round of a thread's work: returns how much was done; 0 lets the thread sleep.
Round = Callable[[float], int]


async def serve() -> None:
    """Run until SIGTERM or SIGINT."""
    assert all(task.name in app.tasks for task in clock.TASKS)
    stop = threading.Event()
    courier = Courier(chance=random.Random())  # noqa: S311  spreads retries, guards nothing
    threads = [start_rounds("courier", lambda now: courier.go_round(now=now), stop=stop)]
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


def start_rounds(name: str, go_round: Round, *, stop: threading.Event) -> threading.Thread:
    """Start a thread that goes its rounds until `stop`, over lost connections too."""
    thread = threading.Thread(target=_keep_going, args=(name, go_round, stop), name=name)
    thread.start()
    return thread


def _keep_going(name: str, go_round: Round, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            with _listen() as listening:
                while not stop.is_set():
                    if go_round(time.monotonic()) == 0:
                        # What was told since the round began is waiting here already.
                        for _ in listening.notifies(timeout=IDLE_SECONDS, stop_after=1):
                            pass
        except (django.db.Error, psycopg.Error) as error:
            log.warning("worker.connection_lost", thread=name, error=str(error))
        except Exception:  # the thread must outlive a fault of ours, which is told here
            log.exception("worker.fault", thread=name)
        django.db.close_old_connections()
        stop.wait(RECONNECT_SECONDS)
    django.db.connections.close_all()


def _listen() -> psycopg.Connection:
    connection = psycopg.connect(**connector_params(), autocommit=True)
    connection.execute(f"listen {CHANNEL}")
    return connection
