"""
Two books converge exactly over a line that drops, doubles, reorders and delays.

A site tells facts and steps; its hub hears them over a faulty transport, and the site pulls its
orders over another. When all is quiet, each effect is there once, steps are in order, and the
log proves itself.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.exchange.books import Book
from tests.exchange.builders import Stepped, a_moved, a_stepped, say, wired
from tests.exchange.faulty import Faulty, Trouble, draw
from yipan.exchange import parking, proof, queries
from yipan.exchange.backoff import Backoff
from yipan.exchange.forwarding import Forwarder
from yipan.exchange.models import Forwarding, Reception
from yipan.exchange.pulling import Puller
from yipan.exchange.subscriptions import Subscription
from yipan.exchange.transport import InProcess
from yipan.messages.base import Message

pytestmark = pytest.mark.django_db

QUIET_ROUNDS_MAX = 400
#: After so long, whoever failed tries again.
WAIT_SECONDS_MAX = 300.0


class Site:
    """A site node, its hub, and the bad line between them."""

    def __init__(self, *, troubles: Iterator[Trouble], seed: int = 7) -> None:
        chance = random.Random(seed)
        self.faults: list[Exception] = []
        self.lines = [
            Faulty(
                InProcess(receiver=receiver, faults=self.faults),
                next_trouble=lambda: next(troubles, Trouble.NONE),
                chance=chance,
            )
            for receiver in ("erp", "wms")
        ]
        self.forwarder = Forwarder(transport=self.lines[0], backoff=Backoff(chance=chance))
        self.puller = Puller(
            transport=self.lines[1],
            receiver="wms",
            sources=["erp:hub/orders:W1"],
            backoff=Backoff(chance=chance),
        )
        self.now = 0.0
        self.told = 0

    def tell(self, count: int) -> None:
        """Tell facts, and steps of five papers between them."""
        numbers = range(self.told + 1, self.told + count + 1)
        self.told += count
        say("wms:W1/stock", [_make_message(number) for number in numbers])
        orders = [a_stepped(10_000 + n, paper="ORDERS", step=n) for n in numbers]
        say("erp:hub/orders:W1", orders)

    def go_round(self, *, after_seconds: float = 1.0) -> int:
        self.now += after_seconds
        return self.forwarder.go_round(now=self.now) + self.puller.go_round(now=self.now)

    def settle(self) -> None:
        """Go on until everything has arrived, however often somebody has to wait."""
        for _ in range(QUIET_ROUNDS_MAX):
            if self.go_round() == 0:
                self.now += WAIT_SECONDS_MAX
            if self.is_settled():
                return
        raise AssertionError("it never became quiet")

    def is_settled(self) -> bool:
        heard = list(Reception.objects.values_list("receiver", "watermark").order_by("receiver"))
        acknowledged = Forwarding.objects.values_list("acknowledged", flat=True).first()
        return acknowledged == self.told and heard == [("erp", self.told), ("wms", self.told)]


def _make_message(number: int) -> Message:
    if number % 3 == 0:
        return a_stepped(number, paper=f"P-{number % 5}", step=number)
    return a_moved(number, sku=f"SKU-{number % 7}", quantity=number)


def check_converged(site: Site, book: Book) -> None:
    """Each effect once at both ends; the steps of each paper, and all orders, in order."""
    effects = book.list_effects()
    facts = sorted(row for row in effects if row[1].startswith("SKU-"))
    numbers = range(1, site.told + 1)
    assert facts == [(n, f"SKU-{n % 7}", n) for n in numbers if n % 3]
    for paper in range(5):
        steps = [step for _, name, step in effects if name == f"P-{paper}"]
        assert steps == [n for n in numbers if n % 3 == 0 and n % 5 == paper]
    assert [step for _, name, step in effects if name == "ORDERS"] == list(numbers)
    assert site.faults == []
    assert [finding for finding in proof.list_findings() if not finding.ok] == []


@contextmanager
def a_site(troubles: Iterator[Trouble]) -> Iterator[tuple[Site, Book]]:
    """Wire a site and its hub; afterwards everything they wrote is gone."""
    book = Book()
    order = Subscription(receiver="wms", message=Stepped, handler=book.take_step)
    with wired(*book.subscriptions(), order), transaction.atomic():
        yield Site(troubles=troubles), book
        transaction.set_rollback(True)


@pytest.mark.parametrize("seed", range(6))
def test_books_converge_over_a_line_as_bad_as_the_contract_asks(seed: int) -> None:
    chance = random.Random(seed)
    with a_site(draw(chance) for _ in iter(int, 1)) as (site, book):
        for _ in range(60):
            site.tell(chance.randint(1, 30))
            site.go_round(after_seconds=WAIT_SECONDS_MAX)

        site.settle()

        check_converged(site, book)
        met = site.lines[0].seen + site.lines[1].seen
        assert set(met) == set(Trouble)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    counts=st.lists(st.integers(min_value=0, max_value=9), min_size=1, max_size=12),
    troubles=st.lists(st.sampled_from(Trouble), max_size=40),
)
def test_books_converge_whatever_the_line_does(
    counts: Sequence[int], troubles: Sequence[Trouble]
) -> None:
    with a_site(iter(troubles)) as (site, book):
        site.tell(1)
        for count in counts:
            if count:
                site.tell(count)
            site.go_round()

        site.settle()

        check_converged(site, book)


@pytest.mark.parametrize("seed", range(3))
def test_what_was_parked_on_a_bad_line_is_released_in_order(seed: int) -> None:
    chance = random.Random(seed)
    with a_site(draw(chance) for _ in iter(int, 1)) as (site, book):
        book.unknown |= {"SKU-3", "P-2"}
        for _ in range(10):
            site.tell(chance.randint(1, 30))
            site.go_round()
        site.settle()
        assert {row.code for row in queries.list_inbox(state="parked")} == {"test.sku_unknown"}
        book.unknown.clear()

        parking.retry()

        assert queries.list_inbox() == []
        check_converged(site, book)


def test_a_fault_of_the_hub_holds_up_nothing_but_its_own_message() -> None:
    with a_site(iter(())) as (site, book):
        book.broken.add("SKU-4")
        site.tell(450)
        for _ in range(5):
            site.go_round()
        booked = {name for _, name, _ in book.list_effects()}
        book.broken.clear()
        met, site.faults[:] = len(site.faults), []

        site.settle()

        assert met == 43
        assert booked == {
            *(f"SKU-{n}" for n in (0, 1, 2, 3, 5, 6)),
            "ORDERS",
            "P-3",  # its one step before the first fault; the others wait behind the gap
        }
        check_converged(site, book)
