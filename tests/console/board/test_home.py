"""Goal: the board shows each role its own figures, and first what does most harm."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import retailer
from tests.access.builders import a_client, an_actor
from tests.wms import sending
from yipan.access.roles import Role
from yipan.console import site_charts
from yipan.console.figures import list_figures
from yipan.console.reader import Reader
from yipan.console.recent import list_recent
from yipan.console.waiting import count_behind, list_work
from yipan.masterdata import records
from yipan.masterdata.rows import SiteRow

pytestmark = pytest.mark.django_db


def a_reader(*roles: Role, site: str = "", sites: list[str] | None = None) -> Reader:
    return Reader(actor=an_actor(*roles, sites=sites), site=site)


def tell(reader: Reader) -> dict[str, int]:
    return {figure.label: figure.value or 0 for figure in list_figures(reader)}


def test_figures_are_those_of_the_books() -> None:
    figures = tell(a_reader(Role.INVENTORY_CONTROLLER))

    assert figures["Pieces on hand"] == 97 + 3 - 5
    assert figures["Accounts below zero"] == 1
    assert figures["Messages not booked"] == 1


def test_figures_keep_to_the_chosen_site_and_to_the_own_ones() -> None:
    chosen = tell(a_reader(Role.INVENTORY_CONTROLLER, site="W1"))
    clerk = tell(a_reader(Role.STORE_CLERK, sites=["S12"]))

    assert (chosen["Pieces on hand"], chosen["Accounts below zero"]) == (97, 0)
    assert (clerk["Pieces on hand"], clerk["Accounts below zero"]) == (-2, 1)
    assert "Messages not booked" not in clerk


def test_every_figure_leads_somewhere() -> None:
    for role in Role:
        for figure in list_figures(a_reader(role, sites=["W1", "S12"])):
            assert figure.url.startswith("/"), figure.label


def test_what_does_harm_comes_first() -> None:
    work = list_work(a_reader(Role.INVENTORY_CONTROLLER, Role.WAREHOUSE_LEAD, sites=["W1", "S12"]))

    titles = [item.title for item in work]
    assert titles[:2] == ["Messages are parked", "Books went below zero"]
    assert [item.tone for item in work] == sorted(
        (item.tone for item in work), key=["bad", "warn", "info"].index
    )
    assert all(item.count for item in work)


def test_a_message_just_told_is_no_work_yet() -> None:
    retailer.sell(("TEA-250", 1))
    reader = a_reader(Role.INVENTORY_CONTROLLER)

    titles = [item.title for item in list_work(reader)]

    assert "Sources are behind" not in titles


def test_the_rail_counts_what_a_person_may_do() -> None:
    controller = a_reader(Role.INVENTORY_CONTROLLER)
    worker = a_reader(Role.WAREHOUSE_WORKER, sites=["W1"])

    assert count_behind(controller, "exchange:sources") == 1
    assert count_behind(controller, "wms:inbound_orders") == 0
    assert count_behind(worker, "wms:inbound_orders") == 1
    assert count_behind(worker, "console:home") == 0
    assert count_behind(worker, "wms:picking") == 0

    retailer.deliver()
    sending.want("OUT-1", ("TEA-250", 1))
    after = a_reader(Role.WAREHOUSE_WORKER, sites=["W1"])
    assert count_behind(after, "wms:picking") == 1
    assert count_behind(a_reader(Role.WAREHOUSE_WORKER, sites=["W2"]), "wms:picking") == 0
    assert count_behind(a_reader(Role.STORE_CLERK, sites=["S12"]), "wms:picking") == 0


def test_latest_postings_are_those_of_books_the_reader_sees() -> None:
    controller = list_recent(a_reader(Role.INVENTORY_CONTROLLER))
    clerk = list_recent(a_reader(Role.STORE_CLERK, sites=["S12"]))

    assert {row.header.book for row in controller} == {"erp"}
    assert {row.header.book for row in clerk} == {"pos:S12"}
    assert len(controller) == 3


def test_the_chart_lays_hub_and_own_book_side_by_side() -> None:
    levels = site_charts.list_levels(a_reader(Role.INVENTORY_CONTROLLER))

    assert [(row.site.code, row.hub, row.own) for row in levels] == [
        ("W1", 97, 97),
        ("S12", -2, -2),
    ]
    bars = site_charts.draw(levels)["spec"]["data"]["values"]
    assert [(row["series"], row["value"]) for row in bars] == [
        ("ERP hub", 97),
        ("Warehouse", 97),
        ("ERP hub", -2),
        ("Store", -2),
    ]


def test_each_role_gets_a_board_without_a_fault() -> None:
    for role in Role:
        client = a_client(role, username=role.value, sites=["W1", "S12"])
        page = client.get("/")
        assert page.status_code == (403 if role is Role.INTEGRATION else 200), role


def test_late_orders_are_counted_by_the_day_of_the_reader() -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    reader = a_reader(Role.PURCHASER)

    assert reader.count_orders(late_on=yesterday) == 0


def test_the_board_asks_as_much_for_forty_stores_as_for_two() -> None:
    client = a_client(Role.INVENTORY_CONTROLLER, username="zhao")
    client.get("/")  # what is read once per process
    with CaptureQueriesContext(connection) as few:
        client.get("/")

    stores = [f"N{number:02d}" for number in range(40)]
    records.save_sites([SiteRow(code=code, site_type="store", name=code) for code in stores])
    for code in stores:
        retailer.open_store(code, ("TEA-250", 1))
    retailer.deliver()
    with CaptureQueriesContext(connection) as many:
        assert client.get("/").status_code == 200

    assert len(many) == len(few)
