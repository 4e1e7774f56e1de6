"""Goal: a movement that is exported says by three addresses what and who stands behind it."""

from __future__ import annotations

import csv

import pytest

from tests import retailer
from tests.access.builders import a_client
from yipan.access.roles import Role
from yipan.ledger.queries import get_posting
from yipan.ledger.uris import make_uris

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def receipt() -> str:
    retailer.open_retailer()
    order = retailer.order(("TEA-250", 100))
    retailer.deliver()
    number = retailer.receive(order.inbound_order_number, ("TEA-250", 95, 0)).number
    retailer.deliver()
    return number


def test_document_actor_and_reason_are_addresses(receipt: str) -> None:
    header = get_posting(book="wms:W1", origin=f"receipt/{receipt}/post").header

    assert make_uris(header) == (
        f"yipan://wms/W1/receipt/{receipt}",
        "yipan://actor/wang.worker",
        "yipan://reason/receipt/post",
    )


def test_they_go_out_with_movements_by_api_and_in_files(receipt: str) -> None:
    controller = a_client(Role.INVENTORY_CONTROLLER, username="zhao")

    all_told = controller.get("/api/v1/movements?sku=TEA-250").json()["data"]
    text = controller.get("/books/erp/TEA-250/postings?format=csv").content.decode("utf-8-sig")
    # What is on order is booked too, by the pool: the receipt is looked for.
    [told] = [row for row in all_told if row["from_account"] == "supplier"]
    [written] = [
        row
        for row in csv.DictReader(text.splitlines())
        if row["document_uri"].startswith("yipan://erp/goods_receipt/")
    ]

    for said in (told, written):
        assert said["document_uri"] == f"yipan://erp/goods_receipt/{receipt}"
        assert said["actor_uri"] == "yipan://actor/wang.worker"
        assert said["reason_uri"] == "yipan://reason/goods_receipt/post"
