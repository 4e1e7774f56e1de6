"""Goal: a receipt that is reversed leaves nothing behind that belonged to it alone."""

from __future__ import annotations

from datetime import date

import pytest

from tests import retailer
from tests.retailer import NOON, RECEIVER, deliver, make_id, stock
from tests.wms import goods, packing, sending
from yipan.documents import reversals
from yipan.documents.reversals import DID_NOT_OCCUR
from yipan.foundation.status import StockStatus
from yipan.ledger.moves import Trace
from yipan.proof.lots import prove_lots
from yipan.proof.run import find_first_break, prove
from yipan.proof.sites import compare_sites
from yipan.wms.documents.inbound import inspection, receipt_reversal
from yipan.wms.documents.inbound.inspection import Verdict
from yipan.wms.models import (
    InboundOrder,
    Inspection,
    MoveTask,
    OutboundOrder,
    Package,
    Pick,
    Receipt,
    Serial,
)
from yipan.wms.rules import Counted

pytestmark = pytest.mark.django_db

NEVER = reversals.write_reason(cause=DID_NOT_OCCUR, words="Another dock's delivery.")
LEAD = Trace(actor="li.lead", device="desk-3", reason=NEVER)
SSCC = "106141412345678908"


@pytest.fixture(autouse=True)
def _house() -> None:
    goods.open_dairy()
    packing.open_house()


def undo(receipt: Receipt) -> None:
    receipt_reversal.reverse(
        number=receipt.number, by=LEAD, at=NOON, message_id=make_id(f"{receipt.number} undone")
    )
    deliver()


def require_nothing(sku: str) -> None:
    """Nothing of it is anywhere, in either book, in any status."""
    deliver()
    for status in StockStatus:
        assert stock("wms:W1", f"on_hand/RECV-01/{status}", sku) == 0, status
        assert stock("erp", f"on_hand/W1/{status}", sku) == 0, status
    assert compare_sites().ok
    assert all(finding.ok for finding in prove_lots())
    assert find_first_break(list(prove())) is None


def test_an_open_inspection_is_canceled_with_the_receipt_that_opened_it() -> None:
    came = goods.receive(Counted(sku="MILK-1", quantity_sound=12, quantity_damaged=0))
    assert Inspection.objects.get().state == "open"

    undo(came)

    assert Inspection.objects.get().state == "canceled"
    require_nothing("MILK-1")


def test_a_verdict_is_taken_back_with_the_receipt_and_the_hub_hears_both() -> None:
    came = goods.receive(Counted(sku="MILK-1", quantity_sound=12, quantity_damaged=0))
    inspection.decide(
        number=Inspection.objects.get().number,
        verdict=Verdict(
            quantity_passed=9,
            quantity_rejected=3,
            is_damaged=True,
            lot="L5",
            expires_on=date(2027, 5, 1),
        ),
        by=RECEIVER,
        at=NOON,
        message_id=make_id("verdict"),
    )
    deliver()
    assert stock("erp", "on_hand/W1/available", "MILK-1") == 9

    undo(came)

    assert stock("wms:W1", "on_hand/RECV-01/L5/available", "MILK-1") == 0
    assert stock("wms:W1", "on_hand/RECV-01/L5/damaged", "MILK-1") == 0
    require_nothing("MILK-1")


def test_serials_and_packages_of_a_reversed_receipt_never_came() -> None:
    came = goods.receive(
        Counted(
            sku="PHONE-1",
            quantity_sound=2,
            quantity_damaged=0,
            serials=("S-1", "S-2"),
            package_id=SSCC,
        )
    )
    assert (Serial.objects.count(), Package.objects.count()) == (2, 1)

    undo(came)

    assert (Serial.objects.count(), Package.objects.count()) == (0, 0)
    require_nothing("PHONE-1")
    # The pieces come after all, on the next truck.
    goods.receive(
        Counted(sku="PHONE-1", quantity_sound=2, quantity_damaged=0, serials=("S-1", "S-2"))
    )
    assert Serial.objects.filter(left_with="").count() == 2


def test_an_order_that_waited_for_the_goods_gets_others_and_its_task_is_dropped() -> None:
    sending.want("OUT-1", ("TEA-250", 5))
    came = goods.receive(Counted(sku="TEA-250", quantity_sound=8, quantity_damaged=0))
    [task] = MoveTask.objects.filter(kind="cross_dock")
    assert task.state == "open"
    sending.stock_bins(("A-01-01", "TEA-250", 6))

    undo(came)

    task.refresh_from_db()
    assert task.state == "canceled"
    [one] = Pick.objects.filter(state="open")
    assert (one.bin_code, one.quantity) == ("A-01-01", 5)
    assert stock("wms:W1", "on_hand/RECV-01/reserved") == 0
    assert stock("wms:W1", "on_hand/RECV-01/available") == 0
    assert OutboundOrder.objects.get().state == "released"
    assert compare_sites().ok


def test_the_order_expects_again_what_was_received_of_it() -> None:
    order = retailer.order(("MILK-1", 24))
    deliver()
    came = goods.receive(
        Counted(
            sku="MILK-1",
            quantity_sound=24,
            quantity_damaged=0,
            lot="L9",
            expires_on=date(2027, 6, 1),
        ),
        order=order.inbound_order_number,
    )
    assert InboundOrder.objects.get().state == "received"

    undo(came)

    assert InboundOrder.objects.get().state == "released"
    assert stock("wms:W1", "on_hand/RECV-01/L9/available", "MILK-1") == 0
    require_nothing("MILK-1")
