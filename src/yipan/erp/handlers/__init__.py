"""What the ERP does when it hears something."""

from yipan.erp.handlers.changing import (
    book_adjustment,
    book_goods_inspected,
    book_status_changed,
    take_adjustment,
)
from yipan.erp.handlers.planned import buy_planned, move_planned
from yipan.erp.handlers.receiving import (
    book_customer_return,
    book_goods_received,
    book_opening_reversed,
    book_receipt_reversed,
    book_stock_opened,
    book_store_receipt,
    book_store_receipt_reversed,
    match_receipt,
)
from yipan.erp.handlers.sending import (
    book_hand_over,
    book_order_shipments,
    book_shipment_reversed,
    book_store_shipment,
    book_warehouse_shipments,
    cancel_store_delivery,
    follow_outbound,
    note_shortage,
    order_store_delivery,
)
from yipan.erp.handlers.stores import (
    answer_day,
    book_cash,
    book_tickets,
    compare_digest,
    take_replenishment_request,
)

__all__ = [
    "answer_day",
    "book_adjustment",
    "book_cash",
    "book_customer_return",
    "book_goods_inspected",
    "book_goods_received",
    "book_hand_over",
    "book_opening_reversed",
    "book_order_shipments",
    "book_receipt_reversed",
    "book_shipment_reversed",
    "book_status_changed",
    "book_stock_opened",
    "book_store_receipt",
    "book_store_receipt_reversed",
    "book_store_shipment",
    "book_tickets",
    "book_warehouse_shipments",
    "buy_planned",
    "cancel_store_delivery",
    "compare_digest",
    "follow_outbound",
    "match_receipt",
    "move_planned",
    "note_shortage",
    "order_store_delivery",
    "take_adjustment",
    "take_replenishment_request",
]
