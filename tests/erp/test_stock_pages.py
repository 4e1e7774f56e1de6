"""
Goal: the pages and the API of stock and value say what the queries say, and no more than allowed.

Method: a small retailer whose goods were bought, moved and sold; looked at as a person.
"""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from django.test import Client

from tests import retailer
from tests.access.builders import a_person
from tests.erp.valuing import TODAY, buy, move, on, sell, value_all
from tests.pages import squeeze
from tests.retailer import BUYER
from yipan.access.roles import Role
from yipan.erp.documents.value import landed_cost, period
from yipan.erp.documents.value.landed_cost import Cost
from yipan.erp.models import AccountingPeriod, LandedCost, LegalEntity
from yipan.erp.models.valuation import CostBasis, CostType
from yipan.ledger.moves import Trace

pytestmark = pytest.mark.django_db

COST_PAGES = (
    "/erp/value",
    "/erp/value/sold",
    "/erp/value/gains",
    "/erp/value/skus/TEA-250",
    "/erp/true-ups",
    "/erp/landed-costs",
    "/erp/periods",
    "/erp/periods/MAIN-2026-03",
)
COST_OPERATIONS = (
    "/api/v1/stock-values",
    "/api/v1/value-entries?sku=TEA-250",
    "/api/v1/landed-costs",
    "/api/v1/periods",
    "/api/v1/legal-entities",
)


@pytest.fixture(autouse=True)
def _traded() -> None:
    """Buy 100 packs at 30.00 for W1, move 40 to S12, sell 45 there: 5 more than it has."""
    retailer.open_retailer()
    buy(100, 3_000, at=on(3, 2))
    move(40, "on_hand/W1/available", "on_hand/S12/available", at=on(3, 3), origin="m/1/post")
    sell(45, at=on(3, 6))
    value_all()


def log_in(role: Role, *sites: str) -> Client:
    client = Client()
    client.force_login(a_person(role, username=f"a {role}", sites=sites))
    return client


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_a_clerk_sees_the_own_site_and_no_cost() -> None:
    clerk = log_in(Role.STORE_CLERK, "S12")

    page = read(clerk, "/erp/stock?site=*")

    assert ">−5</" in page
    assert "Hangzhou DC" not in page
    assert ">60</" not in page
    assert "¥" not in page
    for address in COST_PAGES + COST_OPERATIONS:
        assert clerk.get(address).status_code == 403, address
    levels = clerk.get("/api/v1/levels").json()["data"]
    assert [(it["sku"], it["site"], it["on_hand"]) for it in levels] == [("TEA-250", "S12", -5)]
    movements = clerk.get("/api/v1/movements?sku=TEA-250").json()["data"]
    assert [(it["to_account"], it["quantity"]) for it in movements] == [
        ("customer", 45),
        ("on_hand/S12/available", 40),
    ]


@pytest.mark.parametrize(
    "role", [Role.FINANCE, Role.INVENTORY_CONTROLLER, Role.PURCHASER, Role.ADMIN]
)
def test_those_who_may_see_cost_see_every_page_of_value(role: Role) -> None:
    client = log_in(role)

    for address in COST_PAGES + COST_OPERATIONS:
        assert client.get(address).status_code == 200, address


def test_somebody_of_one_site_sees_the_value_of_that_site_alone() -> None:
    finance = log_in(Role.FINANCE, "S12")

    values = finance.get("/api/v1/stock-values").json()
    page = read(finance, "/erp/value/skus/TEA-250")

    assert values["value_minor"] == -15_000
    assert [(it["name"], it["quantity"]) for it in values["data"]] == [("S12", -5)]
    assert "W1" not in page
    assert "Moving average" not in page


def test_every_number_of_the_list_opens() -> None:
    page = read(log_in(Role.INVENTORY_CONTROLLER), "/erp/stock")

    assert "/books/erp/TEA-250/postings?account=on_hand/W1/available" in page
    assert "/books/erp/TEA-250/postings?account=on_hand/S12" in page


def test_the_list_is_exported_as_it_is_filtered() -> None:
    answer = log_in(Role.PLANNER).get("/erp/stock?site=W1&format=csv")

    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[:5] for row in rows[1:]] == [["TEA-250", "TEA-250 goods", "", "W1", "Hangzhou DC"]]
    assert rows[1][5:] == ["0", "0", "60", "60", "0", "0", "0", "0", "0", "60", "piece"]
    assert log_in(Role.ORDER_DESK).get("/erp/stock?format=xlsx").content.startswith(b"PK")


def test_a_past_moment_is_shown_of_one_site_or_sku_only() -> None:
    client = log_in(Role.INVENTORY_CONTROLLER)

    page = read(client, "/erp/stock?site=W1&as_of=2026-03-02")
    assert ">100</" in squeeze(page)
    assert "A past moment is shown for one site" in read(client, "/erp/stock?as_of=2026-03-02")
    refused = client.get("/api/v1/levels/as-at?as_of=2026-03-02T16:00:00Z")
    assert (refused.status_code, refused.json()["code"]) == (422, "levels.subject_missing")
    data = client.get("/api/v1/levels/as-at?site=S12&as_of=2026-03-03T16:00:00Z").json()["data"]
    assert [(it["on_hand"], it["on_order"]) for it in data] == [(40, 0)]


def test_the_api_reads_levels_on_by_its_cursor() -> None:
    client = log_in(Role.INTEGRATION)

    first = client.get("/api/v1/levels?limit=1&sort=-on_hand").json()
    second = client.get(
        "/api/v1/levels", {"limit": 1, "sort": "-on_hand", "cursor": first["next_cursor"]}
    ).json()

    assert [it["on_hand"] for it in first["data"] + second["data"]] == [60, -5]
    unknown = client.get("/api/v1/levels?sort=color")
    assert unknown.json()["code"] == "levels.sort_unknown"
    broken = client.get("/api/v1/levels?cursor=x")
    assert broken.json()["code"] == "levels.cursor_unreadable"


def test_charts_draw_what_the_filter_leaves() -> None:
    client = log_in(Role.INVENTORY_CONTROLLER)

    heat = client.get("/charts/stock/heat?site=*").json()["spec"]
    assert {it["value"] for it in heat["data"]["values"]} == {60, -5}
    assert client.get("/charts/stock/trend?site=*").status_code == 200
    sums = read(client, "/erp/stock/sums?site=*")
    assert ">55<" in sums


def test_a_cost_is_written_by_one_page_and_posted_by_another() -> None:
    finance = log_in(Role.FINANCE)
    form = {
        "entity": "MAIN",
        "cost_type": "freight",
        "basis": "value",
        "amount": "10.00",
        "occurred_on": "2026-03-05",
        "receipts": ["GR-W1-0001"],
    }

    assert finance.post("/erp/landed-costs/new", {**form, "amount": "ten"}).status_code == 422
    answer = finance.post("/erp/landed-costs/new", form)
    number = LandedCost.objects.get().number
    assert answer.headers["Location"] == f"/erp/landed-costs/{number}"
    finance.post(f"/erp/landed-costs/{number}/post")

    posted = LandedCost.objects.get()
    # 55 of the 100 packs are there by the hub's book.
    assert (posted.state, posted.lines[0]["carried_minor"]) == ("posted", 550)
    assert "10.00" in read(finance, f"/erp/landed-costs/{number}")


def test_a_month_is_closed_and_reopened_by_two_people() -> None:
    finance = log_in(Role.FINANCE)
    controller = log_in(Role.INVENTORY_CONTROLLER)
    address = "/erp/periods/MAIN-2026-03"

    assert "Stock below zero" in read(finance, address)
    finance.post(f"{address}/close", {"reason": ""})
    assert LegalEntity.objects.get().closed_through is None
    finance.post(f"{address}/close", {"reason": "Known."})
    assert AccountingPeriod.objects.get().state == "closed"
    finance.post(f"{address}/ask-reopen", {"reason": "An invoice was forgotten."})
    finance.post(f"{address}/reopen")
    assert AccountingPeriod.objects.get().state == "reopening"
    assert "An invoice was forgotten." in read(controller, address)
    controller.post(f"{address}/reopen")
    assert AccountingPeriod.objects.get().state == "open"


def test_what_came_late_is_listed_for_its_month() -> None:
    by = Trace(actor="sun.finance", reason="Known.")
    period.close(entity="MAIN", month="2026-03", by=by, at=TODAY)
    late = buy(5, 3_600, at=on(3, 28))
    value_all()
    finance = log_in(Role.FINANCE)

    told = finance.get("/api/v1/periods/MAIN-2026-03/late").json()

    assert told["amount_minor"] == 18_000
    assert [it["origin"] for it in told["data"]] == [f"goods_receipt/{late.number}/post"]
    assert late.number in read(finance, "/erp/periods/MAIN-2026-03")
    months = finance.get("/api/v1/periods").json()["data"]
    assert [(it["month"], it["state"]) for it in months][-2:] == [
        ("2026-04", "open"),
        ("2026-03", "closed"),
    ]


def test_a_legal_entity_is_written_with_its_sites() -> None:
    finance = log_in(Role.FINANCE)
    form = {
        "code": "hk",
        "name": "Hong Kong",
        "method": "fifo",
        "currency": "HKD",
        "time_zone": "Asia/Hong_Kong",
        "sites": ["S1"],
    }

    assert finance.post("/erp/legal-entities/new", {**form, "name": ""}).status_code == 422
    finance.post("/erp/legal-entities/new", form)

    told = finance.get("/api/v1/legal-entities").json()["data"]
    assert [(it["code"], it["method"], it["sites"]) for it in told] == [
        ("MAIN", "moving_average", []),
        ("HK", "fifo", ["S1"]),
    ]
    changed = finance.put(
        "/api/v1/legal-entities/MAIN", {"name": "Tea", "method": "fifo"}, "application/json"
    )
    assert changed.json()["code"] == "legal_entity.method_in_use"


def test_a_draft_of_a_cost_is_given_up_by_the_api() -> None:
    cost = Cost(
        entity="MAIN",
        cost_type=CostType.DUTY,
        basis=CostBasis.VALUE,
        amount_minor=700,
        occurred_on=date(2026, 3, 3),
        receipts=("GR-W1-0001",),
    )
    number = landed_cost.create(cost=cost, by=BUYER, at=TODAY).number
    finance = log_in(Role.FINANCE)

    def step(name: str) -> dict[str, object]:
        answer = finance.post(
            f"/api/v1/landed-costs/{number}/{name}",
            {},
            "application/json",
            headers={"Idempotency-Key": f"key-{name}"},
        )
        told: dict[str, object] = answer.json()
        return told

    assert step("cancel")["state"] == "canceled"
    assert step("post")["code"] == "document.wrong_state"


def test_what_is_free_now_is_not_called_sellable_and_leads_to_what_is() -> None:
    controller = log_in(Role.INVENTORY_CONTROLLER)

    page = controller.get("/erp/stock?q=TEA-250").content.decode()
    rows = controller.get("/api/v1/levels?sku=TEA-250").json()["data"]

    assert "Free now" in page
    assert "Sellable" not in squeeze(page.partition("<table")[2].partition("</table>")[0])
    assert 'href="/pool/sellable?sku=TEA-250"' in page
    told = {row["site"]: (row["available"], row["free_now"]) for row in rows if row["site"]}
    assert told == {"W1": (60, 60), "S12": (-5, 0)}
