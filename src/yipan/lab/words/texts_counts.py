"""Sentences of the stories that a count uncovers."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEXTS: Mapping[str, str | Promise] = {
    "counting.before": _(
        "%(tea)s packs of tea and %(lamps)s lamps stand in the shop, and so say the books."
    ),
    "counting.taken": _("%(quantity)s packs are gone, and nobody saw it."),
    "counting.unwritten": _(
        "%(quantity)s packs are sold, but the clerk will write the ticket later."
    ),
    "counting.started": _(
        "The manager starts count %(document)s. The shop stays open, no till is closed, no "
        "book is frozen."
    ),
    "counting.first": _("The clerk counts the tea: %(quantity)s. It is noted with its moment."),
    "counting.sold": _("A customer buys %(quantity)s of it, after they were counted."),
    "counting.second": _(
        "Then the lamps are counted: %(quantity)s. The tea is compared with the book before "
        "the sale, the lamps with the book of now."
    ),
    "counting.again": _(
        "Somebody else looks again and sees %(quantity)s; the %(sold)s sold between the two "
        "looks are known. Case %(document)s: %(difference)s."
    ),
    "counting.late": _(
        "The ticket of %(quantity)s comes with its true time, before the count. The case "
        "closes by itself: the count was right, the book was late."
    ),
    "counting.end": _(
        "%(there)s packs are there. What was sold during the count made no difference, and "
        "nothing was posted."
    ),
    "counting.end_taken": _(
        "%(there)s packs are there. Exactly the %(gone)s that are gone were found, and not one "
        "more; all books agree."
    ),
    "miskey.before": _("%(quantity)s packs lie in the bin."),
    "miskey.ordered": _("%(quantity)s packs are ordered: %(document)s."),
    "miskey.arrives": _("%(came)s packs come."),
    "miskey.typed": _(
        "The receiver types %(typed)s. %(document)s is posted; in truth %(came)s stand at the dock."
    ),
    "miskey.scanned": _("Each carton is scanned: %(came)s are booked as %(document)s."),
    "miskey.heard": _(
        "The ERP hears %(typed)s. All books agree with each other, and all are wrong: no "
        "comparison of books can see it."
    ),
    "miskey.heard_scanned": _("The ERP hears %(typed)s, and that is how many there are."),
    "miskey.found": _(
        "Two people count %(there)s. Case %(document)s: %(difference)s. Cause: %(cause)s "
        "(%(percent)s %%): %(typed)s keyed by hand where %(came)s were expected."
    ),
    "miskey.agrees": _(
        "The count in the evening finds %(there)s, as the book says. Nobody has to search."
    ),
    "miskey.reversed": _(
        "Not a gain: the wrong receipt %(document)s is reversed, in the WMS and in the ERP."
    ),
    "miskey.reposted": _(
        "It is booked again with %(came)s and its true time: %(document)s. The case closes with it."
    ),
    "miskey.end": _(
        "%(came)s came, %(typed)s were typed; the count saw it, the case named the paper, "
        "reversal and repost put it right: %(there)s in all books."
    ),
    "miskey.end_scanned": _(
        "%(came)s came and %(came)s were scanned: %(there)s in truth and in all books. A scan "
        "has no zeros to forget."
    ),
    "mixup.before": _("%(quantity)s packs of each tea stand at the dock."),
    "mixup.ordered": _("%(quantity)s of each are ordered: %(document)s."),
    "mixup.arrives": _("%(quantity)s packs of Longjing come. The cartons look alike."),
    "mixup.booked": _("The receiver books %(quantity)s of them as Biluochun: %(document)s."),
    "mixup.heard": _(
        "The ERP hears the same. In sum nothing is wrong; goods for goods everything is."
    ),
    "mixup.sold": _("%(quantity)s packs of Biluochun are sold and sent meanwhile."),
    "mixup.found": _(
        "The dock is counted: Longjing %(more)s, Biluochun %(less)s. Equal and opposite, goods "
        "that look alike: %(cause)s (%(percent)s %%), named with the receipt."
    ),
    "mixup.exchanged": _(
        "The receipt is reversed and booked rightly as %(document)s. No loss, no gain; both "
        "cases close."
    ),
    "mixup.end": _(
        "%(quantity)s went through the books under another name; now Longjing %(tea)s and "
        "Biluochun %(green)s agree everywhere."
    ),
    "late.before": _("%(quantity)s packs stand at the dock."),
    "late.ordered": _("%(quantity)s more are ordered: %(document)s."),
    "late.arrives": _(
        "At five they are unloaded: %(quantity)s packs. The office is closed; nobody books them."
    ),
    "late.found": _(
        "At six somebody counts %(there)s; the book says %(book)s. Case %(document)s: "
        "%(difference)s. No paper fits, so the cause is unknown, and says so."
    ),
    "late.adjusted": _(
        "Somebody is in a hurry and has a gain of %(quantity)s approved. The books look right."
    ),
    "late.morning": _("Next morning the delivery note lies on the desk: %(quantity)s packs."),
    "late.booked": _(
        "It is booked as %(document)s with the time it really came: yesterday, five o'clock."
    ),
    "late.booked_now": _("It is booked as %(document)s, as if it came this morning."),
    "late.closed": _(
        "The book of yesterday at six now says 38. Case %(document)s closes by itself: "
        "explained by a late document."
    ),
    "late.offset": _(
        "The late paper explains the count; the gain of %(quantity)s is withdrawn by a "
        "document of its own. Nothing is counted twice."
    ),
    "late.by_hand": _(
        "At the moment of the count the book still says 8. A person closes the case with "
        "%(document)s and names the cause."
    ),
    "late.end": _(
        "%(quantity)s were missing in the book for fifteen hours, never on the shelf: "
        "%(there)s everywhere, without a gain."
    ),
}
