"""
Orders under kills: PostgreSQL and the app are killed by -9 at random while shoppers buy.

Each order is sent until somebody answers it, under its own number. Afterwards each number has
become one order, nothing is promised twice or leaked, and what was refused was refused by a code.
"""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from tests.config.running import Running, run_yipan
from tests.faults.test_kill import SETTLE_SECONDS_MAX, ask, kill_at_random

pytestmark = [
    pytest.mark.fault,
    pytest.mark.slow,
    pytest.mark.timeout(400),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc"),
]

SECONDS, SHOPPERS = 15.0, 6
SKUS = ("TEA-250", "TEA-100", "CHRYS-80", "SOAP-1")
#: All a shopper may be told while things fall over: an order, ask later, ask again.
CODES = {"", "server.unavailable", "request.idempotency_key_in_use"}
PAUSE_SECONDS = 0.05
ANSWER_SECONDS_MAX = 15


@dataclass(kw_only=True)
class Shopper:
    """Buys one order after the other over HTTP, and asks again until it is answered."""

    name: str
    port: int
    key: str
    chance: Random
    answered: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)

    def buy_until(self, stop: threading.Event) -> None:
        """Buy until told to stop; an order is sent until it is answered."""
        while not stop.is_set():
            number = f"{self.name}-{len(self.answered):04}"
            skus = self.chance.sample(SKUS, self.chance.randint(1, 3))
            body = json.dumps(
                {
                    "channel": "shop",
                    "external_id": number,
                    "lines": [{"sku": sku, "quantity": 1, "amount_minor": 100} for sku in skus],
                }
            )
            while not self._push(number, body):
                if stop.is_set():
                    return
                time.sleep(PAUSE_SECONDS)
            self.answered.append(number)

    def _push(self, number: str, body: str) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS_MAX)
        headers = {
            "Authorization": f"Bearer {self.key}",
            "Content-Type": "application/json",
            "Idempotency-Key": number,
        }
        try:
            connection.request("POST", "/api/v1/orders", body, headers)
            answer = connection.getresponse()
            said = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            return False
        finally:
            connection.close()
        self.statuses[answer.status] += 1
        self.codes[said.get("code", "")] += 1
        return answer.status == http.HTTPStatus.CREATED


def test_each_order_answered_is_there_once_whatever_is_killed(reachable: Path) -> None:
    home = reachable / "home"
    with Running(home) as running:
        running.wait_until_ready()
        made = run_yipan("apikey", "create", "shop", "--role", "order_desk", "--json", home=home)
        key = json.loads(made.stdout)["key"]
        shoppers = [
            Shopper(name=f"K{number}", port=running.port, key=key, chance=Random(number))
            for number in range(SHOPPERS)
        ]
        stop = threading.Event()
        threads = [
            threading.Thread(target=shopper.buy_until, args=(stop,), daemon=True)
            for shopper in shoppers
        ]
        for thread in threads:
            thread.start()
        kills = kill_at_random(running, chance=Random(7), seconds=SECONDS)
        end = time.monotonic() + SETTLE_SECONDS_MAX
        while not all(shopper.answered for shopper in shoppers):
            assert time.monotonic() < end, running.read_output()
            time.sleep(PAUSE_SECONDS)
        stop.set()
        for thread in threads:
            thread.join(timeout=120)

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
