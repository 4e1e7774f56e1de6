"""Titles of stories, what each is about, and what can go wrong in it."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TITLES: Mapping[str, str | Promise] = {
    "purchase": _("A purchase in two deliveries"),
    "short_pick": _("A sale that cannot be picked in full"),
    "in_transit": _("An allocation lost on its way"),
    "counting": _("A count while the shop trades"),
    "miskey": _("A hundred typed as ten"),
    "mixup": _("One tea booked as the other"),
    "late": _("Here at five, booked next morning"),
    "lost_message": _("A message is lost"),
    "sample": _("Samples nobody wrote down"),
    "offline": _("A store without network for a day"),
    "flash_sale": _("The last piece on five channels"),
}

SUMMARIES: Mapping[str, str | Promise] = {
    "purchase": _(
        "Forty packs are ordered, 24 come first and 16 later. The WMS knows at the dock, the "
        "ERP a message later."
    ),
    "short_pick": _(
        "Six are sold, the book has six, the bin holds four. What really leaves is booked, the "
        "rest comes from a store."
    ),
    "in_transit": _(
        "Twelve leave the warehouse, nine reach the store. The three between get an owner and "
        "a claim."
    ),
    "counting": _(
        "Ten are counted, three are sold, six lamps are counted. Each line is compared with "
        "the book of its own moment."
    ),
    "miskey": _(
        "The receiver types 10 for 100. A count finds ninety too many, and says which paper "
        "and why."
    ),
    "mixup": _(
        "Twenty of one tea are booked as another. Two differences, equal and opposite, have "
        "one cause."
    ),
    "late": _(
        "Counted in the evening, there are thirty too many. In the morning the paper comes "
        "with its true time."
    ),
    "lost_message": _(
        "A store tells of five packs sold, and the hub never hears. Numbers without gaps show it."
    ),
    "sample": _(
        "Marketing takes two lamps for a photo shoot. The count sees it, a person finds out, a "
        "document says so."
    ),
    "offline": _(
        "The store sells on without network. The hub waits, and calls nothing a difference "
        "that is only on its way."
    ),
    "flash_sale": _(
        "Five channels sell the last lamp in the same second. One gets it, four hear no at once."
    ),
}

#: (story, fault) to what the fault is called.
FAULTS: Mapping[tuple[str, str], str | Promise] = {
    ("purchase", "lost"): _("The receipt message is lost"),
    ("purchase", "doubled"): _("The receipt message comes twice"),
    ("purchase", "late"): _("The receipt message is two hours late"),
    ("short_pick", "lost"): _("The shipment message is lost"),
    ("short_pick", "doubled"): _("The shipment message comes twice"),
    ("in_transit", "all"): _("The whole load is lost"),
    ("in_transit", "lost"): _("The store's receipt message is lost"),
    ("in_transit", "found_later"): _("The cartons turn up after all"),
    ("counting", "taken"): _("Two packs are really gone"),
    ("counting", "late_ticket"): _("A sale is written down late"),
    ("miskey", "swapped"): _("63 typed as 36"),
    ("miskey", "scanned"): _("Scanned instead of typed"),
    ("mixup", "half"): _("Only a part is booked wrongly"),
    ("mixup", "sold"): _("The other tea is sold meanwhile"),
    ("late", "adjusted"): _("A gain is posted in the evening"),
    ("late", "without_time"): _("Booked without its true time"),
    ("lost_message", "doubled"): _("It comes twice"),
    ("lost_message", "altered"): _("It is changed on its way"),
    ("lost_message", "reordered"): _("It is overtaken by the next"),
    ("sample", "stolen"): _("Five lamps are stolen"),
    ("sample", "written"): _("Marketing writes it down"),
    ("offline", "lost"): _("A ticket is lost at the end"),
    ("offline", "doubled"): _("Tickets come twice"),
    ("offline", "promised"): _("The web shop promises what is sold"),
    ("flash_sale", "register"): _("A customer in the store takes it"),
    ("flash_sale", "safety"): _("A channel keeps a buffer"),
}
