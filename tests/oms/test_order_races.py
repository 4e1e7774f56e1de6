"""
Goal: 64 shoppers at once, on one hot product and on many shared ones: at no sampled moment is
more promised than there is, nothing leaks, nobody deadlocks, and every no has a stable code.

Method: threads with connections of their own take orders of one to four lines over shared SKUs,
hold carts that run out in the middle of checkout, cancel, and let sites ship or stop while the
desk cancels. One more thread looks at the balances all the time. Then the dust settles, and the
books are proved.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from uuid import uuid5

import pytest
from django.db import connection, connections

from tests.pool.selling import DESK, NOON, bring, open_pool
from tests.retailer import make_id
from yipan.foundation.refusals import Refusal
from yipan.ledger import queries as ledger
from yipan.ledger.proof import prove_ledger
from yipan.masterdata.models import Site
from yipan.oms.documents import fulfillment
from yipan.oms.documents import order as verbs
from yipan.oms.documents.fulfillment import Left
from yipan.oms.documents.order import Bought, BoughtLine
from yipan.oms.models import ChannelOrder, FulfillmentOrder, OrderLine
from yipan.oms.models.fulfillment import STATES_OPEN
from yipan.pool import promises
from yipan.pool.policy import channels
from yipan.pool.policy.channels import Service
from yipan.pool.promises import Ask
from yipan.pool.queries import prove_promises
from yipan.pool.rules import PromisedLine

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

CLIENTS, STEPS = 64, 5
SKUS = ("HOT", "SCARF", "MUG", "TEA", "SOAP")
UNITS = {"W1": 40, "S1": 12, "S2": 8}
#: All a shopper or a site may be told; anything else is a fault.
CODES = {
    "reservation.insufficient_stock",
    "reservation.hold_expired",
    "reservation.wrong_state",
    "document.wrong_state",
    "channel_order.nothing_to_source",
}


@dataclass(kw_only=True)
class Floor:
    """What the threads share: parts that a site still has to answer, and what went wrong."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    waiting: list[str] = field(default_factory=list)
    orders: list[str] = field(default_factory=list)
    codes: Counter[str] = field(default_factory=Counter)
    faults: list[BaseException] = field(default_factory=list)
    below: list[str] = field(default_factory=list)
    samples: int = 0

    def take_part(self, chance: Random) -> str:
        """Return a part nobody else answers: a site decides once."""
        with self.lock:
            return self.waiting.pop(chance.randrange(len(self.waiting))) if self.waiting else ""

    def add(self, order: str) -> None:
        """Let sites see the parts of an order."""
        parts = FulfillmentOrder.objects.filter(order__number=order).values_list(
            "number", flat=True
        )
        with self.lock:
            self.waiting += list(parts)
            self.orders.append(order)


class Shopper(threading.Thread):
    """Buys, holds, cancels, and now and then is the site that ships or stops."""

    def __init__(self, number: int, floor: Floor) -> None:
        super().__init__(name=f"shopper-{number}")
        self._number, self._floor, self._chance = number, floor, Random(number)

    def run(self) -> None:
        """Take so many steps, whatever comes of them."""
        try:
            for step in range(STEPS):
                try:
                    self._step(f"{self._number}-{step}")
                except Refusal as refusal:
                    self._floor.codes[refusal.code] += 1
        except BaseException as fault:  # noqa: BLE001 - told by the test
            self._floor.faults.append(fault)
        finally:
            connection.close()

    def _step(self, name: str) -> None:
        self._buy(name)
        act = self._chance.choice(["cancel", "ship", "ship", "stop", "leave"])
        if act == "cancel":
            with self._floor.lock:
                number = self._chance.choice(self._floor.orders or [""])
            if number:
                self._cancel(number, name)
        elif act != "leave":
            answer(self._floor.take_part(self._chance), act, name=name)

    def _buy(self, name: str) -> None:
        hold = self._hold(name) if self._chance.random() < 0.3 else ""
        skus = ["HOT", *self._chance.sample(SKUS[1:], self._chance.randrange(4))]
        self._chance.shuffle(skus)
        taken = verbs.take(
            bought=Bought(
                channel="web",
                external_id=name,
                lines=tuple(BoughtLine(sku=sku, quantity=1, amount_minor=100) for sku in skus),
                may_wait=self._chance.random() < 0.5,
                hold=hold,
            ),
            by=DESK,
            # Some carts run out while their owner pays.
            at=NOON + timedelta(seconds=self._chance.choice([0, 0, 90])),
            message_id=make_id(f"race {name}"),
        )
        self._floor.add(taken.number)

    def _hold(self, name: str) -> str:
        line = PromisedLine(site="W1", sku="HOT", quantity=1)
        until = NOON + timedelta(seconds=60)
        ask = Ask(step="hold", number=f"H-{name}", lines=(line,), expires_at=until, seconds=60)
        return promises.hold(ask=ask, at=NOON).number

    def _cancel(self, number: str, name: str) -> None:
        verbs.cancel(number=number, by=DESK, at=NOON, message_id=make_id(f"cancel {name}"))


def answer(number: str, act: str, *, name: str) -> None:
    """Let a site ship a part or stop: the goods leave the site book, the order hears of it."""
    part = FulfillmentOrder.objects.filter(number=number).first()
    if part is None:
        return
    message_id = uuid5(make_id("site"), f"{number} {name}")
    if act == "stop":
        fulfillment.stopped(number=number, by=DESK, at=NOON, message_id=message_id)
        return
    rows = list(part.lines.select_related("order_line"))
    promises.consume(
        number=part.promise,
        lines=[
            PromisedLine(site=part.site, sku=row.sku, quantity=row.quantity - row.quantity_short)
            for row in rows
        ],
        origin=f"sales_issue/{number}/post",
        at=NOON,
        trace=DESK,
    )
    shipped = {row.order_line.line: row.quantity - row.quantity_short for row in rows}
    left = Left(number=number, shipment=f"SH-{number}", shipped=shipped, is_last=True)
    fulfillment.ship(left=left, by=DESK, at=NOON, message_id=message_id)


class Watcher(threading.Thread):
    """Looks at all balances of the site book in one statement, again and again."""

    def __init__(self, floor: Floor, stop: threading.Event) -> None:
        super().__init__(name="watcher")
        self._floor, self._stop_asked = floor, stop

    def run(self) -> None:
        """Look until told to stop; what is below zero at any moment was promised twice."""
        while not self._stop_asked.wait(0.02):
            for balance in ledger.list_balances(book="erp", prefix="on_hand/"):
                if balance.quantity < 0:
                    self._floor.below.append(f"{balance.account} {balance.sku}")
            self._floor.samples += 1
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_64_shoppers_over_shared_products_are_promised_what_there_is_and_no_more() -> None:
    open_pool(*SKUS)
    Site.objects.filter(code="W1").update(site_type="warehouse")
    for sku in SKUS:
        bring(sku, **UNITS)
    for site in ("S1", "S2"):
        channels.save_service(service=Service(site=site, method="ship"), by=DESK, at=NOON)
    deadlocks = count_deadlocks()
    floor, stop = Floor(), threading.Event()
    watcher = Watcher(floor, stop)
    watcher.start()
    shoppers = [Shopper(number, floor) for number in range(CLIENTS)]
    for shopper in shoppers:
        shopper.start()
    for shopper in shoppers:
        shopper.join(timeout=400)
    stop.set()
    watcher.join(timeout=60)

    assert floor.faults == []
    assert set(floor.codes) <= CODES, floor.codes
    assert floor.samples > 10
    assert floor.below == []
    assert count_deadlocks() == deadlocks

    settle(floor)
    assert_books_add_up()


def settle(floor: Floor) -> None:
    """Let the dust settle: carts run out, sites stop, orders that wait are canceled."""
    promises.expire_due(at=NOON + timedelta(hours=1))
    for attempt in range(20):
        for number in ChannelOrder.objects.exclude(state__in=["completed", "canceled"]).values_list(
            "number", flat=True
        ):
            verbs.cancel(number=number, by=DESK, at=NOON, message_id=make_id(f"{number} {attempt}"))
        still = FulfillmentOrder.objects.filter(state__in=STATES_OPEN)
        for number in still.values_list("number", flat=True):
            answer(number, "stop", name=f"dust {attempt}")
        if not still.exists():
            break
    open_orders = ChannelOrder.objects.exclude(state__in=["completed", "canceled"])
    assert list(open_orders.values_list("number", "state")) == []
    assert floor.orders


def assert_books_add_up() -> None:
    """Nothing is promised any more, nothing leaked: what did not leave is free again."""
    for finding in (prove_promises(), *prove_ledger()):
        assert finding.ok, finding.detail
    balances = {
        (it.account, it.sku): it.quantity for it in ledger.list_balances(book="erp", prefix="")
    }
    for sku in SKUS:
        free = sum(balances.get((f"on_hand/{site}/available", sku), 0) for site in UNITS)
        left = balances.get(("customer", sku), 0)
        shipped = sum(OrderLine.objects.filter(sku=sku).values_list("quantity_shipped", flat=True))
        assert left == shipped
        assert free + left == sum(UNITS.values())
    stray = [key for key, quantity in balances.items() if key[0].endswith("/reserved") and quantity]
    assert stray == []


def count_deadlocks() -> int:
    """Return how many deadlocks PostgreSQL has broken in this database."""
    with connections["default"].cursor() as cursor:
        cursor.execute("select pg_stat_clear_snapshot()")
        cursor.execute("select deadlocks from pg_stat_database where datname = current_database()")
        row = cursor.fetchone()
    assert row is not None
    return int(row[0])
