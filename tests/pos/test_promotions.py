"""
Goal: a promotion gives the same in the store, in the hub and in the browser, and never too much.

Method: one file of cases for both rules (the browser's are run in tests/browser), laws for
whatever baskets there may be, and the way of a promotion from the hub to a store.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import retailer
from tests.retailer import NOON
from yipan.erp.documents.master.master_record import Author
from yipan.erp.documents.sales import promotion
from yipan.exchange.models import InboxMessage
from yipan.foundation.promotions import (
    Discount,
    Gift,
    Line,
    Promotion,
    apply_promotions,
    choose_valid,
    find_undue_gifts,
)
from yipan.masterdata import promotions
from yipan.masterdata.refusals import RowWrong, VersionMismatch

CASES = json.loads((Path(__file__).parent / "cases" / "promotions.json").read_text("utf-8"))
BY = Author(name="ann", at=NOON)
TEA_WEEK = Promotion(code="TEA-WEEK", kind="percent", name="Tea week", percent=10)
LISTS = ("skus", "categories", "sites", "regions")


def make(fields: dict[str, Any]) -> Promotion:
    lists = {name: tuple(fields[name]) for name in LISTS if name in fields}
    return Promotion(**(fields | lists))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_cases_both_rules_agree_on(case: dict[str, Any]) -> None:
    lines = [
        Line(sku=sku, category=category, quantity=quantity, price_minor=price)
        for sku, category, quantity, price in case["lines"]
    ]

    found = apply_promotions(lines, [make(each) for each in case["promotions"]])

    assert list(found.discounts) == [
        Discount(line=line, promotion=code, discount_minor=minor)
        for line, code, minor in case["discounts"]
    ]
    assert list(found.gifts) == [
        Gift(sku=sku, quantity=quantity, promotion=code) for sku, quantity, code in case["gifts"]
    ]


_line = st.builds(
    Line,
    sku=st.sampled_from("ABC"),
    category=st.sampled_from(["", "food", "food/tea"]),
    quantity=st.integers(-3, 12),
    price_minor=st.integers(0, 9_999),
)
_promotion = st.builds(
    Promotion,
    code=st.sampled_from("PQRST"),
    kind=st.sampled_from(["percent", "amount", "n_for_m", "gift"]),
    percent=st.integers(1, 100),
    amount_minor=st.integers(1, 5_000),
    buy_quantity=st.integers(2, 5),
    pay_quantity=st.integers(0, 1),
    gift_sku=st.just("G"),
    gift_quantity=st.integers(1, 3),
    skus=st.sampled_from([(), ("A",), ("A", "B")]),
    categories=st.sampled_from([(), ("food",)]),
    priority=st.integers(0, 2),
)


@given(
    lines=st.lists(_line, max_size=6),
    rules=st.lists(_promotion, max_size=4, unique_by=lambda each: each.code),
)
def test_no_line_is_given_more_than_it_costs_or_twice(
    lines: list[Line], rules: list[Promotion]
) -> None:
    found = apply_promotions(lines, rules)

    places = [each.line for each in found.discounts]
    assert places == sorted(set(places))
    for each in found.discounts:
        line = lines[each.line]
        assert 0 < each.discount_minor <= line.quantity * line.price_minor
    assert all(gift.quantity > 0 for gift in found.gifts)
    assert found == apply_promotions(lines, list(reversed(rules)))


def test_a_promotion_holds_in_its_stores_on_its_days() -> None:
    row = replace(
        TEA_WEEK,
        sites=("S12",),
        regions=("east",),
        valid_from=date(2026, 3, 2),
        valid_to=date(2026, 3, 3),
    )

    def holds(site: str, region: str, day: int) -> bool:
        return bool(choose_valid([row], site=site, region=region, day=date(2026, 3, day)))

    assert holds("S12", "", 2)
    assert holds("S1", "east", 3)
    assert not holds("S1", "", 2)
    assert not holds("S12", "", 1)
    assert not holds("S12", "", 4)
    ended = replace(row, is_active=False)
    assert not choose_valid([ended], site="S12", region="", day=date(2026, 3, 2))


def test_a_gift_beyond_the_rule_is_named() -> None:
    due = [Gift(sku="BAG", quantity=2, promotion="G")]

    assert find_undue_gifts(given={("G", "BAG"): 2}, due=due) == {}
    assert find_undue_gifts(given={("G", "BAG"): 1}, due=due) == {}
    assert find_undue_gifts(given={("G", "BAG"): 3, ("G", "MUG"): 1, ("", "MUG"): 9}, due=due) == {
        ("G", "BAG"): 1,
        ("G", "MUG"): 1,
    }


@pytest.mark.django_db
def test_the_hub_tells_a_promotion_at_its_version_and_stores_take_it_over() -> None:
    retailer.open_retailer()
    promotion.edit(TEA_WEEK, by=BY)
    changed = promotion.edit(replace(TEA_WEEK, percent=20, version=1), by=BY)
    same = promotion.edit(changed, by=BY)

    assert (changed.version, same.version) == (2, 2)
    told = retailer.list_envelopes("erp:hub/masterdata")
    assert [(it.kind, it.subject) for it in told] == [("erp.promotion_changed.v1", "TEA-WEEK")] * 2
    retailer.deliver()
    assert set(InboxMessage.objects.values_list("receiver", "state")) == {
        ("pos", "applied"),
        ("wms", "applied"),
    }
    assert promotions.take_over([TEA_WEEK, replace(TEA_WEEK, percent=30, version=3)]) == 1
    assert promotions.find(["TEA-WEEK"])["TEA-WEEK"].percent == 30


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"kind": "free"}, "kind"),
        ({"percent": 0}, "percent"),
        # A figure its kind does not look at has to be one all the same.
        ({"amount_minor": -1}, "amount_minor"),
        ({"buy_quantity": -1}, "buy_quantity"),
        ({"gift_quantity": -1}, "gift_quantity"),
        ({"kind": "n_for_m", "buy_quantity": 2, "pay_quantity": 2}, "pay_quantity"),
        ({"kind": "gift", "gift_quantity": 1}, "gift_sku"),
        ({"skus": ("NO",)}, "skus"),
        ({"sites": ("NO",)}, "sites"),
        ({"valid_from": date(2026, 3, 2), "valid_to": date(2026, 3, 1)}, "valid_to"),
    ],
)
def test_a_promotion_that_says_nothing_is_refused_by_its_field(
    changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(RowWrong) as refused:
        promotion.edit(replace(TEA_WEEK, **changes), by=BY)

    errors: Any = refused.value.facts["errors"]
    assert [error["pointer"] for error in errors] == [f"/{field}"]
    assert promotions.list_all() == []


@pytest.mark.django_db
def test_a_promotion_somebody_changed_meanwhile_is_not_written_over() -> None:
    promotion.edit(TEA_WEEK, by=BY)

    with pytest.raises(VersionMismatch):
        promotion.edit(replace(TEA_WEEK, percent=50), by=BY)
    assert promotions.find(["TEA-WEEK"])["TEA-WEEK"].percent == 10
