"""Waves: gathered by cut-off, set aside at once, walked by several without meeting at one line."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from tests import retailer
from tests.retailer import CLERK, NOON, RECEIVER, stock
from tests.wms import packing, sending
from yipan.ledger.moves import Trace
from yipan.masterdata import records
from yipan.masterdata.rows import BinRow
from yipan.wms.documents.outbound import pick, pick_claim, replenishment, wave_tote
from yipan.wms.documents.outbound.pick import Taking
from yipan.wms.documents.outbound.wave import NoOrders
from yipan.wms.documents.outbound.wave_tote import NoOrderLeft, ToteInUse
from yipan.wms.models import MoveTask, OutboundOrder, Pick
from yipan.wms.rules.pick_path import get_place_in_aisle, write_path

release = packing.release_wave


@pytest.fixture
def house(db: None) -> None:  # noqa: ARG001 - the database
    retailer.open_retailer()
    packing.open_house()


@pytest.mark.usefixtures("house")
def test_a_wave_takes_what_has_to_leave_before_the_cut_off() -> None:
    sending.stock_bins(("A-01-01", "TEA-250", 40))
    for number in ("OUT-1", "OUT-2", "OUT-3"):
        sending.want(number, ("TEA-250", 5))
    cut_off = NOON + timedelta(hours=6)
    OutboundOrder.objects.filter(number="OUT-2").update(cut_off_at=cut_off)
    OutboundOrder.objects.filter(number="OUT-3").update(cut_off_at=cut_off + timedelta(hours=1))

    gathered = release(cut_off_until=cut_off)

    assert list(gathered.orders.values_list("number", flat=True)) == ["OUT-2"]
    with pytest.raises(NoOrders):
        release(cut_off_until=cut_off)


@pytest.mark.usefixtures("house")
def test_releasing_a_wave_sets_aside_what_its_orders_lack_the_most_urgent_first() -> None:
    sending.want("OUT-1", ("TEA-250", 30), ("SOAP-1", 5), priority=1)
    sending.want("OUT-2", ("TEA-250", 30), priority=9)
    assert Pick.objects.exists() is False
    sending.stock_bins(
        ("A-01-01", "TEA-250", 20), ("A-01-02", "TEA-250", 20), ("A-01-02", "SOAP-1", 9)
    )

    release()

    picked = {
        number: sum(one.quantity for one in sending.list_open(number) if one.sku == "TEA-250")
        for number in ("OUT-1", "OUT-2")
    }
    assert picked == {"OUT-1": 10, "OUT-2": 30}
    assert stock("wms:W1", "on_hand/A-01-01/reserved") == 20
    assert stock("wms:W1", "on_hand/A-01-02/reserved") == 20
    assert stock("wms:W1", "on_hand/A-01-02/reserved", "SOAP-1") == 5
    for number in ("OUT-1", "OUT-2"):
        packing.pick_all(number)
        sending.ship(number, is_last=True)
    assert stock("wms:W1", "on_hand/TOTE-1/reserved") == 0


@pytest.mark.usefixtures("house")
def test_a_wave_that_would_find_its_pick_face_short_has_it_filled_first() -> None:
    sending.stock_bins(("A-01-01", "TEA-250", 9), ("B-01-01", "TEA-250", 60))
    packing_faces()
    sending.want("OUT-1", ("TEA-250", 20))

    release()

    [task] = MoveTask.objects.all()
    assert (task.kind, task.from_bin, task.to_bin, task.priority) == (
        "replenish",
        "B-01-01",
        "A-01-01",
        10,
    )


def packing_faces() -> None:
    row = replenishment.FaceRow(bin_code="A-01-01", sku="TEA-250", quantity_min=2, quantity_max=12)
    replenishment.set_faces(site="W1", rows=[row])


@pytest.mark.usefixtures("house")
def test_on_a_cluster_walk_each_order_has_its_tote_and_a_full_one_is_followed() -> None:
    sending.stock_bins(("A-01-01", "TEA-250", 40), ("A-01-02", "SOAP-1", 40))
    for number in ("OUT-1", "OUT-2"):
        sending.want(number, ("TEA-250", 5), ("SOAP-1", 2))
    gathered = release(mode="cluster")

    first = wave_tote.assign(wave=gathered.number, tote="TOTE-1", by=RECEIVER, at=NOON)
    second = wave_tote.assign(wave=gathered.number, tote="TOTE-2", by=RECEIVER, at=NOON)

    assert [(it.order.number, it.slot) for it in (first, second)] == [("OUT-1", 1), ("OUT-2", 2)]
    with pytest.raises(NoOrderLeft):
        wave_tote.assign(wave=gathered.number, tote="TOTE-3", by=RECEIVER, at=NOON)
    with pytest.raises(ToteInUse):
        wave_tote.assign(wave=gathered.number, tote="TOTE-1", order="OUT-2", by=RECEIVER, at=NOON)
    packing.pick_all("OUT-1", tote="TOTE-1")
    follows = wave_tote.assign(
        wave=gathered.number, tote="TOTE-3", order="OUT-2", by=RECEIVER, at=NOON
    )
    assert (follows.slot, second.order.totes.filter(is_full=True).count()) == (2, 1)
    # A tote with goods of another order in it is no empty tote, whatever wave it was in.
    sending.want("OUT-3", ("TEA-250", 1))
    other = release(mode="cluster")
    with pytest.raises(ToteInUse):
        wave_tote.assign(wave=other.number, tote="TOTE-1", by=RECEIVER, at=NOON)


@pytest.mark.usefixtures("house")
def test_a_zone_is_walked_alone_and_the_rest_is_handed_on() -> None:
    sending.stock_bins(("A-01-01", "TEA-250", 40), ("B-01-01", "SOAP-1", 40))
    sending.want("OUT-1", ("TEA-250", 5), ("SOAP-1", 2))

    mine = pick_claim.claim_next(walk="OUT-1", by=RECEIVER, at=NOON, zone="B")

    assert mine is not None
    assert Pick.objects.get(pk=mine).bin_code == "B-01-01"
    pick_claim.release(walk="OUT-1", by=RECEIVER)
    assert Pick.objects.exclude(claimed_by="").exists() is False
    assert pick_claim.claim_next(walk="OUT-1", by=CLERK, at=NOON, zone="C") is None


@pytest.mark.django_db(transaction=True)
def test_two_workers_on_one_wave_never_get_the_same_line() -> None:
    retailer.open_retailer()
    records.save_bins(
        [BinRow(site="W1", code=f"C-{n:02d}", zone="C", zone_type="picking") for n in range(20)]
    )
    sending.stock_bins(*((f"C-{n:02d}", "TEA-250", 1) for n in range(20)))
    sending.want("OUT-1", ("TEA-250", 20))
    gathered = release()
    taken: dict[str, list[int]] = {"ann": [], "bob": []}
    start = Barrier(2)

    def work(name: str) -> None:
        by = Trace(actor=name, device=name)
        start.wait()
        while (mine := pick_claim.claim_next(walk=gathered.number, by=by, at=NOON)) is not None:
            pick.take(pick_id=mine, taking=Taking(quantity=1), by=by, at=NOON)
            taken[name].append(mine)
        connection.close()

    workers = [Thread(target=work, args=[name]) for name in taken]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    # Whoever is passed over a bin that is just being taken comes to the end sooner; what is left
    # then is taken by the other.
    assert not set(taken["ann"]) & set(taken["bob"])
    assert len(taken["ann"]) + len(taken["bob"]) == 20
    assert stock("wms:W1", "on_hand/PICKING/reserved") == 20


PLACES = st.integers(0, 999_999)


@given(PLACES, PLACES, st.integers(0, 99))
def test_aisles_are_walked_up_and_down_in_turn(near: int, far: int, rank: int) -> None:
    paths = [
        write_path(zone="A", aisle="01", aisle_rank=rank, place=place, code="X")
        for place in (near, far)
    ]

    if near == far:
        assert paths[0] == paths[1]
    elif rank % 2 == 0:
        assert (paths[0] < paths[1]) == (near < far)
    else:
        assert (paths[0] < paths[1]) == (near > far)


@given(PLACES, PLACES, st.integers(0, 98))
def test_one_aisle_is_over_before_the_next_begins(here: int, there: int, rank: int) -> None:
    first = write_path(zone="A", aisle="01", aisle_rank=rank, place=here, code="X")
    second = write_path(zone="A", aisle="02", aisle_rank=rank + 1, place=there, code="X")

    assert first < second


def test_a_bin_without_a_place_is_found_by_the_numbers_of_its_code() -> None:
    assert get_place_in_aisle(sequence=7, code="A-01-02") == 7
    assert get_place_in_aisle(sequence=0, code="A-01-02") == 1_002
    assert get_place_in_aisle(sequence=0, code="DOCK") == 0
