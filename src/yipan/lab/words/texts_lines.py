"""Sentences of the stories of messages, samples and promises."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEXTS: Mapping[str, str | Promise] = {
    "lost_message.before": _("%(quantity)s packs in the store, in both books."),
    "lost_message.first": _(
        "%(quantity)s are sold. The ticket goes to the store's book, its message to the hub."
    ),
    "lost_message.told": _("%(quantity)s more are sold; the message is told."),
    "lost_message.lost": _(
        "It is lost on the way. For the hub these %(quantity)s are still in the store."
    ),
    "lost_message.lost_next": _(
        "The next sale of %(quantity)s is heard: its number is two higher. One is missing, and "
        "the hub knows which."
    ),
    "lost_message.lost_case": _(
        "The gap stands. Case %(document)s: %(difference)s. Cause: %(cause)s, proved: number "
        "%(sequence)s is in the store's log and not in the hub."
    ),
    "lost_message.lost_mended": _(
        "One press: the store says number it again, under the same number. %(quantity)s are "
        "booked, the case closes, no new document."
    ),
    "lost_message.doubled": _(
        "It comes twice. The hub knows its number and answers “known”: %(quantity)s are booked "
        "once."
    ),
    "lost_message.doubled_next": _("The next sale of %(quantity)s follows as if nothing had been."),
    "lost_message.doubled_mended": _(
        "The books are compared: no case. %(quantity)s were told twice and stand once."
    ),
    "lost_message.altered": _(
        "A faulty gateway changes it: the hub books one more than the %(quantity)s that were sold."
    ),
    "lost_message.altered_next": _(
        "The next sale of %(quantity)s is right. All numbers are there, without a gap."
    ),
    "lost_message.altered_case": _(
        "Digests of both books differ. Case %(document)s: %(difference)s. Cause: %(cause)s; "
        "number %(sequence)s has another content here than there."
    ),
    "lost_message.altered_mended": _(
        "What the hub booked is reversed and booked as the store has it: %(quantity)s. The "
        "case closes."
    ),
    "lost_message.reordered": _(
        "It is slow: the next one will overtake it. For the hub these %(quantity)s are still "
        "in the store."
    ),
    "lost_message.reordered_next": _(
        "The sale of %(quantity)s arrives first, the older message right behind. Facts add up "
        "in any order."
    ),
    "lost_message.reordered_mended": _(
        "The books are compared: no case. The %(quantity)s are booked with their own time."
    ),
    "lost_message.end": _(
        "%(sold)s packs sold, %(there)s there: shelf, store and hub say the same, and nobody "
        "typed a correction."
    ),
    "sample.before": _("%(quantity)s lamps stand in the shop."),
    "sample.taken": _(
        "Marketing fetches %(quantity)s for a photo shoot. Nobody writes anything down."
    ),
    "sample.stolen": _("%(quantity)s lamps are stolen."),
    "sample.written": _(
        "Marketing fetches %(quantity)s for a photo shoot, and asks the manager for a paper."
    ),
    "sample.issued_at_once": _(
        "Sample issue %(document)s takes %(quantity)s out of the book, to the cost center of "
        "marketing."
    ),
    "sample.found": _(
        "The count sees %(there)s, the book %(book)s. Case %(document)s: %(difference)s. No "
        "paper fits; cause, as far as can be told: %(cause)s."
    ),
    "sample.agrees": _("The count finds %(there)s, as the book says. There is nothing to search."),
    "sample.issued": _(
        "The manager asks around: marketing has them. Sample issue %(document)s books "
        "%(quantity)s out: no loss, a cost with a name."
    ),
    "sample.closed": _(
        "The case closes with %(document)s, and the cause a person named is remembered."
    ),
    "sample.submitted": _(
        "No paper turns up. Within the limits of the store the loss of %(quantity)s is posted "
        "by the count, and all books follow."
    ),
    "sample.lost": _(
        "What is unknown stays unknown: the loss of %(quantity)s is on record with its case, "
        "and nobody made up a cause."
    ),
    "sample.end": _("%(quantity)s lamps were used, not lost: %(there)s in truth and in all books."),
    "sample.end_stolen": _(
        "%(quantity)s lamps are a loss with a document and a case: %(there)s in truth and in all "
        "books."
    ),
    "sample.end_written": _(
        "A paper at the right moment: %(there)s everywhere, and no case at all."
    ),
    "offline.before": _("%(quantity)s packs in the store, in both books."),
    "offline.cut": _("The network of the store goes down. The tills go on."),
    "offline.sold": _(
        "Ticket %(number)s: %(quantity)s packs. The store's book falls; the hub hears nothing. "
        "%(total)s sold so far."
    ),
    "offline.promised": _(
        "The web shop promises %(quantity)s for pick-up here: order %(document)s. The hub "
        "cannot know that they are sold."
    ),
    "offline.compared": _(
        "The books are compared in the middle of it: %(cases)s cases. %(total)s packs apart, "
        "but all of it lies behind the watermark."
    ),
    "offline.mended": _(
        "In the evening the network is back. All tickets go out in their order: %(total)s "
        "packs, each once."
    ),
    "offline.mended_lost": _(
        "In the evening the network is back, but the first ticket is lost on the way."
    ),
    "offline.mended_doubled": _(
        "In the evening the network is back, and two tickets come twice. Their numbers are "
        "known: each is booked once."
    ),
    "offline.mended_promised": _(
        "In the evening the tickets arrive: %(total)s were sold. Facts are never refused, so "
        "free stock falls below zero, and that is the alarm."
    ),
    "offline.case": _(
        "Its number is missing in front of those that came. Case %(document)s: %(difference)s, "
        "a message lost; it is asked for again."
    ),
    "offline.healed_lost": _(
        "It is heard under its own number: %(total)s packs of the day are in the hub."
    ),
    "offline.healed_doubled": _("The books are compared: no case, %(total)s packs in both."),
    "offline.healed_promised": _(
        "The store finds %(there)s of them and says so; the %(missing)s missing are taken out "
        "of the promise. Order: %(state)s."
    ),
    "offline.end": _(
        "%(tickets)s tickets, %(total)s packs, a day without network: %(there)s on the shelf, "
        "in the store's book and in the hub."
    ),
    "flash_sale.before": _("One lamp is left, and %(channels)s channels offer it."),
    "flash_sale.buffer": _(
        "The channel %(channel)s gets a buffer of one: it may never sell the last piece."
    ),
    "flash_sale.won": _(
        "%(channel)s asks for it: the pool sets it aside in one transaction. Order %(document)s."
    ),
    "flash_sale.refused": _(
        "%(channel)s asks a moment later and hears no at once (%(code)s): nothing was promised "
        "that is not there."
    ),
    "flash_sale.shipped": _("The lamp is picked and sent: order %(document)s is complete."),
    "flash_sale.taken": _(
        "A customer in the shop takes this very lamp to the till. A fact is never refused: "
        "free stock falls below zero, and order %(document)s is no longer covered."
    ),
    "flash_sale.rejected": _(
        "The store says that it is not there. The order is not lost: %(state)s, and the desk "
        "knows why."
    ),
    "flash_sale.end": _(
        "%(sold)s sold, %(refused)s refused at once, 0 oversold. No customer is told sorry later."
    ),
    "flash_sale.end_register": _(
        "%(sold)s piece, %(sold)s owner: the one at the till. %(refused)s channels were "
        "refused, one order waits for goods, and nothing was promised twice."
    ),
}
