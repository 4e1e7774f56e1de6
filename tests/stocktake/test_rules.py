"""Decisions of a stocktake: recounts, tolerances, what comes next, tags, moments."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.retailer import NOON
from yipan.pos.rules.shelves import read_place
from yipan.stocktake.rules import (
    Candidate,
    Dated,
    Look,
    Seen,
    Size,
    Tag,
    TagUnreadable,
    Tolerance,
    Verdict,
    choose,
    compare,
    correct_moment,
    find_tolerance,
    is_beyond,
    judge,
    read_tag,
)

ONE_PIECE = Tolerance(purpose="recount", quantity_max=1)
MINUTE = timedelta(minutes=1)
ANN = frozenset({"ann"})


def look(difference: int, *, by: str = "ann", number: int = 1, team: int = 1, **more: Any) -> Look:
    return Look(
        round=number,
        team=team,
        size=Size(difference=difference, book=100),
        counters=frozenset({by}),
        **more,
    )


@pytest.mark.parametrize(
    ("looks", "verdict"),
    [
        ([look(0)], Verdict.AGREED),
        ([look(-1)], Verdict.AGREED),
        ([look(-2)], Verdict.RECOUNT),
        ([look(-1, is_uncertain=True)], Verdict.RECOUNT),
        ([look(-5), look(-5, by="ben", number=2)], Verdict.AGREED),
        # The same person says the same twice: that is no second look.
        ([look(-5), look(-5, number=2)], Verdict.RECOUNT),
        # Nor is what one of them handed in under another name, in either order.
        ([look(-5), look(-5, by="ben", number=2, handed_in_by=ANN)], Verdict.RECOUNT),
        ([look(-5, by="ben", handed_in_by=ANN), look(-5, number=2)], Verdict.RECOUNT),
        # Two papers of two people may be typed by a third.
        (
            [look(-5, by="ben", handed_in_by=ANN), look(-5, by="eva", number=2, handed_in_by=ANN)],
            Verdict.AGREED,
        ),
        ([look(-5), look(-3, by="ben", number=2)], Verdict.RECOUNT),
        ([look(-5), look(-3, by="ben", number=2), look(-9, by="eva", number=3)], Verdict.AGREED),
    ],
)
def test_a_count_stands_or_another_person_looks(looks: list[Look], verdict: Verdict) -> None:
    assert judge(looks, tolerance=ONE_PIECE, is_double=False) == verdict


def test_two_teams_have_to_say_the_same() -> None:
    first, second = look(0), look(-1, by="ben", team=2)

    assert judge([first, second], tolerance=None, is_double=True) == Verdict.RECOUNT
    assert judge([second, look(-1, by="eva")], tolerance=None, is_double=True) == Verdict.AGREED


@pytest.mark.parametrize(
    ("size", "tolerance", "beyond"),
    [
        (Size(difference=-3, book=100), Tolerance(purpose="post", quantity_max=3), False),
        (Size(difference=-4, book=100), Tolerance(purpose="post", quantity_max=3), True),
        (Size(difference=2, book=100), Tolerance(purpose="post", percent_max=2), False),
        (Size(difference=3, book=100), Tolerance(purpose="post", percent_max=2), True),
        (Size(difference=1, book=0), Tolerance(purpose="post", percent_max=50), True),
        (
            Size(difference=-2, book=9, price_minor=3_000),
            Tolerance(purpose="post", value_max_minor=5_999),
            True,
        ),
        (Size(difference=0, book=0), Tolerance(purpose="post", quantity_max=0), False),
    ],
)
def test_exactly_the_tolerance_is_allowed(
    size: Size, tolerance: Tolerance, *, beyond: bool
) -> None:
    assert is_beyond(size, tolerance) is beyond


def test_the_most_specific_tolerance_counts() -> None:
    every = Tolerance(purpose="post", quantity_max=1)
    tea = Tolerance(purpose="post", category="TEA", quantity_max=5)
    lead = Tolerance(purpose="post", role="warehouse_lead", quantity_max=10)
    here = Tolerance(purpose="post", site="W1", quantity_max=2)

    def find(*known: Tolerance, category: str = "TEA") -> Tolerance | None:
        return find_tolerance(
            known, purpose="post", site="W1", category=category, roles=["warehouse_lead"]
        )

    assert find(every, tea, lead) == tea
    assert find(every, lead) == lead
    assert find(every, tea, here) == here
    assert find(every, tea, category="SOAP") == every
    assert find(Tolerance(purpose="recount", quantity_max=0)) is None


def test_what_is_below_zero_worth_most_and_was_wrong_comes_first() -> None:
    def at(sku: str, **more: object) -> Candidate:
        fields: dict[str, object] = {"quantity": 10, "price_minor": 100, **more}
        return Candidate(place="A-01", sku=sku, **fields)  # type: ignore[arg-type]

    recent = NOON - timedelta(days=20)
    chosen = choose(
        [
            at("FAST", moved=1_000, counted_at=NOON - timedelta(days=31)),
            at("FAST-RIGHT", moved=900, counted_at=recent),
            at("FAST-WRONG", moved=800, counted_at=recent, errors=1),
            at("SLOW", moved=1, counted_at=NOON - timedelta(days=100)),
            at("BELOW", quantity=-2, moved=0, counted_at=recent),
            at("NEW", moved=0),
        ],
        now=NOON,
        limit=10,
    )

    assert [(each.sku, each.abc, each.reason) for each in chosen] == [
        ("BELOW", "C", "negative"),
        ("FAST-WRONG", "A", "errors"),
        ("FAST", "A", "due"),
        ("NEW", "C", "never"),
    ]


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        # GS1 EPC Tag Data Standard 2.1, section E.3: the worked example of SGTIN-96.
        ("3074257BF7194E4000001A85", Tag(gtin="80614141123458", serial="6789")),
        ("urn:epc:id:sgtin:0614141.812345.6789", Tag(gtin="80614141123458", serial="6789")),
        ("urn:epc:tag:sgtin-96:3.0614141.812345.6789", Tag(gtin="80614141123458", serial="6789")),
        (
            "https://id.gs1.org/01/09501101530003/10/L1/21/S-9",
            Tag(gtin="09501101530003", serial="S-9", lot="L1"),
        ),
    ],
)
def test_tags_say_which_article_and_which_piece(text: str, tag: Tag) -> None:
    assert read_tag(text) == tag


@pytest.mark.parametrize(
    "text",
    ["", "hello", "3174257BF7194E4000001A85", "30FFFFFFFFFFFFFFFFFFFFFF", "urn:epc:id:sgtin:1.2.3"],
)
def test_other_tags_are_refused(text: str) -> None:
    with pytest.raises(TagUnreadable):
        read_tag(text)


@pytest.mark.parametrize(
    ("label", "place"),
    [
        ("floor", ("shop_floor", "")),
        ("FLOOR-A3", ("shop_floor", "A3")),
        ("BACKROOM-2", ("backroom", "2")),
        ("卖场-12", ("shop_floor", "12")),
        ("FLOOR-", None),
        ("6901234567892", None),
    ],
)
def test_labels_of_shelves(label: str, place: tuple[str, str] | None) -> None:
    assert read_place(label) == place


def test_a_device_with_a_wrong_clock_knows_how_long_it_waited() -> None:
    wrong = NOON + timedelta(days=3)

    assert (
        correct_moment(occurred_at=wrong, sent_at=wrong + 7 * MINUTE, received_at=NOON)
        == NOON - 7 * MINUTE
    )
    assert correct_moment(occurred_at=wrong, sent_at=None, received_at=NOON) == NOON
    assert correct_moment(occurred_at=None, sent_at=None, received_at=NOON) == NOON


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    changes=st.lists(
        st.tuples(st.integers(min_value=-600, max_value=600), st.integers(-5, 5)), max_size=30
    ),
    opening=st.integers(0, 100),
    off=st.integers(-5, 5),
)
def test_the_difference_is_what_is_missing_whatever_moves(
    changes: list[tuple[int, int]], opening: int, off: int
) -> None:
    start = NOON - timedelta(minutes=601)
    dated = [
        Dated(occurred_at=NOON + timedelta(minutes=minute), quantity=quantity)
        for minute, quantity in changes
    ]
    truth = opening + sum(each.quantity for each in dated if each.occurred_at <= NOON)
    window = NOON - start

    exact = compare(
        seen=Seen(quantity=truth + off, first_at=NOON, last_at=NOON),
        book_before=opening + sum(each.quantity for each in dated if each.occurred_at <= NOON),
        changes=[each for each in dated if each.occurred_at > NOON],
        uncertainty=timedelta(0),
    )
    wide = compare(
        seen=Seen(quantity=truth + off, first_at=NOON, last_at=NOON),
        book_before=opening,
        changes=dated,
        uncertainty=window,
    )

    assert exact.difference == wide.difference == off
    assert exact.is_uncertain is False
