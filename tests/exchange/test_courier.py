"""The courier goes on by itself, and leaves alone for a while what it cannot deliver."""

from __future__ import annotations

import random

import pytest

from tests.exchange.books import Book
from tests.exchange.builders import a_moved, say
from yipan.exchange.backoff import Backoff
from yipan.exchange.courier import Courier

pytestmark = pytest.mark.django_db


def a_courier() -> Courier:
    return Courier(backoff=Backoff(chance=random.Random(7)))


def test_each_round_takes_one_run_of_every_stream(book: Book) -> None:
    say("wms:W1/stock", [a_moved(number) for number in range(1, 701)])
    say("wms:W2/stock", [a_moved(number) for number in range(1001, 1011)])
    courier = a_courier()

    rounds = [courier.go_round(now=0.0) for _ in range(3)]

    assert rounds == [510, 200, 0]
    assert book.runs == [500, 10, 200]


def test_a_stream_that_meets_a_fault_is_tried_again_after_a_while(book: Book) -> None:
    book.broken.add("BAD-1")
    say("wms:W1/stock", [a_moved(1, sku="BAD-1"), a_moved(2)])
    say("wms:W2/stock", [a_moved(3)])
    courier = a_courier()

    first = courier.go_round(now=0.0)
    at_once = courier.go_round(now=0.1)
    book.broken.clear()
    still_early = courier.go_round(now=3.0)
    later = courier.go_round(now=5.0)

    assert (first, at_once, still_early, later) == (2, 0, 0, 1)
    assert sorted(book.list_numbers()) == [1, 1, 2]


def test_waits_double_from_five_seconds_to_five_minutes_and_are_shortened_by_chance() -> None:
    backoff = Backoff(chance=random.Random(7))

    waits = [backoff.fail("hub", now=0.0) for _ in range(9)]

    longest = [5, 10, 20, 40, 80, 160, 300, 300, 300]
    shortened = [wait / most for wait, most in zip(waits, longest, strict=True)]
    assert all(0.75 <= share <= 1 for share in shortened)
    assert len(set(shortened)) == 9


def test_a_success_forgets_the_failures() -> None:
    backoff = Backoff(chance=random.Random(7))
    backoff.fail("hub", now=0.0)
    backoff.fail("hub", now=0.0)

    backoff.succeed("hub")

    assert backoff.is_due("hub", now=0.0) is True
    assert backoff.fail("hub", now=0.0) <= 5
