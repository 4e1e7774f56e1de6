"""Goal: a day no retailer has is no day, and no page fails on it."""

from __future__ import annotations

import pytest

from tests import retailer
from tests.access.builders import a_client
from yipan.access.roles import Role
from yipan.foundation.moments import read_day

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize(
    "address",
    ["/access/audit?until_date=", "/erp/stock?known_at=", "/wms/productivity?site=W1&day="],
)
def test_a_page_asked_about_the_end_of_time_answers(address: str, day: str) -> None:
    retailer.open_retailer()
    everything = [role for role in Role if role is not Role.INTEGRATION]
    client = a_client(*everything, sites=["W1", "S12"])

    assert client.get(f"{address}{day}").status_code == 200


@pytest.mark.parametrize(
    ("text", "is_day"),
    [("2026-03-02", True), (" 1900-01-01 ", True), ("2999-12-31", True), ("1899-12-31", False),
     ("3000-01-01", False), ("2026-02-30", False), ("", False), ("\x00", False)],
)  # fmt: skip
def test_a_day_is_read_within_a_thousand_years(text: str, *, is_day: bool) -> None:
    assert (read_day(text) is not None) is is_day
