"""The table learned from simulated retailers: how it is read, and how far it may move a cause."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import exp, log

import pytest

from tests.recon.fourth_chain import fitting
from yipan.recon.rules import Cause, Difference, Evidence, Key, Line, Weights
from yipan.recon.rules.odds import expect
from yipan.recon.rules.scorecard import SHIFT_MAX, Scorecard, read_learned
from yipan.recon.rules.traits import describe

SINCE = datetime(2026, 10, 1, tzinfo=UTC)
TABLE = """\
# where it is from
trait,miskey,theft
always,-1.000,0.500
on_receipt,0.750,
log_pieces,,-0.250
"""


def odds(probability: float) -> float:
    return log(probability / (1 - probability))


def test_points_of_the_traits_there_are_add_up() -> None:
    card = Scorecard.parse(TABLE.splitlines())

    found = card.weigh(
        {
            Cause.MISKEY: {"by_weighing": 0.0, "on_receipt": 1.0, "log_pieces": 9.0},
            Cause.THEFT: {"by_weighing": 0.0, "log_pieces": 2.0},
            Cause.MISCOUNT: {"by_weighing": 0.0},
        },
        differences=400,
    )

    assert odds(found[Cause.MISKEY]) == pytest.approx(-1 + 0.75)
    assert odds(found[Cause.THEFT]) == pytest.approx(0.5 - 0.25 * 2)
    # Of what stands not in the table nothing is said.
    assert found.keys() == {Cause.MISKEY, Cause.THEFT}


@pytest.mark.parametrize(
    ("weighed", "differences", "shift"),
    [(6.0, 297, -0.99), (-6.0, 297, 0.99), (6.0, 3, -0.5), (6.0, 1, -0.25)],
)
def test_what_was_weighed_is_moved_only_so_far_and_by_few_differences_hardly(
    weighed: float, differences: int, shift: float
) -> None:
    card = Scorecard.parse(TABLE.splitlines())

    found = card.weigh({Cause.MISKEY: {"by_weighing": weighed}}, differences=differences)

    assert odds(found[Cause.MISKEY]) == pytest.approx(weighed + shift * SHIFT_MAX)


def describe_receipt(**more: object) -> dict[Cause, dict[str, float]]:
    key = Key(site="S12", sku="TEA-250")
    at = SINCE + timedelta(days=10)
    line = Line(
        document="GR-1",
        kind="goods_receipt",
        key=key,
        quantity=100,
        occurred_at=at,
        recorded_at=at,
        **more,  # type: ignore[arg-type]
    )
    counted = SINCE + timedelta(days=28)
    each = Difference(key=key, quantity=-90, since=SINCE, counted_at=counted, stock=140)
    evidence = Evidence(differences=[each], lines={key: [line]})
    return describe(key, fitting.look(evidence))


def test_a_receipt_typed_with_a_zero_too_many_shows_it() -> None:
    traits = describe_receipt(mode="key", quantity_expected=10)[Cause.MISKEY]

    said = {name for name in traits if name.startswith("says_")}
    assert said == {"says_keyed_by_hand", "says_off_what_was_expected", "says_expected_agrees"}
    assert (traits["on_receipt"], traits["mode_key"], traits["off_expected"]) == (1, 1, True)
    assert traits["share_of_line"] == pytest.approx(0.9)
    assert (traits["fits_exactly"], traits["leaves_a_rest"]) == (True, False)


def test_every_trait_is_in_the_table_under_its_name() -> None:
    learned = read_learned()
    known = {name for points in learned.points.values() for name in points}

    for cause, traits in describe_receipt(mode="bulk", counterpart_quantity=10).items():
        assert cause in learned.points
        assert len(traits.keys() & known) > len(traits) * 0.75


def test_the_fit_finds_what_speaks_for_a_cause() -> None:
    sample = fitting.Sample()
    # Of lines that were typed four of five are wrong, of scanned ones one of five.
    for number in range(1_000):
        typed = number % 2 == 0
        sample.causes.append(Cause.MISKEY)
        sample.traits.append({"mode_key": float(typed), "noise": float(number % 7)})
        sample.truths.append((number // 2) % 5 > 0 if typed else (number // 2) % 5 == 0)

    points = fitting.fit(sample)[Cause.MISKEY]

    by_typing = [1 / (1 + exp(-points["always"] - points["mode_key"] * typed)) for typed in (0, 1)]
    assert by_typing == pytest.approx([0.2, 0.8], abs=0.02)
    assert points["noise"] == pytest.approx(0, abs=0.02)


def test_no_key_needs_others_to_be_described() -> None:
    assert expect(Evidence(differences=()), weights=Weights()).keys == 1
    assert describe_receipt()[Cause.MISKEY]["opposite_of_sku"] is False
