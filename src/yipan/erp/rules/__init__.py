"""Rules of the ERP: which document moves stock from where to where, and what it is worth.

An index of its modules; no code here. Nothing in them reads the database or the clock, so every
rule can be tried out with plain numbers, and by somebody who reads no Django.
"""

from yipan.erp.rules.goods_receipt import (
    ORDER_NOT_OPEN,
    ORDER_UNKNOWN,
    SKU_NOT_ORDERED,
    TOLERANCE_EXCEEDED,
    LineProgress,
    Warned,
    find_receipt_warnings,
    get_order_state,
    get_quantity_allowed,
    get_quantity_open,
    get_reopened_state,
    is_enough,
    post_goods_receipt,
    receive_lines,
    take_back_lines,
)
from yipan.erp.rules.numbering import (
    get_hub_number,
)
from yipan.erp.rules.sales_issue import (
    post_sales_issue,
)
from yipan.erp.rules.stock_opening import (
    post_stock_opening,
)

__all__ = [
    "ORDER_NOT_OPEN",
    "ORDER_UNKNOWN",
    "SKU_NOT_ORDERED",
    "TOLERANCE_EXCEEDED",
    "LineProgress",
    "Warned",
    "find_receipt_warnings",
    "get_hub_number",
    "get_order_state",
    "get_quantity_allowed",
    "get_quantity_open",
    "get_reopened_state",
    "is_enough",
    "post_goods_receipt",
    "post_sales_issue",
    "post_stock_opening",
    "receive_lines",
    "take_back_lines",
]
