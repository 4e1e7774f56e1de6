"""The history of a document: its steps, the messages about it, its postings in each book.

From here every number opens: posting -> document -> message -> person.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yipan.documents import reversals, trail
from yipan.documents.trail import Step
from yipan.exchange.queries.by_id import ToldRow, list_told
from yipan.ledger import queries as ledger
from yipan.ledger.rows import Posting

#: Step to what is said of it in a timeline: the participle.
STEP_LABELS: Mapping[str, str | Promise] = {
    "create": _("Written"),
    "edit": _("Changed"),
    "change": _("Changed"),
    "reschedule": _("Day to cancel changed"),
    "announce": _("Announced"),
    "propose": _("Proposed"),
    "match": _("Matched"),
    "accept": _("Accepted"),
    "approve": _("Approved"),
    "send": _("Sent"),
    "release": _("Released"),
    "reserve": _("Set aside"),
    "short": _("Picked short"),
    "source": _("Sourced"),
    "pick": _("Picked"),
    "stage": _("Ready for pick-up"),
    "ask_cancel": _("Asked to stop"),
    "ship": _("Goods shipped"),
    "arrive": _("Goods at the store"),
    "refund": _("Refund noted"),
    "receive": _("Goods received"),
    "excess": _("More came than was shipped"),
    "assign": _("Assigned"),
    "take_back": _("Taken back"),
    "heal": _("Healed"),
    "settle": _("Settled"),
    "submit": _("Submitted"),
    "reject": _("Rejected"),
    "recount": _("To be counted again"),
    "post": _("Posted"),
    "cancel": _("Canceled"),
    "close_short": _("Closed short"),
    "reverse": _("Reversed"),
    "explain": _("Explained"),
    "choose": _("Chosen"),
    "correct": _("Correction noted"),
    "ask_reversal": _("Reversal ordered"),
    "close": _("Closed"),
    "ask_reopen": _("Reopening asked for"),
    "reopen": _("Reopened"),
    "keep_closed": _("Kept closed"),
    "seal": _("Sealed"),
    "open": _("Opened"),
    "tell_again": _("Told again"),
    "send_again": _("Sent again"),
    "differ": _("Does not agree"),
    "pack": _("Packed"),
    "unpack": _("Unpacked"),
    "bind": _("Label bound"),
    "stack": _("Stacked on a pallet"),
    "depart": _("Departed"),
    "move": _("Carried"),
    "over": _("Picked too much"),
    "start": _("Started"),
    "count": _("Counted"),
    "offset": _("Offset: a document came later"),
    "refuse": _("Correction refused"),
    "undo": _("Correction reversed"),
}

#: Steps that end badly, or well; others have no color of their own.
STEP_TONES = {
    "cancel": "bad",
    "reject": "bad",
    "reverse": "bad",
    "close_short": "warn",
    "differ": "bad",
    "post": "good",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One line of a timeline, as the console draws it."""

    at: datetime
    what: str | Promise
    who: str
    device: str = ""
    note: str | Promise = ""
    tone: str = ""
    url: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """What a page shows beside a document."""

    entries: tuple[Entry, ...]
    messages: tuple[ToldRow, ...]
    postings: tuple[Posting, ...]


def read_history(
    *,
    document_type: str,
    number: str,
    postings: Sequence[tuple[str, str]] = (),
    message_ids: Collection[UUID] = (),
) -> History:
    """
    Return the history of a document, its steps the newest first.

    `postings` are pairs of book and origin; those that do not exist are left out.
    `message_ids` are those of messages that no step names.
    """
    steps = trail.list_steps(document_type=document_type, number=number)
    named = {step.message_id for step in steps if step.message_id is not None}
    found = [ledger.find_posting(book=book, origin=origin) for book, origin in postings]
    return History(
        entries=_make_entries(steps),
        messages=tuple(list_told(named | set(message_ids))),
        postings=tuple(posting for posting in found if posting is not None),
    )


def _make_entries(steps: Sequence[Step]) -> tuple[Entry, ...]:
    """Return the lines of a timeline; what site and hub note of one step alike is said once."""
    entries = {
        (step.at, step.step, step.actor, step.device, step.reason): make_entry(step)
        for step in reversed(steps)
    }
    return tuple(entries.values())


def make_entry(step: Step) -> Entry:
    """Return the line of a timeline a step becomes."""
    return Entry(
        at=step.at,
        what=STEP_LABELS.get(step.step, step.step),
        who=step.actor,
        device=step.device,
        note=reversals.read_reason(step.reason),
        tone=STEP_TONES.get(step.step, ""),
    )
