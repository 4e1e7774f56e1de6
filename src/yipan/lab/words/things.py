"""Names of what stands in the picture, on the wire and in the books."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

#: What a step is.
KINDS: Mapping[str, str | Promise] = {
    "act": _("Step"),
    "fault": _("Goes wrong"),
    "found": _("It is found"),
    "mended": _("Put right"),
    "end": _("In the end"),
}

#: Parts of sites, and places outside.
PLACES: Mapping[str, str | Promise] = {
    "supplier": _("Supplier"),
    "truck": _("Truck"),
    "customers": _("Customers"),
    "gone": _("Gone"),
    "marketing": _("Marketing"),
    "till": _("Till"),
    "shop_floor": _("Shop floor"),
    "backroom": _("Backroom"),
    "RECV-01": _("Dock"),
    "SHIP-01": _("Ramp"),
    "PACK-01": _("Packing table"),
    "A-01-01": _("Bin A-01-01"),
}

#: Channels of the retailer of the lab.
CHANNELS: Mapping[str, str | Promise] = {
    "web": _("Web shop"),
    "app": _("App"),
    "mini": _("Mini-program"),
    "market": _("Marketplace"),
    "store": _("Store's tablet"),
}

#: State of a message to its label and tone.
WIRE: Mapping[str, tuple[str | Promise, str]] = {
    "told": (_("Just told"), "info"),
    "lost": (_("Lost on its way"), "bad"),
    "delayed": (_("Hangs"), "warn"),
    "reordered": (_("Overtaken"), "warn"),
    "stuck": (_("Stuck"), "warn"),
    "parked": (_("Parked"), "warn"),
    "waiting": (_("Waits"), "warn"),
    "rejected": (_("Refused"), "bad"),
    "applied": (_("In the book"), "good"),
}

#: What had happened to a message that is booked.
TROUBLES: Mapping[str, str | Promise] = {
    "lost": _("was lost once"),
    "doubled": _("came twice"),
    "altered": _("changed on its way"),
    "reordered": _("was overtaken"),
    "delayed": _("was late"),
}

#: Who hears, where that is no name of its own.
HEARERS: Mapping[str, str | Promise] = {
    "planning": _("Planning"),
    "channels": _("Channels"),
    "recon": _("Reconciliation"),
}

#: Kinds of messages, without publisher and version.
MESSAGES: Mapping[str, str | Promise] = {
    "inbound_released": _("Expect a delivery"),
    "purchase_order_changed": _("Order changed"),
    "goods_received": _("Goods received"),
    "goods_receipt_posted": _("Receipt booked"),
    "receipt_reversed": _("Receipt reversed"),
    "goods_receipt_reversed": _("Receipt reversed in the hub"),
    "order_taken": _("Order taken"),
    "fulfillment_released": _("Please send"),
    "outbound_progressed": _("Picking goes on"),
    "pick_shorted": _("Not all was found"),
    "goods_shipped": _("Goods left"),
    "outbound_released": _("Please send to the store"),
    "transfer_received": _("Store took in"),
    "transfer_shipped": _("Store sent"),
    "ticket_posted": _("Ticket"),
    "ticket_closed": _("Ticket of the till"),
    "count_recorded": _("Counted"),
    "count_corrected": _("Count put right"),
    "adjustment_submitted": _("Asks for approval"),
    "adjustment_decided": _("Decided"),
    "adjustment_posted": _("Adjustment posted"),
    "resend_requested": _("Say it again"),
    "fulfillment_rejected": _("Cannot send"),
    "fulfillment_accepted": _("Store accepts"),
    "fulfillment_picked": _("Store picked"),
    "fulfillment_ready": _("Ready to fetch"),
    "fulfillment_shipped": _("Store sent a parcel"),
    "fulfillment_canceled": _("Do not send"),
    "fulfillment_short": _("Not all was found"),
    "fulfillment_shorted": _("Not all was found"),
    "fulfillment_progressed": _("Store goes on"),
    "difference_opened": _("The store doubts its book"),
    "status_changed": _("Status changed"),
}

#: Documents that the console names nowhere else.
DOCUMENTS: Mapping[str, str | Promise] = {
    "channel_order": _("Order"),
    "fulfillment_order": _("Fulfillment order"),
    "case": _("Case of a difference"),
    "store_transfer": _("Taken in by the store"),
    "store_order": _("Delivery expected"),
    "store_adjustment": _("Store adjustment"),
}
