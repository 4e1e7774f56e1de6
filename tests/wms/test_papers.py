"""
Goal: what a picker, a packer and a truck need is on paper, in the language asked for.

Method: the PDF that is answered is read back as text.
"""

from __future__ import annotations

import pytest
from django.test import Client

from tests import retailer
from tests.access.builders import a_client, a_key
from tests.erp.test_papers import read
from tests.wms import packing, sending
from yipan.access.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead() -> Client:
    retailer.open_retailer()
    packing.open_house()
    sending.stock_bins(("A-01-01", "TEA-250", 40), ("A-01-02", "SOAP-1", 10))
    sending.want("OUT-1", ("TEA-250", 30), ("SOAP-1", 4), carrier="SF", ship_to_name="Binjiang")
    return a_client(Role.WAREHOUSE_LEAD, username="wei", sites=["W1"])


def test_a_pick_list_walks_from_bin_to_bin(lead: Client) -> None:
    english = read(lead.get("/wms/outbound-orders/OUT-1/pick-list"))
    chinese = read(lead.get("/wms/outbound-orders/OUT-1/pick-list?language=zh-hans"))

    assert english.index("A-01-01") < english.index("A-01-02")
    for words in ("Pick list", "OUT-1", "TEA-250 goods", "30", "34"):
        assert words in english
    for words in ("拣货单", "TEA-250 商品", "杭州中心仓"):
        assert words in chinese


def test_a_wave_is_one_list_of_all_its_orders(lead: Client) -> None:
    sending.want("OUT-2", ("TEA-250", 5))
    wave = packing.release_wave()

    text = read(lead.get(f"/wms/waves/{wave.number}/paper"))

    for words in (wave.number, "OUT-1", "OUT-2", "39"):
        assert words in text


def test_a_parcel_has_its_slip_and_its_label(lead: Client) -> None:
    packing.pick_all("OUT-1")
    one = packing.close("OUT-1")

    slip = read(lead.get(f"/wms/parcels/{one.number}/paper?language=zh-hans"))
    label = read(lead.get(f"/wms/parcels/{one.number}/label"))

    for words in ("装箱单", one.number, one.sscc, "TEA-250 商品", "Binjiang", "1,200"):
        assert words in slip
    for words in (f"(00) {one.sscc}", "Binjiang", "SF", "OUT-1"):
        assert words in label


def test_a_machine_gets_them_too(lead: Client) -> None:  # noqa: ARG001 - the goods
    packing.pick_all("OUT-1")
    one = packing.close("OUT-1")
    secret = a_key(Role.INTEGRATION, name="printer")
    machine = Client(headers={"Authorization": f"Bearer {secret}"})

    for address, words in (
        ("outbound-orders/OUT-1/pick-list", "Pick list"),
        (f"parcels/{one.number}/paper", "Packing slip"),
        (f"parcels/{one.number}/label", one.sscc),
    ):
        assert words in read(machine.get(f"/api/v1/{address}?language=en"))


def test_labels_of_bins_carry_the_code_that_is_scanned(lead: Client) -> None:
    text = read(lead.get("/wms/bin-labels?site=W1&q=A-01"))

    assert text.count("A-01-01") == 2
    assert "B-01-01" not in text
    assert lead.get("/wms/bin-labels?site=W1&q=ZZZ").status_code == 302
