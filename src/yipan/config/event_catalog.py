"""Which steps of which documents others may hear of: every one there is, on one page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

#: System and document type to the steps it takes, in the order of its life.
EVENTS: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    # The hub
    ("erp", "purchase_order"): (
        "create", "edit", "approve", "send", "propose", "change", "receive", "cancel",
        "close_short",
    ),
    ("erp", "goods_receipt"): ("post", "match", "ask_reversal", "reverse"),
    ("erp", "sales_issue"): ("post",),
    ("erp", "stock_opening"): ("post", "reverse"),
    ("erp", "transfer_order"): (
        "create", "edit", "approve", "release", "short", "ship", "receive", "excess", "reverse",
        "cancel", "close",
    ),
    ("erp", "transfer_shipment"): ("post", "reverse"),
    ("erp", "transfer_receipt"): ("post", "reverse"),
    ("erp", "transfer_difference"): ("create", "assign", "settle", "close"),
    ("erp", "allocation"): ("create", "release", "cancel"),
    ("erp", "adjustment"): (
        "create", "submit", "approve", "reject", "recount", "cancel", "post",
        "reverse",
    ),
    ("erp", "limit_change"): ("create", "approve", "reject", "cancel"),
    ("erp", "cash_move"): ("post",),
    ("erp", "replenishment_request"): ("record", "order", "reject"),
    ("erp", "landed_cost"): ("create", "post", "cancel"),
    ("erp", "true_up"): ("post",),
    ("erp", "accounting_period"): ("close", "ask_reopen", "reopen", "keep_closed"),
    ("erp", "purchase_limit"): ("edit",),
    ("erp", "arrival_notice"): ("announce", "receive", "cancel"),
    ("erp", "receipt_surplus"): ("create", "propose", "approve", "reject", "cancel"),
    ("erp", "supplier_return"): ("create", "approve", "release", "ship", "close", "cancel"),
    ("erp", "supplier_return_shipment"): ("post", "reverse"),
    ("erp", "supplier_invoice"): ("create", "match", "approve", "cancel"),
    ("erp", "supplier_price"): ("create",),
    ("erp", "customer_return"): ("claim", "release", "refund"),
    ("erp", "calendar"): ("create", "open", "close"),
    ("erp", "promotion"): ("create", "edit"),
    ("erp", "sku"): ("create", "edit"),
    ("erp", "site"): ("create", "edit"),
    ("erp", "bin"): ("create", "edit"),
    ("erp", "supplier"): ("create", "edit"),
    ("erp", "customer"): ("create", "edit"),
    # The pool, and order management
    ("pool", "channel"): ("edit",),
    ("pool", "site_group"): ("edit",),
    ("pool", "site_service"): ("edit",),
    ("pool", "site_hours"): ("edit",),
    ("pool", "bundle"): ("edit",),
    ("pool", "selling_rule"): ("create", "close"),
    ("oms", "channel_order"): ("create", "source", "edit", "reschedule", "cancel"),
    ("oms", "fulfillment_order"): (
        "release", "accept", "pick", "stage", "short", "reject", "ship", "arrive", "reverse",
        "ask_cancel", "cancel",
    ),
    ("oms", "order_return"): ("announce", "receive", "refund", "cancel"),
    # Channels
    ("channels", "publication"): ("create", "edit", "send_again"),
    ("channels", "webhook"): ("create", "edit", "open", "close", "cancel", "send", "send_again"),
    # Warehouses
    ("wms", "inbound_order"): ("release", "change", "arrive", "receive", "reverse", "cancel"),
    ("wms", "expected_arrival"): ("announce", "cancel"),
    ("wms", "receipt"): ("name_lot", "post", "match", "reverse", "cancel"),
    ("wms", "inspection"): ("create", "hold", "pass", "reject", "cancel"),
    ("wms", "bin_move"): ("post", "reverse"),
    ("wms", "kit_work"): ("post", "reverse"),
    ("wms", "stock_opening"): ("post", "reverse"),
    ("wms", "outbound_order"): (
        "release", "reserve", "change_lot", "expire", "short", "over", "pack", "unpack", "ship",
        "reverse", "close", "cancel",
    ),
    ("wms", "shipment"): ("post", "reverse"),
    ("wms", "wave"): ("create", "release", "cancel"),
    ("wms", "parcel"): ("create", "pack", "bind", "stack", "unpack"),
    ("wms", "load"): ("create", "depart", "cancel"),
    ("wms", "move_task"): ("create", "move", "cancel"),
    ("wms", "spot_count"): ("create",),
    ("wms", "stocktake"): (
        "create", "start", "assign", "take_back", "count", "recount", "explain", "submit",
        "approve", "reject", "post", "offset", "cancel",
    ),
    ("wms", "adjustment"): ("submit", "approve", "reject", "recount", "post", "reverse", "cancel"),
    # Differences
    ("recon", "case"): (
        "create", "assign", "choose", "heal", "propose", "submit", "refuse", "correct", "offset",
        "close", "undo", "reopen",
    ),
    ("planning", "proposal"): (
        "create", "edit", "choose", "approve", "refuse", "withdraw", "order", "close",
    ),
    ("planning", "plan_run"): ("create", "close", "cancel"),
    ("planning", "policy_layer"): ("create", "edit", "cancel"),
    ("planning", "backtest"): ("create",),
    ("planning", "demand_history"): ("create",),
    # Stores
    ("pos", "ticket"): ("post", "reverse"),
    ("pos", "stock_opening"): ("post", "reverse"),
    ("pos", "store_order"): ("release", "receive", "ship", "reverse", "cancel"),
    ("pos", "store_transfer"): ("post", "reverse", "cancel"),
    ("pos", "place_move"): ("post",),
    ("pos", "stocktake"): (
        "create", "start", "assign", "take_back", "count", "recount", "explain", "submit",
        "approve", "reject", "post", "offset", "cancel",
    ),
    ("pos", "store_adjustment"): ("submit", "reject", "post", "reverse"),
    ("pos", "store_fulfillment"): (
        "release", "accept", "reject", "pick", "stage", "hand_over", "ship", "expire", "put_back",
        "cancel",
    ),
    ("pos", "store_count"): ("open", "count"),
    ("pos", "store_difference"): ("open", "count", "settle"),
    ("pos", "store_request"): ("submit", "ordered", "rejected"),
    ("pos", "store_day"): ("open", "seal", "tell_again", "send_again", "close", "differ"),
}  # fmt: skip
