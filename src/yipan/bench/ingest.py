"""
Lines a second from the public door into the stores' books and the hub's book.

Real processes on a throw-away database: the fastlane takes the tickets in, the worker carries
them to the hub, a sender with several connections plays the tills. The clock runs from the
first message sent until the last one is in the hub's book. Everything runs on one machine, so
the sender and PostgreSQL take their part of its cores too. It begins behind the full minute,
when the worker has its other tasks (digests, values, holds) behind it.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from django.db import connection
from django.utils import timezone
from psycopg.conninfo import make_conninfo

from yipan.access import keys
from yipan.access.actors import SYSTEM
from yipan.access.keys import KeyGrant
from yipan.bench.report import Result, at_least, tell, tell_load
from yipan.erp.documents.master import master_record
from yipan.erp.documents.master.master_record import Author
from yipan.erp.tasks import value_postings
from yipan.exchange.delivery import deliver_pending
from yipan.foundation.ids import make_id
from yipan.ledger.feed import LAG
from yipan.ledger.moves import Trace
from yipan.masterdata.rows import SiteRow, SkuRow
from yipan.pos import tasks
from yipan.pos.documents import stock_opening
from yipan.pos.documents.stock_opening import ShopStock
from yipan.simulate import tills
from yipan.simulate.baskets import Basket, read_baskets
from yipan.simulate.generated import make_baskets
from yipan.simulate.tickets import (
    Batch,
    Trade,
    make_tickets,
    name_site,
    name_sku,
    write_batches,
)
from yipan.simulate.tills import BATCH, Address, Outcome

LINES = 75_000
TARGET_LINES_PER_SECOND = 5_000
START_SECONDS_MAX = 60.0
QUIET_SECONDS_MAX = 60.0
CLOCK_OVER_SECONDS, CLOCK_AHEAD_SECONDS = 5, 35
LOOK_SECONDS = 0.02
ROWS_PER_SAVE = 1_000
LINES_PER_OPENING = 500
BELOW_ZERO_EVERY = 50


# What is not a ticket, the openings before and the doubts between, does not count.
_COUNT_BOOKED = """
select coalesce(sum(r.applied_count), 0) - (select count(*) from pos_storeopening)
from exchange_reception r join exchange_stream s on s.id = r.stream_id
where r.receiver = 'erp' and s.source like 'pos:%/stock'
"""


def run(*, file: Path | None = None) -> list[Result]:
    """Measure with the baskets of a file, or with generated ones of the same shape."""
    baskets = read_baskets(file) if file else make_baskets(lines=LINES)
    secret = _prepare(baskets)
    told = write_batches(make_tickets(baskets, trade=Trade()), size=BATCH)
    lines = sum(len(basket.lines) for basket in baskets)
    outcome = Outcome()
    with _start_processes() as (port, pids):
        address = Address(url=f"http://127.0.0.1:{port}", key=secret)
        _await_clock()
        used = {name: _read_cpu(pid) for name, pid in pids.items()}
        began = time.monotonic()
        received_at, booked_at = _tell_all(told, address=address, outcome=outcome)
        # What the clock does once a minute is of the same work: it is done once, and counted in.
        asked = tasks.doubt_below_zero(sites=(), at=timezone.now())
        booked_at = time.monotonic() if asked else booked_at
        used = {name: _read_cpu(pid) - used[name] for name, pid in pids.items()}
    assert outcome.states == {"applied": outcome.tickets}, outcome.states
    results = [
        at_least(
            "ingest_lines_per_second",
            lines / (booked_at - began),
            target=TARGET_LINES_PER_SECOND,
            unit="lines/s",
        ),
        tell("received_lines_per_second", lines / (received_at - began), unit="lines/s"),
        tell("tickets_per_second", len(baskets) / (booked_at - began), unit="tickets/s"),
        tell("lines", lines, unit="lines"),
        tell("tickets", len(baskets), unit="tickets"),
        tell("stores", len(told), unit="stores"),
        tell("counts_asked_for", asked, unit="counts"),
        tell("seconds", booked_at - began, unit="s"),
    ]
    results.append(
        tell(
            "lines_per_second_the_cores_allow",
            lines * (os.cpu_count() or 1) / sum(used.values()),
            unit="lines/s",
        )
    )
    results += [
        tell(f"cpu_{name}_per_line", seconds / lines * 1e6, unit="us")
        for name, seconds in used.items()
    ]
    return results + tell_load()


def _await_clock() -> None:
    """Wait until the worker's tasks of this minute are over, and those of the next far away."""
    second = time.time() % 60
    if not CLOCK_OVER_SECONDS <= second <= CLOCK_AHEAD_SECONDS:
        time.sleep((CLOCK_OVER_SECONDS - second) % 60)


def _prepare(baskets: Sequence[Basket]) -> str:
    """Make the stores, the SKUs and a key; return its secret."""
    at = datetime.now(UTC)
    by = Author(name="bench", at=at)
    sites = sorted({name_site(basket.store) for basket in baskets})
    skus = sorted({name_sku(line.product) for basket in baskets for line in basket.lines})
    master_record.save_sites(
        [SiteRow(code=site, site_type="store", name=site) for site in sites], by=by
    )
    for start in range(0, len(skus), ROWS_PER_SAVE):
        rows = [SkuRow(code=sku, name=sku) for sku in skus[start : start + ROWS_PER_SAVE]]
        master_record.save_skus(rows, by=by)
    _open_stock(baskets, at=at)
    deliver_pending()
    # What the clock has to do about the opening stock is not the tickets' work.
    time.sleep(LAG.total_seconds() + 1)
    value_postings(clock=lambda: datetime.now(UTC))
    return keys.create(KeyGrant(name="bench"), by=SYSTEM, at=at).secret


def _open_stock(baskets: Sequence[Basket], *, at: datetime) -> None:
    """
    Give each store what it will sell, but for one SKU in `BELOW_ZERO_EVERY`.

    Those few go below zero, and each of them opens a difference, a count and a message, as in
    a store whose book is as wrong as books are.
    """
    sold: Counter[tuple[str, str]] = Counter()
    for basket in baskets:
        for line in basket.lines:
            sold[name_site(basket.store), name_sku(line.product)] += max(line.quantity, 1)
    stocked = [key for place, key in enumerate(sorted(sold)) if (place + 1) % BELOW_ZERO_EVERY]
    for site, keys_of_site in groupby(stocked, key=lambda key: key[0]):
        skus = [sku for _, sku in keys_of_site]
        for start in range(0, len(skus), LINES_PER_OPENING):
            chunk = skus[start : start + LINES_PER_OPENING]
            stock_opening.post(
                site=site,
                stock=[ShopStock(sku=sku, quantity=sold[site, sku]) for sku in chunk],
                by=Trace(actor="bench"),
                at=at,
                message_id=make_id(),
            )


def _tell_all(
    told: dict[str, list[Batch]], *, address: Address, outcome: Outcome
) -> tuple[float, float]:
    """Tell all tickets; return when the last was answered, and when it was in the hub's book."""
    expected = sum(batch.tickets for batches in told.values() for batch in batches)
    fault: list[Exception] = []

    def send() -> None:
        try:
            tills.tell(told, address=address, outcome=outcome)
        except Exception as error:  # noqa: BLE001 - raised again, below
            fault.append(error)

    thread = threading.Thread(target=send, name="tills")
    thread.start()
    thread.join()
    received_at = time.monotonic()
    if fault:
        raise fault[0]
    booked, moved_at = _count_booked(), received_at
    while booked < expected:
        time.sleep(LOOK_SECONDS)
        now = _count_booked()
        if now > booked:
            booked, moved_at = now, time.monotonic()
        assert time.monotonic() - moved_at < QUIET_SECONDS_MAX, f"stuck at {booked} of {expected}"
    return received_at, time.monotonic()


def _count_booked() -> int:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_BOOKED)
        return int(cursor.fetchone()[0])


@contextmanager
def _start_processes() -> Iterator[tuple[int, dict[str, int]]]:
    """Start the fastlane and the worker; yield the port and who is who."""
    settings = connection.settings_dict
    environment = {
        **os.environ,
        "DATABASE_URL": make_conninfo(
            dbname=str(settings["NAME"]),
            user=settings["USER"],
            password=settings["PASSWORD"],
            host=settings["HOST"],
            port=settings["PORT"] or None,
            **settings.get("OPTIONS", {}),
        ),
        "DJANGO_SETTINGS_MODULE": "yipan.config.settings",
    }
    port = _find_free_port()
    fastlane = ("granian", "--interface", "asgi", "--no-ws", "--host", "127.0.0.1")
    commands = {
        "fastlane": (*fastlane, "--port", str(port), "yipan.config.asgi:application"),
        "worker": ("yipan.config.worker",),
    }
    started: dict[str, subprocess.Popen[bytes]] = {}
    with tempfile.TemporaryFile(prefix="yipan-bench-") as output:
        try:
            for name, command in commands.items():
                started[name] = subprocess.Popen(
                    [sys.executable, "-m", *command],
                    env=environment,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                )
            _wait_until_ready(port)
            postmaster = _find_postmaster()
            pids = {name: process.pid for name, process in started.items()}
            yield port, pids | {"sender": os.getpid()} | postmaster
        except Exception:
            output.seek(0)
            sys.stderr.write(output.read().decode(errors="replace")[-4_000:])
            raise
        finally:
            for process in started.values():
                process.terminate()
            for process in started.values():
                _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _find_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def _wait_until_ready(port: int) -> None:
    give_up_at = time.monotonic() + START_SECONDS_MAX
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=5):
                return
        except (OSError, urllib.error.URLError):
            assert time.monotonic() < give_up_at, "the fastlane does not answer"
            time.sleep(0.05)


def _find_postmaster() -> dict[str, int]:
    """Return the server's first process, where it runs on this machine."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        backend: int = cursor.fetchone()[0]
    stat = Path(f"/proc/{backend}/stat")
    if not stat.exists():
        return {}
    return {"postgresql": int(_read_stat(stat)[1])}


def _read_cpu(pid: int) -> float:
    """
    Return the CPU seconds of a process, its group and its children, dead ones included.

    Of this very process, which plays the tills, only its own.
    """
    ticks = os.sysconf("SC_CLK_TCK")
    used = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = _read_stat(path)
        except OSError:
            continue
        is_own = int(path.parent.name) == pid
        is_under = pid != os.getpid() and pid in {int(fields[1]), int(fields[2])}
        if is_own or is_under:
            used += int(fields[11]) + int(fields[12])
        if is_own and pid != os.getpid():
            used += int(fields[13]) + int(fields[14])
    return used / ticks


def _read_stat(path: Path) -> list[str]:
    """Return the fields behind the name of the program: state, parent, group ..."""
    return path.read_text(errors="replace").rpartition(") ")[2].split()
