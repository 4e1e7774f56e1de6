"""The ledger that the ledger's bench works on: stock of 20,000 SKUs, and batches packed ahead."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

import psycopg
from django.db import connection
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from yipan.foundation.ids import make_id
from yipan.ledger import posting
from yipan.ledger.accounts import Directory, open_directory
from yipan.ledger.deciding import decide
from yipan.ledger.moves import BatchRequest, FactPosting, Move

BOOK = "bench"
SHELF = "on_hand/W1/available"
SET_ASIDE = "on_hand/W1/reserved"
SKUS = [f"BENCH-{number:05d}" for number in range(20_000)]
HOT = SKUS[0]
#: So much that no bench can empty an account.
OPENED = 100_000_000
#: Of these there is nothing, for requests that must be refused.
EMPTY = [f"EMPTY-{number:03d}" for number in range(100)]
SHORT_SHARE = 0.002

Connection = psycopg.Connection[Any]
Batch = tuple[Any, list[Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """What one case did in one slot: `rows` things in `seconds`, `cpu_seconds` of the backend."""

    rows: int
    seconds: float
    cpu_seconds: float

    @property
    def rate(self) -> float:
        """Things a second."""
        return self.rows / self.seconds

    @property
    def cpu(self) -> float:
        """CPU of the PostgreSQL backend, in microseconds a thing."""
        return self.cpu_seconds / self.rows * 1e6


Slots = dict[str, list[Slot]]


def get_dsn() -> str:
    """Return the address of Django's database, password included."""
    connection.ensure_connection()
    info = connection.connection.info
    return psycopg.conninfo.make_conninfo(info.dsn, password=info.password)


@contextmanager
def connect() -> Iterator[Connection]:
    """Give a connection of its own that commits each statement."""
    with psycopg.connect(get_dsn(), autocommit=True) as own:
        yield own


@contextmanager
def copy_database() -> Iterator[Connection]:
    """Give a connection to a copy of the database as it is now; drop the copy at the end."""
    dsn = get_dsn()
    connection.close()  # nobody may be looking on while it is copied
    source = str(conninfo_to_dict(dsn)["dbname"])
    copy = sql.Identifier(f"{source}_copy")
    admin = psycopg.connect(dsn, dbname="postgres", autocommit=True)
    with admin:
        admin.execute(sql.SQL("drop database if exists {} with (force)").format(copy))
        admin.execute(
            sql.SQL("create database {} template {}").format(copy, sql.Identifier(source))
        )
    try:
        with psycopg.connect(dsn, dbname=f"{source}_copy", autocommit=True) as own:
            yield own
    finally:
        with psycopg.connect(dsn, dbname="postgres", autocommit=True) as again:
            again.execute(sql.SQL("drop database if exists {} with (force)").format(copy))


def fill() -> None:
    """Open the stock of all SKUs."""
    at = datetime.now(UTC)
    for start in range(0, len(SKUS), 5_000):
        moves = [
            Move(sku=sku, from_account="opening", to_account=SHELF, quantity=OPENED)
            for sku in SKUS[start : start + 5_000]
        ]
        moves += [
            Move(sku=move.sku, from_account=SHELF, to_account=SET_ASIDE, quantity=OPENED // 2)
            for move in moves
        ]
        opening = FactPosting(origin=f"opening/{start}/post", occurred_at=at, moves=moves)
        posting.post_fact(book=BOOK, posting=opening)


def make_directory() -> Directory:
    """Return a directory that knows all accounts and SKUs of the bench."""
    return open_directory(
        book=BOOK,
        moves=[
            Move(sku=sku, from_account=SHELF, to_account=SET_ASIDE, quantity=1)
            for sku in [*SKUS, *EMPTY]
        ],
    )


def make_requests(
    chance: Random, *, count: int, lines: int = 1, is_hot: bool = False, short: float = 0.0
) -> list[BatchRequest]:
    """Return promises of `lines` lines each; a share of `short` asks for what is not there."""
    at = datetime.now(UTC)
    requests = []
    for _ in range(count):
        skus = [HOT] * lines if is_hot else chance.sample(SKUS, lines)
        if short and chance.random() < short:
            skus = [chance.choice(EMPTY)]
        moves = [
            Move(sku=sku, from_account=SHELF, to_account=SET_ASIDE, quantity=1) for sku in skus
        ]
        requests.append(BatchRequest(event_id=make_id(), occurred_at=at, moves=moves))
    return requests


def pack_batches(
    directory: Directory, requests: Sequence[BatchRequest], *, size: int
) -> list[Batch]:
    """Return the statements that post the requests, so that packing is not measured."""
    batches: list[Batch] = []
    for start in range(0, len(requests), size):
        statement, parameters = next(
            decide(directory=directory, requests=requests[start : start + size])
        )
        assert not isinstance(parameters, dict)
        batches.append((statement, list(parameters)))
    return batches


def measure(own: Connection, work: Callable[[], object], *, rows: int) -> Slot:
    """Run some work on a connection and return what it took."""
    cpu_before = read_cpu_seconds(own.info.backend_pid)
    began = time.perf_counter()
    work()
    seconds = time.perf_counter() - began
    return Slot(
        rows=rows,
        seconds=seconds,
        cpu_seconds=read_cpu_seconds(own.info.backend_pid) - cpu_before,
    )


def read_cpu_seconds(pid: int) -> float:
    """Return the CPU seconds of a PostgreSQL process of this machine, 0 when it is not one."""
    process = Path(f"/proc/{pid}")
    try:
        if "postgres" not in (process / "comm").read_text(encoding="ascii"):
            return 0.0
        # The scheduler's own account, in nanoseconds.
        return int((process / "schedstat").read_text(encoding="ascii").split()[0]) / 1e9
    except OSError:
        return 0.0


def rates(slots: Slots, case: str) -> list[float]:
    """Return the rates of a case, one per round."""
    return [slot.rate for slot in slots[case]]


def cpus(slots: Slots, case: str) -> list[float]:
    """Return the CPU microseconds of a case, one per round."""
    return [slot.cpu for slot in slots[case]]


def take_median_rate(slots: Slots, case: str) -> float:
    """Return the median rate of a case."""
    return median(rates(slots, case))
