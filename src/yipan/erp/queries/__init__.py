"""Reads of the ERP. An index of its modules; no code here."""

from yipan.erp.queries.openings import OpeningDetail, OpeningLineRow, get_opening
from yipan.erp.queries.purchase_orders import (
    OrderDetail,
    OrderFilter,
    OrderLineRow,
    OrderRow,
    count_orders,
    get_order,
    get_order_site,
    list_orders,
    list_quantities_on_order,
)
from yipan.erp.queries.receipts import (
    ReceiptDetail,
    ReceiptFilter,
    ReceiptLineRow,
    ReceiptRow,
    get_receipt,
    list_receipts,
    list_receipts_of_order,
)
from yipan.erp.queries.sales_issues import (
    IssueDetail,
    IssueFilter,
    IssueRow,
    get_sales_issue,
    list_sales_issues,
)

__all__ = [
    "IssueDetail",
    "IssueFilter",
    "IssueRow",
    "OpeningDetail",
    "OpeningLineRow",
    "OrderDetail",
    "OrderFilter",
    "OrderLineRow",
    "OrderRow",
    "ReceiptDetail",
    "ReceiptFilter",
    "ReceiptLineRow",
    "ReceiptRow",
    "count_orders",
    "get_opening",
    "get_order",
    "get_order_site",
    "get_receipt",
    "get_sales_issue",
    "list_orders",
    "list_quantities_on_order",
    "list_receipts",
    "list_receipts_of_order",
    "list_sales_issues",
]
