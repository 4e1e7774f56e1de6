"""What sites undid (冲销), as every message of it tells it, and its opposite in the site book."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from django.db import models

from yipan.documents import reversals, told, trail
from yipan.exchange.subscriptions import Heard
from yipan.ledger import posting as ledger
from yipan.ledger import queries as ledger_queries
from yipan.ledger.moves import Trace
from yipan.pool.book import SITE_BOOK

M = TypeVar("M", bound=models.Model)


class Reversed(Protocol):
    """What all messages of reversals tell."""

    @property
    def message_id(self) -> UUID:
        """Return the id of the message."""

    @property
    def occurred_at(self) -> datetime:
        """Return when it was undone."""

    @property
    def site(self) -> str:
        """Return the site whose document it is."""

    @property
    def correction_reason(self) -> str:
        """Return `did_not_occur` or `incorrect_data`."""

    @property
    def reason(self) -> str:
        """Return the words of whoever undid it."""

    @property
    def reversed_by(self) -> str:
        """Return who that was."""

    @property
    def device(self) -> str:
        """Return on which device."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Undone:
    """A document of a site that it undid: its own number, and who did it, when and why."""

    number: str
    site: str
    occurred_at: datetime
    message_id: UUID
    by: Trace

    @classmethod
    def of(cls, message: Reversed, *, number: str, heard: Heard) -> Undone:
        """
        Return what a message tells, once it is known that its source speaks for the site.

        :raises SiteMismatch: if it does not.
        """
        told.require_speaker(source=heard.source, site=message.site)
        words = message.reason
        if message.correction_reason in reversals.CAUSES and words.strip():
            words = reversals.write_reason(cause=message.correction_reason, words=words)
        return cls(
            number=number,
            site=message.site,
            occurred_at=message.occurred_at,
            message_id=message.message_id,
            by=Trace(
                actor=message.reversed_by or heard.source,
                device=message.device,
                reason=words[:200],
                source=heard.source,
                sequence=heard.sequence,
            ),
        )


def make_step(undone: Undone, *, document_type: str, number: str) -> trail.Step:
    """Return the step of a document that was undone, as its trail keeps it."""
    return trail.Step(
        system="erp",
        sites=(undone.site,),
        document_type=document_type,
        number=number,
        step="reverse",
        from_state="posted",
        to_state="reversed",
        actor=undone.by.actor,
        device=undone.by.device,
        at=undone.occurred_at,
        reason=undone.by.reason,
        message_id=undone.message_id,
    )


def post_opposite(undone: Undone, *, document_type: str, number: str) -> None:
    """Post the opposite of what a document posted in the site book, if it moved anything."""
    origin = f"{document_type}/{number}/post"
    if ledger_queries.find_posting(book=SITE_BOOK, origin=origin) is None:
        return
    ledger.reverse(
        book=SITE_BOOK,
        origin=origin,
        reversal=f"{document_type}/{number}/reverse",
        at=undone.occurred_at,
        trace=undone.by,
    )


def lock_told(model: type[M], undone: Undone) -> M:
    """
    Return the hub's document of a site's document, locked.

    :raises OriginalUnknown: if the document was not told yet.
    """
    found = (
        model._default_manager.select_for_update()
        .filter(site=undone.site, site_number=undone.number)
        .first()
    )
    if found is None:
        raise reversals.OriginalUnknown(site=undone.site, number=undone.number)
    return found
