"""Ask the embedded server every two seconds whether it answers, without killing it for slowness."""

from __future__ import annotations

import threading
from typing import Protocol

import psycopg
import structlog

log = structlog.get_logger()

ASK_EVERY_SECONDS = 2.0
ANSWER_SECONDS_MAX = 5
SLOW_ANSWERS_MAX = 3


class Reachable(Protocol):
    """Whatever has an address to log in at."""

    @property
    def dsn(self) -> str:
        """The owner's address."""


class HealthWatch:
    """A thread with a connection of its own. `is_degraded` after three answers too late."""

    def __init__(self, server: Reachable) -> None:
        self._server = server
        self._slow_answers = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="health", daemon=True)

    @property
    def is_degraded(self) -> bool:
        """Whether the server has been silent for a while."""
        return self._slow_answers >= SLOW_ANSWERS_MAX

    def start(self) -> None:
        """Begin to ask."""
        self._thread.start()

    def stop(self) -> None:
        """Ask no more; the thread ends by itself."""
        self._stopping.set()

    def reset(self) -> None:
        """Forget what was: the server has just been started again."""
        self._slow_answers = 0

    def _watch(self) -> None:
        connection: psycopg.Connection | None = None
        while not self._stopping.wait(ASK_EVERY_SECONDS):
            try:
                if connection is None or connection.closed:
                    connection = self._connect()
                connection.execute("select 1")
            except (psycopg.Error, OSError):
                connection = None
                self._slow_answers += 1
                if self._slow_answers == SLOW_ANSWERS_MAX:
                    log.warning("database.degraded", silent_asks=self._slow_answers)
            else:
                self._slow_answers = 0
        if connection is not None:
            connection.close()

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            self._server.dsn,
            dbname="postgres",
            connect_timeout=ANSWER_SECONDS_MAX,
            options=f"-c statement_timeout={ANSWER_SECONDS_MAX}s",
            application_name="yipan-health",
            autocommit=True,
        )
