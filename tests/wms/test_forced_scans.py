"""What a picker has to scan in a zone: the bin, the product, the lot; through the page itself."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.access.builders import a_person
from tests.retailer import NOON, RECEIVER, stock
from tests.wms import goods, sending
from yipan.access.roles import Role
from yipan.wms.documents import site_rules
from yipan.wms.models import Pick

pytestmark = pytest.mark.django_db


@pytest.fixture
def picker() -> Client:
    goods.open_dairy()
    client = Client()
    client.force_login(a_person(Role.WAREHOUSE_WORKER, username="ann", sites=["W1"]))
    return client


def ask(profile: str) -> None:
    site_rules.set_scan_profile(site="W1", zone="A", scan_profile=profile, by=RECEIVER, at=NOON)


def scan(picker: Client, text: str) -> str:
    answer = picker.post("/wms/picking/OUT-1", {"scan": text}, headers={"HX-Request": "true"})
    return answer.content.decode()


def test_where_the_bin_is_enough_its_scan_takes_the_goods(picker: Client) -> None:
    ask("bin")
    sending.stock_bins(("A-01-01", "SOAP-1", 9))
    sending.want("OUT-1", ("SOAP-1", 4))

    assert "Picked: 4." in scan(picker, "A-01-01")

    assert Pick.objects.values_list("state", "capture_mode").get() == ("picked", "bulk")
    assert stock("wms:W1", "on_hand/PICKING/reserved", "SOAP-1") == 4


def test_of_a_mixed_bin_the_product_is_scanned_in_any_case(picker: Client) -> None:
    ask("bin")
    sending.stock_bins(("A-01-01", "SOAP-1", 9), ("A-01-01", "MUG-1", 2))
    sending.want("OUT-1", ("SOAP-1", 4))

    assert "Right bin. Take 4." in scan(picker, "A-01-01")

    assert Pick.objects.get().state == "open"
    assert "Picked: 4." in scan(picker, "69SOAP-1")


def test_where_the_lot_counts_a_product_alone_is_not_enough(picker: Client) -> None:
    ask("bin_product_lot")
    goods.stock_lots(("A-01-01", "MILK-1", 9, "L1", "2027-06-01"))
    sending.want("OUT-1", ("MILK-1", 4))
    scan(picker, "A-01-01")

    assert "Here the lot must be scanned, too" in scan(picker, goods.MILK_GTIN[1:])
    assert Pick.objects.get().state == "open"
    assert "Picked: 4." in scan(picker, f"01{goods.MILK_GTIN}10L1")

    assert stock("wms:W1", "on_hand/PICKING/L1/reserved", "MILK-1") == 4


def test_another_lot_in_the_hand_is_said_and_taken(picker: Client) -> None:
    goods.stock_lots(
        ("A-01-01", "MILK-1", 9, "L1", "2027-06-01"), ("A-01-01", "MILK-1", 9, "L2", "2027-07-01")
    )
    sending.want("OUT-1", ("MILK-1", 4))
    scan(picker, "A-01-01")

    assert "of lot L2 instead" in scan(picker, f"01{goods.MILK_GTIN}10L2")

    assert Pick.objects.values_list("lot", "state").get() == ("L2", "picked")


def test_a_piece_with_a_number_is_taken_by_its_number(picker: Client) -> None:
    sending.stock_bins(("A-01-01", "PHONE-1", 3))
    sending.want("OUT-1", ("PHONE-1", 2))
    scan(picker, "A-01-01")

    assert "scan the serial" in scan(picker, "69PHONE-1")

    assert Pick.objects.get().state == "open"
