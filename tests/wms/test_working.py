"""Pace and classes: what a lead reads of people and goods is arithmetic anybody can follow."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from tests import retailer
from tests.access.builders import a_client
from tests.retailer import NOON
from tests.wms import packing, sending
from yipan.access.roles import Role
from yipan.wms.queries import movements
from yipan.wms.queries.movements import HistoryFilter
from yipan.wms.rules.working import classify, measure


def every(seconds: int, times: int, start: datetime = NOON) -> list[datetime]:
    return [start + timedelta(seconds=seconds * each) for each in range(times)]


def test_a_break_is_no_work() -> None:
    morning, evening = every(60, 6), every(60, 6, NOON + timedelta(hours=3))

    assert measure(morning).per_hour == 60
    assert (measure([*morning, *evening]).lines, measure([*morning, *evening]).seconds) == (12, 600)
    assert measure([*morning, *evening]).per_hour == 60


def test_few_lines_say_nothing_of_a_pace() -> None:
    assert measure(every(60, 4)).per_hour is None
    assert measure([NOON] * 9).per_hour is None
    assert measure([]).lines == 0


def test_a_few_goods_are_most_picks() -> None:
    picks = {"TEA": 80, "SOAP": 12, "MUG": 5, "BAG": 3}

    assert classify(picks) == {"TEA": "A", "SOAP": "B", "MUG": "B", "BAG": "C"}
    assert classify({}) == {}


@given(st.dictionaries(st.text("ABC", min_size=1, max_size=3), st.integers(1, 99), max_size=12))
def test_no_good_is_in_a_better_class_than_one_picked_more(picks: dict[str, int]) -> None:
    classes = classify(picks)

    assert classes.keys() == picks.keys()
    for one, often in picks.items():
        for other, seldom in picks.items():
            if often > seldom:
                assert classes[one] <= classes[other]


@pytest.fixture
def lead() -> Client:
    retailer.open_retailer()
    packing.open_house()
    sending.stock_bins(("A-01-01", "TEA-250", 40), ("A-01-02", "SOAP-1", 10))
    sending.want("OUT-1", ("TEA-250", 30), ("SOAP-1", 4))
    packing.pick_all("OUT-1")
    sending.ship("OUT-1")
    return a_client(Role.WAREHOUSE_LEAD, username="wei", sites=["W1"])


@pytest.mark.django_db
@pytest.mark.usefixtures("lead")
def test_history_is_read_by_product_bin_document_and_person() -> None:
    every_row, behind = movements.list_history(HistoryFilter(site="W1"))
    by_sku, _ = movements.list_history(HistoryFilter(site="W1", sku="SOAP-1"))
    by_bin, _ = movements.list_history(HistoryFilter(site="W1", bin_code="A-01-01"))
    shipped, _ = movements.list_history(HistoryFilter(site="W1", document_type="shipment"))
    nobody, _ = movements.list_history(HistoryFilter(site="W1", actor="nobody"))

    assert (len(every_row), behind) == (8, "")
    assert [row.quantity for row in by_sku] == [4, 4, 4, 10]
    assert {row.sku.code for row in by_bin} == {"TEA-250"}
    assert [(row.sku.code, row.to_account) for row in shipped] == [
        ("TEA-250", "supplier"),
        ("SOAP-1", "supplier"),
    ]
    assert nobody == []


@pytest.mark.django_db
@pytest.mark.usefixtures("lead")
@pytest.mark.parametrize("sku", ["", "TEA-250"])
def test_pages_of_history_leave_nothing_out_and_tell_nothing_twice(sku: str) -> None:
    which = HistoryFilter(site="W1", sku=sku)
    whole, _ = movements.list_history(which)

    read, cursor = movements.list_history(which, limit=1)
    while cursor:
        more, cursor = movements.list_history(which, before=cursor, limit=1)
        read += more

    assert read == whole


@pytest.mark.django_db
def test_the_pages_of_work_open_and_history_is_a_file(lead: Client) -> None:
    for address in (
        "/wms/movements?site=W1&bin=a-01-01",
        "/wms/productivity?site=W1&day=2026-03-02",
        "/wms/map?site=W1&layer=abc",
        "/wms/board?site=W1",
    ):
        assert lead.get(address).status_code == 200, address
    assert "wang.worker" in lead.get("/wms/productivity?site=W1&day=2026-03-02").content.decode()
    table = lead.get("/wms/movements?site=W1&sku=SOAP-1&format=csv").content.decode("utf-8-sig")
    assert len(table.splitlines()) == 5
    assert "on_hand/TOTE-1/reserved" in table
