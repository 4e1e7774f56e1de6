"""What surrounds an order at a warehouse, for the walk over all addresses."""

from __future__ import annotations

from collections.abc import Mapping

from tests import retailer
from tests.retailer import BUYER, CHECKER, NOON, RECEIVER, make_id
from yipan.erp.documents.purchasing import (
    arrival_notice,
    purchase_order,
    supplier_invoice,
    supplier_return,
)
from yipan.erp.documents.purchasing.arrival_notice import Noticed, NoticedLine
from yipan.erp.documents.purchasing.purchase_order import Ordered, OrderedLine
from yipan.erp.documents.purchasing.supplier_invoice import Billed, BilledLine
from yipan.erp.documents.purchasing.supplier_return import Returned, ReturnedLine
from yipan.erp.models import ReceiptSurplus, SupplierReturnShipment
from yipan.wms.documents.inbound import receipt
from yipan.wms.documents.inbound.receipt import Opening
from yipan.wms.rules import Counted


def buy(warehouse: str) -> dict[str, str]:
    """Announce goods, receive too many of them, give some back, and be billed for them."""
    ordered = Ordered(
        site=warehouse,
        supplier="SUP-01",
        lines=(OrderedLine(sku="BAG-1", quantity=2, unit_cost_minor=100),),
    )
    number = purchase_order.create(ordered=ordered, by=BUYER, at=NOON).number
    purchase_order.approve(number=number, by=CHECKER, at=NOON)
    order = purchase_order.send(
        number=number, by=BUYER, at=NOON, message_id=make_id(f"{number} sent")
    )
    notice = arrival_notice.announce(
        noticed=Noticed(
            site=warehouse,
            supplier="SUP-01",
            lines=(NoticedLine(sku="BAG-1", quantity=2),),
        ),
        by=BUYER,
        at=NOON,
        message_id=make_id(f"{number} announced"),
    )
    retailer.deliver()
    receipt.receive(
        opening=Opening(site=warehouse, inbound_order_number=order.inbound_order_number),
        counted=[Counted(sku="BAG-1", quantity_sound=3, quantity_damaged=0)],
        is_last=False,
        by=RECEIVER,
        at=NOON,
        message_id=make_id(f"{number} came"),
    )
    retailer.deliver()
    returned = supplier_return.create(
        wanted=Returned(
            site=warehouse,
            supplier="SUP-01",
            reason="Torn.",
            lines=(ReturnedLine(sku="BAG-1", quantity=1),),
        ),
        by=BUYER,
        at=NOON,
    )
    left = SupplierReturnShipment.objects.create(
        number=f"{warehouse}-RSH-1",
        order=returned,
        site=warehouse,
        site_number="RSH-1",
        occurred_at=NOON,
        message_id=make_id(f"{warehouse} goods left"),
        created_by="wang.worker",
        created_at=NOON,
    )
    invoice = supplier_invoice.create(
        billed=Billed(
            supplier="SUP-01",
            invoice_number=f"F-{warehouse}",
            invoiced_on=NOON.date(),
            lines=(
                BilledLine(
                    purchase_order_number=number, sku="BAG-1", quantity=9, unit_price_minor=100
                ),
            ),
        ),
        by=BUYER,
        at=NOON,
    )
    return {
        "arrival-notices:number": notice.number,
        "receipt-surpluses:number": ReceiptSurplus.objects.get(site=warehouse).number,
        "supplier-returns:number": returned.number,
        "supplier-return-shipments:number": left.number,
        "supplier-invoices:number": invoice.number,
    }


def make_bodies(warehouse: str, order: str) -> Mapping[str, object]:
    """Return the bodies of the operations of purchasing."""
    goods = {"sku": "BAG-1", "quantity": 1}
    notice = {"site": warehouse, "supplier": "SUP-01", "lines": [goods]}
    return {
        "POST api/v1/purchase-orders/{number}/change": {"version": 1, "lines": [goods]},
        "POST api/v1/purchase-orders/{number}/decide-change": {"is_approved": True},
        "PUT api/v1/supplier-prices": {
            "lines": [
                {
                    "supplier": "SUP-01",
                    "sku": "BAG-1",
                    "valid_from": "2026-01-01",
                    "unit_cost_minor": 100,
                }
            ]
        },
        "PUT api/v1/purchase-limits/{role}": {"value_max_minor": 1},
        "POST api/v1/arrival-notices": notice,
        "PUT api/v1/arrival-notices/{number}": {**notice, "version": 1},
        "POST api/v1/receipt-surpluses/{number}/propose": {"outcome": "accept"},
        "POST api/v1/supplier-returns": {**notice, "reason": "Torn."},
        "POST api/v1/supplier-invoices": {
            "supplier": "SUP-01",
            "invoice_number": "F-2",
            "invoiced_on": "2026-03-02",
            "lines": [{**goods, "purchase_order_number": order, "unit_price_minor": 1}],
        },
        "POST api/v1/goods-receipts/{number}/ask-reversal": {
            "correction_reason": "did_not_occur",
            "reason": "Another one's.",
        },
    }
