"""Supplier returns: out of warehouse and store, what they refuse, and how they end."""

from __future__ import annotations

from typing import Any

import pytest

from tests import retailer
from tests.erp import buying
from tests.retailer import BUYER, CHECKER, CLERK, NOON, deliver, make_id, stock
from yipan.documents.states import OwnApproval, WrongState
from yipan.erp import queries
from yipan.erp.documents.purchasing import supplier_return
from yipan.erp.documents.purchasing.supplier_return import (
    LinesMissing,
    OrderNotOfSupplier,
    ReasonMissing,
    Returned,
    ReturnedLine,
    SkuRepeated,
    StatusNotReturned,
)
from yipan.erp.models import SupplierReturn
from yipan.foundation.status import StockStatus
from yipan.ledger.moves import Trace
from yipan.pos.documents import transfer
from yipan.pos.models import StoreOrder
from yipan.proof.purchasing import prove_supplier_account
from yipan.proof.sites import compare_sites

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()


def a_return(*lines: tuple[str, int], **changes: Any) -> Returned:
    fields: dict[str, Any] = {
        "site": "S12",
        "supplier": "SUP-01",
        "reason": "Recalled.",
        "lines": tuple(
            ReturnedLine(sku=sku, quantity=quantity, status=StockStatus.AVAILABLE)
            for sku, quantity in lines
        ),
    }
    return Returned(**(fields | changes))


def create(wanted: Returned) -> str:
    return supplier_return.create(wanted=wanted, by=BUYER, at=NOON).number


def release(number: str) -> SupplierReturn:
    supplier_return.approve(number=number, by=CHECKER, at=NOON)
    released = supplier_return.release(
        number=number, by=BUYER, at=NOON, message_id=make_id(f"{number} released")
    )
    deliver()
    return released


def ship_from_store(order: str, *scanned: tuple[str, int], is_last: bool = True) -> None:
    """Scan what leaves a store, and post it."""
    opened = transfer.open_transfer(site="S12", order_number=order, by=CLERK, at=NOON).number
    for sku, quantity in scanned:
        counting = transfer.Counting(sku=sku, quantity=quantity)
        transfer.count(number=opened, counting=counting, by=CLERK, at=NOON)
    transfer.post(
        number=opened, is_last=is_last, by=CLERK, at=NOON, message_id=make_id(f"{opened} left")
    )
    deliver()


def test_a_store_sends_goods_back_and_both_books_follow() -> None:
    retailer.open_store("S12", ("MUG-1", 10))
    deliver()
    released = release(create(a_return(("MUG-1", 4))))
    assert StoreOrder.objects.get().number == released.outbound_order_number

    ship_from_store(released.outbound_order_number, ("MUG-1", 3), is_last=False)
    assert queries.get_return(released.number).state == "partly_shipped"
    assert stock("pos:S12", "on_hand/shop_floor/available", "MUG-1") == 7
    assert stock("erp", "on_hand/S12/available", "MUG-1") == 7
    assert stock("erp", "supplier", "MUG-1") == 3

    # The last one is not found: nobody waits for it, and no credit is expected for it.
    why = Trace(actor=BUYER.actor, reason="The last one was sold.")
    supplier_return.close(number=released.number, by=why, at=NOON, message_id=make_id("closed"))
    deliver()
    row = queries.get_return(released.number)
    assert (row.state, row.quantity, row.quantity_shipped) == ("closed", 4, 3)
    assert StoreOrder.objects.get().state != "open"
    assert compare_sites().ok
    assert prove_supplier_account().ok


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"reason": " "}, ReasonMissing),
        ({"lines": ()}, LinesMissing),
        (
            {"lines": (ReturnedLine(sku="MUG-1", quantity=1),) * 2},
            SkuRepeated,
        ),
        (
            {"lines": (ReturnedLine(sku="MUG-1", quantity=1, status=StockStatus.RESERVED),)},
            StatusNotReturned,
        ),
        ({"purchase_order_number": "PO-2026-000009"}, OrderNotOfSupplier),
    ],
)
def test_what_cannot_go_back_is_refused(changes: dict[str, Any], refusal: type) -> None:
    with pytest.raises(refusal):
        create(a_return(("MUG-1", 1), **changes))

    assert SupplierReturn.objects.count() == 0


def test_the_credit_is_what_the_order_paid_and_the_same_return_is_one() -> None:
    order = buying.order(("TEA-250", 10, 2_900)).number
    wanted = a_return(("TEA-250", 2), site="W1", purchase_order_number=order, external_id="RMA-1")

    number = create(wanted)

    assert create(wanted) == number
    assert SupplierReturn.objects.get().lines.get().unit_credit_minor == 2_900


def test_a_return_is_approved_by_another_and_given_up_before_goods_left_only() -> None:
    retailer.open_store("S12", ("MUG-1", 10))
    deliver()
    number = create(a_return(("MUG-1", 4)))
    with pytest.raises(OwnApproval):
        supplier_return.approve(number=number, by=BUYER, at=NOON)
    with pytest.raises(WrongState):
        supplier_return.release(number=number, by=BUYER, at=NOON, message_id=make_id("early"))
    released = release(number)

    ship_from_store(released.outbound_order_number, ("MUG-1", 1), is_last=False)

    with pytest.raises(WrongState):
        supplier_return.cancel(number=number, by=BUYER, at=NOON, message_id=make_id("late"))
    assert SupplierReturn.objects.get().state == "partly_shipped"
