"""
A feed under kills: its reader, its publisher and the doors between are killed by -9 at random.

The reader writes what it read to a file, each line forced to the disk, and goes on behind the last
whole line when it is started again. Afterwards the file has every number of the feed once and in
order, and its last word about each product is what the channel stands told.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from tests.config.running import Running, run_yipan
from tests.faults.shoppers import shopping
from tests.faults.test_kill import SETTLE_SECONDS_MAX, list_victims

pytestmark = [
    pytest.mark.fault,
    pytest.mark.slow,
    pytest.mark.timeout(400),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc"),
]

SECONDS, SHOPPERS = 12.0, 3
#: Who tells, who keeps, who is asked; the reader is killed as often as all of them.
VICTIMS = ("yipan.config.worker", "postgres: yipan", "yipan.config.asgi")
PAUSE_SECONDS, STILL_TIMES = 0.1, 30

READER = """
import http.client, json, os, sys, time
port, key, path = int(sys.argv[1]), sys.argv[2], sys.argv[3]
with open(path, "a+b") as file:
    file.seek(0)
    whole = file.read().rpartition(b"\\n")
    file.truncate(len(whole[0]) + len(whole[1]))
    after = json.loads(whole[0].splitlines()[-1])["sequence"] if whole[0] else 0
    while True:
        try:
            hub = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            address = f"/api/v1/inventory/changes?channel=shop&after={after}&wait=5"
            hub.request("GET", address, headers={"Authorization": f"Bearer {key}"})
            answer = hub.getresponse()
            said = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            time.sleep(0.1)
            continue
        if answer.status != 200:
            time.sleep(0.1)
            continue
        for line in said["data"]:
            file.write(json.dumps(line).encode() + b"\\n")
            file.flush()
            os.fsync(file.fileno())
            after = line["sequence"]
"""


def start_reader(port: int, *, key: str, path: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", READER, str(port), key, str(path)])


def read_lines(path: Path) -> list[dict[str, object]]:
    whole, _, _ = path.read_bytes().rpartition(b"\n") if path.exists() else (b"", b"", b"")
    return [json.loads(line) for line in whole.splitlines()]


def ask_snapshot(port: int, *, key: str) -> dict[str, object] | None:
    """Return all a channel stands told of, None while nobody answers."""
    hub = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        address = "/api/v1/inventory/snapshot?channel=shop&limit=1000"
        hub.request("GET", address, headers={"Authorization": f"Bearer {key}"})
        answer = hub.getresponse()
        said: dict[str, object] = json.loads(answer.read())
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        hub.close()
    return said if answer.status == http.HTTPStatus.OK else None


def make_key(home: Path, name: str, role: str) -> str:
    made = run_yipan("apikey", "create", name, "--role", role, "--json", home=home)
    return str(json.loads(made.stdout)["key"])


def kill_around(
    running: Running, *, key: str, path: Path, chance: Random
) -> tuple[subprocess.Popen[bytes], int]:
    """Read, and kill who reads, tells and keeps; return the last reader, and how many died."""
    reader, kills = start_reader(running.port + 1, key=key, path=path), 0
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        time.sleep(chance.uniform(0.2, 0.8))
        if chance.random() < 0.5:
            reader.send_signal(signal.SIGKILL)
            reader.wait()
            reader = start_reader(running.port + 1, key=key, path=path)
            kills += 1
            continue
        victims = list_victims(running, chance.choice(VICTIMS))
        if victims:
            with suppress(ProcessLookupError):
                os.kill(chance.choice(victims), signal.SIGKILL)
                kills += 1
    return reader, kills


def settle(running: Running, *, key: str, path: Path) -> list[dict[str, object]]:
    """Wait until what was sold is told, and what was told is read; return what is told."""
    give_up_at = time.monotonic() + SETTLE_SECONDS_MAX
    last_seen, still = -1, 0
    while True:
        assert time.monotonic() < give_up_at, running.read_output()
        time.sleep(PAUSE_SECONDS)
        whole = ask_snapshot(running.port, key=key)
        lines = read_lines(path)
        if whole is None or not lines:
            continue
        last = int(str(whole["last_position"]))
        still = still + 1 if lines[-1]["sequence"] == last == last_seen else 0
        last_seen = last
        if still >= STILL_TIMES:
            rows = whole["data"]
            assert isinstance(rows, list)
            return rows


def test_no_line_of_a_feed_is_lost_or_doubled_whoever_is_killed(reachable: Path) -> None:
    home, path = reachable / "home", reachable / "read.jsonl"
    with Running(home) as running:
        running.wait_until_ready()
        desk, channel = make_key(home, "shop", "order_desk"), make_key(home, "feed", "integration")
        with shopping(port=running.port, key=desk, letter="F", count=SHOPPERS):
            reader, kills = kill_around(running, key=channel, path=path, chance=Random(11))
        rows = settle(running, key=channel, path=path)
        reader.kill()
        reader.wait()

        lines = read_lines(path)
        sys.stdout.write(f"{kills} kills, {len(lines)} lines\n")
        assert kills > 5
        assert [line["sequence"] for line in lines] == list(range(1, len(lines) + 1))
        newest = {(line["sku"], line["method"]): line["sellable"] for line in lines}
        assert newest == {(row["sku"], row["method"]): row["sellable"] for row in rows}
        assert running.stop() == 0
