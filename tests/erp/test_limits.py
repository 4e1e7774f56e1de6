"""Limits (审批限额): asked for, agreed by a second person, held, and told to the sites."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests import retailer
from tests.erp import moving
from tests.erp.adjusting import submit
from tests.retailer import BUYER, CHECKER, NOON, deliver, make_id
from yipan.documents import followed, trail
from yipan.documents.states import OwnApproval, WrongState
from yipan.erp.documents.stock import adjustment, limit_change
from yipan.erp.documents.stock.limit_change import (
    LimitNotPlausible,
    LimitReasonMissing,
    LimitUnchanged,
    LimitUnknown,
    LimitWaits,
    LimitWider,
)
from yipan.erp.models import Adjustment, LimitChange
from yipan.erp.queries import limits as queries
from yipan.foundation.limits import Limit, Measure, Purpose
from yipan.masterdata import limits
from yipan.messages.limits import AdjustmentLimitChanged

pytestmark = pytest.mark.django_db

FOR_FINANCE = Limit(role="finance", value_max_minor=50_000)
FOR_CLERKS = Limit(
    purpose=Purpose.POST, role="store_clerk", adjustment_type="scrap", quantity_max=5
)


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()


def ask(limit: Limit, *, is_end: bool = False, reason: str = "The audit asks.") -> LimitChange:
    return limit_change.create(
        limit=limit, is_end=is_end, sites=None, by=replace(BUYER, reason=reason), at=NOON
    )


def agree(number: str) -> LimitChange:
    return limit_change.approve(
        number=number, sites=None, by=CHECKER, at=NOON, message_id=make_id(number)
    )


def hold(limit: Limit) -> LimitChange:
    return agree(ask(limit).number)


def test_a_limit_holds_when_a_second_person_has_agreed() -> None:
    change = ask(FOR_FINANCE)
    assert limits.list_limits(Purpose.APPROVE) == []

    agreed = agree(change.number)

    [held] = limits.list_limits(Purpose.APPROVE)
    assert (held.number, held.version, held.value_max_minor) == (change.number, 1, 50_000)
    assert (agreed.state, agreed.decided_by, agreed.version) == ("approved", CHECKER.actor, 1)
    steps = trail.list_steps(document_type="limit_change", number=change.number)
    assert [(step.step, step.actor) for step in steps] == [
        ("create", BUYER.actor),
        ("approve", CHECKER.actor),
    ]
    # What the hub decides by is the hub's business.
    assert moving.list_told("erp:hub/masterdata") == []


def test_nobody_agrees_to_the_limit_they_asked_for() -> None:
    change = ask(FOR_FINANCE)

    with pytest.raises(OwnApproval):
        limit_change.approve(
            number=change.number, sites=None, by=BUYER, at=NOON, message_id=make_id("own")
        )

    assert limits.list_limits(Purpose.APPROVE) == []


def test_the_next_version_takes_the_place_of_the_one_before_which_stays_readable() -> None:
    first = hold(FOR_FINANCE)
    second = hold(replace(FOR_FINANCE, value_max_minor=80_000))

    [held] = limits.list_limits(Purpose.APPROVE)
    assert (held.number, held.version, held.value_max_minor) == (second.number, 2, 80_000)
    assert queries.get_change(first.number).limit.value_max_minor == 50_000


def test_a_limit_that_ends_leaves_the_field_to_the_next_more_general_one() -> None:
    hold(Limit(value_max_minor=10_000))
    hold(FOR_FINANCE)
    agree(ask(replace(FOR_FINANCE, value_max_minor=None), is_end=True).number)

    assert [it.role for it in limits.list_limits(Purpose.APPROVE)] == [""]
    # Set again, it goes on counting its versions.
    assert hold(FOR_FINANCE).version == 3


def test_a_site_is_told_what_may_be_posted_there_and_follows_by_version() -> None:
    change = hold(FOR_CLERKS)

    [told] = moving.list_told("erp:hub/masterdata")
    assert told.kind == "erp.adjustment_limit_changed.v1"
    assert told.data["limit_number"] == change.number
    assert told.data["quantity_max"] == 5
    assert told.data["is_active"] is True
    deliver()
    message = AdjustmentLimitChanged(
        message_id=make_id("late"), occurred_at=NOON, limit_number="LM-0", version=1
    )
    newer = replace(message, role="store_clerk", adjustment_type="scrap", version=1)
    assert followed.follow_limit(newer) is False
    assert followed.follow_limit(replace(newer, version=2, percent_max=3)) is True
    [held] = limits.list_limits(Purpose.POST)
    assert (held.quantity_max, held.percent_max, held.version) == (None, 3, 2)
    assert followed.follow_limit(replace(newer, version=3, is_active=False)) is True
    assert limits.list_limits(Purpose.POST) == []
    assert followed.follow_limit(newer) is False
    assert limits.list_limits(Purpose.POST) == []


@pytest.mark.parametrize(
    ("limit", "refusal"),
    [
        (Limit(role="store_clerk", quantity_max=1), LimitUnknown),
        (Limit(purpose=Purpose.POST, role="finance", quantity_max=1), LimitUnknown),
        (Limit(adjustment_type="theft", quantity_max=1), LimitUnknown),
        (Limit(site="S99", quantity_max=1), LimitUnknown),
        (Limit(site="S12", site_type="warehouse", quantity_max=1), LimitUnknown),
        (Limit(role="finance"), LimitNotPlausible),
        (Limit(role="finance", quantity_max=-1), LimitNotPlausible),
        (Limit(role="finance", percent_max=10_001), LimitNotPlausible),
    ],
)
def test_what_can_be_no_limit_is_refused(limit: Limit, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        ask(limit)

    assert LimitChange.objects.count() == 0


def test_what_is_asked_for_twice_or_holds_already_is_refused() -> None:
    hold(FOR_FINANCE)

    with pytest.raises(LimitUnchanged):
        ask(FOR_FINANCE)
    with pytest.raises(LimitUnchanged):
        ask(replace(FOR_FINANCE, role="inventory_controller"), is_end=True)
    waiting = ask(replace(FOR_FINANCE, value_max_minor=1))
    with pytest.raises(LimitWaits) as refused:
        ask(replace(FOR_FINANCE, value_max_minor=2))
    assert refused.value.facts["number"] == waiting.number
    with pytest.raises(LimitReasonMissing):
        ask(Limit(quantity_max=1), reason=" ")

    assert LimitChange.objects.count() == 2


def test_who_sees_one_store_sets_no_limit_beyond_it() -> None:
    own = frozenset({"S12"})
    by = replace(BUYER, reason="The audit asks.")

    with pytest.raises(LimitWider):
        limit_change.create(limit=FOR_FINANCE, sites=own, by=by, at=NOON)
    change = limit_change.create(limit=replace(FOR_FINANCE, site="S12"), sites=own, by=by, at=NOON)
    with pytest.raises(LimitWider):
        limit_change.approve(
            number=change.number,
            sites=frozenset({"S1"}),
            by=CHECKER,
            at=NOON,
            message_id=make_id("beyond"),
        )
    assert limits.list_limits(Purpose.APPROVE) == []


def test_a_change_can_be_rejected_with_a_reason_or_given_up_and_then_no_more() -> None:
    change = ask(FOR_FINANCE)
    with pytest.raises(LimitReasonMissing):
        limit_change.reject(number=change.number, sites=None, by=CHECKER, at=NOON)
    no = replace(CHECKER, reason="Too little.")
    assert limit_change.reject(number=change.number, sites=None, by=no, at=NOON).state == "rejected"
    with pytest.raises(WrongState):
        agree(change.number)
    other = ask(FOR_FINANCE)
    assert limit_change.cancel(number=other.number, by=BUYER, at=NOON).state == "canceled"

    assert limits.list_limits(Purpose.APPROVE) == []


def test_it_is_said_which_limit_bites_by_quantity_value_and_percent_of_the_book() -> None:
    hold(Limit(role="finance", quantity_max=20, value_max_minor=50_000, percent_max=10))
    hold(Limit(role="finance", site="W1", percent_max=10))
    submit("W1-AD-1", ("TEA-250", 30))
    retailer.open_store("S12", ("TEA-250", 100))
    submit("S12-AD-1", ("TEA-250", 30), site="S12")
    deliver()

    far = adjustment.judge(Adjustment.objects.get(number="S12-AD-1"), ["finance"])
    at_w1 = adjustment.judge(Adjustment.objects.get(number="W1-AD-1"), ["finance"])

    assert [(bite.measure, bite.maximum, bite.actual) for bite in far.bites] == [
        (Measure.QUANTITY, 20, 30),
        (Measure.VALUE, 50_000, 90_000),
        (Measure.PERCENT, 10, 30),
    ]
    # The limit of the site counts alone; its book holds nothing, which is beyond any percent.
    assert [(bite.measure, bite.actual) for bite in at_w1.bites] == [(Measure.PERCENT, None)]


def test_the_effect_is_what_it_would_have_meant() -> None:
    hold(Limit(role="finance", value_max_minor=100_000))
    for place, quantity in enumerate((1, 10, 30, 50), start=1):
        submit(f"W1-AD-{place}", ("TEA-250", quantity))
    deliver()

    effect = queries.try_out(Limit(role="finance", value_max_minor=60_000), at=NOON)

    assert (effect.adjustments, effect.beyond, effect.beyond_now) == (4, 2, 1)
