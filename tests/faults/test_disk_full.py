"""E10: the disk is full for a while; nothing acknowledged is lost, and it heals without hands."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import psycopg
import pytest

from tests.config.running import Running, run_yipan
from tests.faults.tills import Till
from yipan.config.embedded.account import find_account
from yipan.config.embedded.layout import Layout
from yipan.config.embedded.server import Server

pytestmark = [pytest.mark.fault, pytest.mark.timeout(300)]

MEGABYTE = 1024 * 1024
DISK_MB = 800
#: What is left when the disk is "full": less than one more segment of the log (16 MB).
LEFT_MB = 8
HEAL_SECONDS_MAX = 60.0


@pytest.fixture
def small_disk(reachable: Path) -> Iterator[Path]:
    """Return a folder on a small disk of its own, where the system lets us make one."""
    directory = reachable / "disk"
    directory.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m,mode=0711", "tmpfs", directory],
        capture_output=True,
        check=False,
    )
    if made.returncode != 0:
        pytest.skip("only root can mount a small disk, and not in every container")
    yield directory
    subprocess.run(["umount", "-l", directory], check=True)


def test_nothing_acknowledged_is_lost_when_the_disk_is_full(small_disk: Path) -> None:
    server = Server(layout=Layout(root=small_disk / "postgres"), account=find_account())
    with server:
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            connection.execute("create table booked (number bigint primary key, text text)")
        filler = small_disk / "filler"
        fill(filler)

        acknowledged = book_until_refused(server)
        os.truncate(filler, 0)
        refused_at = time.monotonic()
        heal(server)

        healed_in = time.monotonic() - refused_at
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            row = connection.execute("select count(*), max(number) from booked").fetchone()
            connection.execute("insert into booked values (%s, 'after')", [acknowledged + 2])
        assert row in {(acknowledged, acknowledged), (acknowledged + 1, acknowledged + 1)}
        assert acknowledged > 0
        assert healed_in < HEAL_SECONDS_MAX


def test_callers_are_told_to_come_back_while_the_disk_is_full(small_disk: Path) -> None:
    home = small_disk / "home"
    stop = threading.Event()
    with Running(home) as running:
        running.wait_until_ready()
        made = run_yipan("apikey", "create", "tills", "--json", home=home)
        till = Till(
            name="K1",
            site="S12",
            sku="TEA-250",
            key=json.loads(made.stdout)["key"],
            ports=(running.port, running.port + 1),
            chance=Random(1),
        )
        thread = threading.Thread(target=till.sell_until, args=(stop,), daemon=True)
        fill(small_disk / "filler")
        thread.start()
        running.wait(lambda: any(status == 503 for _, status in till.answers), seconds=120)
        acknowledged_when_full = till.acknowledged

        os.truncate(small_disk / "filler", 0)

        running.wait(lambda: till.acknowledged > acknowledged_when_full, seconds=HEAL_SECONDS_MAX)
        stop.set()
        thread.join()
        proof = run_yipan("prove", "--json", home=home)

        assert {status for _, status in till.answers} <= {0, 200, 503}, running.tell()
        assert json.loads(proof.stdout)["first_break"] is None
        assert running.stop() == 0


def fill(file: Path) -> None:
    """Take all but a few megabytes of the disk."""
    free = os.statvfs(file.parent).f_bavail * os.statvfs(file.parent).f_frsize
    file.write_bytes(b"\0" * max(0, free - LEFT_MB * MEGABYTE))


def book_until_refused(server: Server) -> int:
    """Insert row after row until there is no room; return how many were acknowledged."""
    acknowledged = 0
    try:
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            while True:
                connection.execute(
                    "insert into booked values (%s, %s)", [acknowledged + 1, "x" * 20_000]
                )
                acknowledged += 1
    except psycopg.Error:
        return acknowledged


def heal(server: Server) -> None:
    """Wait until it answers again, as the supervisor does."""
    end = time.monotonic() + HEAL_SECONDS_MAX
    while time.monotonic() < end:
        server.watch()
        try:
            with psycopg.connect(server.dsn, autocommit=True) as connection:
                connection.execute("create table healed (number int)")
                return
        except psycopg.Error:
            time.sleep(0.1)
    raise AssertionError("it does not heal")
