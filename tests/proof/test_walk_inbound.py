"""Goal: buying holds in any order: ordered, changed, received, reversed, canceled, heard late."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests import retailer
from tests.proof.walking import FEW, FIRST, HANDS, NUMBERS, SECOND, Walk, choose, walk
from yipan.erp.documents.purchasing import (
    purchase_change,
    purchase_order,
    receipt_reversal,
    receipt_surplus,
)
from yipan.erp.documents.purchasing.purchase_order import Ordered, OrderedLine
from yipan.erp.models import GoodsReceipt, PurchaseOrder, ReceiptSurplus
from yipan.wms.documents.inbound import inspection, receipt
from yipan.wms.documents.inbound import receipt_reversal as at_the_dock
from yipan.wms.documents.inbound.inspection import Verdict
from yipan.wms.documents.inbound.receipt import Opening
from yipan.wms.models import InboundOrder, Inspection, Receipt
from yipan.wms.rules import Counted

pytestmark = pytest.mark.django_db

SKUS = st.sampled_from(["TEA-250", "SOAP-1"])


class Buying(Walk):
    """A purchaser, a controller and the dock of one warehouse."""

    @rule(sku=SKUS, quantity=FEW, supplier=st.sampled_from(["SUP-01", "SUP-02"]))
    def order(self, sku: str, quantity: int, supplier: str) -> None:
        lines = (OrderedLine(sku=sku, quantity=quantity),)
        ordered = Ordered(site="W1", supplier=supplier, lines=lines)
        made = self.take(purchase_order.create, ordered=ordered, by=FIRST)
        if made is not None:
            self.take(purchase_order.approve, number=made.number, by=SECOND)
            self.take(purchase_order.send, number=made.number, by=FIRST, message_id=self.new_id())

    @rule(which=NUMBERS, step=st.sampled_from(["cancel", "close_short"]))
    def end_order(self, which: int, step: str) -> None:
        order = choose(PurchaseOrder.objects.order_by("id"), which)
        if order is not None:
            verb = purchase_order.cancel if step == "cancel" else purchase_order.close_short
            self.take(verb, number=order.number, by=FIRST, message_id=self.new_id())

    @rule(which=NUMBERS, sku=SKUS, quantity=FEW)
    def change(self, which: int, sku: str, quantity: int) -> None:
        order = choose(PurchaseOrder.objects.order_by("id"), which)
        if order is not None:
            lines = (OrderedLine(sku=sku, quantity=quantity),)
            self.take(
                purchase_change.propose,
                number=order.number,
                wanted=purchase_change.Wanted(lines=lines, expected_on=None),
                version=order.version,
                by=FIRST,
                message_id=self.new_id(),
            )

    @rule(which=NUMBERS, is_approved=st.booleans())
    def decide_change(self, which: int, *, is_approved: bool) -> None:
        order = choose(PurchaseOrder.objects.filter(changes__state="proposed"), which)
        if order is not None:
            self.take(
                purchase_change.decide,
                number=order.number,
                is_approved=is_approved,
                by=SECOND,
                message_id=self.new_id(),
            )

    @rule(
        which=NUMBERS,
        sku=SKUS,
        sound=st.integers(0, 12),
        damaged=st.integers(0, 2),
        is_last=st.booleans(),
    )
    def receive(self, which: int, sku: str, sound: int, damaged: int, *, is_last: bool) -> None:
        order = choose(InboundOrder.objects.order_by("id"), which)
        if order is not None:
            self.take(
                receipt.receive,
                opening=Opening(site="W1", inbound_order_number=order.number),
                counted=[Counted(sku=sku, quantity_sound=sound, quantity_damaged=damaged)],
                is_last=is_last,
                by=HANDS,
                message_id=self.new_id(),
            )

    @rule(which=NUMBERS)
    def reverse(self, which: int) -> None:
        done = choose(Receipt.objects.order_by("id"), which)
        if done is not None:
            self.take(at_the_dock.reverse, number=done.number, by=HANDS, message_id=self.new_id())

    @rule(which=NUMBERS)
    def ask_reversal(self, which: int) -> None:
        heard = choose(GoodsReceipt.objects.order_by("id"), which)
        if heard is not None:
            self.take(receipt_reversal.ask, number=heard.number, by=FIRST, message_id=self.new_id())

    @rule(which=NUMBERS, passed=st.integers(0, 9), rejected=st.integers(0, 9))
    def inspect(self, which: int, passed: int, rejected: int) -> None:
        found = choose(Inspection.objects.order_by("id"), which)
        if found is not None:
            verdict = Verdict(quantity_passed=passed, quantity_rejected=rejected)
            self.take(
                inspection.decide,
                number=found.number,
                verdict=verdict,
                by=HANDS,
                message_id=self.new_id(),
            )

    @rule(which=NUMBERS, outcome=st.sampled_from(["accept", "return", "approve", "reject"]))
    def settle_surplus(self, which: int, outcome: str) -> None:
        more = choose(ReceiptSurplus.objects.order_by("id"), which)
        if more is None:
            return
        if outcome == "approve":
            self.take(
                receipt_surplus.approve,
                number=more.number,
                roles=["finance", "inventory_controller", "purchaser"],
                by=SECOND,
                message_id=self.new_id(),
            )
        elif outcome == "reject":
            self.take(receipt_surplus.reject, number=more.number, by=SECOND)
        else:
            self.take(receipt_surplus.propose, number=more.number, outcome=outcome, by=FIRST)


def test_buying_holds_in_any_order() -> None:
    retailer.open_retailer()

    walk(Buying, examples=30, steps=30)
