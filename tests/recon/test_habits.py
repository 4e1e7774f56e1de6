"""How much more often a mistake is made by somebody: learned from others' keys, within bounds."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from yipan.recon.rules import Cause, Key, Line
from yipan.recon.rules.habits import TIMES_MAX, Habits, name_all

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
TEA = Key(site="S12", sku="TEA-250")
MUG = Key(site="S12", sku="MUG-1")
BOB = (Cause.MISKEY, "bob")


def receive(*, key: Key = TEA, partner: str = "", actor: str = "bob", mode: str = "") -> Line:
    return Line(
        document="GR-1",
        kind="goods_receipt",
        key=key,
        quantity=10,
        occurred_at=NOON,
        recorded_at=NOON,
        partner=partner,
        actor=actor,
        mode=mode,
    )


def test_a_line_shows_who_sent_who_wrote_and_how() -> None:
    assert name_all(receive(partner="SUP-1", mode="key")) == ("SUP-1", "bob", "/goods_receipt/key")
    assert name_all(receive(actor="")) == ("/goods_receipt/",)


@pytest.mark.parametrize(
    ("seen", "expected", "times"),
    [
        (5.0, 1.0, 7.5 / 3.5),
        (0.0, 5.0, 2.5 / 7.5),
        (2.0, 2.0, 1.0),
        # Nobody is that much worse.
        (60.0, 1.0, TIMES_MAX),
    ],
)
def test_what_somebody_did_is_weighed_against_what_was_to_be_expected(
    seen: float, expected: float, times: float
) -> None:
    habits = Habits(seen={BOB: seen}, expected={BOB: expected})

    assert habits.compare(Cause.MISKEY, receive()) == pytest.approx(times)
    # Of another cause, and of somebody else, nothing is said.
    assert habits.compare(Cause.UNIT_MIXUP, receive()) == 1
    assert habits.compare(Cause.MISKEY, receive(actor="eve")) == 1


def test_no_key_speaks_for_its_own_cause() -> None:
    habits = Habits(seen={BOB: 5.0}, expected={BOB: 1.0}, by_key={(*BOB, TEA): 4.0})

    assert habits.compare(Cause.MISKEY, receive()) == pytest.approx(3.5 / 3.5)
    assert habits.compare(Cause.MISKEY, receive(key=MUG)) == pytest.approx(7.5 / 3.5)


def test_what_a_key_added_to_the_frequency_of_a_cause_is_taken_out_again() -> None:
    habits = Habits(by_key={(Cause.MISKEY, "", TEA): 2.0}, believed={Cause.MISKEY: 8.0})

    assert habits.compare(Cause.MISKEY, receive()) == pytest.approx(0.75)
    assert habits.compare(Cause.MISKEY, receive(key=MUG)) == 1


def test_two_who_stand_on_a_line_are_both_asked() -> None:
    sent = (Cause.MISKEY, "SUP-1")
    habits = Habits(seen={BOB: 5.0, sent: 0.0}, expected={BOB: 1.0, sent: 5.0})

    times = habits.compare(Cause.MISKEY, receive(partner="SUP-1"))

    assert times == pytest.approx(7.5 / 3.5 * 2.5 / 7.5)
