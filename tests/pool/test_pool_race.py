"""
Goal: whoever asks at once, through channels, from the pool, with quotas, with carts that run out
and shipments that cross cancellations: never more is promised than there is, and nothing leaks.

Method: eight connections side by side, each with its own chance; then the books are proved.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection

from tests.pool.selling import DESK, NOON, TODAY, a_rule, a_wish, bring, open_pool, tell_coming
from yipan.foundation.refusals import Refusal
from yipan.ledger import queries as ledger
from yipan.ledger.proof import prove_ledger
from yipan.pool import promises, queries
from yipan.pool.models import PromiseLine
from yipan.pool.promises import PromiseRow
from yipan.pool.queries.selling import list_sellable
from yipan.pool.rules import PromisedLine
from yipan.pool.rules.selling import Terms

THREADS, ASKS = 8, 25
UNITS = {"W1": 40, "S1": 15, "S2": 5}
QUOTA = 30
CODES = {
    "reservation.insufficient_stock",
    "reservation.hold_expired",
    "reservation.wrong_state",
    "reservation.lines_differ",
}


class Shopper(threading.Thread):
    """Asks one thing after the other; keeps what it got, and every fault."""

    def __init__(self, number: int) -> None:
        super().__init__(name=f"shopper-{number}")
        self.codes: Counter[str] = Counter()
        self.faults: list[BaseException] = []
        self._number, self._chance = number, random.Random(number)

    def run(self) -> None:
        """Ask so many times, whatever comes of it."""
        try:
            for count in range(ASKS):
                self._want(f"R-{self._number}-{count}")
        except BaseException as fault:  # noqa: BLE001 - told by the test
            self.faults.append(fault)
        finally:
            connection.close()

    def _want(self, number: str) -> None:
        chance = self._chance
        skus = chance.sample(["SCARF", "MUG"], chance.choice([1, 2]))
        lines = tuple(
            PromisedLine(site=chance.choice(["", "", "W1", "S1"]), sku=sku, quantity=1)
            for sku in skus
        )
        ask = a_wish(
            number,
            lines=lines,
            channel=chance.choice(["web", "app"]),
            due_on=TODAY + timedelta(days=9) if chance.random() < 0.3 else None,
        )
        if chance.random() < 0.4:
            soon = NOON + timedelta(seconds=60)
            ask = replace(ask, step="hold", expires_at=soon, seconds=60)
        row = self._decide(ask)
        if isinstance(row, PromiseRow):
            self._go_on(row)

    def _go_on(self, row: PromiseRow) -> None:
        """Let a promise take another step, or leave it."""
        step = self._chance.choice(["commit", "release", "ship", "move", "later", "leave"])
        ask = a_wish(row.number)
        if step == "commit":
            self._decide(replace(ask, step="commit"))
        elif step == "release":
            self._decide(replace(ask, step="release"))
        elif step == "move":
            there = tuple(replace(line, site="W1", supply="", quota=0) for line in row.lines)
            moved = tuple(replace(line, quota_quantity=0, is_floating=False) for line in there)
            self._decide(replace(ask, step="move", lines=moved, channel=""))
        elif step == "later":
            late = NOON + timedelta(minutes=5) if self._chance.random() < 0.2 else NOON
            promises.expire_due(at=late)
        elif step == "ship":
            left = [line for line in row.lines if not line.supply]
            origin = f"issue/{row.number}/post"
            promises.consume(number=row.number, lines=left, origin=origin, at=NOON, trace=DESK)

    def _decide(self, ask: promises.Ask) -> PromiseRow | Refusal:
        [answer] = promises.decide(asks=[ask], at=NOON)
        if isinstance(answer, Refusal):
            self.codes[answer.code] += 1
        return answer


@pytest.mark.django_db(transaction=True)
def test_shoppers_side_by_side_are_never_promised_more_than_there_is() -> None:
    open_pool("SCARF", "MUG")
    for sku in ("SCARF", "MUG"):
        bring(sku, **UNITS)
    a_rule("quota", sku="SCARF", channel="web", quantity=QUOTA)
    a_rule("quota", sku="MUG", channel="app", quantity=10, is_exclusive=True)
    tell_coming(12, TODAY + timedelta(days=2))

    shoppers = [Shopper(number) for number in range(THREADS)]
    for shopper in shoppers:
        shopper.start()
    for shopper in shoppers:
        shopper.join(timeout=240)

    assert [fault for shopper in shoppers for fault in shopper.faults] == []
    assert set(sum((shopper.codes for shopper in shoppers), Counter())) <= CODES
    assert queries.prove_promises().ok, queries.prove_promises().detail
    assert [it.detail for it in prove_ledger() if not it.ok] == []
    web = PromiseLine.objects.filter(
        promise__channel="web", promise__state__in=["held", "reserved", "fulfilled"], sku="SCARF"
    )
    assert sum(line.quota_quantity for line in web) <= QUOTA
    for balance in ledger.list_balances(book="erp", prefix="pool/"):
        assert balance.quantity >= 0, balance


@pytest.mark.django_db(transaction=True)
def test_after_all_is_given_back_everything_may_be_sold_again() -> None:
    open_pool("SCARF", "MUG")
    bring("SCARF", **UNITS)
    a_rule("quota", sku="SCARF", channel="web", quantity=QUOTA)
    for number in range(QUOTA):
        promises.reserve(ask=a_wish(f"R-{number}"), at=NOON)
    sold_out = list_sellable(skus=["SCARF"], terms=Terms(channel="web"), at=NOON)[0].sellable

    for number in range(QUOTA):
        promises.release(ask=a_wish(f"R-{number}"), at=NOON)

    free = list_sellable(skus=["SCARF"], terms=Terms(channel="web"), at=NOON)[0]
    assert (sold_out, free.sellable) == (0, QUOTA)
    assert sum(free.by_site.values()) == sum(UNITS.values())
