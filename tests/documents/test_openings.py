"""Goal: an opening is read as it was typed or uploaded, and booked only when its total agrees."""

from __future__ import annotations

import io

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests import retailer
from tests.access.builders import a_client
from tests.retailer import deliver, stock
from yipan.access.roles import Role
from yipan.pos.models import StoreOpening
from yipan.wms.models import WarehouseOpening

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()


@pytest.fixture
def lead() -> Client:
    return a_client(Role.WAREHOUSE_LEAD, username="li", sites=["W1"])


def post(client: Client, address: str, **values: object) -> int:
    return client.post(address, values).status_code


WAREHOUSE = "/wms/stock-openings/new?site=W1"
STORE = "/pos/stock-openings/new?site=S12"


def test_pasted_lines_whose_total_agrees_are_booked(lead: Client) -> None:
    lines = "bin\tSKU\tquantity\na-01-01\ttea-250\t120\nA-01-02, SOAP-1, 1\n\n"

    status = post(lead, WAREHOUSE, lines=lines, control_lines="2", control_quantity="121")
    deliver()

    assert status == 302
    assert stock("wms:W1", "on_hand/A-01-01/available") == 120
    assert stock("erp", "on_hand/W1/available", "SOAP-1") == 1


@pytest.mark.parametrize(
    ("lines", "quantity", "code"),
    [
        ("3", "121", "stock_opening.control_total_wrong"),
        ("2", "120", "stock_opening.control_total_wrong"),
        ("2", "", "stock_opening.control_total_missing"),
        ("two", "121", "stock_opening.control_total_missing"),
    ],
)
def test_another_total_books_nothing_and_says_so(
    lead: Client, lines: str, quantity: str, code: str
) -> None:
    text = "A-01-01,TEA-250,120\nA-01-02,SOAP-1,1"

    answer = lead.post(
        WAREHOUSE, {"lines": text, "control_lines": lines, "control_quantity": quantity}
    )

    assert answer.status_code == 422
    assert code in answer.content.decode()
    assert text in answer.content.decode()
    assert WarehouseOpening.objects.count() == 0
    assert stock("wms:W1", "on_hand/A-01-01/available") == 0


@pytest.mark.parametrize("kind", ["csv", "gbk", "xlsx"])
def test_a_file_takes_the_place_of_the_lines(kind: str) -> None:
    manager = a_client(Role.STORE_MANAGER, username="ma", sites=["S12"])
    upload = SimpleUploadedFile(f"opening.{kind}", make_file(kind))

    status = post(
        manager, STORE, lines="", file=upload, control_lines="2", control_quantity="1,012"
    )
    deliver()

    assert status == 302
    assert stock("pos:S12", "on_hand/shop_floor/available") == 1_000
    assert stock("erp", "on_hand/S12/available", "MUG-1") == 12


def make_file(kind: str) -> bytes:
    rows = [("商品", "数量"), ("TEA-250", 1000), ("MUG-1", 12)]
    if kind != "xlsx":
        text = "\r\n".join(f"{sku},{quantity}" for sku, quantity in rows)
        return text.encode("gbk" if kind == "gbk" else "utf-8-sig")
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return content.getvalue()


@pytest.mark.parametrize("quantity", ["-5", "1.5", "many", "0"])
def test_a_line_without_a_quantity_is_refused(lead: Client, quantity: str) -> None:
    text = f"A-01-01,TEA-250,7\nA-01-02,SOAP-1,{quantity}"

    answer = lead.post(WAREHOUSE, {"lines": text, "control_lines": "2", "control_quantity": "7"})

    assert answer.status_code == 422
    assert "document.quantity_not_plausible" in answer.content.decode()
    assert WarehouseOpening.objects.count() == 0


def test_a_file_that_is_no_table_is_refused(lead: Client) -> None:
    upload = SimpleUploadedFile("opening.xlsx", b"PK\x03\x04 this is no workbook")

    answer = lead.post(WAREHOUSE, {"file": upload, "control_lines": "1", "control_quantity": "1"})

    assert answer.status_code == 422
    assert WarehouseOpening.objects.count() == 0


def test_the_api_holds_lines_against_a_control_total() -> None:
    machine = a_client(Role.STORE_MANAGER, username="ma", sites=["S12"])
    body = {
        "site": "S12",
        "lines": [{"sku": "TEA-250", "quantity": 3}],
        "control_total": {"line_count": 1, "quantity": 4},
    }

    answers = [
        machine.post(
            "/api/v1/store-openings",
            body | {"control_total": {"line_count": 1, "quantity": quantity}},
            content_type="application/json",
            headers={"Idempotency-Key": f"opening {quantity}"},
        )
        for quantity in (4, 3)
    ]

    assert [answer.status_code for answer in answers] == [422, 201]
    assert answers[0].json()["code"] == "stock_opening.control_total_wrong"
    assert StoreOpening.objects.count() == 1
