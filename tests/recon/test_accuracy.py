"""The board of accuracy adds up what counts and cases say, and hints at ways of working."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests import retailer
from tests.access.builders import a_person
from tests.recon.test_cases import look
from yipan.access.roles import Role
from yipan.recon.documents import comparing
from yipan.recon.models import Case, CaseKind, Observation, PastCorrection
from yipan.recon.queries import accuracy, cases
from yipan.recon.queries.accuracy import Week
from yipan.recon.queries.cases import CaseFilter
from yipan.recon.views.drawing import draw_bar, draw_weeks

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _store() -> None:
    retailer.open_retailer()
    retailer.open_store("S12", ("TEA-250", 10), ("MUG-1", 6))
    retailer.deliver()


def make_case(number: str, quantity: int, *parts: dict[str, object], closed: bool = False) -> None:
    """Write a case of the last days as findings leave it."""
    now = timezone.now()
    Case.objects.create(
        number=number,
        created_by="reconciliation",
        created_at=now - timedelta(hours=30),
        kind=CaseKind.BOOK_VS_COUNT,
        state="closed" if closed else "explained",
        site="S12",
        sku=f"SKU-{number}",
        quantity=quantity,
        quantity_book=50,
        quantity_other=50 + quantity,
        value_minor=quantity * 100,
        since=now - timedelta(hours=80),
        compared_at=now - timedelta(hours=30),
        cause=str(parts[0]["cause"]),
        finding={"parts": list(parts), "runner_up": None},
        closed_at=now - timedelta(hours=10) if closed else None,
        closing_reason="AD-1" if closed else "",
    )


def test_losses_are_parted_into_known_and_unknown_by_the_parts_of_findings() -> None:
    make_case(
        "1",
        -5,
        {
            "cause": "miskey",
            "quantity": -3,
            "partner": "SUP-1",
            "carrier": "YTO",
            "actor": "wang",
        },
        {"cause": "shrinkage", "quantity": -2},
        closed=True,
    )
    make_case(
        "2",
        -4,
        {
            "cause": "miskey",
            "quantity": -4,
            "partner": "SUP-1",
            "carrier": "YTO",
            "actor": "li",
        },
    )
    make_case("3", 6, {"cause": "unknown", "quantity": 6, "partner": "SUP-1"})
    make_case("4", -1, {"cause": "unknown", "quantity": -1})

    losses = accuracy.sum_losses(sites=None, since=timezone.now() - timedelta(days=30))

    assert (losses.known_minor, losses.unknown_minor) == (-700, -300)
    assert [(row.cause, row.cases, row.value_minor) for row in losses.causes] == [
        ("miskey", 2, -700),
        ("unknown", 2, 500),
        ("shrinkage", 1, -200),
    ]
    assert [(row.name, row.cause, row.cases) for row in losses.partners] == [("SUP-1", "miskey", 2)]
    assert [(row.name, row.cases, row.quantity, row.value_minor) for row in losses.carriers] == [
        ("YTO", 2, -7, -700)
    ]
    assert losses.actors == ()
    assert losses.to_detect == timedelta(hours=50)
    assert (losses.to_close, losses.closed) == (timedelta(hours=20), 1)


def test_what_a_site_may_not_see_is_not_added_up() -> None:
    make_case("1", -5, {"cause": "miskey", "quantity": -5})

    losses = accuracy.sum_losses(sites=frozenset({"S1"}), since=timezone.now() - timedelta(days=30))

    assert (losses.known_minor, losses.causes) == (0, ())


def test_coverage_counts_each_position_once_against_what_lies_there() -> None:
    look(10)
    look(9, minutes=90)
    comparing.compare(at=timezone.now())

    since = Observation.objects.earliest("counted_at").counted_at
    coverage = accuracy.get_coverage(sites=None, since=since)

    assert (coverage.positions, coverage.counted, coverage.percent) == (2, 1, 50)


def test_the_board_shows_every_figure_and_the_words_of_the_past() -> None:
    look(10)
    Observation.objects.update(counted_at=timezone.now() - timedelta(days=1))
    make_case("1", -3, {"cause": "miskey", "quantity": -3, "partner": "SUP-1"})
    make_case("2", -4, {"cause": "miskey", "quantity": -4, "partner": "SUP-1", "carrier": "YTO"})
    make_case("3", -2, {"cause": "miskey", "quantity": -2, "carrier": "YTO"})
    PastCorrection.objects.create(
        origin="f", row=1, occurred_at=timezone.now(), quantity=-9, text="wet pallet",
        cause="unrecorded_scrap",
    )  # fmt: skip
    client = Client()
    client.force_login(a_person(Role.INVENTORY_CONTROLLER, username="zhao"))

    page = client.get("/recon/accuracy").content.decode()

    for word in (
        "Losses explained", "SUP-1", "wet pallet", "Week by week", "By category", "7.00",
        "To find, to close", "?carrier=YTO&amp;cause=miskey&amp;state=",
    ):  # fmt: skip
        assert word in page, word
    assert cases.count_cases(CaseFilter(state="", carrier="YTO", cause="miskey")) == (2, 600)
    assert cases.count_cases(CaseFilter(state="", partner="SUP-1", actor="nobody")) == (0, 0)


def test_weeks_are_drawn_between_their_worst_and_all_lines() -> None:
    weeks = [
        Week(begins_on=date(2026, 3, 2), lines=10, exact=10),
        Week(begins_on=date(2026, 3, 9), lines=20, exact=17),
        Week(begins_on=date(2026, 3, 16), lines=10, exact=9),
    ]

    drawn = draw_weeks(weeks)

    assert drawn is not None
    assert [percent for _, percent in drawn.grid] == [100, 90, 80]
    assert [mark.percent for mark in drawn.marks] == [100, 85, 90]
    assert [mark.y for mark in drawn.marks] == [22, 121, 88]
    assert draw_weeks(weeks[:1]) is None


def test_a_loss_lies_left_of_zero_and_a_gain_right() -> None:
    assert (draw_bar(-50, of=100).x, draw_bar(-50, of=100).width) == (50, 50)
    assert (draw_bar(100, of=100).x, draw_bar(100, of=100).width) == (100, 100)
    assert draw_bar(0, of=0).width == 0
