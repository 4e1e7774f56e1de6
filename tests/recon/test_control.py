"""A week of counts is told apart from chance by the limits of its own size."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from tests import retailer
from tests.access.builders import a_person
from tests.pages import squeeze
from yipan.access.roles import Role
from yipan.recon.models import Observation
from yipan.recon.queries.charts import list_charts
from yipan.recon.rules.control import draw


def test_a_bad_week_lies_outside_and_a_small_one_does_not() -> None:
    chart = draw([(100, 95), (100, 94), (100, 96), (100, 70), (4, 3)])

    assert chart is not None
    assert [point.is_out for point in chart.points] == [False, False, False, True, False]
    assert chart.is_steady is False
    # p = 358 / 404; three standard errors of 100 lines.
    assert round(chart.center, 4) == 0.8861
    assert round(chart.points[0].low, 3) == 0.791


def test_two_weeks_make_no_chart() -> None:
    assert draw([(100, 90), (100, 80), (0, 0)]) is None


@given(st.lists(st.tuples(st.integers(1, 500), st.integers(0, 500)), min_size=3, max_size=20))
def test_limits_hold_the_center_and_shrink_with_the_lines(weeks: list[tuple[int, int]]) -> None:
    chart = draw([(lines, min(lines, exact)) for lines, exact in weeks])

    assert chart is not None
    by_lines = sorted(chart.points, key=lambda point: point.lines)
    for point in by_lines:
        assert 0 <= point.low <= chart.center <= point.high <= 1
    for few, many in itertools.pairwise(by_lines):
        assert few.high - few.low >= many.high - many.low - 1e-9


@pytest.mark.django_db
def test_the_board_points_at_the_week_outside_and_only_at_own_sites() -> None:
    retailer.open_retailer()
    now = timezone.now()
    for site, wrong in (("S12", 12), ("W1", 1)):
        for week in range(4):
            Observation.objects.bulk_create(
                Observation(
                    count_number=f"{site}-{week}", line=line, site=site, sku="TEA-250",
                    quantity_counted=1, quantity_book=1, status="available", heard_at=now,
                    counted_at=now - timedelta(weeks=week, hours=1),
                    difference=-1 if line < (wrong if week == 1 else 1) else 0,
                )
                for line in range(20)
            )  # fmt: skip

    charts = list_charts(sites=None, at=now)

    assert [(row.site.code, row.chart.is_steady) for row in charts] == [
        ("S12", False),
        ("W1", True),
    ]
    assert [row.site.code for row in list_charts(sites=frozenset({"W1"}), at=now)] == ["W1"]
    client = Client()
    client.force_login(a_person(Role.INVENTORY_CONTROLLER, username="zhao"))
    page = client.get("/recon/accuracy").content.decode()
    assert "Control chart" in page
    assert squeeze(page).count('<svg class="control"') == 2
