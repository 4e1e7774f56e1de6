"""Goal: the control tower shows each reader the network they may see, and every number leads on."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests import retailer
from tests.access.builders import a_client, an_actor
from tests.erp import moving
from yipan.access.roles import Role
from yipan.config.clock import keep_figures
from yipan.console.figures import KeyFigure, list_figures
from yipan.console.kept_days import keep_days
from yipan.console.reader import Reader
from yipan.console.shared import Shared
from yipan.console.tower.lags import list_lags
from yipan.console.tower.network import Network, read_network
from yipan.console.views import home
from yipan.documents import day_figures
from yipan.documents.day_figures import Figure
from yipan.documents.models import DayFigure
from yipan.erp.models import TransferOrder
from yipan.exchange.queries import list_sources
from yipan.masterdata import records
from yipan.masterdata.rows import SiteRow
from yipan.pool.models import SiteService

pytestmark = pytest.mark.django_db

AFTERNOON = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _on_the_road() -> None:
    """24 of 97 are on their way to the store that sold more than it had."""
    transfer = moving.release(("TEA-250", 24))
    moving.ship(transfer.number, "SH-1", ("TEA-250", 24))
    retailer.deliver()


def a_reader(*roles: Role, site: str = "", sites: list[str] | None = None) -> Reader:
    return Reader(actor=an_actor(*roles, sites=sites), site=site)


def tell(reader: Reader) -> dict[str, KeyFigure]:
    return {figure.label: figure for figure in list_figures(reader)}


def see(*roles: Role, sites: list[str] | None = None, focus: str = "") -> Network:
    network = read_network(a_reader(*roles, sites=sites), focus=focus)
    assert network is not None
    return network


def test_what_is_on_its_way_is_a_line_between_two_sites() -> None:
    network = see(Role.PLANNER)

    [route] = network.routes
    assert route.said == "24 pieces on the way from Hangzhou DC to Binjiang"
    assert (route.width, route.url) == (8.0, "/erp/in-transit")


def test_a_site_tells_its_alarms_and_its_figures_and_where_there_is_more() -> None:
    network = see(Role.INVENTORY_CONTROLLER, focus="S12")

    assert network.focus is not None
    alarms = {alarm.text: alarm.url for alarm in network.focus.alarms}
    facts = {fact.label: (fact.text, fact.url) for fact in network.focus.facts}
    assert network.focus.tone == "bad"
    assert alarms["one account below zero"] == "/books/"
    assert alarms["one message stuck"] == "/exchange/"
    assert facts["on hand"] == ("−2", "/erp/stock?site=S12")
    assert facts["on the way here"] == ("24", "/erp/in-transit")


def test_whoever_works_at_one_site_sees_no_other() -> None:
    network = see(Role.STORE_CLERK, sites=["S12"])

    assert [node.site.code for node in network.nodes] == ["S12"]
    assert network.routes == ()
    assert network.focus is not None
    assert {alarm.text for alarm in network.focus.alarms} == {"one account below zero"}


def test_another_sites_name_is_on_no_page_of_a_clerk() -> None:
    client = a_client(Role.STORE_CLERK, sites=["S12"])

    for address in ("/", "/?wall", "/?focus=W1", "/home/tower", "/home/tower?focus=W1"):
        page = client.get(address).content.decode()
        assert "Hangzhou DC" not in page, address
        assert "Binjiang" in page, address


def test_only_who_may_see_cost_sees_what_stock_is_worth() -> None:
    shown = {role for role in Role if "Stock value" in tell(a_reader(role, sites=["W1"]))}

    assert shown == {Role.INVENTORY_CONTROLLER, Role.PURCHASER, Role.FINANCE, Role.ADMIN}


def test_figures_of_a_day_are_kept_once_however_often() -> None:
    keep_days(now=AFTERNOON)
    first = set(DayFigure.objects.values_list("day", "code", "site", "value"))
    keep_figures(int(AFTERNOON.timestamp()))

    assert set(DayFigure.objects.values_list("day", "code", "site", "value")) == first
    today = date(2026, 3, 2)
    assert (today, "in_transit", "S12", 24) in first
    assert (today, "tickets", "S12", 1) in first
    assert (today, "sales_pieces", "S12", 5) in first


def test_a_ticket_that_comes_late_changes_its_day() -> None:
    keep_days(now=AFTERNOON)
    retailer.sell(("TEA-250", 2))
    retailer.deliver()

    keep_days(now=AFTERNOON + timedelta(days=2))

    kept = day_figures.list_days(codes=["sales_pieces"], since=date(2026, 3, 2), sites=["S12"])
    assert kept == {("sales_pieces", date(2026, 3, 2)): 7}


def test_what_does_not_stand_any_more_is_kept_as_nothing() -> None:
    keep_days(now=AFTERNOON)
    transfer = TransferOrder.objects.get().number
    moving.take_in(transfer, "TR-1", ("TEA-250", 24, 0))
    retailer.deliver()

    keep_days(now=AFTERNOON + timedelta(hours=1))

    kept = day_figures.list_days(codes=["in_transit"], since=date(2026, 3, 2))
    assert kept == {("in_transit", date(2026, 3, 2)): 0}


def test_a_trend_is_that_of_the_sites_one_sees() -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    day_figures.keep(
        [
            Figure(yesterday, "in_transit", "S12", 40),
            Figure(yesterday, "in_transit", "W1", 9),
        ]
    )

    everywhere = tell(a_reader(Role.PLANNER))["In transit"]
    chosen = tell(a_reader(Role.PLANNER, site="S12"))["In transit"]

    assert everywhere.trend[-2:] == (49, 24)
    assert chosen.trend[-2:] == (40, 24)
    assert str(everywhere.spark).count("<polyline") == 1


def test_a_share_is_told_over_seven_days_and_nothing_is_no_share() -> None:
    today = timezone.localdate()
    day_figures.keep(
        [
            Figure(today - timedelta(days=back), code, "W1", value)
            for back, parts in ((1, 3), (2, 4), (9, 0))
            for code, value in (("lines_counted", 4), ("lines_exact", parts))
        ]
    )

    accuracy = tell(a_reader(Role.FINANCE))["Record accuracy"]
    on_time = tell(a_reader(Role.FINANCE))["On time"]

    assert (accuracy.value, accuracy.text, accuracy.unit, accuracy.tone) == (88, "88", "%", "warn")
    assert (on_time.value, on_time.text, on_time.unit) == (None, "–", "")


def test_streams_that_stand_still_come_first() -> None:
    lags = list_lags(list_sources(), now=timezone.now())

    assert (lags[0].site, lags[0].parked, lags[0].tone) == ("S12", 1, "bad")
    assert lags[0].url.startswith("/exchange/sources/till:S12-1")


def test_many_sites_stand_where_they_are() -> None:
    others = [SiteRow(code=f"S9{it}", site_type="store", name=f"S9{it}") for it in range(3)]
    records.save_sites(others)
    ats = [("W1", 30.4, 120.0), ("S12", 30.2, 120.2), *((it.code, 30.3, 120.1) for it in others)]
    for site, latitude, longitude in ats:
        SiteService.objects.update_or_create(
            site=site, method="ship", defaults={"latitude": latitude, "longitude": longitude}
        )

    network = see(Role.PLANNER, sites=[site for site, *_at in ats])

    at = {node.site.code: node for node in network.nodes}
    assert (network.is_map, network.is_flow, network.ends) == (True, False, ())
    assert at["W1"].x < at["S12"].x
    assert at["W1"].y < at["S12"].y


def test_few_sites_are_a_flow_between_suppliers_and_shoppers() -> None:
    network = see(Role.INVENTORY_CONTROLLER)

    at = {node.site.code: node for node in network.nodes}
    assert (network.is_map, network.is_flow) == (False, True)
    assert at["W1"].x < at["S12"].x
    [route] = network.routes
    assert (route.text, route.tone) == ("24", "erp")
    assert {fact.label: fact.text for _y, fact in at["S12"].rows}["on hand"] == "−2"
    ends = {end.code: end for end in network.ends}
    assert ends["shoppers"].url == "/oms/orders?state=open"


def test_what_one_may_not_know_is_no_end_of_the_flow() -> None:
    network = see(Role.WAREHOUSE_WORKER, sites=["W1", "S12"])

    assert network.is_flow
    assert network.ends == ()
    assert network.links == ()
    assert network.routes == ()


def test_what_waits_is_told_to_those_who_can_do_it() -> None:
    moving.draft(("TEA-250", 1))

    def work(*roles: Role) -> str:
        return (
            a_client(*roles, username=roles[0].value, sites=["W1", "S12"]).get("/").content.decode()
        )

    assert "Transfers to approve" in work(Role.PLANNER)
    assert "Transfers to approve" not in work(Role.STORE_MANAGER)
    assert "Proposals to decide on" not in work(Role.PURCHASER)


def test_on_a_wall_there_is_the_tower_alone() -> None:
    client = a_client(Role.INVENTORY_CONTROLLER)

    page = client.get("/?wall").content.decode()

    assert 'class="wall"' in page
    assert 'id="rail"' not in page
    assert 'hx-get="/home/tower?wall"' in page


def test_every_address_of_the_tower_can_be_opened() -> None:
    client = a_client(Role.INVENTORY_CONTROLLER)
    page = client.get("/home/tower?focus=S12").content.decode()

    for address in sorted(set(re.findall(r'href="(/[^"]*)"', page))):
        assert client.get(address.replace("&amp;", "&")).status_code == 200, address


@pytest.mark.parametrize(
    ("setting", "address", "policy"),
    [
        ("", "", "connect-src 'self';"),
        (":8001/live", "http://testserver:8001/live", "connect-src 'self' http://testserver:8001;"),
        ("/live", "/live", "connect-src 'self';"),
        ("https://a.example/live", "https://a.example/live", "'self' https://a.example;"),
    ],
)
def test_the_page_may_speak_to_the_stream_it_is_given(
    settings: Any, setting: str, address: str, policy: str
) -> None:
    settings.YIPAN_LIVE_URL = setting

    answer = a_client(Role.PLANNER).get("/")

    assert f'data-live="{address}"' in answer.content.decode()
    assert policy in answer.headers["Content-Security-Policy"] + ";"


def test_who_may_see_the_same_shares_one_tower_and_nobody_else_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(home, "TOWERS", Shared[bytes](clock=lambda: 100.0))
    controller = a_client(Role.INVENTORY_CONTROLLER)
    first = controller.get("/home/tower")
    retailer.sell(("TEA-250", 1))
    retailer.deliver()

    again = controller.get("/home/tower")
    focused = controller.get("/home/tower?focus=S12")
    clerk = a_client(Role.STORE_CLERK, username="bo", sites=["S12"]).get("/home/tower")

    assert again.content == first.content
    assert again.headers["X-Yipan-Age-Ms"] == "0"
    assert len({first.content, focused.content, clerk.content}) == 3


def test_nobody_sees_the_tower_without_a_log_in() -> None:
    assert Client().get("/home/tower").status_code == 302
