"""How a store books a fact (事实过账) and tells the hub of it: one transaction, one number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from yipan.documents import trail
from yipan.exchange import outbox
from yipan.ledger import posting as ledger
from yipan.ledger.moves import FactPosting, Move, Trace
from yipan.masterdata import queries as masterdata
from yipan.messages.base import Message


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """What happened at a store: the step of the document it is of, and what it moved."""

    site: str
    origin: str
    moves: Sequence[Move]
    at: datetime
    by: Trace


def book_and_tell(fact: Fact, message: Message) -> tuple[str, int]:
    """
    Post a fact, and publish the message that tells of it; return its source and number.

    The posting carries the number of the message, so that the hub's book and the store's
    can be compared up to any of them.
    """
    source = f"pos:{fact.site}/stock"
    [sequence] = outbox.reserve_numbers(source)
    business_date = masterdata.get_business_date(fact.site, fact.at)
    if fact.moves:
        ledger.post_fact(
            book=f"pos:{fact.site}",
            posting=FactPosting(
                origin=fact.origin,
                occurred_at=fact.at,
                moves=list(fact.moves),
                trace=Trace(
                    actor=fact.by.actor,
                    device=fact.by.device,
                    reason=fact.by.reason,
                    source=source,
                    sequence=sequence,
                ),
                business_date=business_date,
            ),
        )
    outbox.publish(
        message,
        source=source,
        sequence=sequence,
        business_date=business_date,
        correlation_id=message.get_subject(),
    )
    return source, sequence


def ask_the_hub(message: Message, *, site: str, at: datetime) -> None:
    """Publish a message that moves nothing: a request, in the store's stream of orders."""
    source = f"pos:{site}/orders"
    [sequence] = outbox.reserve_numbers(source)
    outbox.publish(
        message,
        source=source,
        sequence=sequence,
        business_date=masterdata.get_business_date(site, at),
        correlation_id=message.get_subject(),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """A step a document took, from where, and the message that brought it or tells of it."""

    step: str
    from_state: str = ""
    message_id: UUID | None = None


class SitePaper(trail.Paper, Protocol):
    """A document of a store, as far as its trail goes."""

    @property
    def site(self) -> str:
        """Return the store."""


def note(document: SitePaper, taken: Taken, *, document_type: str, by: Trace, at: datetime) -> None:
    """Write a step of a document into its trail."""
    trail.Trail[SitePaper]("pos", document_type, lambda it: (it.site,)).note(
        document,
        step=taken.step,
        from_state=taken.from_state,
        by=by,
        at=at,
        message_id=taken.message_id,
    )
