"""
Goal: two people who end a count at the same moment end it, as one after the other would.

And who ends it does not wait in a circle with what the hub says of an earlier part of it.
"""

from __future__ import annotations

import pytest

from tests import retailer
from tests.meanwhile import meanwhile
from tests.retailer import NOON
from tests.stocktake.counting import (
    ANN,
    BEN,
    EVA,
    MANAGER,
    POS,
    WMS,
    close,
    get_open,
    minutes,
    new_id,
    plan,
    post,
    see,
)
from tests.wms import sending
from yipan.exchange.models import OutboxMessage
from yipan.exchange.subscriptions import Heard
from yipan.ledger.moves import Trace
from yipan.messages.erp import AdjustmentDecided
from yipan.pos.documents import adjustment as store_adjustment
from yipan.pos.models import StoreAdjustment
from yipan.stocktake.documents import settling
from yipan.stocktake.documents import stocktake as plans
from yipan.stocktake.documents.stocktake import Plan, Planned
from yipan.stocktake.documents.system import System
from yipan.stocktake.models import CountCorrection, CountResult, Stocktake
from yipan.wms.documents.stock import adjustment
from yipan.wms.documents.stock.adjustment import Decision
from yipan.wms.models import Adjustment


@pytest.mark.django_db(transaction=True)
def test_the_last_two_shelves_of_a_place_closed_at_once_end_its_count() -> None:
    retailer.open_retailer()
    retailer.open_store("S12", ("TEA-250", 10))
    wanted = Plan(
        site="S12",
        kind="full",
        sheets=[Planned(place="shop_floor", shelf="A"), Planned(place="shop_floor", shelf="B")],
    )
    number = plans.plan(wanted=wanted, system=POS, by=MANAGER, at=NOON).number
    plans.start(number=number, by=MANAGER, at=NOON)
    first, second = Stocktake.objects.get(number=number).sheets.order_by("id")
    see(first, ("TEA-250", 4), by=ANN, at=minutes(1), closes=False)
    see(second, ("TEA-250", 5), by=BEN, at=minutes(2), closes=False)

    with meanwhile(lambda: close(second, by=BEN, at=minutes(4))) as other:
        close(first, by=ANN, at=minutes(3))

    assert other.fault is None
    assert Stocktake.objects.get(number=number).state in ("explained", "recounting")
    result = CountResult.objects.get(stocktake__number=number)
    assert (result.quantity, result.difference) == (9, -1)
    told = OutboxMessage.objects.filter(kind__startswith="pos.count_recorded")
    assert told.count() == 1


def lose(site: str, place: str, *, system: System) -> Stocktake:
    """
    Count a place where 30 of 40 of one SKU are gone, and another SKU is as it should be.

    The loss waits for the hub; the other SKU is being looked at again, by somebody else.
    """
    running = plan((place, ("TEA-250", "SOAP-1")), site=site, system=system)
    see(get_open(running, place=place), ("TEA-250", 10), ("SOAP-1", 12), at=minutes(10))
    while running.sheets.filter(state="open").exists():
        sheet = get_open(running, place=place)
        see(sheet, *((sku, 10) for sku in sheet.skus), by=BEN, at=minutes(20))
    post(running, at=minutes(30), roles=("store_manager", "warehouse_lead"))
    assert CountCorrection.objects.get().state == "submitted"
    soap = running.results.get(sku="SOAP-1").pk
    settling.recount(number=running.number, results=[soap], by=MANAGER, at=minutes(40))
    see(get_open(running, place=place), ("SOAP-1", 12), by=EVA, at=minutes(50), closes=False)
    return running


def end(running: Stocktake, place: str) -> None:
    """Close the last sheet, as far as its first lock was taken already."""
    close(get_open(running, place=place), by=EVA, at=minutes(60))


@pytest.mark.django_db(transaction=True)
def test_a_shelf_closed_while_the_hub_agrees_to_the_loss_of_a_store() -> None:
    retailer.open_retailer()
    retailer.open_store("S12", ("TEA-250", 40), ("SOAP-1", 12))
    running = lose("S12", "shop_floor", system=POS)
    asked = StoreAdjustment.objects.get()
    message = AdjustmentDecided(
        message_id=new_id(),
        occurred_at=minutes(55),
        adjustment_number=asked.number,
        version=asked.version,
        site="S12",
        decision="approve",
        decided_by="zhao.controller",
    )
    heard = Heard("erp:hub/orders:S12", 1, 1, "pos")

    with meanwhile(
        lambda: store_adjustment.decide(message=message, heard=heard),
        then=lambda: end(running, "shop_floor"),
    ) as other:
        Stocktake.objects.select_for_update().get(pk=running.pk)

    assert other.fault is None
    running.refresh_from_db()
    assert (running.state, CountCorrection.objects.get().state) == ("explained", "posted")
    assert retailer.stock("pos:S12", "on_hand/shop_floor/available") == 10


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("undone", [False, True])
def test_a_bin_closed_while_the_loss_of_a_warehouse_is_decided_or_undone(*, undone: bool) -> None:
    retailer.open_retailer()
    sending.stock_bins(("A-01-01", "TEA-250", 40), ("A-01-01", "SOAP-1", 12))
    running = lose("W1", "A-01-01", system=WMS)
    number = Adjustment.objects.get().number

    def decide() -> None:
        adjustment.decide(
            number=number,
            decision=Decision(version=1, decision="approve", decided_by="zhao.controller"),
            by=MANAGER,
            at=minutes(55),
            message_id=new_id(),
        )

    def undo() -> None:
        by = Trace(actor="mia.manager", reason="A pallet was found behind the rack.")
        adjustment.reverse(number=number, by=by, at=minutes(58), message_id=new_id())

    if undone:
        decide()
    with meanwhile(undo if undone else decide, then=lambda: end(running, "A-01-01")) as other:
        Stocktake.objects.select_for_update().get(pk=running.pk)

    assert other.fault is None
    assert CountCorrection.objects.get().state == ("reversed" if undone else "posted")
    left = retailer.stock("wms:W1", "on_hand/A-01-01/available")
    assert left == (40 if undone else 10)
