"""
Goal: packing a parcel and loading it takes no more scans and taps than the floor allows.

Method: as in `test_warehouse_work`: done as a person would, every scan and tap counted.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from tests import retailer
from tests.browser.conftest import Visitor
from tests.browser.test_warehouse_work import Hands
from tests.retailer import NOON, RECEIVER
from tests.wms import packing, sending
from yipan.access.roles import Role
from yipan.wms.documents.outbound import replenishment
from yipan.wms.documents.outbound.replenishment import FaceRow
from yipan.wms.models import Load, OutboundOrder, Parcel

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def packer(visit: Visitor) -> Hands:
    retailer.open_retailer()
    packing.open_house()
    page = visit(Role.WAREHOUSE_WORKER, sites=["W1"])
    page.set_viewport_size({"width": 360, "height": 740})
    return Hands(page=page)


def pick_one(carrier: str = "SF") -> None:
    sending.stock_bins(("A-01-01", "TEA-250", 40), ("A-01-02", "SOAP-1", 5))
    sending.want("OUT-1", ("TEA-250", 30), ("SOAP-1", 5), carrier=carrier)
    packing.pick_all("OUT-1", tote="TOTE-1")


def test_a_tote_is_packed_into_a_labeled_parcel_in_3(
    packer: Hands, live_server: LiveServer
) -> None:
    pick_one()
    packer.page.goto(live_server.url + "/wms/packing")

    packer.scan("TOTE-1")
    packer.page.wait_for_url("**/wms/packing/OUT-1")
    packer.tap("Close parcel")
    packer.see("is closed. Scan the carrier's label.")
    packer.scan("SF1000000001")
    packer.see("Label SF1000000001 is bound to")

    assert packer.interactions == 3
    one = Parcel.objects.get()
    assert (one.state, one.tracking, one.carrier) == ("packed", "SF1000000001", "SF")
    assert OutboundOrder.objects.get().state == "packed"


def test_checked_pieces_go_in_by_scan_and_what_was_not_picked_does_not(
    packer: Hands, live_server: LiveServer
) -> None:
    pick_one()
    packer.page.goto(live_server.url + "/wms/packing/OUT-1")
    packer.tap("Check pieces")
    packer.see("Scan each piece.")
    packer.tap("Close parcel")
    packer.see("Scan what goes into the parcel first.")

    packer.scan("69MUG-1")
    packer.see("That product was not picked for this order")
    packer.scan("169TEA-250")
    packer.see("+24 TEA-250 in the parcel.")
    packer.scan("69SOAP-1")
    packer.see("+1 SOAP-1 in the parcel.")
    packer.tap("Close parcel")
    packer.see("is closed. Scan the carrier's label.")

    [one] = Parcel.objects.filter(state="packed")
    inside = sorted((it.sku, it.quantity_picked, it.check_mode) for it in one.picks.all())
    assert inside == [("SOAP-1", 1, "scan"), ("TEA-250", 24, "scan")]
    assert retailer.stock("wms:W1", "on_hand/TOTE-1/reserved") == 6


def test_a_truck_is_loaded_by_a_scan_per_parcel_and_leaves_by_two_taps(
    packer: Hands, live_server: LiveServer
) -> None:
    pick_one()
    packing.put("OUT-1", "SOAP-1", 5)
    first, second = packing.close("OUT-1"), packing.close("OUT-1")
    truck = packing.begin("SF")
    packer.page.goto(live_server.url + f"/wms/loading/{truck.number}")

    packer.scan(first.sscc)
    packer.see(f"{first.number} is on the truck.")
    packer.scan(f"(00){second.sscc}")
    packer.see(f"{second.number} is on the truck.")
    packer.tap("Depart")
    packer.page.get_by_role("dialog").get_by_role("button", name="Depart").click()
    packer.see(f"{truck.number} has departed. The hub is told.")

    assert packer.interactions == 3  # and one to say yes
    assert Load.objects.get().state == "departed"
    assert OutboundOrder.objects.get().state == "shipped"


def test_the_wrong_truck_says_so_and_takes_nothing(packer: Hands, live_server: LiveServer) -> None:
    pick_one(carrier="YTO")
    one = packing.close("OUT-1")
    truck = packing.begin("SF")
    packer.page.goto(live_server.url + f"/wms/loading/{truck.number}")

    packer.scan(one.sscc)
    packer.see("That parcel goes with another carrier")

    assert truck.parcels.count() == 0


def test_a_pick_face_is_filled_in_2(packer: Hands, live_server: LiveServer) -> None:
    sending.stock_bins(("A-01-01", "TEA-250", 2), ("B-01-01", "TEA-250", 90))
    row = FaceRow(bin_code="A-01-01", sku="TEA-250", quantity_min=5, quantity_max=40)
    replenishment.set_faces(site="W1", rows=[row])
    replenishment.replenish(site="W1", by=RECEIVER, at=NOON)
    packer.page.goto(live_server.url + "/wms/moving")

    packer.scan("B-01-01")
    packer.see("Carry it there, and scan the bin.")
    packer.scan("A-01-01")
    packer.see("38 put into A-01-01.")

    assert packer.interactions == 2
    assert retailer.stock("wms:W1", "on_hand/A-01-01/available") == 40


def test_a_cluster_of_two_orders_is_picked_into_their_totes(
    packer: Hands, live_server: LiveServer
) -> None:
    sending.stock_bins(("A-01-01", "TEA-250", 40))
    for number in ("OUT-1", "OUT-2"):
        sending.want(number, ("TEA-250", 3))
    wave = packing.release_wave(mode="cluster")
    packer.page.goto(live_server.url + f"/wms/picking/{wave.number}")

    packer.scan("TOTE-1")
    packer.see("TOTE-1 in slot 1 is for OUT-1.")
    packer.scan("TOTE-2")
    packer.see("TOTE-2 in slot 2 is for OUT-2.")
    for tote, other in (("TOTE-1", "TOTE-2"), ("TOTE-2", "TOTE-1")):
        packer.scan("A-01-01")
        packer.see("Right bin. Take 3.")
        packer.scan("69TEA-250")
        packer.see(f"Now its tote: {tote}.")
        packer.scan(other)
        packer.see("That is the tote of another order")
        packer.scan(tote)
        packer.see(f"Picked: 3 into {tote}.")

    expect(packer.page.get_by_text("All picked.")).to_be_visible()
    assert retailer.stock("wms:W1", "on_hand/TOTE-1/reserved") == 3
    assert retailer.stock("wms:W1", "on_hand/TOTE-2/reserved") == 3
