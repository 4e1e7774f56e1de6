"""
Goal: 64 clients racing for the last 100 units over HTTP get exactly 100, never more.

Method: real processes, real sockets. Every client asks, holds and commits, lets go, repeats
its own requests, until nothing is left; nobody is answered with a fault of ours.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.access.builders import a_key
from tests.fastlane.doors import Caller, open_doors
from tests.masterdata.builders import NOON, a_site, a_sku
from yipan.foundation.status import StockStatus
from yipan.ledger.moves import FactPosting, Move
from yipan.ledger.proof import prove_ledger
from yipan.masterdata import records
from yipan.pool import book, queries
from yipan.pool.models import Promise, PromiseLine
from yipan.pool.rules import get_account

UNITS = 100
CLIENTS = 64
ASKED_PER_CLIENT = 10
LINE: dict[str, Any] = {"sku": "MUG", "site": "S1", "quantity": 1}


class Client(threading.Thread):
    """Asks for one unit at a time; remembers what it was granted and every status it got."""

    def __init__(self, number: int, *, ports: list[int], key: str) -> None:
        super().__init__(name=f"client-{number}")
        self.statuses: Counter[int] = Counter()
        self.codes: Counter[str] = Counter()
        self.granted: list[str] = []
        self._number = number
        self._chance = random.Random(number)
        self._callers = [Caller(port, key=key) for port in ports]

    def run(self) -> None:
        """Ask ten times: a reservation, a cart that is bought, or one that is left standing."""
        for count in range(ASKED_PER_CLIENT):
            self._want(f"{self._number}-{count}")
        for caller in self._callers:
            caller.close()

    def _want(self, name: str) -> None:
        kind = self._chance.choice(["reservations", "reservations", "holds"])
        for _ in range(self._chance.choice([1, 1, 2])):  # a lost answer is asked for again
            said = self._ask(f"/api/v1/{kind}", {"lines": [LINE]}, key=name)
        if "number" not in said:
            return
        if kind == "holds" and self._chance.random() < 0.3:
            self._ask(f"/api/v1/holds/{said['number']}/release", {})
            return
        if kind == "holds":
            self._ask(f"/api/v1/holds/{said['number']}/commit", {})
        self.granted.append(said["number"])

    def _ask(self, path: str, body: object, *, key: str = "") -> dict[str, Any]:
        caller = self._chance.choice(self._callers)
        status, said = caller.ask("POST", path, body, idempotency_key=key)
        self.statuses[status] += 1
        self.codes[said.get("code", "")] += 1
        found: dict[str, Any] = said
        return found


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("doors", [("fastlane",), ("web",), ("fastlane", "web")])
def test_the_last_hundred_units_are_promised_exactly_once(
    doors: tuple[str, ...], tmp_path: Path
) -> None:
    records.save_sites([a_site("S1")])
    records.save_skus([a_sku("MUG")], at=NOON)
    shelf = get_account(site="S1", status=StockStatus.AVAILABLE)
    brought = Move(sku="MUG", from_account="supplier", to_account=shelf, quantity=UNITS)
    book.post_fact(posting=FactPosting(origin="gr/1", occurred_at=NOON, moves=[brought]))
    key = a_key(name="shop")

    with open_doors(*doors, home=tmp_path) as ports:
        clients = [Client(number, ports=list(ports.values()), key=key) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        for client in clients:
            client.join(timeout=300)
        last = Caller(ports[doors[0]], key=key)
        left = sum(
            last.ask("POST", "/api/v1/reservations", {"lines": [LINE]}, idempotency_key=f"l{n}")[0]
            == 201
            for n in range(UNITS)
        )
        last.close()

    statuses = sum((client.statuses for client in clients), Counter())
    granted = [number for client in clients for number in client.granted]
    assert {status for status in statuses if status >= 500} == set(), statuses
    assert set(statuses) <= {200, 201, 409}
    assert len(set(granted)) + left == UNITS
    stock = queries.get_stock(site="S1", sku="MUG")
    assert (stock[StockStatus.AVAILABLE], stock[StockStatus.RESERVED]) == (0, UNITS)
    assert PromiseLine.objects.filter(promise__state="reserved").count() == UNITS
    assert Promise.objects.filter(state="held").exists() is False
    assert queries.prove_promises().ok is True
    assert [finding.detail for finding in prove_ledger() if not finding.ok] == []
