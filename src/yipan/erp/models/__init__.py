"""Index of the tables of this context, for Django to find. No code here."""

from yipan.erp.models.goods_receipt import GoodsReceipt, GoodsReceiptLine
from yipan.erp.models.purchase_order import PurchaseOrder, PurchaseOrderLine
from yipan.erp.models.sales_issue import SalesIssue
from yipan.erp.models.stock_opening import StockOpening

__all__ = [
    "GoodsReceipt",
    "GoodsReceiptLine",
    "PurchaseOrder",
    "PurchaseOrderLine",
    "SalesIssue",
    "StockOpening",
]
