"""Goods carried by tasks: back to their bins, up to the pick face, from the dock to the truck."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests import retailer
from tests.access.builders import a_client
from tests.pages import squeeze
from tests.retailer import CLERK, NOON, RECEIVER, stock
from tests.wms import packing, sending
from yipan.access.roles import Role
from yipan.documents.states import WrongState
from yipan.masterdata.refusals import BinUnknown
from yipan.wms.documents.outbound import move_task, replenishment
from yipan.wms.documents.outbound.move_task import NothingThere, TaskTaken
from yipan.wms.documents.outbound.replenishment import FaceBounds, FaceRow
from yipan.wms.models import BinMove, MoveTask, Pick, PickFace
from yipan.wms.queries import pick_faces
from yipan.wms.rules.replenishing import Face, get_quantity_needed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _house() -> None:
    retailer.open_retailer()
    packing.open_house()


def at(account: str, sku: str = "TEA-250") -> int:
    return stock("wms:W1", account, sku)


def set_face(low: int = 5, high: int = 40) -> None:
    rows = [FaceRow(bin_code="A-01-01", sku="TEA-250", quantity_min=low, quantity_max=high)]
    replenishment.set_faces(site="W1", rows=rows)


def replenish() -> list[MoveTask]:
    return replenishment.replenish(site="W1", by=RECEIVER, at=NOON)


def finish(task: MoveTask, to_bin: str, quantity: int | None = None) -> MoveTask:
    return move_task.finish(
        number=task.number, to_bin=to_bin, quantity=quantity, by=RECEIVER, at=NOON
    )


@pytest.mark.parametrize(
    ("face", "needed"),
    [
        (Face(quantity_min=5, quantity_max=40, free=6), 0),
        (Face(quantity_min=5, quantity_max=40, free=5), 35),
        (Face(quantity_min=5, quantity_max=40, free=5, reserved=10), 25),
        (Face(quantity_min=5, quantity_max=40, free=2, incoming=38), 0),
        (Face(quantity_min=5, quantity_max=40, free=20, wanted=7), 27),
        (Face(quantity_min=5, quantity_max=40, free=60), 0),
    ],
)
def test_a_pick_face_is_filled_to_its_maximum_when_it_comes_to_its_minimum(
    face: Face, needed: int
) -> None:
    assert get_quantity_needed(face) == needed


def test_a_short_pick_face_gets_one_task_however_often_somebody_looks() -> None:
    sending.stock_bins(("A-01-01", "TEA-250", 4), ("B-01-01", "TEA-250", 100))
    set_face()

    [task] = replenish()

    assert (task.kind, task.from_bin, task.to_bin, task.quantity) == (
        "replenish",
        "B-01-01",
        "A-01-01",
        36,
    )
    assert replenish() == []
    done = finish(task, "A-01-01")
    assert (done.state, done.quantity_moved) == ("moved", 36)
    assert (at("on_hand/A-01-01/available"), at("on_hand/B-01-01/available")) == (40, 64)
    assert BinMove.objects.get(number=done.bin_move_number).lines.get().quantity == 36
    assert replenish() == []


def test_the_oldest_bulk_bin_gives_first() -> None:
    sending.stock_bins(("B-01-02", "TEA-250", 30))
    later = NOON + timedelta(days=2)
    retailer.post_by_hand("wms:W1", "receipt/GR-9/post", "on_hand/B-01-01/available", 30)
    set_face()

    [task] = replenishment.replenish(site="W1", by=RECEIVER, at=later)

    assert task.from_bin == "B-01-01"


def test_picks_that_wait_in_bulk_follow_their_goods_to_the_pick_face() -> None:
    sending.stock_bins(("B-01-01", "TEA-250", 100))
    sending.want("OUT-1", ("TEA-250", 12))
    set_face()
    [task] = replenish()

    finish(task, "A-01-01")

    [one] = sending.list_open("OUT-1")
    assert (one.bin_code, one.quantity, one.zone) == ("A-01-01", 12, "A")
    assert (at("on_hand/A-01-01/reserved"), at("on_hand/A-01-01/available")) == (12, 28)
    assert (at("on_hand/B-01-01/reserved"), at("on_hand/B-01-01/available")) == (0, 60)
    sending.take(one)
    sending.ship("OUT-1")
    assert at("on_hand/A-01-01/reserved") == 0


def test_a_pick_somebody_walks_to_stays_where_it_is() -> None:
    sending.stock_bins(("B-01-01", "TEA-250", 30))
    sending.want("OUT-1", ("TEA-250", 12))
    Pick.objects.update(claimed_by=CLERK.actor, claimed_at=NOON)
    set_face()
    [task] = replenish()

    finish(task, "A-01-01")

    assert [one.bin_code for one in sending.list_open("OUT-1")] == ["B-01-01"]
    assert (at("on_hand/A-01-01/available"), at("on_hand/B-01-01/reserved")) == (18, 12)


def test_bounds_and_bins_of_a_pick_face_are_checked() -> None:
    with pytest.raises(FaceBounds):
        set_face(low=40, high=40)
    with pytest.raises(BinUnknown):
        replenishment.set_faces(
            site="W1",
            rows=[FaceRow(bin_code="Z-9", sku="TEA-250", quantity_min=1, quantity_max=2)],
        )
    assert PickFace.objects.exists() is False

    set_face()
    set_face(low=0, high=0)
    assert PickFace.objects.exists() is False


def test_goods_of_a_canceled_order_are_put_back_out_of_the_tote() -> None:
    sending.stock_bins(("A-01-01", "TEA-250", 40))
    sending.want("OUT-1", ("TEA-250", 12))
    packing.pick_all("OUT-1", tote="TOTE-7")
    sending.cancel("OUT-1")
    task = MoveTask.objects.get()

    finish(task, "A-01-02")

    task.refresh_from_db()
    assert (task.to_bin, task.moved_to) == ("A-01-01", "A-01-02")
    assert (at("on_hand/TOTE-7/available"), at("on_hand/A-01-02/available")) == (0, 12)
    with pytest.raises(WrongState):
        finish(task, "A-01-02")


def test_a_task_has_one_hand_and_is_of_no_use_when_nothing_is_left() -> None:
    sending.stock_bins(("A-01-01", "TEA-250", 4), ("B-01-01", "TEA-250", 10))
    set_face()
    [task] = replenish()
    move_task.claim(number=task.number, by=RECEIVER, at=NOON)

    with pytest.raises(TaskTaken):
        move_task.claim(number=task.number, by=CLERK, at=NOON)
    assert pick_faces.find_next("W1", actor=CLERK.actor, at=NOON, place="B-01-01") == ""
    late = NOON + timedelta(minutes=16)
    assert pick_faces.find_next("W1", actor=CLERK.actor, at=late, sku="TEA-250") == task.number
    with pytest.raises(BinUnknown):
        finish(task, "Z-9")
    retailer.post_by_hand("wms:W1", "x/1/post", "on_hand/B-01-01/available", 0 + 1)
    moved = finish(task, "A-01-01", quantity=11)
    assert moved.quantity_moved == 11
    set_face(low=20, high=80)
    assert replenish() == []


def test_a_replenishment_whose_goods_are_gone_moves_nothing() -> None:
    sending.stock_bins(("A-01-01", "TEA-250", 4), ("B-01-01", "TEA-250", 10))
    set_face()
    [task] = replenish()
    sending.want("OUT-1", ("TEA-250", 14))
    for one in sending.list_open("OUT-1"):
        sending.take(one)

    with pytest.raises(NothingThere):
        finish(task, "A-01-01")

    assert MoveTask.objects.get().state == "open"
    move_task.cancel(number=task.number, by=RECEIVER, at=NOON)
    assert MoveTask.objects.get().state == "canceled"


def test_goods_an_order_waits_for_go_from_the_dock_to_the_truck() -> None:
    sending.want("OUT-1", ("TEA-250", 30))
    purchase = retailer.order(("TEA-250", 100))
    retailer.deliver()

    retailer.receive(purchase.inbound_order_number, ("TEA-250", 100, 0))

    task = MoveTask.objects.get()
    assert (task.kind, task.from_bin, task.to_bin, task.quantity, task.order_number) == (
        "cross_dock",
        "RECV-01",
        "SHIP-01",
        30,
        "OUT-1",
    )
    assert (at("on_hand/RECV-01/reserved"), at("on_hand/RECV-01/available")) == (30, 70)

    finish(task, "SHIP-01")

    assert packing.get_state("OUT-1") == "picked"
    assert at("on_hand/SHIP-01/reserved") == 30
    sending.ship("OUT-1")
    assert packing.get_state("OUT-1") == "shipped"


def test_who_receives_hears_what_goes_straight_to_the_truck() -> None:
    sending.want("OUT-1", ("TEA-250", 30))
    purchase = retailer.order(("TEA-250", 100))
    retailer.deliver()
    done = retailer.receive(purchase.inbound_order_number, ("TEA-250", 100, 0))
    worker = a_client(Role.WAREHOUSE_WORKER, username="wang", sites=["W1"])

    page = worker.get(f"/wms/receiving/{done.number}/counted").content.decode()

    assert "take them straight to the truck" in page
    assert "RECV-01 → SHIP-01 · OUT-1" in squeeze(page)


def test_a_cancel_ends_the_task_at_the_dock() -> None:
    sending.want("OUT-1", ("TEA-250", 30))
    purchase = retailer.order(("TEA-250", 100))
    retailer.deliver()
    retailer.receive(purchase.inbound_order_number, ("TEA-250", 100, 0))

    sending.cancel("OUT-1")

    assert MoveTask.objects.get().state == "canceled"
    assert (at("on_hand/RECV-01/reserved"), at("on_hand/RECV-01/available")) == (0, 100)


def test_goods_nobody_waits_for_raise_no_task() -> None:
    sending.stock_bins(("A-01-01", "SOAP-1", 40))
    sending.want("OUT-1", ("SOAP-1", 30))
    purchase = retailer.order(("TEA-250", 10), ("SOAP-1", 5))
    retailer.deliver()

    retailer.receive(purchase.inbound_order_number, ("TEA-250", 10, 0), ("SOAP-1", 5, 0))

    assert MoveTask.objects.exists() is False


def test_a_task_is_dropped_from_the_list_and_nothing_is_carried() -> None:
    sending.stock_bins(("A-01-01", "TEA-250", 4), ("B-01-01", "TEA-250", 10))
    set_face()
    [task] = replenish()
    lead = a_client(Role.WAREHOUSE_LEAD, sites=["W1"])
    page = lead.get("/wms/moving?site=W1").content.decode()
    address = f"/wms/moving/{task.number}/cancel"
    assert f'action="{address}"' in page
    assert "Nothing is posted." in squeeze(page)

    assert "Dropped." in lead.post(address, follow=True).content.decode()

    task.refresh_from_db()
    assert task.state == "canceled"
    assert BinMove.objects.exists() is False
