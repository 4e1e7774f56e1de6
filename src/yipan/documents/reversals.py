"""
Why a posted document is undone (冲销): said by a person, kept in the trail and in the message.

A posting is final. A reversal cites it, posts the opposite and says whether the thing did not
happen at all or was written down wrongly; the right document is then posted by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from yipan.exchange import outbox
from yipan.foundation.refusals import Refusal
from yipan.ledger import posting as ledger
from yipan.ledger import queries as ledger_queries
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.messages.base import Message

DID_NOT_OCCUR: Final = "did_not_occur"
INCORRECT_DATA: Final = "incorrect_data"

#: Reason of a correction to what people read; the codes are those of EPCIS error declarations.
CAUSES: Final[Mapping[str, str | Promise]] = {
    DID_NOT_OCCUR: _("It did not happen"),
    INCORRECT_DATA: _("It was written down wrongly"),
}

_BETWEEN: Final = ": "


class ReasonMissing(Refusal):
    """A reversal says why: whether it did not happen or was written down wrongly, and what."""

    code = "reversal.reason_missing"
    status = 422


class OriginalUnknown(Refusal):
    """A reversal was told of a document nobody told of before; it waits for that one."""

    code = "reversal.original_unknown"
    status = 422


def write_reason(*, cause: str, words: str) -> str:
    """
    Return the reason of a reversal as trails, postings and messages keep it.

    :raises ReasonMissing: if the cause is none of `CAUSES`, or nothing is said.
    """
    if cause not in CAUSES or not words.strip():
        raise ReasonMissing(causes=sorted(CAUSES))
    return f"{cause}{_BETWEEN}{words.strip()}"[:200]


def require_reason(reason: str) -> None:
    """
    Return quietly when a reason was made by `write_reason`.

    :raises ReasonMissing: if not.
    """
    cause, _between, words = reason.partition(_BETWEEN)
    write_reason(cause=cause, words=words)


def undo_and_tell(
    message: Message, *, book: str, document_type: str, number: str, by: Trace
) -> None:
    """
    Post the opposite of what a site's document posted, if it moved anything, and tell the hub.

    The posting carries the number of the message, so that both books can be compared up to it.

    :raises ReasonMissing: if `by.reason` does not say why.
    """
    require_reason(by.reason)
    source = f"{book}/stock"
    [sequence] = outbox.reserve_numbers(source)
    origin = f"{document_type}/{number}/post"
    if ledger_queries.find_posting(book=book, origin=origin) is not None:
        ledger.reverse(
            book=book,
            origin=origin,
            reversal=f"{document_type}/{number}/reverse",
            at=message.occurred_at,
            trace=replace(by, source=source, sequence=sequence),
        )
    outbox.publish(
        message,
        source=source,
        sequence=sequence,
        business_date=masterdata.get_business_date(book.partition(":")[2], message.occurred_at),
        correlation_id=number,
    )


def split_reason(reason: str) -> tuple[str, str]:
    """Return the cause and the words of a kept reason; no cause where it names none."""
    cause, _between, words = reason.partition(_BETWEEN)
    return (cause, words) if cause in CAUSES else ("", reason)


def read_reason(reason: str) -> str | Promise:
    """Return a kept reason as people read it, in their language."""
    cause, words = split_reason(reason)
    return format_lazy("{}: {}", CAUSES[cause], words) if cause else reason
