"""Reads of WMS. An index of its modules; no code here."""

from yipan.wms.queries.counting import (
    CountLineRow,
    CountTask,
    find_last_scans,
    get_count_task,
    list_counted,
)
from yipan.wms.queries.inbound_orders import (
    InboundDetail,
    InboundFilter,
    InboundLineRow,
    InboundRow,
    count_inbound_orders,
    get_inbound_order,
    list_inbound_orders,
)
from yipan.wms.queries.receipts import (
    ReceiptDetail,
    ReceiptFilter,
    ReceiptLineRow,
    ReceiptRow,
    find_own_draft,
    find_receiving_bin,
    get_receipt,
    get_receipt_site,
    list_receipts,
)
from yipan.wms.queries.scans import Scanned, ScanUnknown, resolve_scan
from yipan.wms.queries.stock import (
    BinStockRow,
    MoveRow,
    OpeningDetail,
    get_bin_move,
    get_opening,
    list_bin_moves,
    list_stock,
)

__all__ = [
    "BinStockRow",
    "CountLineRow",
    "CountTask",
    "InboundDetail",
    "InboundFilter",
    "InboundLineRow",
    "InboundRow",
    "MoveRow",
    "OpeningDetail",
    "ReceiptDetail",
    "ReceiptFilter",
    "ReceiptLineRow",
    "ReceiptRow",
    "ScanUnknown",
    "Scanned",
    "count_inbound_orders",
    "find_last_scans",
    "find_own_draft",
    "find_receiving_bin",
    "get_bin_move",
    "get_count_task",
    "get_inbound_order",
    "get_opening",
    "get_receipt",
    "get_receipt_site",
    "list_bin_moves",
    "list_counted",
    "list_inbound_orders",
    "list_receipts",
    "list_stock",
    "resolve_scan",
]
