"""
E1 and R1: PostgreSQL, the app and the supervisor are killed by -9 at random, under load.

Tills sell through both HTTP doors for 25 seconds and write down what was acknowledged. After
the last kill everything has to come back by itself; then nothing acknowledged is lost, nothing
is booked twice, and the proof of the whole holds.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path
from random import Random
from statistics import median

import psycopg
import pytest

from tests.config.running import Running, run_yipan
from tests.faults.tills import Till

pytestmark = [
    pytest.mark.fault,
    pytest.mark.timeout(400),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc"),
]

SECONDS = 25.0
TILLS = 4
SITE = "S12"
SKU = "TEA-250"
#: What is killed: a mark in the command line, and how often, in shares.
VICTIMS = {
    "postmaster": 3,
    "postgres: yipan": 4,
    "yipan.config.wsgi": 2,
    "yipan.config.asgi": 2,
    "yipan.config.worker": 2,
}
SETTLE_SECONDS_MAX = 60.0


@pytest.mark.parametrize("seed", [20260302])
def test_nothing_acknowledged_is_lost_whatever_is_killed(reachable: Path, seed: int) -> None:
    home = reachable / "home"
    chance = Random(seed)
    with Running(home) as first:
        first.wait_until_ready()
        key = json.loads(run_yipan("apikey", "create", "tills", "--json", home=home).stdout)["key"]
        before = read_sold(home)
        tills = [
            Till(
                name=f"K{number}",
                site=SITE,
                sku=SKU,
                key=key,
                ports=(first.port, first.port + 1),
                chance=Random(seed + number),
            )
            for number in range(TILLS)
        ]
        stop = threading.Event()
        threads = [
            threading.Thread(target=till.sell_until, args=(stop,), daemon=True) for till in tills
        ]
        for thread in threads:
            thread.start()

        kills = kill_at_random(first, chance=chance, seconds=SECONDS / 2)
        first.stop(signal.SIGKILL)
        kills.append(("supervisor", time.monotonic()))
        with Running(home, port=first.port) as second:
            second.wait_until_ready()
            kills += kill_at_random(second, chance=chance, seconds=SECONDS / 2)
            wait_for_answers(second, tills, since=time.monotonic())
            stop.set()
            for thread in threads:
                thread.join()

            settle(home, tills, before=before)

            acknowledged = {till.name: till.acknowledged for till in tills}
            booked = {till.name: count_tickets(home, till) for till in tills}
            proof = run_yipan("prove", "--json", home=home)
            report(kills, tills)

            assert min(acknowledged.values()) > 0
            assert all(booked[name] >= count for name, count in acknowledged.items())
            assert all(booked[till.name] <= till.sent for till in tills)
            assert read_sold(home) - before == 2 * sum(booked.values())
            assert json.loads(proof.stdout)["first_break"] is None
            assert proof.returncode == 0

            assert second.stop() == 0
            second.wait_until_gone()
            assert list((home / "postgres" / "run").iterdir()) == []


def kill_at_random(running: Running, *, chance: Random, seconds: float) -> list[tuple[str, float]]:
    """Kill one process every 0.3 to 1.5 s; return what was killed, and when."""
    kills: list[tuple[str, float]] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(chance.uniform(0.3, 1.5))
        kind = chance.choices(list(VICTIMS), weights=list(VICTIMS.values()))[0]
        victims = list_victims(running, kind)
        if victims:
            try:
                os.kill(chance.choice(victims), signal.SIGKILL)
            except ProcessLookupError:
                continue
            kills.append((kind, time.monotonic()))
    return kills


def list_victims(running: Running, kind: str) -> list[int]:
    """Return the processes of that kind that work on the data home."""
    if kind == "postmaster":
        file = running.home / "postgres" / "data" / "postmaster.pid"
        lines = file.read_text(encoding="utf-8").split() if file.exists() else []
        return [int(lines[0])] if lines else []
    if kind.startswith("postgres"):
        (postmaster,) = list_victims(running, "postmaster") or [0]
        return [pid for pid in list_children(postmaster) if kind in read_command(pid)]
    return [pid for pid in running.list_processes() if kind in read_command(pid)]


def list_children(parent: int) -> list[int]:
    """Return the children of a process."""
    try:
        text = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii")
    except OSError:
        return []
    return [int(pid) for pid in text.split()]


def read_command(pid: int) -> str:
    """Return the command line of a process, or nothing."""
    try:
        return os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" "))
    except OSError:
        return ""


def wait_for_answers(running: Running, tills: list[Till], *, since: float) -> None:
    """Wait until every till has been acknowledged something after the last kill."""
    end = time.monotonic() + SETTLE_SECONDS_MAX
    while not all(
        any(at > since and status == 200 for at, status in till.answers) for till in tills
    ):
        assert time.monotonic() < end, running.read_output()
        time.sleep(0.1)


def settle(home: Path, tills: list[Till], *, before: int) -> None:
    """Wait until the hub has heard of everything the store booked."""
    end = time.monotonic() + SETTLE_SECONDS_MAX
    while read_sold(home) - before != 2 * sum(count_tickets(home, till) for till in tills):
        assert time.monotonic() < end, "the hub does not hear of everything"
        time.sleep(0.2)


def read_sold(home: Path) -> int:
    """Return how many pieces went to customers in the book of the store and in the hub's."""
    return ask(
        home,
        """
        select coalesce(sum(b.quantity), 0)::bigint
          from ledger_balance b
          join ledger_sku s on s.bucket = b.bucket and s.sku_id = b.sku_id
          join ledger_place p on p.place_id = b.place_id
          join ledger_book k on k.book_id = p.book_id
         where s.code = %s and k.code = any(%s) and p.path like 'customer%%'
        """,
        [SKU, ["erp", f"pos:{SITE}"]],
    )


def count_tickets(home: Path, till: Till) -> int:
    """Return how many tickets of a till the store has."""
    return ask(home, "select count(*) from pos_ticket where till_source = %s", [till.source])


def ask(home: Path, question: str, values: list[object]) -> int:
    """Ask the database one number."""
    dsn = (home / "postgres" / "dsn").read_text(encoding="utf-8")
    with psycopg.connect(dsn) as connection:
        row = connection.execute(question.encode(), values).fetchone()
    assert row is not None
    return int(row[0])


def report(kills: list[tuple[str, float]], tills: list[Till]) -> None:
    """Say how long it took after each kill until something was acknowledged again."""
    kept = sorted(at for till in tills for at, status in till.answers if status == 200)
    waits = {
        kind: [
            next((at - when for at in kept if at > when), 0.0)
            for killed, when in kills
            if killed == kind
        ]
        for kind in dict.fromkeys(killed for killed, _ in kills)
    }
    sys.stdout.write(
        f"{len(kills)} kills, {sum(till.acknowledged for till in tills)} tickets acknowledged\n"
    )
    for kind, seconds in waits.items():
        sys.stdout.write(
            f"{kind}: {len(seconds)} kills, next answer after {median(seconds):.2f} s, "
            f"at most {max(seconds):.2f} s\n"
        )
