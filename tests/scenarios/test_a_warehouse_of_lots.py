"""
Three stories at a warehouse whose goods have lots and days.

After each the bins and lots of the warehouse add up to what the hub says of the site.
"""

from __future__ import annotations

from datetime import date

import pytest

from tests import retailer
from tests.retailer import NOON, RECEIVER, deliver, make_id, stock
from tests.wms import goods, sending
from yipan.documents.trail import list_steps
from yipan.foundation.status import StockStatus
from yipan.proof.lots import prove_lots
from yipan.proof.sites import compare_sites
from yipan.wms.documents import photo
from yipan.wms.documents.inbound import inspection, receipt
from yipan.wms.documents.inbound.inspection import Verdict
from yipan.wms.documents.inbound.receipt import Counting, Opening
from yipan.wms.documents.outbound import pick, pick_lot
from yipan.wms.documents.outbound.pick import Taking
from yipan.wms.documents.outbound.pick_lot import Instead
from yipan.wms.documents.photo import Subject
from yipan.wms.documents.stock import bin_move
from yipan.wms.documents.stock.bin_move import Told
from yipan.wms.models import Inspection, Pick, ReceiptLine
from yipan.wms.queries.lots import list_places
from yipan.wms.rules import Shifted

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _dairy() -> None:
    goods.open_dairy()


def require_books_agree(sku: str) -> None:
    """The sum over bins and lots is the hub's figure of the site, and all is in order."""
    deliver()
    lying = sum(quantity for (it, _), quantity in list_places("W1").items() if it == sku)
    hub = sum(stock("erp", f"on_hand/W1/{status}", sku) for status in StockStatus)
    assert lying == hub
    assert compare_sites().ok
    assert all(finding.ok for finding in prove_lots())


def test_a_delivery_comes_over_short_and_damaged_in_one() -> None:
    # Milk 24, tea 10 and soap 6 are ordered; no tolerance is agreed.
    order = retailer.order(("MILK-1", 24), ("TEA-250", 10), ("SOAP-1", 6))
    deliver()
    opening = Opening(site="W1", inbound_order_number=order.inbound_order_number)
    number = receipt.open_receipt(opening=opening, by=RECEIVER, at=NOON).number

    def count(sku: str, quantity: int, **more: object) -> None:
        counting = Counting(sku=sku, quantity=quantity, **more)  # type: ignore[arg-type]
        receipt.count(number=number, counting=counting, by=RECEIVER, at=NOON)

    # The driver unloads two lots of milk; one carton is wet, and somebody takes a picture.
    count("MILK-1", 20, lot="L1", expires_on=date(2027, 6, 1))
    count("MILK-1", 5, lot="L2", expires_on=date(2027, 7, 1))
    count("MILK-1", 2, lot="L2", expires_on=date(2027, 7, 1), is_damaged=True)
    picture = b"\xff\xd8\xff\xe0 a wet carton"
    subject = Subject(site="W1", document_type="receipt", number=number, sku="MILK-1")
    photo.add(subject=subject, content=picture, by=RECEIVER, at=NOON)
    # Of the tea seven packs came, one of them another blend. No soap is on the truck.
    count("TEA-250", 6)
    count("TEA-250", 1, is_wrong=True)
    receipt.post(number=number, is_last=False, by=RECEIVER, at=NOON, message_id=make_id("truck"))
    deliver()

    # What is more than ordered is blocked, whatever lot it is of; what is damaged is set apart.
    lines = ReceiptLine.objects.filter(receipt__number=number).order_by("id")
    assert [
        (it.sku, it.lot, it.quantity_sound, it.quantity_damaged, it.quantity_blocked)
        for it in lines
    ] == [
        ("MILK-1", "L1", 20, 0, 0),
        ("MILK-1", "L2", 2, 2, 3),
        ("TEA-250", "", 6, 0, 1),
    ]
    assert stock("erp", "on_hand/W1/available", "MILK-1") == 22
    assert stock("erp", "on_hand/W1/blocked", "MILK-1") == 3
    # Three packs of tea and all the soap are still expected.
    order.refresh_from_db()
    assert order.state == "partly_received"
    require_books_agree("MILK-1")
    require_books_agree("TEA-250")


def test_first_expired_is_asked_for_and_another_lot_is_in_the_hand() -> None:
    # Two lots lie in one bin; the older one is asked for.
    goods.stock_lots(
        ("A-01-01", "MILK-1", 10, "L1", "2027-04-01"),
        ("A-01-01", "MILK-1", 10, "L2", "2027-06-01"),
    )
    sending.want("OUT-1", ("MILK-1", 6), order_type="transfer", ship_to="S1")
    one = Pick.objects.get()
    assert (one.lot, one.quantity) == ("L1", 6)

    # The picker stands before the bin, and the carton at hand is of the newer lot.
    pick.scan_bin(pick_id=one.pk, bin_code="A-01-01", by=RECEIVER, at=NOON)
    instead = Instead(bin_code="A-01-01", lot="L2")
    pick_lot.take_instead(pick_id=one.pk, instead=instead, by=RECEIVER, at=NOON)
    pick.take(pick_id=one.pk, taking=Taking(quantity=6), by=RECEIVER, at=NOON)
    done = sending.ship("OUT-1")

    # The reservation moved along, the shipment tells the lot that left, and the trail the change.
    assert done.lines.values_list("lot", "quantity", "expires_on").get() == (
        "L2",
        6,
        date(2027, 6, 1),
    )
    assert stock("wms:W1", "on_hand/A-01-01/L1/available", "MILK-1") == 10
    assert stock("wms:W1", "on_hand/A-01-01/L2/available", "MILK-1") == 4
    steps = {it.step for it in list_steps(document_type="outbound_order", number="OUT-1")}
    assert "change_lot" in steps
    require_books_agree("MILK-1")


def test_goods_put_into_the_wrong_bin_are_taken_back_and_put_away_anew() -> None:
    # A carton of milk came without a lot: it waits in quarantine, and is named by inspection.
    number = receipt.open_receipt(opening=Opening(site="W1"), by=RECEIVER, at=NOON).number
    receipt.count(number=number, counting=Counting(sku="MILK-1", quantity=12), by=RECEIVER, at=NOON)
    receipt.post(number=number, is_last=False, by=RECEIVER, at=NOON, message_id=make_id("milk"))
    inspection.decide(
        number=Inspection.objects.get().number,
        verdict=Verdict(
            quantity_passed=12, quantity_rejected=0, lot="L5", expires_on=date(2027, 5, 1)
        ),
        by=RECEIVER,
        at=NOON,
        message_id=make_id("named"),
    )
    deliver()

    # A-01-01 was proposed; the worker scans A-01-02, and notices a moment later.
    def carry(to_bin: str) -> str:
        shift = Shifted(sku="MILK-1", from_bin="RECV-01", to_bin=to_bin, quantity=12, lot="L5")
        told_of = Told(proposed_bin="A-01-01")
        return bin_move.post(
            site="W1", shifts=[shift], by=RECEIVER, at=NOON, told_of=told_of
        ).number

    wrong = carry("A-01-02")
    bin_move.reverse(number=wrong, by=RECEIVER, at=NOON)
    right = carry("A-01-01")

    # Nothing was edited: two moves and a reversal tell the whole story.
    assert stock("wms:W1", "on_hand/A-01-02/L5/available", "MILK-1") == 0
    assert stock("wms:W1", "on_hand/A-01-01/L5/available", "MILK-1") == 12
    steps = [it.step for it in list_steps(document_type="bin_move", number=wrong)]
    assert steps == ["post", "reverse"]
    assert right != wrong
    # The hub knows the site, not the bin: it heard of the receipt and the verdict alone.
    assert stock("erp", "on_hand/W1/available", "MILK-1") == 12
    require_books_agree("MILK-1")
