"""E10: the disk is full for a while; nothing acknowledged is lost, and it heals without hands."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from yipan.config.embedded.account import find_account
from yipan.config.embedded.layout import Layout
from yipan.config.embedded.server import Server

pytestmark = [pytest.mark.fault, pytest.mark.timeout(300)]

MEGABYTE = 1024 * 1024
DISK_MB = 220
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


def fill(file: Path) -> None:
    """Take all but a few megabytes of the disk."""
    free = os.statvfs(file.parent).f_bavail * os.statvfs(file.parent).f_frsize
    file.write_bytes(b"\0" * max(0, free - 8 * MEGABYTE))


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
