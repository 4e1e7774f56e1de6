"""Loads: what is on the truck when it departs was shipped, and what is not was not."""

from __future__ import annotations

import pytest

from tests import retailer
from tests.retailer import NOON, RECEIVER, make_id, stock
from tests.wms import packing, sending
from yipan.documents.states import WrongState
from yipan.exchange.models import OutboxMessage
from yipan.wms.documents.outbound import load, parcel, shipment
from yipan.wms.documents.outbound.load import (
    AlreadyOn,
    Gone,
    NotClosed,
    NothingLoaded,
    OnOtherTruck,
    PalletEmpty,
    ParcelUnknown,
    WrongTruck,
)
from yipan.wms.documents.outbound.shipment import MustBeWhole
from yipan.wms.models import Load, Parcel, Shipment

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _picked() -> None:
    retailer.open_retailer()
    packing.open_house()
    sending.stock_bins(("A-01-01", "TEA-250", 80), ("A-01-02", "SOAP-1", 20))
    for number, carrier in (("OUT-1", "SF"), ("OUT-2", "YTO")):
        sending.want(number, ("TEA-250", 30), ("SOAP-1", 4), carrier=carrier)
        packing.pick_all(number, tote=f"TOTE-{number[-1]}")


def test_a_truck_ships_exactly_what_is_on_it_and_numbers_the_parts() -> None:
    packing.put("OUT-1", "SOAP-1", 4)
    first, second = packing.close("OUT-1"), packing.close("OUT-1")
    morning = packing.begin("SF")
    packing.put_on(morning, first)

    assert packing.depart(morning) == ["OUT-1-1"]

    assert packing.get_state("OUT-1") == "packed"  # the rest of it, that is
    assert stock("wms:W1", "on_hand/PACK-01/reserved") == 30
    assert stock("wms:W1", "on_hand/PACK-01/reserved", "SOAP-1") == 0
    told = OutboxMessage.objects.get(kind="wms.goods_shipped.v1")
    assert told.data["is_last"] is False
    assert [line["sku"] for line in told.data["lines"]] == ["SOAP-1"]
    assert [(it["sscc"], it["weight_grams"]) for it in told.data["parcels"]] == [
        (first.sscc, 1_200)
    ]

    evening = packing.begin("SF")
    packing.put_on(evening, second)
    assert packing.depart(evening) == ["OUT-1-2"]
    assert packing.get_state("OUT-1") == "shipped"
    assert Shipment.objects.get(number="OUT-1-2").is_last is True
    assert Load.objects.get(number=evening.number).state == "departed"


def test_the_wrong_truck_is_refused_and_nothing_is_on_it() -> None:
    one = packing.close("OUT-1")
    truck = packing.begin("YTO")

    with pytest.raises(WrongTruck) as refused:
        packing.put_on(truck, one)

    assert refused.value.facts["carrier"] == "SF"
    assert truck.parcels.count() == 0
    with pytest.raises(NothingLoaded):
        packing.depart(truck)
    assert Load.objects.get(number=truck.number).state == "loading"


def test_a_parcel_is_on_one_truck_and_once() -> None:
    one = packing.close("OUT-1")
    truck, other = packing.begin("SF"), packing.begin("SF")
    packing.put_on(truck, one)

    with pytest.raises(AlreadyOn):
        packing.put_on(truck, one)
    with pytest.raises(OnOtherTruck):
        packing.put_on(other, one)

    load.take_off(number=truck.number, parcel=one.number)
    packing.put_on(other, one)
    assert list(other.parcels.values_list("number", flat=True)) == [one.number]


def test_open_unpacked_and_unknown_parcels_are_not_loaded() -> None:
    opened = parcel.open_parcel(order_number="OUT-1", by=RECEIVER, at=NOON)
    truck = packing.begin("SF")

    with pytest.raises(NotClosed):
        packing.put_on(truck, opened)
    parcel.unpack(number=opened.number, by=RECEIVER, at=NOON)
    with pytest.raises(Gone):
        packing.put_on(truck, opened)
    with pytest.raises(ParcelUnknown):
        load.put_on(number=truck.number, parcel="PC-9", by=RECEIVER, at=NOON)
    assert truck.parcels.count() == 0


def test_one_scan_of_a_pallet_loads_all_that_stands_on_it() -> None:
    pallet = parcel.open_pallet(site="W1", by=RECEIVER, at=NOON)
    packing.put("OUT-1", "SOAP-1", 4)
    for one in (packing.close("OUT-1"), packing.close("OUT-1")):
        parcel.stack(pallet=pallet.number, parcel=one.number, by=RECEIVER, at=NOON)
    truck = packing.begin("SF")

    loaded = load.put_on(number=truck.number, parcel=pallet.number, by=RECEIVER, at=NOON)

    assert len(loaded) == 2
    assert packing.depart(truck) == ["OUT-1-1"]
    assert set(Parcel.objects.values_list("state", flat=True)) == {"shipped"}


def test_an_empty_pallet_is_not_loaded() -> None:
    pallet = parcel.open_pallet(site="W1", by=RECEIVER, at=NOON)

    with pytest.raises(PalletEmpty):
        packing.put_on(packing.begin("SF"), pallet)


def test_a_part_of_an_order_that_must_be_whole_holds_the_truck() -> None:
    sending.want("OUT-3", ("TEA-250", 10), ("SOAP-1", 2), carrier="SF", may_be_partial=False)
    packing.pick_all("OUT-3", tote="TOTE-3")
    packing.put("OUT-3", "SOAP-1", 2)
    first, second = packing.close("OUT-3"), packing.close("OUT-3")
    truck = packing.begin("SF")
    packing.put_on(truck, first)

    with pytest.raises(MustBeWhole):
        packing.depart(truck)

    assert Shipment.objects.exists() is False
    packing.put_on(truck, second)
    assert packing.depart(truck) == ["OUT-3-1"]


def test_a_canceled_order_is_off_the_truck() -> None:
    truck = packing.begin("SF")
    packing.put_on(truck, packing.close("OUT-1"))

    sending.cancel("OUT-1")

    assert truck.parcels.count() == 0
    with pytest.raises(NothingLoaded):
        packing.depart(truck)


def test_a_truck_that_did_not_come_gives_its_parcels_back() -> None:
    truck = packing.begin("SF")
    one = packing.close("OUT-1")
    packing.put_on(truck, one)

    load.cancel(number=truck.number, by=RECEIVER, at=NOON)

    assert Parcel.objects.get(number=one.number).load is None
    with pytest.raises(WrongState):
        packing.put_on(truck, one)


def test_a_reversed_shipment_stands_packed_again_and_can_be_loaded_anew() -> None:
    truck = packing.begin("SF")
    one = packing.close("OUT-1")
    packing.put_on(truck, one)
    packing.depart(truck)

    shipment.reverse(number="OUT-1-1", by=RECEIVER, at=NOON, message_id=make_id("reversed"))

    assert (Parcel.objects.get(number=one.number).state, packing.get_state("OUT-1")) == (
        "packed",
        "packed",
    )
    again = packing.begin("SF")
    packing.put_on(again, one)
    assert packing.depart(again) == ["OUT-1-2"]
    assert stock("wms:W1", "on_hand/PACK-01/reserved") == 0
