"""Goal: orders of a shop hold in any order of what shoppers, sites and registers do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.oms import ordering
from tests.proof.walking import FEW, FIRST, HANDS, NUMBERS, Walk, choose, walk
from tests.retailer import NOON
from tests.wms import sending
from yipan.messages.till import TicketLine
from yipan.messages.wms import Parcel
from yipan.oms import tasks as oms
from yipan.oms.documents import order, order_change, order_return, pickup_moving
from yipan.oms.documents.order import Bought, BoughtLine
from yipan.oms.documents.order_return import Announced, BroughtBack
from yipan.oms.documents.pickup_moving import Instead
from yipan.oms.models import ChannelOrder, FulfillmentOrder
from yipan.pos.documents import fulfillment, fulfillment_leaving, fulfillment_picking, register
from yipan.pos.documents.fulfillment_leaving import Proof
from yipan.pos.documents.fulfillment_picking import Scan
from yipan.pos.documents.register import Sale
from yipan.pos.models import StoreFulfillment
from yipan.wms.documents.outbound import pick, shipment
from yipan.wms.documents.outbound.pick import Taking
from yipan.wms.documents.outbound.shipment import Shipping
from yipan.wms.models import OutboundOrder, Pick, Shipment

pytestmark = pytest.mark.django_db

STORES = ("S1", "S12")


class Trading(Walk):
    """Shoppers, the service desk, a warehouse, two stores and their registers."""

    @rule(quantity=FEW, site=st.sampled_from(("", *STORES)), may_wait=st.booleans())
    def buy(self, quantity: int, site: str, *, may_wait: bool) -> None:
        message_id = self.new_id()
        bought = Bought(
            channel="web",
            external_id=f"web-{message_id}",
            lines=(BoughtLine(sku="TEA-250", quantity=quantity, amount_minor=6_800 * quantity),),
            method="pickup" if site else "ship",
            pickup_site=site,
            may_wait=may_wait,
        )
        self.take(order.take, bought=bought, by=FIRST, message_id=message_id)

    @rule(which=NUMBERS, step=st.sampled_from(("cancel", "source", "send_elsewhere")))
    def step_order(self, which: int, step: str) -> None:
        found = choose(ChannelOrder.objects.order_by("id"), which)
        if found is not None:
            verb = getattr(order, step)
            self.take(verb, number=found.number, by=FIRST, message_id=self.new_id())

    @rule(which=NUMBERS, left=st.integers(0, 8))
    def reduce(self, which: int, left: int) -> None:
        found = choose(ChannelOrder.objects.order_by("id"), which)
        if found is not None:
            self.take(
                order_change.reduce,
                number=found.number,
                wanted={1: left},
                by=FIRST,
                message_id=self.new_id(),
            )

    @rule(which=NUMBERS, site=st.sampled_from(STORES))
    def move_pickup(self, which: int, site: str) -> None:
        found = choose(ChannelOrder.objects.order_by("id"), which)
        if found is not None:
            self.take(
                pickup_moving.move,
                number=found.number,
                instead=Instead(site=site),
                by=FIRST,
                message_id=self.new_id(),
            )

    @rule(which=NUMBERS, quantity=st.integers(0, 9), is_short=st.booleans())
    def pick_at_warehouse(self, which: int, quantity: int, *, is_short: bool) -> None:
        one = choose(Pick.objects.filter(state="open").order_by("id"), which)
        if one is None:
            return
        taking = Taking(quantity=min(quantity, one.quantity))
        if is_short:
            self.take(pick.short, pick_id=one.pk, taking=taking, by=HANDS, message_id=self.new_id())
        else:
            self.take(pick.take, pick_id=one.pk, taking=taking, by=HANDS)

    @rule(which=NUMBERS, is_last=st.booleans())
    def ship(self, which: int, *, is_last: bool) -> None:
        found = choose(OutboundOrder.objects.order_by("id"), which)
        if found is not None:
            self.take(
                shipment.ship,
                shipping=Shipping(order=found.number, is_last=is_last),
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
        step=st.sampled_from(("accept", "reject", "finish", "stage", "hand_over", "ship", "back")),
    )
    def work_at_store(self, which: int, step: str) -> None:
        found = choose(StoreFulfillment.objects.order_by("id"), which)
        if found is None:
            return
        given = {"number": found.number, "by": HANDS, "message_id": self.new_id()}
        if step == "accept":
            self.take(fulfillment.accept, **given)
        elif step == "reject":
            self.take(fulfillment.reject, reason="not_found", **given)
        elif step == "finish":
            self.take(fulfillment_picking.finish, **given)
        elif step == "stage":
            self.take(fulfillment_picking.stage, shelf="P-03", **given)
        elif step == "hand_over":
            told = FulfillmentOrder.objects.get(number=found.number)
            self.take(fulfillment_leaving.hand_over, proof=Proof(code=told.pickup_code), **given)
        elif step == "ship":
            self.take(
                fulfillment_leaving.ship,
                parcels=[Parcel(sscc=f"{which:018d}", carrier="SF", tracking="1")],
                **given,
            )
        else:
            self.take(fulfillment_leaving.put_back, statuses={}, **given)

    @rule(which=NUMBERS, quantity=FEW)
    def pick_at_store(self, which: int, quantity: int) -> None:
        found = choose(StoreFulfillment.objects.order_by("id"), which)
        if found is not None:
            scan = Scan(sku="TEA-250", quantity=quantity)
            self.take(fulfillment_picking.pick, number=found.number, scan=scan, by=HANDS)

    @rule(site=st.sampled_from(STORES), quantity=st.integers(-2, 9).filter(bool))
    def sell(self, site: str, quantity: int) -> None:
        line = TicketLine(line=1, sku="TEA-250", quantity=quantity, amount_minor=6_800 * quantity)
        sale = Sale(message_id=self.new_id(), lines=(line,))
        self.take(register.close_ticket, site=site, till_code=f"{site}-1", sale=sale, by=HANDS)

    @rule(which=NUMBERS, quantity=FEW)
    def announce_return(self, which: int, quantity: int) -> None:
        found = choose(ChannelOrder.objects.order_by("id"), which)
        if found is not None:
            back = Announced(
                order=found.number, lines=(BroughtBack(sku="TEA-250", quantity=quantity),)
            )
            self.take(order_return.announce, announced=back, by=FIRST)

    @rule(later=st.integers(0, 240))
    def clock(self, later: int) -> None:
        at = NOON + timedelta(hours=later)
        oms.source_backorders(at=at)
        oms.send_uncovered_elsewhere(at=at)
        fulfillment.reject_overdue(at=at)
        fulfillment_leaving.expire_due(at=at)


def test_orders_hold_in_any_order() -> None:
    ordering.open_shop(s1=6, s12=6)
    sending.stock_bins(("A-01-01", "TEA-250", 12))

    walk(Trading, examples=30, steps=30)
