"""Goal: what is to come is promised for its day, once; what slips is shown or replaced."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from tests.pool.selling import (
    DESK,
    NOON,
    TODAY,
    a_rule,
    a_wish,
    ask,
    bring,
    open_pool,
    tell_coming,
)
from yipan.pool import promises, queries, supply
from yipan.pool.models import PromiseLine
from yipan.pool.promises import InsufficientStock
from yipan.pool.queries import selling
from yipan.pool.queries.selling import list_pegs
from yipan.pool.supply import Coming

pytestmark = pytest.mark.django_db


def test_goods_to_come_may_be_promised_for_their_day_and_no_more_of_them() -> None:
    open_pool()
    bring("SCARF", W1=1)
    tell_coming(5, TODAY + timedelta(days=3))
    in_time = TODAY + timedelta(days=4)

    assert (ask().sellable, ask().next_date) == (1, in_time)
    assert ask(by=in_time).sellable == 6
    row = promises.reserve(ask=a_wish("R-1", 4, due_on=in_time), at=NOON)

    assert [(line.supply, line.quantity) for line in row.lines] == [
        ("", 1),
        ("purchase_order-PO-1-SCARF", 3),
    ]
    assert ask(by=in_time).sellable == 2
    with pytest.raises(InsufficientStock):
        promises.reserve(ask=a_wish("R-2", 3, due_on=in_time), at=NOON)
    assert queries.prove_promises().ok is True


def test_what_is_late_counts_no_more_and_its_promises_are_at_risk() -> None:
    open_pool()
    tell_coming(5, TODAY + timedelta(days=1))
    due = TODAY + timedelta(days=2)
    promises.reserve(ask=a_wish("R-1", 4, due_on=due), at=NOON)

    tell_coming(5, TODAY + timedelta(days=9))

    [peg] = list_pegs(today=TODAY, only_at_risk=True)
    assert (peg.promise, peg.quantity, peg.due_on, peg.usable_on) == (
        "R-1",
        4,
        due,
        TODAY + timedelta(days=10),
    )
    assert ask(by=TODAY + timedelta(days=5)).sellable == 0


def test_what_is_late_is_found_behind_many_that_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selling, "PEGS_MAX", 2)
    open_pool("SCARF", "HAT", "CAP")
    due = TODAY + timedelta(days=2)
    tell_coming(9, TODAY + timedelta(days=1))
    for place in (1, 2, 3):
        promises.reserve(ask=a_wish(f"R-{place}", due_on=due, priority=9), at=NOON)
    hats = Coming(
        document_type="purchase_order",
        number="PO-2",
        site="W1",
        sku="HAT",
        quantity=1,
        expected_on=TODAY + timedelta(days=1),
    )
    supply.tell(coming=[hats], by=DESK, at=NOON)
    promises.reserve(ask=a_wish("R-4", sku="HAT", due_on=due), at=NOON)
    a_rule("presale", sku="CAP", quantity=2, due_on=due)
    promises.reserve(ask=a_wish("R-5", sku="CAP", due_on=due), at=NOON)

    slipped = replace(hats, expected_on=TODAY + timedelta(days=5))
    supply.tell(coming=[slipped], by=DESK, at=NOON)

    def find(**which: Any) -> list[tuple[str, bool]]:
        return [(it.promise, it.is_at_risk) for it in list_pegs(today=TODAY, **which)]

    assert find() == [("R-1", False), ("R-2", False)]
    assert find(only_at_risk=True) == [("R-4", True)]
    assert find(number="PO-2", sites={"W1"}) == find(sku="HAT") == [("R-4", True)]
    assert find(only_at_risk=True, sites={"S1"}) == find(number="PO-3") == []
    assert find(sku="CAP") == find(sites={"S1"}) == find(promises=["R-5"]) == [("R-5", False)]


def test_a_supply_that_slips_is_replaced_by_what_is_on_hand_the_first_in_line_first() -> None:
    open_pool()
    tell_coming(5, TODAY + timedelta(days=1))
    due = TODAY + timedelta(days=2)
    promises.reserve(ask=a_wish("R-1", 2, due_on=due), at=NOON)
    promises.reserve(ask=a_wish("R-2", 2, due_on=due, priority=5), at=NOON)
    bring("SCARF", W1=3)

    tell_coming(5, TODAY + timedelta(days=9))

    on_hand = PromiseLine.objects.filter(supply="").order_by("promise__number")
    found = [(line.promise.number, line.quantity_open) for line in on_hand]
    assert found == [("R-1", 1), ("R-2", 2)]
    assert [peg.quantity for peg in list_pegs(today=TODAY, only_at_risk=True)] == [1]
    assert queries.prove_promises().ok is True


def test_a_supply_that_shrinks_leaves_no_promise_without_goods_unseen() -> None:
    open_pool()
    tell_coming(5, TODAY + timedelta(days=1))
    promises.reserve(ask=a_wish("R-1", 4, due_on=date(2026, 3, 9)), at=NOON)
    bring("SCARF", S1=3)

    tell_coming(1, TODAY + timedelta(days=1))

    lines = PromiseLine.objects.order_by("supply").values_list("site", "supply", "quantity_open")
    assert list(lines) == [("S1", "", 3), ("W1", "purchase_order-PO-1-SCARF", 1)]
    assert queries.prove_promises().ok is True


def test_goods_may_be_sold_before_there_are_any_up_to_a_limit() -> None:
    open_pool()
    due = date(2026, 4, 1)
    a_rule("presale", sku="SCARF", quantity=2, due_on=due)

    row = promises.reserve(ask=a_wish("R-1", 2), at=NOON)

    assert (row.lines[0].site, row.lines[0].due_on) == ("", due)
    with pytest.raises(InsufficientStock):
        promises.reserve(ask=a_wish("R-2", 1), at=NOON)
    assert queries.prove_promises().ok is True
