"""Reads of the ERP. An index of its modules; no code here."""

from yipan.erp.queries.arrival_notices import (
    NoticeFilter,
    NoticeRow,
    get_notice,
    list_notices,
)
from yipan.erp.queries.openings import OpeningDetail, OpeningLineRow, get_opening
from yipan.erp.queries.purchase_orders import (
    OrderDetail,
    OrderFilter,
    OrderLineRow,
    OrderRow,
    count_orders,
    get_order,
    get_order_site,
    list_on_order,
    list_orders,
    list_quantities_on_order,
)
from yipan.erp.queries.receipt_surpluses import (
    SurplusFilter,
    SurplusRow,
    get_surplus,
    list_surpluses,
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
from yipan.erp.queries.supplier_invoices import (
    InvoiceFilter,
    InvoiceRow,
    get_invoice,
    list_invoices,
)
from yipan.erp.queries.supplier_returns import (
    ReturnFilter,
    ReturnRow,
    get_return,
    list_return_shipments,
    list_returns,
)

__all__ = [
    "InvoiceFilter",
    "InvoiceRow",
    "IssueDetail",
    "IssueFilter",
    "IssueRow",
    "NoticeFilter",
    "NoticeRow",
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
    "ReturnFilter",
    "ReturnRow",
    "SurplusFilter",
    "SurplusRow",
    "count_orders",
    "get_invoice",
    "get_notice",
    "get_opening",
    "get_order",
    "get_order_site",
    "get_receipt",
    "get_return",
    "get_sales_issue",
    "get_surplus",
    "list_invoices",
    "list_notices",
    "list_on_order",
    "list_orders",
    "list_quantities_on_order",
    "list_receipts",
    "list_receipts_of_order",
    "list_return_shipments",
    "list_returns",
    "list_sales_issues",
    "list_surpluses",
]
