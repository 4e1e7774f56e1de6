"""Buying as people do it: orders at a price, deliveries, notices, invoices."""

from __future__ import annotations

from datetime import timedelta

from tests import retailer
from tests.retailer import BUYER, CHECKER, NOON, make_id
from yipan.erp.documents.master import supplier_price
from yipan.erp.documents.master.master_record import Author
from yipan.erp.documents.purchasing import purchase_order, supplier_invoice
from yipan.erp.documents.purchasing.purchase_order import Ordered, OrderedLine
from yipan.erp.documents.purchasing.supplier_invoice import Billed, BilledLine
from yipan.erp.documents.value import valuation
from yipan.erp.models import PurchaseOrder, SupplierInvoice
from yipan.erp.queries.supplier_prices import PriceRow
from yipan.masterdata import records
from yipan.masterdata.rows import SupplierRow
from yipan.wms.documents.outbound import shipment
from yipan.wms.documents.outbound.shipment import Shipping

AUTHOR = Author(name="lin.purchaser", at=NOON)


def sell_at(*prices: tuple[str, int], supplier: str = "SUP-01", **changes: object) -> None:
    """Write a line of a price list for each SKU: minor units a piece, valid for a year by now."""
    fields: dict[str, object] = {"valid_from": NOON.date() - timedelta(days=365)}
    rows = [
        PriceRow(supplier=supplier, sku=sku, unit_cost_minor=cost, **(fields | changes))  # type: ignore[arg-type]
        for sku, cost in prices
    ]
    supplier_price.save_prices(rows, by=AUTHOR)


def allow(**terms: object) -> None:
    """Give SUP-01 other terms."""
    row = SupplierRow(code="SUP-01", name="Longjing Tea", name_zh="龙井茶业", **terms)  # type: ignore[arg-type]
    records.save_suppliers([row])


def order(
    *lines: tuple[str, int, int], supplier: str = "SUP-01", **changes: object
) -> PurchaseOrder:
    """Order so many of each SKU at a cost, have it approved and sent, and told."""
    ordered = Ordered(
        site="W1",
        supplier=supplier,
        lines=tuple(
            OrderedLine(sku=sku, quantity=quantity, unit_cost_minor=cost)
            for sku, quantity, cost in lines
        ),
        **changes,  # type: ignore[arg-type]
    )
    number = purchase_order.create(ordered=ordered, by=BUYER, at=NOON).number
    purchase_order.approve(number=number, by=CHECKER, at=NOON)
    sent = purchase_order.send(
        number=number, by=BUYER, at=NOON, message_id=make_id(f"{number} sent")
    )
    retailer.deliver()
    return sent


def receive(number: str, *counted: tuple[str, int, int], is_last: bool = False) -> None:
    """Take in at W1 what came of an order: of each SKU so many sound and so many damaged."""
    inbound = PurchaseOrder.objects.get(number=number).inbound_order_number
    retailer.receive(inbound, *counted, is_last=is_last)
    retailer.deliver()


def value() -> None:
    """Put a value on what was posted so far."""
    valuation.value_postings(at=lambda: NOON, lag=timedelta(0))


def bill(
    invoice_number: str, *lines: tuple[str, str, int, int], supplier: str = "SUP-01"
) -> SupplierInvoice:
    """Write down an invoice: of each order and SKU so many at a price."""
    billed = Billed(
        supplier=supplier,
        invoice_number=invoice_number,
        invoiced_on=NOON.date(),
        lines=tuple(
            BilledLine(
                purchase_order_number=number, sku=sku, quantity=quantity, unit_price_minor=price
            )
            for number, sku, quantity, price in lines
        ),
    )
    return supplier_invoice.create(billed=billed, by=BUYER, at=NOON)


def get(number: str) -> PurchaseOrder:
    """Return an order as it stands."""
    return PurchaseOrder.objects.get(number=number)


def ship(outbound: str, *, is_last: bool = True) -> str:
    """Let all that is picked of an outbound order leave, and tell. Return the shipment."""
    left = shipment.ship(
        shipping=Shipping(order=outbound, is_last=is_last),
        by=retailer.RECEIVER,
        at=NOON,
        message_id=make_id(f"{outbound} left"),
    )
    retailer.deliver()
    return left.number
