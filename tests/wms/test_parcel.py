"""Parcels: what was picked goes into them, and no more; what is wrong in a tote is evidence."""

from __future__ import annotations

import pytest

from tests import retailer
from tests.retailer import NOON, RECEIVER, make_id, stock
from tests.wms import packing, sending
from yipan.exchange.models import OutboxMessage
from yipan.wms.documents.outbound import pack_difference, parcel
from yipan.wms.documents.outbound.pack_difference import Difference, NotPicked
from yipan.wms.documents.outbound.parcel import (
    Closing,
    NothingToPack,
    NotInTote,
    StackWrong,
    TooMuch,
    TrackingUsed,
    WeightNotPlausible,
)
from yipan.wms.models import MoveTask, Parcel, Pick, SpotCount
from yipan.wms.queries import parcels
from yipan.wms.rules.sscc import read_sscc

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _picked() -> None:
    retailer.open_retailer()
    packing.open_house()
    sending.stock_bins(("A-01-01", "TEA-250", 40), ("A-01-02", "SOAP-1", 10))
    sending.want("OUT-1", ("TEA-250", 30), ("SOAP-1", 4), carrier="SF")
    packing.pick_all("OUT-1")


def at(account: str, sku: str = "TEA-250") -> int:
    return stock("wms:W1", account, sku)


def test_closing_without_a_scan_packs_the_whole_tote_and_says_that_nobody_checked() -> None:
    one = packing.close("OUT-1")

    assert (one.state, one.weight_grams, one.material, one.carrier) == (
        "packed",
        1_200,
        "carton_m",
        "SF",
    )
    assert read_sscc(one.sscc) == one.sscc
    assert {pick.check_mode for pick in one.picks.all()} == {"bulk"}
    # A parcel is no place of the book: its goods stand in the packing bin.
    assert (at("on_hand/PACK-01/reserved"), at("on_hand/TOTE-1/reserved")) == (30, 0)
    assert packing.get_state("OUT-1") == "packed"
    told = OutboxMessage.objects.filter(kind="wms.outbound_progressed.v1").latest("sequence")
    assert told.data["state"] == "packed"


def test_an_order_in_two_parcels_parts_its_picks_and_loses_no_piece() -> None:
    packing.put("OUT-1", "TEA-250", 12)
    first = packing.close("OUT-1")
    assert packing.get_state("OUT-1") == "picked"

    second = packing.close("OUT-1")

    inside = [
        sorted((pick.sku, pick.quantity_picked, pick.check_mode) for pick in each.picks.all())
        for each in (first, second)
    ]
    assert inside == [[("TEA-250", 12, "scan")], [("SOAP-1", 4, "bulk"), ("TEA-250", 18, "bulk")]]
    assert first.sscc != second.sscc
    assert at("on_hand/PACK-01/reserved") == 30
    assert packing.get_state("OUT-1") == "packed"


def test_what_was_not_picked_does_not_go_into_a_parcel() -> None:
    with pytest.raises(NotInTote):
        packing.put("OUT-1", "MUG-1", 1)
    with pytest.raises(TooMuch):
        packing.put("OUT-1", "SOAP-1", 5)

    packing.put("OUT-1", "SOAP-1", 4)
    with pytest.raises(NotInTote):
        packing.put("OUT-1", "SOAP-1", 1)
    packing.close("OUT-1")
    packing.close("OUT-1")
    with pytest.raises(NothingToPack):
        packing.close("OUT-1")
    assert Parcel.objects.filter(state="packed").count() == 2


def test_a_weight_beyond_reason_closes_nothing() -> None:
    opened = parcel.open_parcel(order_number="OUT-1", by=RECEIVER, at=NOON)

    with pytest.raises(WeightNotPlausible):
        parcel.close(
            number=opened.number,
            closing=Closing(weight_grams=2_000_001),
            by=RECEIVER,
            at=NOON,
            message_id=make_id("closed"),
        )

    assert Parcel.objects.get().state == "open"


def test_the_label_of_a_carrier_means_one_parcel() -> None:
    packing.put("OUT-1", "SOAP-1", 4)
    first, second = packing.close("OUT-1"), packing.close("OUT-1")
    parcel.bind(number=first.number, tracking="SF100", carrier="SF", by=RECEIVER, at=NOON)

    with pytest.raises(TrackingUsed):
        parcel.bind(number=second.number, tracking="SF100", carrier="SF", by=RECEIVER, at=NOON)

    assert parcels.find_parcel("W1", "SF100") == first.number
    assert parcels.find_parcel("W1", f"(00){second.sscc}") == second.number
    assert parcels.find_parcel("W1", second.sscc[:-1] + "x") == ""


def test_unpacking_leaves_the_goods_picked_where_they_stand() -> None:
    one = packing.close("OUT-1")

    parcel.unpack(number=one.number, by=RECEIVER, at=NOON)

    assert packing.get_state("OUT-1") == "picked"
    assert Pick.objects.filter(parcel__isnull=False).count() == 0
    assert at("on_hand/PACK-01/reserved") == 30


def test_a_cancel_after_packing_unpacks_and_says_where_to_put_the_goods_back() -> None:
    one = packing.close("OUT-1")

    order = sending.cancel("OUT-1")

    assert order.state == "canceled"
    assert Parcel.objects.get(number=one.number).state == "canceled"
    assert (at("on_hand/PACK-01/available"), at("on_hand/PACK-01/reserved")) == (30, 0)
    tasks = MoveTask.objects.order_by("sku").values_list(
        "kind", "sku", "quantity", "from_bin", "to_bin", "order_number"
    )
    assert list(tasks) == [
        ("put_back", "SOAP-1", 4, "PACK-01", "A-01-02", "OUT-1"),
        ("put_back", "TEA-250", 30, "PACK-01", "A-01-01", "OUT-1"),
    ]


def test_pieces_missing_in_the_tote_lie_in_the_bin_again_which_is_counted() -> None:
    count = pack_difference.short(
        difference=Difference(order="OUT-1", sku="TEA-250", quantity=2),
        by=RECEIVER,
        at=NOON,
        message_id=make_id("short"),
    )

    assert (count.bin_code, count.reason, count.quantity_book) == ("A-01-01", "short_pick", 12)
    assert at("on_hand/TOTE-1/reserved") == 28
    assert at("on_hand/A-01-01/available") == 12
    told = OutboxMessage.objects.get(kind="wms.pick_shorted.v1")
    assert (told.data["quantity_missing"], told.data["count_task"]) == (2, count.number)


def test_pieces_too_many_in_the_tote_go_back_and_the_bin_is_counted() -> None:
    count = pack_difference.over(
        difference=Difference(order="OUT-1", sku="SOAP-1", quantity=1),
        by=RECEIVER,
        at=NOON,
        message_id=make_id("over"),
    )

    assert (count.bin_code, count.reason, count.quantity_found) == ("A-01-02", "over_pick", 1)
    assert at("on_hand/PACK-01/available", "SOAP-1") == 1
    assert at("on_hand/A-01-02/available", "SOAP-1") == 5
    task = MoveTask.objects.get()
    assert (task.kind, task.from_bin, task.to_bin, task.quantity) == (
        "put_back",
        "PACK-01",
        "A-01-02",
        1,
    )


def test_a_difference_of_what_nobody_picked_is_refused() -> None:
    for verb in (pack_difference.short, pack_difference.over):
        with pytest.raises(NotPicked):
            verb(
                difference=Difference(order="OUT-1", sku="MUG-1", quantity=1),
                by=RECEIVER,
                at=NOON,
                message_id=make_id("none"),
            )
    assert SpotCount.objects.exists() is False


def test_parcels_are_stacked_on_a_pallet_and_a_pallet_on_none() -> None:
    pallet = parcel.open_pallet(site="W1", by=RECEIVER, at=NOON)
    other = parcel.open_pallet(site="W1", by=RECEIVER, at=NOON)
    one = packing.close("OUT-1")

    parcel.stack(pallet=pallet.number, parcel=one.number, by=RECEIVER, at=NOON)

    with pytest.raises(StackWrong):
        parcel.stack(pallet=pallet.number, parcel=other.number, by=RECEIVER, at=NOON)
    detail = parcels.get_parcel(pallet.number)
    assert [row.number for row in detail.parcels] == [one.number]
    assert detail.head.carrier == "SF"
