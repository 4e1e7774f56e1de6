"""Goal: goods between sites hold in any order: sent, short, reversed, damaged, settled, closed."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests import retailer
from tests.proof.walking import FEW, FIRST, HANDS, NUMBERS, SECOND, Walk, choose, walk
from tests.wms import sending
from yipan.erp.documents.transfers import transfer_difference, transfer_order
from yipan.erp.documents.transfers.transfer_difference import SettledLine
from yipan.erp.documents.transfers.transfer_order import Transferred, TransferredLine
from yipan.erp.models import TransferDifference, TransferOrder
from yipan.erp.models.transfer_difference import TransferOutcome
from yipan.pos.documents import transfer_reversal, transfer_whole
from yipan.pos.documents.transfer_whole import Whole
from yipan.pos.models import StoreOrder, StoreTransfer
from yipan.pos.rules.transfers import Moved
from yipan.wms.documents.inbound import receipt, receipt_reversal
from yipan.wms.documents.inbound.receipt import Opening
from yipan.wms.documents.outbound import pick, shipment
from yipan.wms.documents.outbound.pick import Taking
from yipan.wms.documents.outbound.shipment import Shipping
from yipan.wms.models import InboundOrder, OutboundOrder, Pick, Receipt, Shipment
from yipan.wms.rules import Counted

pytestmark = pytest.mark.django_db

SITES = ("W1", "S1", "S12")


class Moving(Walk):
    """The office, a warehouse and two stores."""

    @rule(way=st.permutations(SITES), quantity=FEW)
    def order(self, way: list[str], quantity: int) -> None:
        lines = (TransferredLine(sku="TEA-250", quantity=quantity),)
        wanted = Transferred(from_site=way[0], to_site=way[1], lines=lines)
        made = self.take(transfer_order.create, wanted=wanted, by=FIRST)
        if made is not None:
            self.take(transfer_order.approve, number=made.number, by=SECOND)
            self.take(
                transfer_order.release, number=made.number, by=FIRST, message_id=self.new_id()
            )

    @rule(which=NUMBERS, is_close=st.booleans())
    def end_order(self, which: int, *, is_close: bool) -> None:
        order = choose(TransferOrder.objects.order_by("id"), which)
        if order is not None:
            verb = transfer_order.close if is_close else transfer_order.cancel
            self.take(verb, number=order.number, by=FIRST, message_id=self.new_id())

    @rule(which=NUMBERS, quantity=st.integers(0, 9), is_short=st.booleans())
    def pick(self, which: int, quantity: int, *, is_short: bool) -> None:
        one = choose(Pick.objects.filter(state="open").order_by("id"), which)
        if one is None:
            return
        taking = Taking(quantity=min(quantity, one.quantity))
        if is_short:
            self.take(pick.short, pick_id=one.pk, taking=taking, by=HANDS, message_id=self.new_id())
        else:
            self.take(pick.take, pick_id=one.pk, taking=taking, by=HANDS)

    @rule(which=NUMBERS)
    def put_back(self, which: int) -> None:
        one = choose(Pick.objects.exclude(state="open").order_by("id"), which)
        if one is not None:
            self.take(pick.undo, pick_ids=[one.pk], by=HANDS)

    @rule(which=NUMBERS, is_last=st.booleans())
    def ship(self, which: int, *, is_last: bool) -> None:
        order = choose(OutboundOrder.objects.order_by("id"), which)
        if order is not None:
            self.take(
                shipment.ship,
                shipping=Shipping(order=order.number, is_last=is_last),
                by=HANDS,
                message_id=self.new_id(),
            )

    @rule(which=NUMBERS)
    def unship(self, which: int) -> None:
        left = choose(Shipment.objects.order_by("id"), which)
        if left is not None:
            self.take(shipment.reverse, number=left.number, by=HANDS, message_id=self.new_id())

    @rule(
        which=NUMBERS,
        sound=st.integers(0, 9),
        damaged=st.integers(0, 2),
        is_last=st.booleans(),
    )
    def move_at_store(self, which: int, sound: int, damaged: int, *, is_last: bool) -> None:
        order = choose(StoreOrder.objects.order_by("id"), which)
        if order is not None:
            moved = Moved(sku="TEA-250", quantity=sound, quantity_damaged=damaged)
            whole = Whole(
                site=order.site, order_number=order.number, lines=[moved], is_last=is_last
            )
            self.take(transfer_whole.move, whole=whole, by=HANDS, message_id=self.new_id())

    @rule(which=NUMBERS)
    def undo_at_store(self, which: int) -> None:
        done = choose(StoreTransfer.objects.order_by("id"), which)
        if done is not None:
            self.take(
                transfer_reversal.reverse,
                number=done.number,
                by=HANDS,
                message_id=self.new_id(),
            )

    @rule(which=NUMBERS, sound=st.integers(0, 9), is_last=st.booleans())
    def receive(self, which: int, sound: int, *, is_last: bool) -> None:
        order = choose(InboundOrder.objects.order_by("id"), which)
        if order is not None:
            self.take(
                receipt.receive,
                opening=Opening(site="W1", inbound_order_number=order.number),
                counted=[Counted(sku="TEA-250", quantity_sound=sound, quantity_damaged=0)],
                is_last=is_last,
                by=HANDS,
                message_id=self.new_id(),
            )

    @rule(which=NUMBERS)
    def undo_receipt(self, which: int) -> None:
        done = choose(Receipt.objects.order_by("id"), which)
        if done is not None:
            self.take(
                receipt_reversal.reverse, number=done.number, by=HANDS, message_id=self.new_id()
            )

    @rule(which=NUMBERS, quantity=FEW, outcome=st.sampled_from(TransferOutcome.values))
    def settle(self, which: int, quantity: int, outcome: str) -> None:
        missing = choose(TransferDifference.objects.order_by("id"), which)
        if missing is not None:
            self.take(
                transfer_difference.settle,
                number=missing.number,
                lines=[SettledLine(sku="TEA-250", quantity=quantity, outcome=outcome)],
                reference="R-1",
                by=FIRST,
            )


def test_goods_between_sites_hold_in_any_order() -> None:
    retailer.open_retailer()
    sending.stock_bins(("A-01-01", "TEA-250", 20), ("A-01-02", "TEA-250", 4))
    retailer.open_store("S1", ("TEA-250", 9))
    retailer.open_store("S12", ("TEA-250", 9))
    retailer.deliver()

    walk(Moving, examples=30, steps=30)
