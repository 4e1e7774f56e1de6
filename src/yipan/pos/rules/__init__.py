"""Decisions of POS, in plain arithmetic. An index of its modules; no code here."""

from yipan.pos.rules.tickets import (
    QUANTITY_KEYED_MAX,
    QUANTITY_TOLD_MAX,
    SHOP_FLOOR,
    correct_time,
    get_account,
    get_hub_number,
    get_ticket_digest,
    get_ticket_number,
    get_ticket_type,
    post_stock_opening,
    post_ticket,
)
from yipan.pos.rules.transfers import (
    BACKROOM,
    PLACES,
    Asked,
    Moved,
    get_missing,
    get_scanned_quantity,
    post_place_move,
    post_transfer_receipt,
    post_transfer_shipment,
)

__all__ = [
    "BACKROOM",
    "PLACES",
    "QUANTITY_KEYED_MAX",
    "QUANTITY_TOLD_MAX",
    "SHOP_FLOOR",
    "Asked",
    "Moved",
    "correct_time",
    "get_account",
    "get_hub_number",
    "get_missing",
    "get_scanned_quantity",
    "get_ticket_digest",
    "get_ticket_number",
    "get_ticket_type",
    "post_place_move",
    "post_stock_opening",
    "post_ticket",
    "post_transfer_receipt",
    "post_transfer_shipment",
]
