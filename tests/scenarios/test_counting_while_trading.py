"""
A store counts its shop floor on a Saturday, and nobody closes a till for it.

Each line is compared with the book as of its own moment. What is written down later for an
earlier moment changes the explanation, never the count.
"""

from __future__ import annotations

import pytest

from tests import retailer
from tests.retailer import deliver, stock
from tests.stocktake import counting
from tests.stocktake.counting import ANN, BEN, MANAGER, get_open, minutes, plan, post, see, sell
from yipan.documents import trail
from yipan.pos.documents import stocktake as store
from yipan.pos.models import StoreAdjustment
from yipan.recon.models import Case, CaseState
from yipan.stocktake.documents import stocktake as plans
from yipan.stocktake.documents.refusals import OwnCount, SecondLook
from yipan.stocktake.documents.stocktake import Plan, Planned
from yipan.stocktake.models import CountCorrection, CountResult, Stocktake

pytestmark = pytest.mark.django_db

FLOOR = "on_hand/shop_floor/available"


@pytest.fixture(autouse=True)
def _store() -> None:
    retailer.open_retailer()
    retailer.open_store("S12", ("TEA-250", 10), ("MUG-1", 6))
    deliver()


def get_result(stocktake: Stocktake, sku: str = "TEA-250") -> CountResult:
    return stocktake.results.get(sku=sku)


def test_what_is_sold_between_two_lines_is_no_difference() -> None:
    running = plan(("shop_floor", ()))
    sheet = get_open(running)

    # Ann counts ten teas at ten past twelve. At quarter past, three of them are sold.
    see(sheet, ("TEA-250", 10), at=minutes(10), closes=False)
    sell(("TEA-250", 3), ("MUG-1", 1), at=minutes(15))
    deliver()
    # At twenty past she counts the mugs: five are left, and five is right.
    see(sheet, ("MUG-1", 5), at=minutes(20))

    running.refresh_from_db()
    assert running.state == "explained"
    assert get_result(running).difference == 0
    assert get_result(running, "MUG-1").difference == 0
    assert post(running, at=minutes(30)).state == "posted"
    deliver()
    assert StoreAdjustment.objects.exists() is False
    assert Case.objects.exists() is False
    assert stock("pos:S12", FLOOR) == 7


def test_a_late_ticket_withdraws_the_loss_that_was_posted() -> None:
    running = plan(("shop_floor", ("TEA-250",)))
    # A till without network sells three teas at five past. Nobody knows.
    # At ten past Ann counts seven, the book says ten: somebody else looks, and counts seven too.
    see(get_open(running), ("TEA-250", 7), at=minutes(10))
    running.refresh_from_db()
    assert running.state == "recounting"
    with pytest.raises(SecondLook):
        see(get_open(running), ("TEA-250", 7), at=minutes(11))
    see(get_open(running), ("TEA-250", 7), by=BEN, at=minutes(12))

    # Who counted may not post it. The manager posts a loss of three.
    running.refresh_from_db()
    assert running.state == "explained"
    with pytest.raises(OwnCount):
        post(running, by=ANN, at=minutes(19))
    post(running, at=minutes(20))
    deliver()
    assert stock("pos:S12", FLOOR) == 7
    assert stock("erp", "on_hand/S12/available") == 7
    case = Case.objects.get()
    assert (case.quantity, case.state) == (-3, CaseState.CLOSED)

    # Next morning the till speaks: three were sold at five past twelve.
    sell(("TEA-250", 3), at=minutes(5))
    deliver()
    assert stock("pos:S12", FLOOR) == 4
    assert store.offset_late(sites=None, at=minutes(900), new_id=counting.new_id) == 1
    deliver()

    # The loss is withdrawn by a document of its own, linked to the same count. The count stays.
    first, offset = CountCorrection.objects.order_by("id")
    assert (first.quantity, first.is_offset) == (-3, False)
    assert (offset.quantity, offset.is_offset) == (3, True)
    assert offset.result_id == first.result_id
    assert stock("pos:S12", FLOOR) == 7
    assert stock("erp", "on_hand/S12/available") == 7
    result = get_result(running)
    assert (result.quantity, result.difference) == (7, -3)
    case.refresh_from_db()
    assert case.cause == "late_document"
    assert [row.quantity for row in case.corrections.order_by("id")] == [-3, 3]
    # Doing it again does nothing.
    assert store.offset_late(sites=None, at=minutes(910), new_id=counting.new_id) == 0
    steps = trail.list_steps(document_type="stocktake", number=running.number)
    assert "offset" in {each.step for each in steps}


def test_a_later_count_does_not_find_the_same_difference_twice() -> None:
    # Seven are there, the book says ten. Counted at ten past, the loss is posted at twenty past.
    first = plan(("shop_floor", ("TEA-250",)))
    see(get_open(first), ("TEA-250", 7), at=minutes(10))
    see(get_open(first), ("TEA-250", 7), by=BEN, at=minutes(11))
    # Between the two another list is counted, at quarter past: seven again.
    second = plan(("shop_floor", ("TEA-250",)))
    see(get_open(second), ("TEA-250", 7), at=minutes(15))
    see(get_open(second), ("TEA-250", 7), by=BEN, at=minutes(16))

    post(first, at=minutes(20))
    post(second, at=minutes(21))

    assert stock("pos:S12", FLOOR) == 7
    assert CountCorrection.objects.count() == 1


def test_the_second_person_finds_what_the_first_missed() -> None:
    running = plan(("shop_floor", ("TEA-250",)))
    see(get_open(running), ("TEA-250", 1), at=minutes(10))
    running.refresh_from_db()
    assert running.state == "recounting"

    see(get_open(running), ("TEA-250", 10), by=BEN, at=minutes(20))

    running.refresh_from_db()
    assert running.state == "explained"
    result = get_result(running)
    assert (result.round, result.difference) == (2, 0)
    assert [look["difference"] for look in result.looks] == [-9, 0]
    assert post(running, at=minutes(30)).state == "posted"
    assert StoreAdjustment.objects.exists() is False


def test_goods_on_two_shelves_are_one_pile_in_the_book() -> None:
    number = plans.plan(
        wanted=Plan(
            site="S12",
            kind="full",
            sheets=[
                Planned(place="shop_floor", shelf="A"),
                Planned(place="shop_floor", shelf="B"),
            ],
        ),
        system=counting.POS,
        by=MANAGER,
        at=minutes(0),
    ).number
    running = plans.start(number=number, by=MANAGER, at=minutes(0))
    first, second = running.sheets.order_by("id")

    # Four teas on shelf A; the book knows ten, but the other six may be on shelf B.
    counting.see(first, ("TEA-250", 4), at=minutes(5), closes=False)
    counting.close(first, at=minutes(6), unseen=counting.ASK)
    running.refresh_from_db()
    assert running.state == "counting"
    counting.see(second, ("TEA-250", 6), ("MUG-1", 6), by=BEN, at=minutes(8))

    running.refresh_from_db()
    assert running.state == "explained"
    assert {row.sku: row.difference for row in running.results.all()} == {
        "TEA-250": 0,
        "MUG-1": 0,
    }
