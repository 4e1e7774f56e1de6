"""Builders for orders of a web shop over one warehouse and two stores."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests import retailer
from tests.retailer import CLERK, NOON, RECEIVER, make_id
from yipan.ledger.moves import Trace
from yipan.oms.documents import order as verbs
from yipan.oms.documents.order import Bought, BoughtLine
from yipan.oms.models import FulfillmentOrder
from yipan.oms.queries import orders
from yipan.oms.queries.orders import OrderDetail
from yipan.pool.policy import channels
from yipan.pool.policy.channels import Service
from yipan.pool.queries import prove_promises
from yipan.pool.queries.availability import get_stock
from yipan.pos.documents import fulfillment_leaving
from yipan.pos.documents import transfer as store_transfer
from yipan.pos.documents.fulfillment_leaving import Proof
from yipan.pos.models import StoreOrder
from yipan.proof.sites import compare_sites
from yipan.proof.transfers import prove_transfers
from yipan.wms.documents.outbound import pick, shipment
from yipan.wms.documents.outbound.pick import Taking
from yipan.wms.documents.outbound.shipment import Shipping
from yipan.wms.models import Pick

DESK = Trace(actor="mei.desk", device="office-3")


def open_shop(*, w1: int = 0, s1: int = 0, s12: int = 0, sku: str = "TEA-250") -> None:
    """Open the retailer and a web shop over all its sites, with so much of a SKU at each."""
    retailer.open_retailer()
    channels.save_group(code="ALL", name="All", sites=["W1", "S1", "S12"], by=DESK, at=NOON)
    channels.save_channel(code="web", fields={"name": "Web", "group": "ALL"}, by=DESK, at=NOON)
    for site in ("S1", "S12"):
        channels.save_service(
            service=Service(site=site, method="ship", transit_days=1), by=DESK, at=NOON
        )
    if w1:
        inbound = retailer.order((sku, w1)).inbound_order_number
        retailer.deliver()
        retailer.receive(inbound, (sku, w1, 0), is_last=True)
    for site, quantity in (("S1", s1), ("S12", s12)):
        if quantity:
            retailer.open_store(site, (sku, quantity))
    retailer.deliver()


def buy(
    *lines: tuple[str, int], external_id: str = "web-1", at: datetime = NOON, **changes: Any
) -> OrderDetail:
    """Buy something in the web shop; return the order as the desk sees it."""
    fields: dict[str, Any] = {
        "channel": "web",
        "external_id": external_id,
        "lines": tuple(
            BoughtLine(sku=sku, quantity=quantity, amount_minor=6_800 * quantity)
            for sku, quantity in lines or (("TEA-250", 2),)
        ),
        "customer_name": "Li N.",
    }
    taken = verbs.take(
        bought=Bought(**(fields | changes)),
        by=DESK,
        at=at,
        message_id=make_id(f"{external_id} taken"),
    )
    return orders.get_order(taken.number)


def look(number: str) -> OrderDetail:
    """Deliver all messages, and return the order as the desk sees it."""
    retailer.deliver()
    return orders.get_order(number)


def list_parts(detail: OrderDetail) -> list[tuple[str, str]]:
    """Return site and state of what each site does."""
    return [(part.site, part.state) for part in detail.fulfillments]


def pick_at_warehouse(number: str, quantity: int = 0) -> None:
    """Pick all open picks of an order at W1, or so much of each."""
    for each in Pick.objects.filter(order__number=number, state="open"):
        taking = Taking(quantity=quantity or each.quantity)
        pick.take(pick_id=each.pk, taking=taking, by=RECEIVER, at=NOON)


def take_in_at_store(site: str, transfer: str, *lines: tuple[str, int]) -> None:
    """Take a transfer in at a store: so much of each SKU, and that was all."""
    order = StoreOrder.objects.get(site=site, number__startswith=transfer)
    number = store_transfer.open_transfer(
        site=site, order_number=order.number, by=CLERK, at=NOON
    ).number
    for sku, quantity in lines:
        counting = store_transfer.Counting(sku=sku, quantity=quantity)
        store_transfer.count(number=number, counting=counting, by=CLERK, at=NOON)
    store_transfer.post(
        number=number, is_last=True, by=CLERK, at=NOON, message_id=make_id(f"{transfer} came")
    )


def pick_short(number: str, quantity: int) -> None:
    """Find only so much where the whole of an order should lie at W1."""
    each = Pick.objects.get(order__number=number, state="open")
    pick.short(
        pick_id=each.pk,
        taking=Taking(quantity=quantity),
        by=RECEIVER,
        at=NOON,
        message_id=make_id(f"{number} short"),
    )


def ship_from_warehouse(number: str, *, is_last: bool = False) -> str:
    """Let what is picked leave W1; return the number of the shipment."""
    shipping = Shipping(order=number, is_last=is_last, tracking="SF123")
    left = shipment.ship(
        shipping=shipping,
        by=RECEIVER,
        at=NOON,
        message_id=make_id(f"{number} left {is_last}"),
    )
    return left.number


def hand_over(number: str) -> None:
    """Give a staged order to a customer who says the code."""
    code = FulfillmentOrder.objects.get(number=number).pickup_code
    fulfillment_leaving.hand_over(
        number=number,
        proof=Proof(code=code),
        by=CLERK,
        at=NOON,
        message_id=make_id(f"{number} handed over"),
    )


def hub(site: str, sku: str = "TEA-250") -> tuple[int, int]:
    """Return what the hub has of a SKU at a site: available and reserved."""
    found = get_stock(site=site, sku=sku)
    return found["available"], found["reserved"]  # type: ignore[index]


def prove() -> None:
    """Prove that reserved is what open promises say, and that hub and sites agree."""
    for finding in (prove_promises(), compare_sites(), prove_transfers()):
        assert finding.ok, finding.detail
