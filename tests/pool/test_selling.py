"""Goal: what may be sold adds up from on hand, and nobody is promised more than that."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.pool.selling import (
    DESK,
    NOON,
    TODAY,
    a_rule,
    a_wish,
    ask,
    bring,
    list_steps,
    open_pool,
)
from yipan.foundation.refusals import NotFound
from yipan.pool import promises, queries
from yipan.pool.models import BundlePart
from yipan.pool.policy import channels, selling_rules
from yipan.pool.policy.channels import Assigned, BundleOfItself, ChannelUnknown
from yipan.pool.policy.selling_rules import RuleIncomplete, RuleRepeated
from yipan.pool.promises import InsufficientStock
from yipan.pool.rules import PromisedLine
from yipan.pool.rules.selling import Incoming, Rule, SiteStock, Terms, find_rule, measure

pytestmark = pytest.mark.django_db


def test_a_channel_sells_what_all_its_sites_have() -> None:
    open_pool()
    bring("SCARF", W1=10, S1=2)

    assert list_steps(ask()) == [("on_hand", 12), ("sellable", 12)]


def test_each_rule_is_a_step_of_the_waterfall() -> None:
    open_pool()
    bring("SCARF", W1=10, S1=4, S2=3)
    promises.reserve(ask=a_wish("R-1", 1, site="S1"), at=NOON)
    a_rule("safety_stock", sku="SCARF", site="W1", quantity=2)
    a_rule("switch_off", sku="SCARF", site="S2", method="ship", reason="Window display")
    a_rule("buffer", channel="web", quantity=1)

    measured = ask(method="ship")

    assert list_steps(measured) == [
        ("on_hand", 17),
        ("reserved", -1),
        ("switch_off", -3),
        ("safety_stock", -2),
        ("buffer", -1),
        ("sellable", 10),
    ]
    assert measured.by_site == {"S1": 3, "S2": 0, "W1": 8}
    assert ask(method="pickup").sellable == 13


def test_the_most_specific_rule_wins_and_ties_go_to_priority_then_age() -> None:
    rules = [
        Rule(id=1, kind="buffer", channel="web", method="ship", quantity=1),
        Rule(id=2, kind="buffer", sku="SCARF", quantity=2),
        Rule(id=3, kind="buffer", sku="SCARF", quantity=3, priority=1),
        Rule(id=4, kind="buffer", sku="SCARF", quantity=4, priority=1),
        Rule(id=5, kind="buffer", sku="MUG", site="S1", quantity=5),
    ]

    found = find_rule(rules, "buffer", sku="SCARF", site="S1", channel="web", method="ship")

    assert found is not None
    assert found.id == 3


def test_below_zero_at_one_site_takes_nothing_from_the_others() -> None:
    stock = [SiteStock(site="S1", available=-3), SiteStock(site="W1", available=5)]

    measured = measure(sku="SCARF", stock=stock, rules=[], left={}, terms=Terms())

    assert list_steps(measured) == [("on_hand", 2), ("below_zero", 3), ("sellable", 5)]


QUANTITIES = st.integers(min_value=-5, max_value=50)
COUNTS = st.integers(min_value=0, max_value=20)


@given(
    stock=st.lists(
        st.builds(
            SiteStock,
            site=st.sampled_from(["W1", "S1", "S2"]),
            available=QUANTITIES,
            held=COUNTS,
            reserved=COUNTS,
            damaged=COUNTS,
            due=st.just(0),
        ),
        unique_by=lambda it: it.site,
    ),
    rules=st.lists(
        st.builds(
            Rule,
            id=st.integers(min_value=1, max_value=9),
            kind=st.sampled_from(["safety_stock", "buffer", "switch_off", "quota", "presale"]),
            sku=st.just("SCARF"),
            site=st.sampled_from(["", "W1", "S1"]),
            channel=st.sampled_from(["web", "app"]),
            quantity=COUNTS,
            percent=st.integers(min_value=0, max_value=100),
            is_exclusive=st.booleans(),
        ),
        unique_by=lambda it: it.id,
    ),
    left=st.dictionaries(st.integers(min_value=1, max_value=9), COUNTS),
    coming=COUNTS,
)
def test_the_steps_always_add_up_to_what_is_sellable(
    stock: list[SiteStock], rules: list[Rule], left: dict[int, int], coming: int
) -> None:
    incoming = Incoming(
        key="k",
        document_type="purchase_order",
        number="PO-1",
        site="W1",
        quantity=coming,
        quantity_promised=0,
        expected_on=TODAY,
        usable_on=TODAY,
    )

    measured = measure(
        sku="SCARF",
        stock=stock,
        rules=rules,
        left=left,
        incoming=[incoming],
        terms=Terms(channel="web", by=TODAY),
    )

    changes = [step.amount for step in measured.steps if not step.is_total]
    assert measured.steps[0].amount + sum(changes) == measured.sellable
    assert measured.sellable >= 0


def test_a_wish_from_the_pool_gets_one_site_that_has_it_all() -> None:
    open_pool()
    bring("SCARF", W1=3, S1=8)

    row = promises.reserve(ask=a_wish("R-1", 4), at=NOON)

    assert row.lines == (PromisedLine(site="S1", sku="SCARF", quantity=4, is_floating=True),)
    assert ask().sellable == 7


def test_a_wish_that_no_site_has_alone_is_set_aside_at_several() -> None:
    open_pool()
    bring("SCARF", W1=3, S1=2)

    row = promises.reserve(ask=a_wish("R-1", 5), at=NOON)

    assert [(line.site, line.quantity) for line in row.lines] == [("S1", 2), ("W1", 3)]
    with pytest.raises(InsufficientStock) as refused:
        promises.reserve(ask=a_wish("R-2", 1), at=NOON)
    assert refused.value.facts == {
        "sku": "SCARF",
        "site": "",
        "requested_quantity": 1,
        "available_quantity": 0,
        "pool": "web",
    }


def test_a_partial_wish_takes_what_is_there_and_says_what_is_missing() -> None:
    open_pool()
    bring("SCARF", W1=3)

    row = promises.reserve(ask=a_wish("R-1", 5, may_be_partial=True), at=NOON)
    again = promises.reserve(ask=a_wish("R-1", 5, may_be_partial=True), at=NOON)

    assert (row.lines[0].quantity, row.short) == (3, {"SCARF": 2})
    assert (again.is_repeat, again.short) == (True, {"SCARF": 2})


def test_the_parts_of_a_bundle_and_a_loose_part_are_one_demand() -> None:
    open_pool("SET", "CUP", "POT")
    channels.save_bundle(bundle="SET", parts={"CUP": 2, "POT": 1}, by=DESK, at=NOON)
    bring("CUP", W1=3)
    bring("POT", W1=9)
    wanted = (
        PromisedLine(site="", sku="SET", quantity=1),
        PromisedLine(site="", sku="CUP", quantity=2),
    )

    assert ask("SET").sellable == 1
    with pytest.raises(InsufficientStock):
        promises.reserve(ask=a_wish("R-1", lines=wanted), at=NOON)
    row = promises.reserve(ask=a_wish("R-2", sku="SET"), at=NOON)

    assert [(line.sku, line.quantity) for line in row.lines] == [("CUP", 2), ("POT", 1)]
    assert ask("SET").sellable == 0


def test_a_bundle_is_no_part_of_itself_and_keeps_the_parts_it_has() -> None:
    open_pool("SET", "CUP")
    channels.save_bundle(bundle="SET", parts={"CUP": 2}, by=DESK, at=NOON)

    with pytest.raises(BundleOfItself):
        channels.save_bundle(bundle="SET", parts={"CUP": 1, "SET": 1}, by=DESK, at=NOON)

    assert list(BundlePart.objects.values_list("part", "quantity")) == [("CUP", 2)]


def test_a_quota_caps_its_channel_and_what_is_released_may_be_sold_again() -> None:
    open_pool()
    bring("SCARF", W1=10)
    a_rule("quota", sku="SCARF", channel="web", quantity=3)

    promises.reserve(ask=a_wish("R-1", 2), at=NOON)
    assert list_steps(ask())[-2:] == [("quota", -7), ("sellable", 1)]
    with pytest.raises(InsufficientStock):
        promises.reserve(ask=a_wish("R-2", 2), at=NOON)
    promises.release(ask=a_wish("R-1"), at=NOON)

    assert ask().sellable == 3
    assert ask(channel="app").sellable == 10
    assert queries.prove_promises().ok is True


def test_an_exclusive_quota_is_kept_from_others_and_the_rest_is_shared() -> None:
    open_pool()
    bring("SCARF", W1=10)
    rule = a_rule("quota", sku="SCARF", channel="web", quantity=4, is_exclusive=True)

    assert (ask().sellable, ask(channel="app").sellable) == (10, 6)
    with pytest.raises(InsufficientStock):
        promises.reserve(ask=a_wish("R-1", 7, channel="app"), at=NOON)
    row = promises.reserve(ask=a_wish("R-2", 6), at=NOON)

    assert (row.lines[0].quota, row.lines[0].quota_quantity) == (rule, 4)
    assert (ask().sellable, ask(channel="app").sellable) == (4, 4)
    selling_rules.end(rule=rule, by=DESK, at=NOON)
    assert queries.prove_promises().ok is True


def test_a_quota_needs_its_sku_and_channel_and_comes_once() -> None:
    open_pool()
    a_rule("quota", sku="SCARF", channel="web", quantity=3)

    with pytest.raises(RuleRepeated):
        a_rule("quota", sku="SCARF", channel="web", quantity=4)
    with pytest.raises(RuleIncomplete):
        a_rule("quota", sku="SCARF", quantity=4)
    with pytest.raises(ChannelUnknown):
        a_rule("buffer", channel="nowhere", quantity=4)


def test_a_site_can_be_withdrawn_from_one_channel() -> None:
    open_pool()
    bring("SCARF", W1=10, S1=5)
    channels.save_channel(
        code="web", fields={}, assigned=[Assigned(site="S1", is_included=False)], by=DESK, at=NOON
    )

    assert (ask().sellable, ask(channel="app").sellable) == (10, 15)
    with pytest.raises(InsufficientStock):
        promises.reserve(ask=a_wish("R-1", site="S1"), at=NOON)


def test_an_unknown_channel_sells_nothing() -> None:
    open_pool()

    with pytest.raises(NotFound):
        promises.reserve(ask=a_wish("R-1", channel="nowhere"), at=NOON)
