"""Sentences of the stories of goods on their way."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEXTS: Mapping[str, str | Promise] = {
    "purchase.before": _("%(quantity)s packs of tea lie in the bin. Shelf, WMS and ERP agree."),
    "purchase.ordered": _(
        "The purchaser writes %(document)s over %(quantity)s packs. Nothing has moved, so no "
        "book moves."
    ),
    "purchase.sent": _(
        "Approved by a second person and sent. The ERP shows what is on order; the WMS expects "
        "it as %(document)s."
    ),
    "purchase.drives": _("The supplier's truck is on its way with %(quantity)s packs."),
    "purchase.arrives": _(
        "%(quantity)s packs stand at the dock. They are here; no book knows it yet."
    ),
    "purchase.received": _(
        "The receiver counts %(quantity)s: the WMS books %(document)s at once. The message for "
        "the ERP is told, not yet heard."
    ),
    "purchase.received_lost": _(
        "The receiver counts %(quantity)s and the WMS books %(document)s. But its message is "
        "lost on the way."
    ),
    "purchase.received_doubled": _(
        "The receiver counts %(quantity)s and the WMS books %(document)s. Its message is sent "
        "twice."
    ),
    "purchase.received_late": _(
        "The receiver counts %(quantity)s and the WMS books %(document)s. Its message hangs "
        "for two hours."
    ),
    "purchase.heard": _(
        "The ERP hears it: stock rises by %(quantity)s, and %(left)s stay on order."
    ),
    "purchase.put_away": _(
        "The goods are carried into their bin. Only the WMS knows bins; for the ERP nothing "
        "changes."
    ),
    "purchase.lost_seen": _(
        "A few minutes later the books are compared: no case. The hub knows up to which number "
        "it has heard, and what lies behind is on its way, not a difference."
    ),
    "purchase.doubled_seen": _(
        "The second copy carries a number that is known: it is answered “known” and booked once."
    ),
    "purchase.late_seen": _(
        "A few minutes later nothing is heard yet. The watermark stands still, and nothing is "
        "called a difference."
    ),
    "purchase.lost_mended": _(
        "After a quarter of an hour the gap was case %(document)s. Nobody had acknowledged the "
        "message, so the WMS said it again, under the same number; the case closed by itself. "
        "%(quantity)s are booked, each once."
    ),
    "purchase.doubled_mended": _("Both receipts stand once in the ERP: %(quantity)s packs in all."),
    "purchase.late_mended": _(
        "After a quarter of an hour the gap became case %(document)s: message lost. Two hours "
        "later it came, behind its successor, and the case closed by itself. %(quantity)s are "
        "booked."
    ),
    "purchase.end": _(
        "Ordered 40, received %(first)s and %(second)s, nothing left on order: %(total)s in "
        "truth, in the WMS and in the ERP."
    ),
    "short_pick.before": _(
        "The bin holds %(there)s packs, the books say %(book)s: two vanished, and nobody "
        "knows. A store has %(store)s more."
    ),
    "short_pick.ordered": _(
        "The web shop sells %(quantity)s. The pool sets them aside at the warehouse: order "
        "%(document)s."
    ),
    "short_pick.told": _(
        "The OMS tells the warehouse to send %(quantity)s; the WMS sends a picker."
    ),
    "short_pick.short": _(
        "The picker finds %(quantity)s, and says so: %(missing)s are missing. A spot count of "
        "the bin is asked for by itself."
    ),
    "short_pick.elsewhere": _(
        "The OMS hears it and looks for the missing %(missing)s at once: the store takes them "
        "over. The customer waits for nothing."
    ),
    "short_pick.shipped": _(
        "%(quantity)s packs leave, and %(quantity)s are booked out: what really left, not what "
        "was wanted."
    ),
    "short_pick.lost": _(
        "But the message of these %(quantity)s is lost: for the ERP they still stand in the "
        "warehouse."
    ),
    "short_pick.doubled": _(
        "The message of these %(quantity)s comes twice. The ERP knows its number, and books it "
        "once."
    ),
    "short_pick.counted": _(
        "Two people count the bin and find nothing. Case %(document)s: %(difference)s, a small "
        "loss; no paper explains it."
    ),
    "short_pick.posted": _(
        "Within the limits of the site the loss of %(quantity)s is posted by document, and all "
        "books follow."
    ),
    "short_pick.lost_mended": _(
        "A number is missing in the stream of the warehouse: case %(document)s says which. "
        "Asked for again, the shipment of %(quantity)s is booked."
    ),
    "short_pick.completed": _(
        "The store packs and sends the other %(quantity)s. The order is complete, in two parcels."
    ),
    "short_pick.end": _(
        "%(customers)s packs reached the customer. The %(gone)s that had vanished were found "
        "by a count and booked as a loss; all books agree."
    ),
    "in_transit.before": _("%(warehouse)s packs in the warehouse, %(store)s in the store."),
    "in_transit.released": _(
        "%(quantity)s are allocated to the store: transfer %(document)s, approved and released."
    ),
    "in_transit.picked": _("%(quantity)s are picked and stand at the ramp."),
    "in_transit.shipped": _(
        "The truck leaves. The warehouse falls by %(quantity)s; in the ERP they are in "
        "transit, under the number of the transfer."
    ),
    "in_transit.falls": _("On the road %(missing)s packs are lost. No system can know."),
    "in_transit.taken_in": _(
        "The store scans what came: %(quantity)s of %(expected)s. Its own book is right at once."
    ),
    "in_transit.lost": _(
        "The store told of %(quantity)s, but the message is lost: the ERP still believes all "
        "of it on the road."
    ),
    "in_transit.lost_mended": _(
        "A later ticket arrives with a higher number: one is missing. Case %(document)s asks "
        "for it again, and %(quantity)s are booked."
    ),
    "in_transit.found": _(
        "The ERP lays both ends side by side: %(missing)s are missing. Transfer difference "
        "%(document)s opens by itself."
    ),
    "in_transit.claimed": _(
        "It gets an owner, and %(missing)s packs are claimed from the carrier. Nothing stays "
        "in transit for ever."
    ),
    "in_transit.found_again": _(
        "The cartons turn up in another truck: the difference is settled as found. That says "
        "only that they are not lost; the store has to tell of its %(missing)s packs."
    ),
    "in_transit.end": _(
        "%(quantity)s left, %(came)s came, %(missing)s were settled by name: nothing is in "
        "transit, and all books agree."
    ),
    "in_transit.found_counted": _(
        "The store counts its backroom, case %(document)s: the gain of %(missing)s is posted "
        "by document, and all books have them."
    ),
    "in_transit.end_found": _(
        "%(quantity)s left and %(quantity)s came, %(missing)s of them by a detour: nothing is "
        "in transit, and all books agree."
    ),
}
