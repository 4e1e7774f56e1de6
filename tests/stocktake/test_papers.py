"""
Goal: what is to be counted goes onto paper and into a table, blind, in the order one walks,
and the very table comes back as counts.

Method: through pages and API; the PDF is read back as text, the tables as an upload reads them.
"""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pypdf import PdfReader

from tests import retailer
from tests.access.builders import a_key, a_person
from tests.retailer import NOON
from tests.stocktake import counting
from tests.stocktake.counting import ANN, BEN, MANAGER, POS, WMS
from tests.wms import sending
from yipan.access.roles import Role
from yipan.ledger.moves import Trace
from yipan.masterdata.tabular import open_table
from yipan.stocktake.documents import stocktake as plans
from yipan.stocktake.documents.refusals import SecondLook
from yipan.stocktake.documents.stocktake import Plan, Planned
from yipan.stocktake.models import CountCorrection, CountResult, CountSheet, Stocktake

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()
    sending.stock_bins(
        ("A-01-02", "SOAP-1", 12), ("A-01-01", "TEA-250", 4321), ("A-01-01", "MUG-1", 5)
    )
    retailer.open_store("S12", ("TEA-250", 10), ("MUG-1", 6))
    retailer.deliver()


def log_in(*roles: Role, site: str, name: str) -> Client:
    client = Client()
    client.force_login(a_person(*roles, username=name, sites=[site]))
    return client


def read_pages(said: Any) -> list[str]:
    assert (said.status_code, said["Content-Type"]) == (200, "application/pdf")
    return [page.extract_text() for page in PdfReader(io.BytesIO(said.content)).pages]


def read_csv(said: Any) -> list[list[str]]:
    assert said.status_code == 200
    return list(csv.reader(io.StringIO(said.content.decode("utf-8-sig"))))


def write_csv(rows: list[list[str]]) -> SimpleUploadedFile:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return SimpleUploadedFile("counts.csv", text.getvalue().encode())


def plan_warehouse(*, is_blind: bool = True) -> Stocktake:
    wanted = Plan(
        site="W1",
        kind="cycle",
        sheets=[Planned(place="A-01-02"), Planned(place="A-01-01", assignee="ann")],
        is_blind=is_blind,
    )
    number = plans.plan(wanted=wanted, system=WMS, by=MANAGER, at=NOON).number
    return plans.start(number=number, by=MANAGER, at=NOON)


def test_a_paper_lists_what_is_where_and_not_how_much() -> None:
    running = plan_warehouse()
    worker = log_in(Role.WAREHOUSE_WORKER, site="W1", name="ann")

    pages = read_pages(worker.get(f"/wms/stocktakes/{running.number}/paper?language=en"))

    # One paper for whoever comes, one for Ann; nobody's first, both numbered through.
    assert len(pages) == 2
    assert "SOAP-1" in pages[0]
    assert "Page 1 of 2" in pages[0]
    assert pages[1].index("MUG-1") < pages[1].index("TEA-250")
    assert f"{running.number}-002" in pages[1]
    for word in ("ann", "A-01-01", "69TEA-250", "Date and time", "counted blind"):
        assert word in pages[1]
    assert not any("4,321" in page or "4321" in page for page in pages)


def test_only_a_plan_that_is_not_blind_prints_the_book() -> None:
    running = plan_warehouse(is_blind=False)
    worker = log_in(Role.WAREHOUSE_WORKER, site="W1", name="ann")

    text = "".join(
        read_pages(worker.get(f"/wms/stocktakes/{running.number}/paper?language=zh-hans"))
    )

    assert "4,321" in text
    assert "盘点表" in text


def test_one_sheet_is_printed_alone_and_another_is_not_found() -> None:
    running = plan_warehouse()
    worker = log_in(Role.WAREHOUSE_WORKER, site="W1", name="ann")
    address = f"/wms/stocktakes/{running.number}/paper"

    [page] = read_pages(worker.get(f"{address}?sheet={running.number}-001"))

    assert "SOAP-1" in page
    assert "TEA-250" not in page
    assert worker.get(f"{address}?sheet=ST-NONE-001").status_code == 404


def test_bins_follow_the_walk_and_not_the_plan() -> None:
    wanted = Plan(site="W1", kind="full", sheets=[Planned(place=p) for p in ("A-01-02", "A-01-01")])
    number = plans.plan(wanted=wanted, system=WMS, by=MANAGER, at=NOON).number
    worker = log_in(Role.WAREHOUSE_WORKER, site="W1", name="ann")

    rows = read_csv(worker.get(f"/wms/stocktakes/{number}/list?language=en"))

    assert rows[0] == [
        "place", "sku", "name", "lot", "status", "quantity", "counted_at", "counter",
    ]  # fmt: skip
    assert [(row[0], row[1], row[5]) for row in rows[1:]] == [
        ("A-01-01", "MUG-1", ""),
        ("A-01-01", "TEA-250", ""),
        ("A-01-02", "SOAP-1", ""),
    ]


def test_the_very_table_comes_back_filled_in() -> None:
    running = plan_warehouse()
    lead = log_in(Role.WAREHOUSE_LEAD, site="W1", name="leo")
    rows = read_csv(lead.get(f"/wms/stocktakes/{running.number}/list?language=zh-hans"))
    counted = {"TEA-250": "4320", "SOAP-1": "0"}
    filled = [rows[0], *([*row[:5], counted.get(row[1], ""), *row[6:]] for row in rows[1:])]

    said = lead.post(
        f"/wms/stocktakes/{running.number}/file", {"file": write_csv(filled)}, follow=True
    )

    text = said.content.decode()
    assert "2 rows taken." in text
    assert "1 row without a quantity was left out." in text
    found = {row.sku: (row.difference, row.counters) for row in CountResult.objects.all()}
    # Ann's sheet is hers, whoever hands it in; the mug nobody looked for is no loss.
    assert found == {"TEA-250": (-1, ["ann"]), "SOAP-1": (-12, ["leo"])}


def test_a_complete_list_has_no_empty_line() -> None:
    running = plan_warehouse()
    lead = log_in(Role.WAREHOUSE_LEAD, site="W1", name="leo")
    rows = read_csv(lead.get(f"/wms/stocktakes/{running.number}/list"))

    said = lead.post(
        f"/wms/stocktakes/{running.number}/file",
        {"file": write_csv(rows), "is_complete": "1"},
    )

    assert said.status_code == 422
    assert "write 0 where none is there" in said.content.decode()
    assert CountResult.objects.exists() is False


def test_a_store_has_its_areas_and_shelves_in_a_workbook() -> None:
    wanted = Plan(
        site="S12",
        kind="cycle",
        sheets=[
            Planned(place="backroom", skus=["MUG-1"]),
            Planned(place="shop_floor", shelf="A3"),
            Planned(place="shop_floor", skus=["TEA-250"]),
        ],
    )
    number = plans.plan(wanted=wanted, system=POS, by=MANAGER, at=NOON).number
    plans.start(number=number, by=MANAGER, at=NOON)
    clerk = log_in(Role.STORE_CLERK, site="S12", name="chen")

    said = clerk.get(f"/pos/stocktakes/{number}/list?format=xlsx&language=en")

    lines = [[str(cell or "") for cell in line.cells] for line in open_table(said.content).lines]
    assert [line[:2] for line in lines[1:]] == [
        ["FLOOR", "TEA-250"],
        ["FLOOR-A3", ""],
        ["BACKROOM", "MUG-1"],
    ]
    pages = read_pages(clerk.get(f"/pos/stocktakes/{number}/paper?language=zh-hans"))
    assert "FLOOR-A3" in pages[0]
    # What stands on the paper as a barcode opens the sheet.
    opened = clerk.post("/pos/counting?site=S12", {"scan": f"{number}-002"})
    assert opened["Location"] == f"/pos/counting/{number}-002"


def test_nothing_left_to_count_is_said_and_not_printed() -> None:
    wanted = Plan(site="S12", kind="spot", sheets=[Planned(place="shop_floor", skus=["TEA-250"])])
    number = plans.plan(wanted=wanted, system=POS, by=MANAGER, at=NOON).number
    running = plans.start(number=number, by=MANAGER, at=NOON)
    counting.see(counting.get_open(running), ("TEA-250", 10), at=counting.minutes(5))
    clerk = log_in(Role.STORE_CLERK, site="S12", name="chen")

    said = clerk.get(f"/pos/stocktakes/{number}/paper", follow=True)

    assert "stocktake.nothing_to_count" in said.content.decode()


def test_who_looked_before_hands_in_no_second_look() -> None:
    running = counting.plan(("shop_floor", ["TEA-250"]))
    counting.see(counting.get_open(running), ("TEA-250", 4), by=ANN, at=counting.minutes(5))
    again = Planned(place="shop_floor")

    with pytest.raises(SecondLook):
        plans.open_shelf(number=running.number, planned=again, by=ANN)

    assert CountSheet.objects.filter(stocktake=running).count() == 2
    assert plans.open_shelf(number=running.number, planned=again, by=BEN).round == 2


def hand_in(client: Client, running: Stocktake, quantity: int, counter: str) -> str:
    """Upload what somebody is said to have counted at the store; return what the page says."""
    rows = [["place", "sku", "quantity", "counter"], ["FLOOR", "TEA-250", f"{quantity}", counter]]
    address = f"/pos/stocktakes/{running.number}/file"
    said = client.post(address, {"file": write_csv(rows)}, follow=True)
    return str(said.content.decode())


@pytest.fixture
def recounted() -> Stocktake:
    """A stocktake of a store in which each difference is looked at again."""
    return counting.plan(("shop_floor", ["TEA-250"]))


def test_another_name_in_a_file_is_no_other_person(recounted: Stocktake) -> None:
    mia = log_in(Role.STORE_MANAGER, site="S12", name="mia")
    counting.see(
        counting.get_open(recounted),
        ("TEA-250", 4),
        by=Trace(actor="mia"),
        at=counting.minutes(5),
    )

    said = hand_in(mia, recounted, 4, "ben")

    assert "stocktake.second_look" in said
    assert CountSheet.objects.filter(state="closed").count() == 1
    assert CountResult.objects.get().state == "recount"


def test_who_handed_in_for_others_looks_not_again_and_posts_nothing(recounted: Stocktake) -> None:
    mia = log_in(Role.STORE_MANAGER, site="S12", name="mia")
    hand_in(mia, recounted, 4, "ann")
    again = counting.get_open(recounted)

    with pytest.raises(SecondLook):
        counting.see(again, ("TEA-250", 4), by=Trace(actor="mia"), at=counting.minutes(9))
    assert again.not_by == ["ann", "mia"]
    # Ben's own sheet of paper, typed by the same hand, is a look of its own.
    assert "handed in by mia" in hand_in(mia, recounted, 4, "ben")
    result = CountResult.objects.get()
    assert (result.state, result.counters, result.people) == (
        "agreed", ["ann", "ben"], {"ann", "ben", "mia"},
    )  # fmt: skip
    said = mia.post(f"/pos/stocktakes/{recounted.number}/step", {"step": "post"}, follow=True)
    assert "stocktake.own_count" in said.content.decode()
    assert CountCorrection.objects.exists() is False
    counting.post(recounted, at=counting.minutes(20))
    assert CountCorrection.objects.get().quantity == -6


def test_of_two_teams_nobody_hands_in_both_who_counted_for_one() -> None:
    running = counting.plan(("shop_floor", ["TEA-250"]), is_double=True)
    mia = log_in(Role.STORE_MANAGER, site="S12", name="mia")
    first = running.sheets.filter(team=1).get()
    counting.see(first, ("TEA-250", 4), by=Trace(actor="mia"), at=counting.minutes(5))

    assert "stocktake.second_look" in hand_in(mia, running, 4, "ben")
    assert running.sheets.filter(state="closed").count() == 1


@pytest.mark.parametrize(("base", "site"), [("", "W1"), ("pos/", "S12")])
def test_machines_ask_for_both(base: str, site: str) -> None:
    place = "A-01-01" if site == "W1" else "shop_floor"
    wanted = Plan(site=site, kind="spot", sheets=[Planned(place=place, skus=["TEA-250"])])
    system = WMS if site == "W1" else POS
    number = plans.plan(wanted=wanted, system=system, by=MANAGER, at=NOON).number
    secret = a_key(Role.INTEGRATION, name="counters", sites=[site])
    machine = Client(headers={"Authorization": f"Bearer {secret}"})
    address = f"/api/v1/{base}stocktakes/{number}"

    [page] = read_pages(machine.get(f"{address}/paper?language=en"))
    assert "TEA-250" in page
    rows = read_csv(machine.get(f"{address}/list?language=zh-hans"))
    assert [row[1] for row in rows] == ["商品编码", "TEA-250"]
    refused = machine.get(f"{address}/list?format=pdf")
    assert (refused.status_code, refused["Content-Type"]) == (422, "application/problem+json")
    assert machine.get(f"{address}/paper?sheet=NONE").status_code == 404
