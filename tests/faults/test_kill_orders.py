"""
Orders under kills: PostgreSQL and the app are killed by -9 at random while shoppers buy.

Each order is sent until somebody answers it, under its own number. Afterwards each number has
become one order, nothing is promised twice or leaked, and what was refused was refused by a code.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from tests.config.running import Running, run_yipan
from tests.faults.shoppers import shopping
from tests.faults.test_kill import SETTLE_SECONDS_MAX, ask, kill_at_random

pytestmark = [
    pytest.mark.fault,
    pytest.mark.slow,
    pytest.mark.timeout(400),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc"),
]

SECONDS, SHOPPERS = 15.0, 6
#: All a shopper may be told while things fall over: an order, ask later, ask again.
CODES = {"", "server.unavailable", "request.idempotency_key_in_use"}
PAUSE_SECONDS = 0.05


def test_each_order_answered_is_there_once_whatever_is_killed(reachable: Path) -> None:
    home = reachable / "home"
    with Running(home) as running:
        running.wait_until_ready()
        made = run_yipan("apikey", "create", "shop", "--role", "order_desk", "--json", home=home)
        key = json.loads(made.stdout)["key"]
        with shopping(port=running.port, key=key, letter="K", count=SHOPPERS) as shoppers:
            kills = kill_at_random(running, chance=Random(7), seconds=SECONDS)
            end = time.monotonic() + SETTLE_SECONDS_MAX
            while not all(shopper.answered for shopper in shoppers):
                assert time.monotonic() < end, running.read_output()
                time.sleep(PAUSE_SECONDS)

        answered = [number for shopper in shoppers for number in shopper.answered]
        there = ask(
            home,
            "select count(*) from oms_channelorder where external_id = any(%s)",
            [answered],
        )
        proof = run_yipan("prove", "--json", home=home)
        codes = sum((shopper.codes for shopper in shoppers), Counter())
        sys.stdout.write(f"{len(kills)} kills, {len(answered)} orders answered, {codes}\n")

        assert len(kills) > 3
        assert min(len(shopper.answered) for shopper in shoppers) > 0
        assert len(set(answered)) == len(answered) == there
        assert set(codes) <= CODES, codes
        assert proof.returncode == 0, proof.stdout
        assert running.stop() == 0
