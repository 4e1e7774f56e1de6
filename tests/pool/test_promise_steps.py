"""Goal: a promise is extended, moved, consumed, given back, and what may be sold follows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.pool.selling import (
    DESK,
    NOON,
    a_rule,
    a_wish,
    ask,
    bring,
    list_steps,
    open_pool,
)
from yipan.pool import promises, queries
from yipan.pool.models import Promise
from yipan.pool.promises import InsufficientStock, LinesDiffer
from yipan.pool.rules import PromisedLine

pytestmark = pytest.mark.django_db


def test_a_hold_can_be_given_more_time() -> None:
    open_pool()
    bring("SCARF", W1=1)
    soon, later = NOON + timedelta(minutes=1), NOON + timedelta(minutes=9)
    promises.hold(ask=a_wish("H-1", step="hold", expires_at=soon, seconds=60), at=NOON)

    row = promises.extend(ask=a_wish("H-1", expires_at=later), at=NOON)

    assert (row.state, row.expires_at) == ("held", later)
    with pytest.raises(InsufficientStock):
        promises.reserve(ask=a_wish("R-1"), at=soon)


def test_a_reservation_moves_to_another_site_in_one_posting() -> None:
    open_pool()
    bring("SCARF", W1=2, S1=2)
    promises.reserve(ask=a_wish("R-1", 2, site="W1"), at=NOON)
    there = (PromisedLine(site="S1", sku="SCARF", quantity=2),)

    row = promises.move(ask=a_wish("R-1", lines=there, channel=""), at=NOON)

    assert row.lines == there
    assert ask().by_site == {"S1": 0, "W1": 2}
    with pytest.raises(LinesDiffer):
        promises.move(ask=a_wish("R-1", 3, site="W1", channel=""), at=NOON)
    assert queries.prove_promises().ok is True


def test_what_cannot_be_moved_stays_where_it_is() -> None:
    open_pool()
    bring("SCARF", W1=2, S1=1)
    promises.reserve(ask=a_wish("R-1", 2, site="W1"), at=NOON)

    with pytest.raises(InsufficientStock):
        promises.move(ask=a_wish("R-1", 2, site="S1", channel=""), at=NOON)

    assert ask().by_site == {"S1": 1, "W1": 0}
    assert Promise.objects.get().state == "reserved"


def test_a_shipment_consumes_its_reservation_and_takes_the_rest_from_what_is_free() -> None:
    open_pool()
    bring("SCARF", W1=5)
    promises.reserve(ask=a_wish("R-1", 2, site="W1"), at=NOON)
    left = [PromisedLine(site="W1", sku="SCARF", quantity=3)]

    for _ in range(2):
        promises.consume(number="R-1", lines=left, origin="issue/1/post", at=NOON, trace=DESK)

    assert list_steps(ask()) == [("on_hand", 2), ("sellable", 2)]
    assert Promise.objects.get().state == "fulfilled"
    assert queries.prove_promises().ok is True


def test_a_reversed_shipment_is_reserved_again() -> None:
    open_pool()
    bring("SCARF", W1=5)
    promises.reserve(ask=a_wish("R-1", 2, site="W1"), at=NOON)
    left = [PromisedLine(site="W1", sku="SCARF", quantity=2)]
    promises.consume(number="R-1", lines=left, origin="issue/1/post", at=NOON, trace=DESK)

    promises.take_back(
        number="R-1", origin="issue/1/post", reversal="issue/1/reverse", at=NOON, trace=DESK
    )

    assert list_steps(ask()) == [("on_hand", 5), ("reserved", -2), ("sellable", 3)]
    assert Promise.objects.get().state == "reserved"
    assert queries.prove_promises().ok is True


def test_part_of_a_reservation_is_given_back_once() -> None:
    open_pool()
    bring("SCARF", W1=5)
    a_rule("quota", sku="SCARF", channel="web", quantity=4)
    promises.reserve(ask=a_wish("R-1", 3, site="W1"), at=NOON)
    part = [PromisedLine(site="W1", sku="SCARF", quantity=2)]

    given = [
        promises.reduce(number="R-1", lines=part, step="short-1", at=NOON, trace=DESK)
        for _ in range(2)
    ]

    assert given == [2, 0]
    assert ask().sellable == 3
    assert queries.prove_promises().ok is True
