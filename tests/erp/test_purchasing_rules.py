"""Goal: prices, minimums, tolerances and the match of invoices, with plain numbers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yipan.erp import rules as erp_rules
from yipan.erp.rules import LineProgress, invoice, purchasing
from yipan.erp.rules.invoice import InvoicedLine
from yipan.erp.rules.purchasing import BoughtLine, Price, Terms
from yipan.erp.rules.supplier_return import ReturnProgress, get_return_state
from yipan.messages.wms import ReceivedLine

DAY = date(2026, 3, 2)
quantities = st.integers(min_value=0, max_value=10**9)


def a_price(cost: int, **changes: object) -> Price:
    fields: dict[str, object] = {"unit_cost_minor": cost, "valid_from": DAY}
    return Price(**(fields | changes))  # type: ignore[arg-type]


def find(prices: list[Price], quantity: int, on: date = DAY) -> int | None:
    found = purchasing.choose_price(prices, quantity=quantity, on=on)
    return found.unit_cost_minor if found else None


def test_the_break_reached_last_holds() -> None:
    prices = [a_price(300), a_price(280, from_quantity=100), a_price(250, from_quantity=1_000)]

    assert [find(prices, quantity) for quantity in (1, 99, 100, 999, 1_000)] == [
        300,
        300,
        280,
        280,
        250,
    ]


def test_the_list_that_began_last_holds_with_its_own_breaks() -> None:
    old = [a_price(300, valid_from=DAY - timedelta(days=90)), a_price(
        200, valid_from=DAY - timedelta(days=90), from_quantity=100)]  # fmt: skip
    new = [a_price(310)]

    assert find([*old, *new], 500) == 310
    assert find([*old, *new], 500, on=DAY - timedelta(days=1)) == 200


def test_a_price_holds_on_its_first_and_its_last_day_and_on_no_other() -> None:
    price = a_price(300, valid_to=DAY + timedelta(days=2))

    days = [DAY + timedelta(days=each) for each in (-1, 0, 2, 3)]
    assert [find([price], 1, on=day) for day in days] == [None, 300, 300, None]


@pytest.mark.parametrize(
    ("percent", "limit", "allowed"),
    [(0, 0, 0), (5, 0, 50), (0, 30, 30), (5, 30, 30), (2, 30, 20)],
)
def test_of_percent_and_quantity_the_tighter_one_holds(
    percent: int, limit: int, allowed: int
) -> None:
    assert purchasing.get_tolerance(quantity=1_000, percent=percent, limit=limit) == allowed


@given(
    quantity=quantities,
    percent=st.integers(min_value=0, max_value=100),
    limit=st.integers(min_value=0, max_value=10**6),
)
def test_what_is_enough_is_never_more_than_ordered_and_what_is_allowed_never_less(
    quantity: int, percent: int, limit: int
) -> None:
    terms = Terms(
        over_percent=percent, over_quantity=limit, under_percent=percent, under_quantity=limit
    )

    enough = purchasing.get_quantity_enough(quantity=quantity, terms=terms)
    most = purchasing.get_quantity_max(quantity=quantity, terms=terms)

    assert min(quantity, 1) <= enough <= quantity <= most


def test_a_line_that_came_short_within_its_tolerance_is_complete() -> None:
    line = LineProgress(sku="TEA", quantity_ordered=100, quantity_max=105, quantity_enough=95)

    def receive(quantity: int) -> LineProgress:
        came = ReceivedLine(line=1, sku="TEA", quantity_sound=quantity, quantity_damaged=0)
        [after] = erp_rules.receive_lines(progress=[line], lines=[came])
        return after

    assert [receive(each).is_closed for each in (94, 95, 99, 100, 101)] == [
        False,
        True,
        True,
        False,
        False,
    ]
    assert erp_rules.get_quantity_open(receive(94)) == 6
    assert erp_rules.get_quantity_open(receive(96)) == 0
    assert erp_rules.get_order_state(progress=[receive(96)], is_last=False) == "received"


def test_what_a_person_should_know_before_an_order_is_approved() -> None:
    lines = [
        BoughtLine(sku="FEW", quantity=10, unit_cost_minor=100, unit_cost_list_minor=100,
                   minimum_quantity=24),
        BoughtLine(sku="BROKEN", quantity=25, unit_cost_minor=100, unit_cost_list_minor=100,
                   case_size=24),
        BoughtLine(sku="DEARER", quantity=24, unit_cost_minor=120, unit_cost_list_minor=100),
        BoughtLine(sku="UNKNOWN", quantity=24, unit_cost_minor=0),
        BoughtLine(sku="RIGHT", quantity=48, unit_cost_minor=100, unit_cost_list_minor=100,
                   case_size=24, minimum_quantity=48),
    ]  # fmt: skip

    found = purchasing.find_order_warnings(lines, minimum_value_minor=20_000)

    assert [(it.code, it.sku, it.expected, it.found) for it in found] == [
        ("purchase_order.below_minimum", "FEW", 24, 10),
        ("purchase_order.broken_case", "BROKEN", 24, 25),
        ("purchase_order.price_differs", "DEARER", 100, 120),
        ("purchase_order.no_price", "UNKNOWN", 0, 0),
        ("purchase_order.below_minimum_value", "", 20_000, 11_180),
    ]


@given(
    waiting=st.lists(st.integers(min_value=0, max_value=50), max_size=6),
    quantity=st.integers(min_value=0, max_value=200),
)
def test_what_came_is_shared_out_whole_and_nobody_gets_more_than_it_waits_for(
    waiting: list[int], quantity: int
) -> None:
    lines = list(enumerate(waiting))

    shares = purchasing.share_arrival(open_quantities=lines, quantity=quantity)

    assert sum(shares.values()) == min(quantity, sum(waiting))
    assert all(shares[line] <= waiting[line] for line in shares)


def an_invoiced_line(**changes: object) -> InvoicedLine:
    fields: dict[str, object] = {
        "quantity": 100,
        "unit_price_minor": 1_000,
        "unit_cost_minor": 1_000,
        "quantity_ordered": 100,
        "quantity_received": 100,
    }
    return InvoicedLine(**(fields | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"unit_price_minor": 1_020}, []),
        ({"unit_price_minor": 1_021}, [("supplier_invoice.price_above", 1_000, 1_021)]),
        ({"unit_price_minor": 979}, [("supplier_invoice.price_below", 1_000, 979)]),
        ({"quantity_received": 97}, [("supplier_invoice.quantity_above_received", 97, 100)]),
        (
            {"quantity_before": 40},
            [
                ("supplier_invoice.quantity_above_received", 100, 140),
                ("supplier_invoice.quantity_above_ordered", 100, 140),
            ],
        ),
        ({"quantity": 60, "quantity_before": 40}, []),
        ({"unit_cost_minor": None}, [("supplier_invoice.not_ordered", 0, 100)]),
        ({"unit_cost_minor": 0}, [("supplier_invoice.no_order_price", 0, 1_000)]),
    ],
)
def test_order_receipt_and_invoice_are_compared_line_by_line(
    changes: dict[str, object], expected: list[tuple[str, int, int]]
) -> None:
    found = invoice.match_line(an_invoiced_line(**changes), price_percent=2)

    assert [(it.code, it.expected, it.found) for it in found] == expected


def test_a_price_that_differs_changes_what_the_goods_are_worth() -> None:
    dearer = an_invoiced_line(unit_price_minor=1_015)
    cheaper = an_invoiced_line(unit_price_minor=990, quantity=10)

    assert invoice.get_price_difference(dearer) == 1_500
    assert invoice.get_price_difference(cheaper) == -100
    assert invoice.get_price_difference(an_invoiced_line(unit_cost_minor=0)) == 0


@pytest.mark.parametrize(
    ("shipped", "is_last", "state"),
    [
        ((0, 0), False, "to_ship"),
        ((3, 0), False, "partly_shipped"),
        ((3, 0), True, "closed"),
        ((5, 2), False, "shipped"),
    ],
)
def test_a_return_is_as_far_as_what_has_left(
    shipped: tuple[int, int], *, is_last: bool, state: str
) -> None:
    lines = [
        ReturnProgress(sku="TEA", quantity=5, quantity_shipped=shipped[0]),
        ReturnProgress(sku="MUG", quantity=2, quantity_shipped=shipped[1]),
    ]

    assert get_return_state(lines=lines, is_last=is_last) == state
