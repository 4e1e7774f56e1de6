"""
Goods a store holds back for their supplier leave out of the status and the place they lie in.

Customers bring back tea that the supplier recalled, and the clerk carries it to the backroom,
beside tea that was found damaged there. The hub writes a return for each; the store sends what
lies apart, and what is for sale on the shop floor stays for sale, in both books.
"""

from __future__ import annotations

import pytest

from tests import retailer
from tests.retailer import BUYER, CHECKER, CLERK, NOON, deliver, make_id, stock
from yipan.erp.documents.purchasing import supplier_return
from yipan.erp.documents.purchasing.supplier_return import Returned, ReturnedLine
from yipan.erp.models import SupplierReturn
from yipan.foundation.status import StockStatus
from yipan.ledger.moves import Trace
from yipan.messages.till import TicketLine
from yipan.pos.documents import adjustment, place_move, register, transfer, transfer_reversal
from yipan.pos.documents.adjustment import AdjustedGoods, Wanted
from yipan.pos.documents.place_move import Carried
from yipan.pos.documents.register import Sale
from yipan.pos.models import StoreOrder, StoreTransfer
from yipan.pos.rules import Moved
from yipan.proof.purchasing import prove_supplier_account
from yipan.proof.sites import compare_sites

pytestmark = pytest.mark.django_db


def ask_back(status: StockStatus, quantity: int) -> StoreOrder:
    """Have the hub ask for goods out of a status; return the order the store heard."""
    wanted = Returned(
        site="S12",
        supplier="SUP-01",
        reason="Recalled.",
        lines=(ReturnedLine(sku="TEA-250", quantity=quantity, status=status),),
    )
    number = supplier_return.create(wanted=wanted, by=BUYER, at=NOON).number
    supplier_return.approve(number=number, by=CHECKER, at=NOON)
    supplier_return.release(number=number, by=BUYER, at=NOON, message_id=make_id(number))
    deliver()
    return StoreOrder.objects.get(document_number=number)


def send(order: StoreOrder) -> StoreTransfer:
    """Send all an order asks for, by one tap."""
    opened = transfer.open_transfer(site="S12", order_number=order.number, by=CLERK, at=NOON)
    sent = transfer.move_as_asked(
        number=opened.number, by=CLERK, at=NOON, message_id=make_id(opened.number)
    )
    deliver()
    return sent


def list_stock(status: str) -> tuple[int, int, int]:
    """Return what lies on the shop floor, in the backroom, and at the site as the hub knows it."""
    return (
        stock("pos:S12", f"on_hand/shop_floor/{status}"),
        stock("pos:S12", f"on_hand/backroom/{status}"),
        stock("erp", f"on_hand/S12/{status}"),
    )


@pytest.fixture(autouse=True)
def _goods_set_apart() -> None:
    """Ten are for sale; four came back for the supplier, three are broken, all in the backroom."""
    retailer.open_retailer()
    retailer.open_store("S12", ("TEA-250", 13))
    brought = TicketLine(
        line=1, sku="TEA-250", quantity=-4, amount_minor=-27_200, disposition="supplier"
    )
    sale = Sale(message_id=make_id("brought back"), lines=(brought,))
    register.close_ticket(site="S12", till_code="S12-1", sale=sale, by=CLERK, at=NOON)
    broken = AdjustedGoods(sku="TEA-250", quantity=3, to_status="damaged")
    wanted = Wanted(
        site="S12", adjustment_type="status_change", goods=[broken], roles=("store_manager",)
    )
    adjustment.post(wanted=wanted, by=CLERK, at=NOON, message_id=make_id("broken"))
    for status, quantity in (("blocked", 4), ("damaged", 3)):
        carried = Carried(
            from_place="shop_floor",
            to_place="backroom",
            status=status,
            lines=[Moved(sku="TEA-250", quantity=quantity)],
        )
        place_move.post(site="S12", carried=carried, by=CLERK, at=NOON)
    deliver()
    deliver()
    assert list_stock("available") == (10, 0, 10)
    assert (list_stock("blocked"), list_stock("damaged")) == ((0, 4, 4), (0, 3, 3))


def test_blocked_and_damaged_goods_go_back_and_what_is_for_sale_stays() -> None:
    blocked, damaged = ask_back(StockStatus.BLOCKED, 3), ask_back(StockStatus.DAMAGED, 2)

    sent = [send(blocked), send(damaged)]

    assert [each.place for each in sent] == ["backroom", "backroom"]
    assert list_stock("available") == (10, 0, 10)
    assert list_stock("blocked") == (0, 1, 1)
    assert list_stock("damaged") == (0, 1, 1)
    assert stock("pos:S12", "supplier") == stock("erp", "supplier") == 5
    assert set(SupplierReturn.objects.values_list("state", flat=True)) == {"shipped"}
    assert compare_sites().ok
    assert prove_supplier_account().ok


def test_a_return_that_did_not_leave_lies_again_where_it_lay() -> None:
    sent = send(ask_back(StockStatus.BLOCKED, 3))

    why = Trace(actor="fang.manager", reason="did_not_occur: The carrier did not come.")
    transfer_reversal.reverse(number=sent.number, by=why, at=NOON, message_id=make_id("back"))
    deliver()

    assert list_stock("blocked") == (0, 4, 4)
    assert list_stock("available") == (10, 0, 10)
    assert compare_sites().ok
    assert prove_supplier_account().ok
