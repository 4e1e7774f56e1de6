"""
Goal: what sticks on bins, shelves and goods is printed, and what a command card says is taken.

Method: the PDF that is answered is read back as text.
"""

from __future__ import annotations

import pytest
from django.test import Client

from tests import retailer
from tests.access.builders import a_client
from tests.erp.test_papers import read
from tests.wms import packing, sending
from yipan.access.roles import Role
from yipan.documents.printing import label_kinds
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SkuRow
from yipan.wms.models import OutboundOrder, Shipment

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead() -> Client:
    retailer.open_retailer()
    packing.open_house()
    sending.stock_bins(("A-01-01", "TEA-250", 40))
    return a_client(Role.WAREHOUSE_LEAD, username="wei", sites=["W1"])


def print_labels(client: Client, **asked: str) -> str:
    """Return what stands on the labels, wherever their lines end."""
    return " ".join(read(client.get("/wms/labels/print?site=W1", asked)).split())


def test_the_page_offers_what_there_is(lead: Client) -> None:
    page = lead.get("/wms/labels?site=W1").content.decode()

    assert [f'value="{what}"' in page for what in ("bins", "products", "commands")] == [True] * 3


def test_bins_goods_and_cards_are_printed(lead: Client) -> None:
    bins = print_labels(lead, what="bins", q="A-01")
    assert "A-01-01" in bins
    assert "B-01-01" not in bins

    tea = masterdata.get_sku("TEA-250")
    goods = print_labels(lead, what="products", q="TEA-250, SOAP-1", copies="2")
    assert goods.count("TEA-250 goods") == 2
    assert goods.count(tea.barcodes[0].code) == 2
    assert label_kinds.write_price(tea) in goods
    assert "SOAP-1 goods" in goods
    assert "MUG-1" not in goods

    cards = print_labels(lead, what="commands", language="zh-hans")
    for words in ("CMD:UNDO", "CMD:POST", "CMD:DAMAGED", "CMD:SKIP", "撤销上次扫描"):
        assert words in cards.replace(" ", "")


def test_a_price_is_told_for_what_shoppers_compare_by() -> None:
    piece = SkuRow(code="MUG-1", name="Mug", price_minor=6_800)
    nuts = SkuRow(code="NUT", name="Nuts", unit="gram", price_minor=12)

    assert label_kinds.write_price(piece) == "¥68.00"
    assert label_kinds.write_price(nuts) == "¥120.00/kg"
    assert label_kinds.write_price(SkuRow(code="BAG", name="Bag")) == ""


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"what": "products", "q": "nothing like it"}, "printing.nothing_to_print"),
        ({"what": "bins", "q": "Z-9"}, "printing.nothing_to_print"),
    ],
)
def test_what_is_not_there_is_said(lead: Client, asked: dict[str, str], code: str) -> None:
    answer = lead.get("/wms/labels/print?site=W1", asked, follow=True)

    assert code in answer.content.decode()


def test_too_many_labels_are_refused(lead: Client) -> None:
    labels = label_kinds.make_command_labels({"CMD:UNDO": "Undo"}) * 30

    with pytest.raises(label_kinds.TooManyLabels):
        label_kinds.repeat(labels, copies=50)
    assert lead.get("/wms/labels?site=W1").status_code == 200


def test_a_store_prints_its_shelves(lead: Client) -> None:
    assert lead.get("/pos/labels").status_code == 403
    retailer.open_store("S12", ("TEA-250", 10))
    manager = a_client(Role.STORE_MANAGER, username="mia", sites=["S12"])
    assert 'value="shelves"' in manager.get("/pos/labels?site=S12").content.decode()

    def print_shelves(**asked: str) -> str:
        asked = {"what": "shelves", **asked}
        return read(manager.get("/pos/labels/print?site=S12", asked))

    shelves = print_shelves(area="backroom", q="a1, A2")
    assert "BACKROOM-A1" in shelves
    assert "BACKROOM-A2" in shelves
    assert "FLOOR" in print_shelves(area="shop_floor")
    said = manager.get(
        "/pos/labels/print?site=S12", {"what": "shelves", "q": "货架一"}, follow=True
    )
    assert "printing.shelf_unreadable" in said.content.decode()


def scan(client: Client, text: str) -> str:
    answer = client.post("/wms/picking/OUT-1", {"scan": text}, headers={"HX-Request": "true"})
    return answer.content.decode()


def test_command_cards_do_in_picking_what_they_say_or_say_why_not(lead: Client) -> None:
    sending.want("OUT-1", ("TEA-250", 30))

    assert "There is still something to pick." in scan(lead, "CMD:POST")
    assert "Is it broken?" in scan(lead, "CMD:DAMAGED")
    assert Shipment.objects.exists() is False

    packing.pick_all("OUT-1")
    assert "There is nothing left to skip." in scan(lead, "CMD:SKIP")
    worker = a_client(Role.WAREHOUSE_WORKER, username="wang", sites=["W1"])
    assert "has left. The hub is told." in scan(worker, "CMD:POST")
    assert OutboundOrder.objects.get().state == "shipped"
