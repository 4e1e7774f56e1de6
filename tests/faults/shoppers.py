"""Shoppers who buy over HTTP whatever happens, and write down which orders were answered."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random

SKUS = ("TEA-250", "TEA-100", "CHRYS-80", "SOAP-1")
PAUSE_SECONDS = 0.05
ANSWER_SECONDS_MAX = 15
STOP_SECONDS_MAX = 120


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


@contextmanager
def shopping(*, port: int, key: str, letter: str, count: int) -> Iterator[list[Shopper]]:
    """Let some shoppers buy beside what the block does; they stop when it is over."""
    shoppers = [
        Shopper(name=f"{letter}{number}", port=port, key=key, chance=Random(number))
        for number in range(count)
    ]
    stop = threading.Event()
    threads = [
        threading.Thread(target=shopper.buy_until, args=(stop,), daemon=True)
        for shopper in shoppers
    ]
    for thread in threads:
        thread.start()
    try:
        yield shoppers
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=STOP_SECONDS_MAX)
