"""What colors and signs stand for: books, stock statuses, states of documents.

Every code has one label and one tone, named here and nowhere else. Tones are classes of
the style sheet (`tone-wms`, `tone-good`).
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, kw_only=True, slots=True)
class BookMark:
    """How a kind of book is shown: two letters, a name, a tone."""

    letters: str
    label: str | Promise
    tone: str


#: Kind of book, the part before the colon, to its mark.
BOOKS = {
    "erp": BookMark(letters="ER", label=_("ERP hub book"), tone="erp"),
    "wms": BookMark(letters="WM", label=_("Warehouse book"), tone="wms"),
    "pos": BookMark(letters="PS", label=_("Store book"), tone="pos"),
    "oms": BookMark(letters="OM", label=_("Orders"), tone="oms"),
    "channels": BookMark(letters="CH", label=_("Channels"), tone="channels"),
    "planning": BookMark(letters="PL", label=_("Planning"), tone="planning"),
    "counts": BookMark(letters="CT", label=_("Counts"), tone="counts"),
    "differences": BookMark(letters="DF", label=_("Differences"), tone="differences"),
    "till": BookMark(letters="TL", label=_("Till"), tone="pos"),
}

UNKNOWN_BOOK = BookMark(letters="··", label=_("Other book"), tone="quiet")

#: Stock status to label and tone.
STATUSES: dict[str, tuple[str | Promise, str]] = {
    "on_hand": (_("On hand"), "erp"),
    "available": (_("Available"), "good"),
    "held": (_("Held"), "info"),
    "reserved": (_("Reserved"), "info"),
    "quarantine": (_("Quarantine"), "warn"),
    "damaged": (_("Damaged"), "bad"),
    "blocked": (_("Blocked"), "bad"),
    "in_transit": (_("In transit"), "planning"),
    "on_order": (_("On order"), "quiet"),
}

#: Step of a document to the word for it.
STEPS: dict[str, str | Promise] = {
    "post": _("posted"),
    "reverse": _("reversed"),
    "reserve": _("reserved"),
    "release": _("released"),
    "pick": _("picked"),
    "unpick": _("put back"),
    "ship": _("shipped"),
    "receive": _("received"),
    "hold": _("held"),
    "commit": _("promised"),
    "expire": _("expired"),
}

#: Who acts for nobody in particular.
ACTORS: dict[str, str | Promise] = {
    "system": _("the system"),
    "stocktake": _("a stocktake"),
    "demo": _("the demo"),
    "oms:hub": _("the order center"),
}

#: What became of goods that were brought back.
DISPOSITIONS: dict[str, str | Promise] = {
    "sellable": _("back on sale"),
    "inspect": _("to be inspected"),
    "damaged": _("damaged"),
    "scrap": _("thrown away"),
    "supplier": _("back to the supplier"),
}

#: State of a document, of a message or of a source to label and tone.
STATES: dict[str, tuple[str | Promise, str]] = {
    "draft": (_("Draft"), "quiet"),
    "recorded": (_("Recorded"), "info"),
    "submitted": (_("Submitted"), "info"),
    "approved": (_("Approved"), "info"),
    "rejected": (_("Rejected"), "bad"),
    "sent": (_("Sent"), "info"),
    "announced": (_("Announced"), "info"),
    "open": (_("Open"), "info"),
    "explained": (_("Explained"), "info"),
    "corrected": (_("Corrected"), "good"),
    "released": (_("Expected"), "info"),
    "accepted": (_("To pick"), "info"),
    "staged": (_("Ready for pick-up"), "info"),
    "handed_over": (_("Handed over"), "good"),
    "expired": (_("Not collected"), "warn"),
    "put_back": (_("Goods put back"), "quiet"),
    "ordered": (_("Ordered"), "good"),
    "partly_received": (_("Partly received"), "warn"),
    "received": (_("Received"), "good"),
    "picked": (_("Picked"), "info"),
    "packing": (_("Being packed"), "info"),
    "packed": (_("Packed"), "info"),
    "loaded": (_("On the truck"), "info"),
    "loading": (_("Being loaded"), "info"),
    "departed": (_("Departed"), "good"),
    "to_ship": (_("To ship"), "info"),
    "partly_shipped": (_("Partly shipped"), "warn"),
    "shipped": (_("Shipped"), "good"),
    "settled": (_("Settled"), "good"),
    "proposed": (_("Proposed"), "warn"),
    "kept": (_("Kept"), "good"),
    "returned": (_("To be returned"), "info"),
    "matched": (_("Matched"), "good"),
    "differing": (_("Differing"), "bad"),
    "counted": (_("Counted"), "info"),
    "posted": (_("Posted"), "good"),
    "reversed": (_("Reversed"), "bad"),
    "closed": (_("Closed"), "quiet"),
    "sealed": (_("Sealed"), "info"),
    "moved": (_("Moved"), "good"),
    "partly_moved": (_("Partly moved"), "info"),
    "reopening": (_("Reopening asked for"), "warn"),
    "closed_short": (_("Closed short"), "warn"),
    "canceled": (_("Canceled"), "bad"),
    "active": (_("Active"), "good"),
    "inactive": (_("Inactive"), "quiet"),
    "planned": (_("Planned"), "quiet"),
    "to_pick": (_("To pick"), "info"),
    "picking": (_("Being picked"), "info"),
    "recount": (_("Count again"), "warn"),
    "counting": (_("Counting"), "info"),
    "recounting": (_("Counting again"), "warn"),
    "covered": (_("Counted in a stocktake"), "good"),
    "held": (_("On hold"), "warn"),
    "passed": (_("Passed"), "good"),
    "revoked": (_("Revoked"), "bad"),
    "locked": (_("Locked"), "bad"),
    "pending": (_("Pending"), "info"),
    "applied": (_("Applied"), "good"),
    "duplicate": (_("Duplicate"), "quiet"),
    "waiting": (_("Waiting"), "warn"),
    "compared": (_("Was compared"), "good"),
    "stale": (_("Stale"), "quiet"),
    "parked": (_("Parked"), "bad"),
    "gap": (_("Gap"), "bad"),
    "altered": (_("Altered"), "bad"),
    "mismatch": (_("Books differ"), "bad"),
    "set_aside": (_("Set aside for good"), "quiet"),
    "level": (_("Level"), "good"),
    "behind": (_("Behind"), "warn"),
    "differs": (_("Differs"), "bad"),
    "failed": (_("Failed"), "bad"),
    "taken": (_("Order taken"), "info"),
    "sourced": (_("Sourced"), "info"),
    "backordered": (_("Back-ordered"), "warn"),
    "completed": (_("Completed"), "good"),
    "ready": (_("Ready for pick-up"), "info"),
    "in_transit": (_("On the way to the store"), "info"),
    "refunded": (_("Refunded"), "good"),
    "refused": (_("Refused"), "bad"),
    "withdrawn": (_("Withdrawn"), "quiet"),
    "running": (_("Running"), "info"),
    "finished": (_("Finished"), "good"),
}

#: Accounts outside any site, by the first part of their path.
OUTSIDE: dict[str, str | Promise] = {
    "supplier": _("Supplier"),
    "customer": _("Customer"),
    "supply_plan": _("Goods to come"),
    "quota_plan": _("Quota"),
    "presale_plan": _("Pre-sale"),
    "stocktake_difference": _("Stocktake difference"),
    "scrap": _("Scrap"),
    "internal_use": _("Internal use"),
    "kit_work": _("Kit work"),
    "opening": _("Opening stock"),
    "adjustment": _("Adjustment"),
    "sample": _("Sample issue"),
    "transfer_difference": _("Transfer difference"),
    "carrier_claim": _("Claim on the carrier"),
    "sender_claim": _("Claim on the sender"),
    "transfer_found": _("Found after a transfer"),
    "transfer_loss": _("Lost in a transfer"),
    "transfer:out": _("Transfer out"),
    "transfer:in": _("Transfer in"),
}

#: Places every store or site has, by the first part of their path.
PLACES: dict[str, str | Promise] = {
    "shop_floor": _("Shop floor"),
    "backroom": _("Backroom"),
    "display": _("Display"),
    "pickup_shelf": _("Pick-up shelf"),
    "packing": _("Packing table"),
    "in_transit": _("In transit"),
    "pool": _("Pool"),
}

#: Type of a document, the first part of an origin, to its name.
DOCUMENTS: dict[str, str | Promise] = {
    "purchase_order": _("Purchase order"),
    "promise": _("Promise"),
    "supply": _("Goods to come"),
    "selling_rule": _("Selling rule"),
    "inbound_order": _("Inbound order"),
    "goods_receipt": _("Goods receipt"),
    "receipt": _("Goods receipt"),
    "arrival_notice": _("Arrival notice"),
    "expected_arrival": _("Arrival notice"),
    "receipt_surplus": _("Receipt surplus"),
    "supplier_return": _("Supplier return"),
    "supplier_return_shipment": _("Supplier return"),
    "supplier_invoice": _("Supplier invoice"),
    "ticket": _("Ticket"),
    "sales_issue": _("Sales issue"),
    "stock_opening": _("Opening stock"),
    "landed_cost": _("Landed cost"),
    "true_up": _("True-up"),
    "accounting_period": _("Accounting period"),
    "bin_move": _("Bin move"),
    "kit_work": _("Kit work"),
    "outbound_order": _("Outbound order"),
    "shipment": _("Shipment"),
    "inspection": _("Inspection"),
    "wave": _("Wave"),
    "parcel": _("Parcel"),
    "load": _("Load"),
    "move_task": _("Move task"),
    "spot_count": _("Spot count"),
    "proposal": _("Proposal to order"),
    "plan_run": _("Plan run"),
    "policy_layer": _("Policy"),
    "backtest": _("Back-test"),
    "demand_history": _("Demand history"),
    "stocktake": _("Stocktake"),
    "opening": _("Opening stock"),
    "transfer_order": _("Transfer order"),
    "transfer_shipment": _("Transfer shipment"),
    "transfer_receipt": _("Transfer receipt"),
    "transfer_difference": _("Transfer difference"),
    "adjustment": _("Adjustment"),
    "store_fulfillment": _("Order of a customer"),
    "store_count": _("Count"),
    "store_difference": _("Difference"),
    "store_request": _("Request for goods"),
    "limit_change": _("Change of a limit"),
    "cash_move": _("Cash move"),
    "allocation": _("Allocation"),
    "reservation": _("Reservation"),
    "hold": _("Hold"),
    "calendar": _("Calendar"),
    "case": _("Difference"),
    "channel_order": _("Order"),
    "customer_return": _("Customer return"),
    "order_return": _("Customer return"),
    "place_move": _("Move within the store"),
    "promotion": _("Promotion"),
    "publication": _("Stock told to a channel"),
    "purchase_limit": _("Limit for purchases"),
    "replenishment_request": _("Request for goods"),
    "site_hours": _("Opening hours"),
    "store_adjustment": _("Store adjustment"),
    "store_day": _("Day of a store"),
    "store_order": _("Order of a customer"),
    "store_transfer": _("Store transfer"),
    "supplier_price": _("Supplier price"),
    "webhook": _("Webhook"),
}


def get_book_mark(book: str) -> tuple[BookMark, str]:
    """Return the mark of a book and the site in its name: `wms:W1` gives W1, `erp` nothing."""
    kind, _colon, place = book.partition(":")
    return BOOKS.get(kind, UNKNOWN_BOOK), place


def get_status_mark(code: str) -> tuple[str, str]:
    """Return label and tone of a stock status; an unknown code stands for itself."""
    label, tone = STATUSES.get(code, (code, "quiet"))
    return str(label), tone


def get_state_mark(code: str) -> tuple[str, str]:
    """Return label and tone of a state; an unknown code stands for itself."""
    label, tone = STATES.get(code, (code.replace("_", " "), "quiet"))
    return str(label), tone
