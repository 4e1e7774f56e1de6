"""What the rounds of a count say together, by small tables worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import log

import pytest

from yipan.recon.rules import Difference, Key, Round
from yipan.recon.rules.recounts import (
    REPEATS_THE_BOOK,
    count_wrong,
    list_others,
    list_swapped,
    list_typed,
    weigh_first,
    weigh_others,
    weigh_slip,
)

SINCE = datetime(2026, 10, 1, tzinfo=UTC)
WRONG = 0.01


def differ(quantity: int, *rounds: Round, stock: int = 40) -> Difference:
    return Difference(
        key=Key(site="S12", sku="TEA-250"),
        quantity=quantity,
        since=SINCE,
        counted_at=SINCE + timedelta(days=28),
        stock=stock,
        counter="ann",
        rounds=rounds,
    )


def by(counter: str, quantity: int, *, is_blind: bool = True) -> Round:
    return Round(quantity=quantity, counter=counter, is_blind=is_blind)


def test_a_second_look_by_the_same_person_is_no_other_round() -> None:
    found = list_others(differ(-3, by("ann", 0), by("eve", -2), by("ann", -3)))

    assert found == [by("eve", -2)]


def test_counts_go_wrong_as_often_as_others_contradict_them() -> None:
    contradicted = differ(-3, by("eve", 0))
    confirmed = differ(-3, by("eve", -3))
    one_of_two = differ(-3, by("eve", 0), by("bob", -3))
    by_herself = differ(-3, by("ann", 0))

    share = count_wrong([contradicted, confirmed, one_of_two, by_herself], keys=250)

    # One contradicted, and what is believed of 250 keys: one and a half.
    assert share == pytest.approx(2.5 / 500)


@pytest.mark.parametrize(
    ("figure", "typed"),
    [
        (5, [0, 1, 2, 3, 4, 6, 7, 8, 9, 50]),
        (20, [0, 2, 10, *range(21, 30), *range(30, 100, 10), 200]),
    ],
)
def test_a_figure_is_typed_wrong_by_a_digit_a_swap_or_a_zero(figure: int, typed: list[int]) -> None:
    assert list_typed(figure) == sorted({*typed})


@pytest.mark.parametrize(
    ("figure", "meant"), [(120, [12, 102, 210, 1200]), (7, [70]), (11, [110]), (0, [])]
)
def test_where_nobody_counted_again_only_the_plain_slips_are_thought_of(
    figure: int, meant: list[int]
) -> None:
    assert list_swapped(figure) == meant


def test_a_slip_of_the_pen_is_likelier_than_any_other_number_as_far_away() -> None:
    # Of 40 on the shelf 4 was written down, or 76: both are 36 off.
    slip = weigh_slip(-36, there=0, stock=40)
    other = weigh_slip(36, there=0, stock=40)

    assert slip > 5 * other > 0


def test_a_piece_or_two_are_miscounted_sooner_than_ten() -> None:
    few, many = (weigh_slip(-quantity, there=0, stock=55) for quantity in (1, 10))

    assert few > 5 * many
    # What agrees is no slip.
    assert weigh_slip(-3, there=-3, stock=55) < 1e-6


def test_who_counts_badly_is_doubted_more() -> None:
    often, seldom = (weigh_first(differ(-36), there=0, wrong=wrong) for wrong in (0.02, 0.01))

    assert often - seldom == pytest.approx(log(0.02 / 0.98) - log(0.01 / 0.99))


def test_another_counter_speaks_against_the_first_or_for_it() -> None:
    against = weigh_others(differ(-36, by("eve", 0)), mistake=-36, repeated=0.0, wrong=WRONG)
    for_it = weigh_others(differ(-36, by("eve", -36)), mistake=-36, repeated=0.0, wrong=WRONG)
    silent = weigh_others(differ(-36, by("ann", 0)), mistake=-36, repeated=0.0, wrong=WRONG)

    assert against > 3
    assert for_it < -3
    assert silent == 0


def test_two_who_saw_the_same_weigh_twice_as_much() -> None:
    one = weigh_others(differ(-36, by("eve", 0)), mistake=-36, repeated=0.0, wrong=WRONG)
    two = weigh_others(
        differ(-36, by("eve", 0), by("bob", 0)), mistake=-36, repeated=0.0, wrong=WRONG
    )

    assert two == pytest.approx(2 * one)


def test_goods_of_others_are_counted_again_and_a_slip_is_not() -> None:
    again = differ(12, by("eve", 12))

    slip = weigh_others(again, mistake=12, repeated=0.0, wrong=WRONG)
    foreign = weigh_others(again, mistake=12, repeated=0.7, wrong=WRONG)

    assert foreign == pytest.approx(log(0.7), abs=0.02)
    assert slip < foreign - 3


def test_who_sees_the_book_may_have_repeated_it() -> None:
    blind = weigh_others(differ(-36, by("eve", 0)), mistake=-36, repeated=0.0, wrong=WRONG)
    shown = weigh_others(
        differ(-36, by("eve", 0, is_blind=False)), mistake=-36, repeated=0.0, wrong=WRONG
    )

    assert 0 < shown < blind
    # At most as surely as books are not just repeated.
    assert shown < log(1 / REPEATS_THE_BOOK) + 0.01
