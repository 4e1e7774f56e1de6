"""Goal: of all limits the nearest one counts, to the unit, and it is said which one bites."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from yipan.foundation.limits import (
    Bite,
    Limit,
    Measure,
    Measured,
    Purpose,
    find_limit,
    get_percent,
    judge,
)


def measure(
    quantity: int = 1,
    *,
    value_minor: int = 0,
    percent: int | None = 0,
    site: str = "S12",
    adjustment_type: str = "scrap",
) -> Measured:
    return Measured(
        adjustment_type=adjustment_type,
        site=site,
        site_type="store" if site.startswith("S") else "warehouse",
        quantity=quantity,
        value_minor=value_minor,
        percent=percent,
    )


ALL = Limit(quantity_max=100, number="LM-1")
OF_STORES = Limit(site_type="store", quantity_max=50, number="LM-2")
OF_SCRAP = Limit(adjustment_type="scrap", quantity_max=40, number="LM-3")
OF_S12 = Limit(site="S12", quantity_max=30, number="LM-4")
OF_FINANCE = Limit(role="finance", quantity_max=200, number="LM-5")


@pytest.mark.parametrize(
    ("limits", "counts"),
    [
        ([ALL], "LM-1"),
        ([ALL, OF_FINANCE], "LM-5"),
        ([ALL, OF_FINANCE, OF_STORES], "LM-2"),
        ([ALL, OF_FINANCE, OF_STORES, OF_SCRAP], "LM-3"),
        ([OF_S12, OF_SCRAP, OF_STORES, OF_FINANCE, ALL], "LM-4"),
    ],
)
def test_the_most_specific_limit_counts_wherever_it_stands(
    limits: list[Limit], counts: str
) -> None:
    found = find_limit(limits, role="finance", measured=measure())

    assert found is not None
    assert found.number == counts


def test_a_limit_of_another_site_type_or_role_does_not_count() -> None:
    limits = [OF_S12, OF_SCRAP, Limit(role="planner", quantity_max=1)]

    assert (
        find_limit(limits, role="finance", measured=measure(site="S1", adjustment_type="sample"))
        is None
    )


@pytest.mark.parametrize(
    ("measured", "measure_name", "maximum", "actual"),
    [
        (measure(11), Measure.QUANTITY, 10, 11),
        (measure(1, value_minor=5_001), Measure.VALUE, 5_000, 5_001),
        (measure(1, percent=6), Measure.PERCENT, 5, 6),
        (measure(1, percent=None), Measure.PERCENT, 5, None),
    ],
)
def test_exactly_the_maximum_is_allowed_and_one_more_is_not(
    measured: Measured, measure_name: Measure, maximum: int, actual: int | None
) -> None:
    limit = Limit(quantity_max=10, value_max_minor=5_000, percent_max=5)

    allowed = judge(
        roles=["finance"], measured=measure(10, value_minor=5_000, percent=5), limits=[limit]
    )
    refused = judge(roles=["finance"], measured=measured, limits=[limit])

    assert allowed.is_allowed
    assert allowed.allowed_by == limit
    assert not refused.is_allowed
    assert refused.bites == (
        Bite(limit=limit, measure=measure_name, maximum=maximum, actual=actual),
    )


def test_of_several_roles_the_one_that_reaches_counts() -> None:
    limits = [Limit(role="finance", quantity_max=5), Limit(role="planner", quantity_max=9)]

    assert judge(roles=["finance", "planner"], measured=measure(9), limits=limits).is_allowed
    assert not judge(roles=["finance"], measured=measure(9), limits=limits).is_allowed
    # Of a role nobody limited, its action alone says what it may.
    assert judge(roles=["finance", "admin"], measured=measure(99), limits=limits).is_allowed


def test_what_holds_otherwise_counts_only_where_no_limit_was_set() -> None:
    otherwise = [Limit(purpose=Purpose.POST, quantity_max=3)]
    clerks = [Limit(purpose=Purpose.POST, role="store_clerk", quantity_max=8)]

    def reaches(role: str, quantity: int) -> bool:
        verdict = judge(
            roles=[role], measured=measure(quantity), limits=clerks, otherwise=otherwise
        )
        return verdict.is_allowed

    assert reaches("store_clerk", 8)
    assert not reaches("store_clerk", 9)
    assert reaches("store_manager", 3)
    assert not reaches("store_manager", 4)


@pytest.mark.parametrize(
    ("adjusted", "book", "percent"),
    [
        ({"A": 1}, {"A": 100}, 1),
        ({"A": 1}, {"A": 101}, 1),
        ({"A": 1}, {"A": 99}, 2),
        ({"A": 1, "B": 5}, {"A": 100, "B": 10}, 50),
        ({"A": 30}, {"A": 10}, 300),
        ({"A": 1}, {}, None),
        ({"A": 1}, {"A": -4}, None),
        ({"A": 0}, {}, 0),
    ],
)
def test_percent_is_the_largest_part_of_the_book_rounded_up(
    adjusted: dict[str, int], book: dict[str, int], percent: int | None
) -> None:
    assert get_percent(adjusted=adjusted, book=book) == percent


@given(
    quantity=some.integers(0, 10**6),
    held=some.integers(1, 10**6),
    maximum=some.integers(0, 200),
)
def test_a_percent_is_never_allowed_that_is_more_than_its_share(
    quantity: int, held: int, maximum: int
) -> None:
    percent = get_percent(adjusted={"A": quantity}, book={"A": held})
    verdict = judge(
        roles=["finance"],
        measured=measure(quantity, percent=percent),
        limits=[Limit(percent_max=maximum)],
    )

    assert verdict.is_allowed == (quantity * 100 <= maximum * held)
