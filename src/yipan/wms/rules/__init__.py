"""Decisions of WMS, in plain arithmetic. An index of its modules; no code here."""

from yipan.wms.rules.receiving import (
    QUANTITY_KEYED_MAX,
    RECEIVING_BIN,
    Counted,
    Expected,
    Shifted,
    decide_receipt,
    get_account,
    get_capture_mode,
    get_inbound_state,
    get_quantity_open,
    get_quantity_room,
    get_scanned_quantity,
    post_bin_move,
    post_receipt,
    post_stock_opening,
    take_blind,
)

__all__ = [
    "QUANTITY_KEYED_MAX",
    "RECEIVING_BIN",
    "Counted",
    "Expected",
    "Shifted",
    "decide_receipt",
    "get_account",
    "get_capture_mode",
    "get_inbound_state",
    "get_quantity_open",
    "get_quantity_room",
    "get_scanned_quantity",
    "post_bin_move",
    "post_receipt",
    "post_stock_opening",
    "take_blind",
]
