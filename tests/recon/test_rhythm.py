"""Samples due by their rhythm: which gaps are seen, and how often they are use unwritten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from yipan.recon.rules import Difference, Evidence, Goods, Key, Line
from yipan.recon.rules.rhythm import count_use, find_gaps, find_missing

SINCE = datetime(2026, 10, 1, tzinfo=UTC)
COUNTED = SINCE + timedelta(days=28)
TEA = Key(site="S12", sku="TEA-250")
MUG = Key(site="S12", sku="MUG-1")
TESTED = Goods(sku="TEA-250", sample_days=7, sample_quantity=2)


def differ(quantity: int, *, key: Key = TEA) -> Difference:
    return Difference(key=key, quantity=quantity, since=SINCE, counted_at=COUNTED, stock=40)


def open_on(*days: float, kind: str = "sample_issue", quantity: int = -2) -> Sequence[Line]:
    return [
        Line(
            document=f"I-{day}",
            kind=kind,
            key=TEA,
            quantity=quantity,
            occurred_at=SINCE + timedelta(days=day),
            recorded_at=SINCE + timedelta(days=day),
        )
        for day in days
    ]


@pytest.mark.parametrize(
    ("days", "gaps"),
    [
        ((3, 10, 17, 24), {}),
        # One is missing between the 10th and the 24th: all others keep the rhythm.
        ((3, 10, 24), {1: 1.0, 2: 0.1}),
        # None at all: four are due, or one more or less.
        ((), {4: 0.9, 5: 0.05, 3: 0.05}),
        # Two that are ten days apart keep no rhythm; what is missing after them is hardly known.
        ((3, 13), {1: 0.25, 2: 0.025}),
        # One before the first, as sure as the rhythm of those that follow.
        ((9, 16, 23), {1: 1.0, 2: 0.1}),
    ],
)
def test_gaps_of_a_rhythm_of_a_week_in_four(days: Sequence[float], gaps: dict[int, float]) -> None:
    opened = [SINCE + timedelta(days=day) for day in days]

    assert find_gaps(opened, since=SINCE, until=COUNTED, days=7) == pytest.approx(gaps)


def test_what_was_opened_before_or_after_says_nothing() -> None:
    opened = [SINCE + timedelta(days=day) for day in (-11, -4, 3, 10, 17, 24, 38)]

    assert find_gaps(opened, since=SINCE, until=COUNTED, days=7) == {}


def test_each_missing_sample_is_of_so_many_pieces() -> None:
    missing = find_missing(differ(-2), goods=TESTED, lines=open_on(3, 10, 24))

    assert missing == pytest.approx({2: 1.0, 4: 0.1})


@pytest.mark.parametrize(
    ("goods", "lines"),
    [
        pytest.param(Goods(sku="TEA-250"), open_on(3, 10, 24), id="no_samples_are_due"),
        pytest.param(
            TESTED, open_on(3, kind="goods_receipt", quantity=40), id="a_store_room_has_no_tester"
        ),
    ],
)
def test_no_sample_is_missed_where_none_is_opened(goods: Goods, lines: Sequence[Line]) -> None:
    assert find_missing(differ(-2), goods=goods, lines=lines) == {}


def weigh(*differences: Difference, keys: float, used: float | None = None) -> float:
    goods = {"TEA-250": TESTED}
    evidence = Evidence(differences=differences, lines={TEA: open_on(3, 10, 24)}, goods=goods)
    return count_use(evidence, keys=keys, used=used)


def test_a_gap_is_use_as_often_as_the_count_says() -> None:
    # Nothing seen: four gaps of ten. The weight of what is believed is six gaps.
    assert weigh(keys=10) == pytest.approx(0.4)
    assert weigh(differ(-2), keys=10) == pytest.approx((1 + 2.4) / 7)
    # A gap where something else is missing: so are those of the ten keys counted.
    assert weigh(differ(-5), keys=10) == pytest.approx(2.4 / 16)
    # Half of those that differ have a gap: so have five keys of the ten.
    assert weigh(differ(-5), differ(-5, key=MUG), keys=10) == pytest.approx(2.4 / 11)


def test_what_a_first_look_thought_replaces_what_fits() -> None:
    assert weigh(differ(-2), keys=10, used=0.25) == pytest.approx((0.25 + 2.4) / 6.25)
