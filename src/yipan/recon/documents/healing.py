"""
Heal what happened to a message: send again, try again, reverse, reverse and book rightly, wait.

Only proved causes are healed here, each by the step the finding names. What the hub posts goes
under the case's own origin, so that a repeat changes nothing; the books are compared at once, and
agreement closes the case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from yipan.documents.states import lock_for
from yipan.exchange import parking, resend
from yipan.foundation.refusals import Refusal
from yipan.ledger import posting
from yipan.ledger.moves import FactPosting, Move, Trace
from yipan.ledger.queries import get_posting
from yipan.ledger.rows import Posting
from yipan.ledger.totals import list_postings_of_message
from yipan.pool.book import SITE_BOOK, post_fact
from yipan.recon.documents import case as cases
from yipan.recon.documents import comparing
from yipan.recon.models import Case, CaseKind
from yipan.recon.queries.evidence import get_book
from yipan.recon.queries.logs import read_movements
from yipan.recon.rules.interfaces import Healing

ON_HAND: Final = "on_hand/"
STEPS: Final = {"heal": cases.STEPS["correct"]}


class NothingToHeal(Refusal):
    """This part of the finding has no step of its own: wait, or ask the site."""

    code = "recon.nothing_to_heal"


class PostingGone(Refusal):
    """What should be reversed is not in the hub's book any more, or was reversed already."""

    code = "recon.posting_gone"


def heal(*, number: str, part: int, by: Trace, at: datetime, message_id: UUID) -> Case:
    """
    Take the step that heals one part of a proved finding (counted from 0), and compare again.

    :raises NotFound: if there is no such case.
    :raises NothingToHeal: if the part has no such step, or is not proved.
    :raises PostingGone: if what should be reversed is not there any more.
    :raises SourceUnknown: if a message should be sent again by a source nobody heard.
    :raises WrongState: if the case is closed.
    """
    with transaction.atomic():
        case = lock_for("heal", model=Case, number=number, steps=STEPS)
        wanted = _find_part(case, part)
        step = _STEPS.get(Healing(wanted["correction"]))
        if step is None:
            raise NothingToHeal(number=number, part=part)
        done = step(case, wanted, by, at, message_id)
        cases.note(case, "heal", before=case.state, by=replace(by, reason=done or by.reason), at=at)
    if Healing(wanted["correction"]) is Healing.RETRY:
        # Applying messages has transactions of its own, each with what it may park.
        parking.retry(source=get_stream(case.site), sequence=wanted["sequence"])
    comparing.compare(at=at, sites={case.site})
    case.refresh_from_db()
    return case


def get_stream(site: str) -> str:
    """Return the stream under which a site tells its stock."""
    return f"{get_book(site)}/stock"


def may_heal(part: Mapping[str, Any]) -> bool:
    """Return whether a part of a finding has a step that heals it."""
    if "proved" not in part.get("agreed", ()):
        return False
    return part.get("correction") in {str(each) for each in _STEPS}


def _find_part(case: Case, number: int) -> Mapping[str, Any]:
    parts = case.finding.get("parts", ())
    is_there = case.kind == CaseKind.BOOK_VS_BOOK and 0 <= number < len(parts)
    if not is_there or not may_heal(parts[number]):
        raise NothingToHeal(number=case.number, part=number)
    found: Mapping[str, Any] = parts[number]
    return found


def _send_again(
    case: Case, part: Mapping[str, Any], _by: Trace, at: datetime, message_id: UUID
) -> str:
    sequence = part["sequence"]
    asked = resend.request(
        source=get_stream(case.site),
        numbers=range(sequence, sequence + 1),
        message_id=message_id,
        at=at,
    )
    return f"{asked.source} {asked.sequence}"


def _try_again(
    case: Case, part: Mapping[str, Any], _by: Trace, _at: datetime, _message_id: UUID
) -> str:
    return f"{get_stream(case.site)} {part['sequence']}"


def _reverse(
    case: Case, part: Mapping[str, Any], by: Trace, at: datetime, _message_id: UUID
) -> str:
    """Undo the later of what the hub posted twice, or what the hub alone posted."""
    origins = _list_hub_origins(case, part)
    if not origins:
        raise PostingGone(number=case.number)
    reversal = f"case/{case.number}/reverse-{len(origins)}"
    posting.reverse(book=SITE_BOOK, origin=origins[-1], reversal=reversal, at=at, trace=by)
    _note_correction(case, part, document=origins[-1], by=by, at=at)
    return origins[-1]


def _book_rightly(
    case: Case, part: Mapping[str, Any], by: Trace, at: datetime, _message_id: UUID
) -> str:
    """Undo what the hub booked of a message, and book what the site's own book holds of it."""
    source, sequence = get_stream(case.site), part["sequence"]
    rows = list_postings_of_message(source=source, sequence=sequence)
    own = [row.origin for row in rows if row.book == get_book(case.site)]
    hub = _list_hub_origins(case, part)
    if not own or not hub:
        raise PostingGone(number=case.number)
    for origin in hub:
        posting.reverse(
            book=SITE_BOOK,
            origin=origin,
            reversal=f"case/{case.number}/undo-{sequence}-{hub.index(origin)}",
            at=at,
            trace=by,
        )
    for place, origin in enumerate(own):
        found = get_posting(book=get_book(case.site), origin=origin)
        moves = _raise_to_site(found, site=case.site)
        if moves:
            post_fact(
                posting=FactPosting(
                    origin=f"case/{case.number}/book-{sequence}-{place}",
                    occurred_at=found.header.occurred_at,
                    moves=moves,
                    trace=replace(by, source=source, sequence=sequence),
                    business_date=found.header.business_date,
                )
            )
    _note_correction(case, part, document=hub[-1], by=by, at=at)
    return hub[-1]


def _compute_anew(
    case: Case, _part: Mapping[str, Any], _by: Trace, at: datetime, _message_id: UUID
) -> str:
    comparing.compare(at=at, sites={case.site}, is_full=True)
    return ""


def _raise_to_site(found: Posting, *, site: str) -> list[Move]:
    """Return the moves of a site's posting as the hub sees them: the site is one place."""
    moves = []
    for row in found.movements:
        ends = [
            f"{ON_HAND}{site}/{account.rpartition('/')[2]}"
            if account.startswith(ON_HAND)
            else account
            for account in (row.from_account, row.to_account)
        ]
        if ends[0] != ends[1]:
            moves.append(
                Move(sku=row.sku, from_account=ends[0], to_account=ends[1], quantity=row.quantity)
            )
    return moves


def _list_hub_origins(case: Case, part: Mapping[str, Any]) -> list[str]:
    """Return the postings of the hub that stand behind a part, the last recorded last."""
    sequence, documents = part.get("sequence"), set(part.get("documents", ()))
    undone, found = set(), {}
    for row in read_movements(book=SITE_BOOK, sku=case.sku):
        header = row.header
        if header is None:
            continue
        if header.reverses is not None:
            undone.add(header.event_id)
            undone.add(header.reverses)
            continue
        name = header.origin.split("/")[1] if "/" in header.origin else header.origin
        is_it = (
            header.sequence == sequence and header.source == get_stream(case.site)
            if sequence
            else not header.source and name in documents
        )
        if is_it:
            found[header.event_id] = header
    # They are read the last recorded first.
    left = [header.origin for event, header in found.items() if event not in undone]
    return left[::-1]


def _note_correction(
    case: Case, part: Mapping[str, Any], *, document: str, by: Trace, at: datetime
) -> None:
    case.corrections.get_or_create(
        cause=part["cause"],
        document=document[:48],
        defaults={"quantity": -part["quantity"], "noted_by": by.actor, "noted_at": at},
    )


_Step = Callable[[Case, Mapping[str, Any], Trace, datetime, UUID], str]
_STEPS: Final[Mapping[Healing, _Step]] = {
    Healing.RESEND: _send_again,
    Healing.RETRY: _try_again,
    Healing.REVERSE: _reverse,
    Healing.REVERSE_AND_REPOST: _book_rightly,
    Healing.STATUS_CHANGE: _book_rightly,
    Healing.ASK_THE_SITE: _reverse,
    Healing.RECOMPUTE: _compute_anew,
}
