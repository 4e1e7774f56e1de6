"""Goal: a rule ends after its last day, what is left of it goes back, and the next one counts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.pool.selling import NOON, TODAY, a_rule, a_wish, ask, bring, open_pool
from yipan.ledger import queries as ledger
from yipan.pool import promises, queries, tasks
from yipan.pool.policy.selling_rules import RuleRepeated
from yipan.pool.queries.channels import list_rules

pytestmark = pytest.mark.django_db

MONTH = {"kind": "quota", "sku": "SCARF", "channel": "web"}
LAST = date(2026, 3, 31)
NEXT = {"starts_on": date(2026, 4, 1), "ends_on": date(2026, 4, 30)}
APRIL = NOON + timedelta(days=30)


def a_quota(quantity: int, **days: Any) -> int:
    return a_rule(**MONTH, quantity=quantity, **days)


def get_left(rule: int) -> int:
    return ledger.get_quantity(book="erp", account=f"pool/quota-{rule}/available", sku="SCARF")


def test_a_quota_ends_after_its_last_day_and_what_is_left_goes_back() -> None:
    open_pool()
    bring("SCARF", W1=10)
    march = a_quota(5, ends_on=LAST, is_exclusive=True)
    april = a_quota(3, **NEXT)
    promises.reserve(ask=a_wish("R-1", 2), at=NOON)
    assert (get_left(march), get_left(april), ask(channel="app").sellable) == (3, 3, 5)

    assert tasks.end_expired_rules(at=NOON + timedelta(days=29)) == 0
    assert tasks.end_expired_rules(at=APRIL) == 1
    assert tasks.end_expired_rules(at=APRIL) == 0

    assert (get_left(march), get_left(april)) == (0, 3)
    assert [rule.id for rule in list_rules()] == [april]
    assert queries.prove_promises().ok is True
    with pytest.raises(promises.InsufficientStock):
        promises.reserve(ask=a_wish("R-2", 4), at=APRIL)
    promises.reserve(ask=a_wish("R-3", 3), at=APRIL)
    assert (get_left(april), ask(channel="app").sellable) == (0, 5)


def test_every_kind_of_rule_ends_by_its_day_and_one_without_stays() -> None:
    open_pool()
    bring("SCARF", W1=10)
    a_rule("buffer", channel="web", quantity=4, ends_on=TODAY)
    a_rule("presale", sku="SCARF", quantity=9, due_on=LAST, ends_on=TODAY)
    stays = a_rule("safety_stock", sku="SCARF", quantity=1)

    assert tasks.end_expired_rules(at=NOON + timedelta(days=1)) == 2

    assert [rule.id for rule in list_rules()] == [stays]
    assert queries.prove_promises().ok is True


@pytest.mark.parametrize(
    ("known", "wanted", "is_refused"),
    [
        ({"ends_on": LAST}, NEXT, False),
        (NEXT, {"ends_on": LAST}, False),
        ({"ends_on": LAST}, {}, True),
        ({"ends_on": LAST}, {"starts_on": LAST}, True),
        ({}, NEXT, True),
        (NEXT, {}, True),
        (NEXT, {"ends_on": date(2026, 4, 1)}, True),
        ({"starts_on": date(2026, 2, 1), "ends_on": date(2026, 2, 28)}, {}, False),
    ],
)
def test_quotas_of_the_same_days_are_refused_and_of_others_are_not(
    *, known: dict[str, date], wanted: dict[str, date], is_refused: bool
) -> None:
    open_pool()
    a_quota(5, **known)

    if is_refused:
        with pytest.raises(RuleRepeated):
            a_quota(3, **wanted)
    else:
        assert a_quota(3, **wanted)


def test_what_is_over_is_not_listed_as_counting_before_the_clock_comes_round() -> None:
    open_pool()
    over = a_rule("buffer", channel="web", quantity=4, ends_on=TODAY)
    to_come = a_quota(3, **NEXT)

    assert [rule.id for rule in list_rules(on=TODAY)] == [to_come, over]
    assert [rule.id for rule in list_rules(on=TODAY + timedelta(days=1))] == [to_come]
