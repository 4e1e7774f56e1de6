"""Index of the tables of this context, for Django to find. No code here."""

from yipan.erp.models.adjustment import Adjustment, AdjustmentLine
from yipan.erp.models.allocation import Allocation, AllocationLine
from yipan.erp.models.arrival_notice import ArrivalNotice, ArrivalNoticeLine
from yipan.erp.models.cash_move import CashMove
from yipan.erp.models.customer_return import CustomerReturn, ReturnedGoods
from yipan.erp.models.day_close import DayClose
from yipan.erp.models.goods_receipt import GoodsReceipt, GoodsReceiptLine
from yipan.erp.models.limit_change import LimitChange
from yipan.erp.models.period import AccountingPeriod
from yipan.erp.models.purchase_change import PurchaseChange, PurchaseLimit
from yipan.erp.models.purchase_order import PurchaseOrder, PurchaseOrderLine
from yipan.erp.models.receipt_surplus import ReceiptSurplus
from yipan.erp.models.replenishment_request import ReplenishmentRequest
from yipan.erp.models.sales_issue import SalesIssue
from yipan.erp.models.stock_opening import StockOpening
from yipan.erp.models.supplier_invoice import SupplierInvoice, SupplierInvoiceLine
from yipan.erp.models.supplier_price import SupplierPrice
from yipan.erp.models.supplier_return import (
    SupplierReturn,
    SupplierReturnLine,
    SupplierReturnShipment,
)
from yipan.erp.models.transfer_difference import (
    TransferDifference,
    TransferDifferenceLine,
    TransferSettlement,
)
from yipan.erp.models.transfer_order import (
    TransferOrder,
    TransferOrderLine,
    TransferReceipt,
    TransferReceiptLine,
    TransferShipment,
    TransferShipmentLine,
    TransferShortage,
)
from yipan.erp.models.valuation import (
    EntitySite,
    LandedCost,
    LegalEntity,
    TrueUp,
    ValuationMark,
    ValuedPlace,
    ValueState,
)

__all__ = [
    "AccountingPeriod",
    "Adjustment",
    "AdjustmentLine",
    "Allocation",
    "AllocationLine",
    "ArrivalNotice",
    "ArrivalNoticeLine",
    "CashMove",
    "CustomerReturn",
    "DayClose",
    "EntitySite",
    "GoodsReceipt",
    "GoodsReceiptLine",
    "LandedCost",
    "LegalEntity",
    "LimitChange",
    "PurchaseChange",
    "PurchaseLimit",
    "PurchaseOrder",
    "PurchaseOrderLine",
    "ReceiptSurplus",
    "ReplenishmentRequest",
    "ReturnedGoods",
    "SalesIssue",
    "StockOpening",
    "SupplierInvoice",
    "SupplierInvoiceLine",
    "SupplierPrice",
    "SupplierReturn",
    "SupplierReturnLine",
    "SupplierReturnShipment",
    "TransferDifference",
    "TransferDifferenceLine",
    "TransferOrder",
    "TransferOrderLine",
    "TransferReceipt",
    "TransferReceiptLine",
    "TransferSettlement",
    "TransferShipment",
    "TransferShipmentLine",
    "TransferShortage",
    "TrueUp",
    "ValuationMark",
    "ValueState",
    "ValuedPlace",
]
