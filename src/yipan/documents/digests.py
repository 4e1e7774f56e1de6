"""
Digests of the books (摘要): a site adds up its own ledger, and its hub compares.

Comparing costs as much as was told since the last time, and not as much as the book holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction

from yipan.documents.told import SiteMismatch
from yipan.exchange import comparisons, digests
from yipan.exchange.comparisons import ComparisonRow, Undigested
from yipan.exchange.digests import Difference, Digest
from yipan.exchange.models import ComparisonState
from yipan.exchange.outbox import publish, reserve_numbers
from yipan.exchange.subscriptions import Heard
from yipan.ledger.lines import ToldLine, list_told_lines
from yipan.messages.digests import MovedQuantity, StreamDigest


@dataclass(frozen=True, kw_only=True, slots=True)
class ToldRange:
    """The numbers `first` to `last` of a source, as one book knows them."""

    book: str
    source: str
    first: int
    last: int


def compute(told_of: ToldRange) -> Digest:
    """Return what a book holds of some numbers of a source."""
    return _add_up(told_of, list_told_lines(**asdict(told_of)))


def compute_by_sku(told_of: ToldRange) -> dict[str, Digest]:
    """Return the same for each SKU that moved, by SKU: where two sums differ, look here."""
    by_sku: dict[str, list[ToldLine]] = {}
    for line in list_told_lines(**asdict(told_of)):
        by_sku.setdefault(line.sku, []).append(line)
    return {sku: _add_up(told_of, by_sku[sku]) for sku in sorted(by_sku)}


def _add_up(told_of: ToldRange, lines: Sequence[ToldLine]) -> Digest:
    numbers = range(told_of.first, told_of.last + 1)
    return digests.add_up(source=told_of.source, numbers=numbers, lines=lines)


def tell(
    undigested: Undigested,
    *,
    message_type: type[StreamDigest],
    message_id: UUID,
    at: datetime,
) -> Digest:
    """
    Tell the digest of what a site told since its last digest, in the same stream.

    Everything up to the last number that was seen is committed, so the sum is taken
    before the stream is locked.
    """
    source = undigested.source
    digest = compute(
        ToldRange(
            book=source.partition("/")[0],
            source=source,
            first=undigested.digested_sequence + 1,
            last=undigested.last_sequence,
        )
    )
    with transaction.atomic():
        (sequence,) = reserve_numbers(source)
        message = message_type(
            message_id=message_id,
            occurred_at=at,
            source=source,
            epoch=undigested.epoch,
            first_sequence=digest.first_sequence,
            last_sequence=digest.last_sequence,
            document_count=digest.document_count,
            line_count=digest.line_count,
            quantities=tuple(
                MovedQuantity(movement=movement, quantity=quantity)
                for movement, quantity in digest.quantities.items()
            ),
            hash=digest.hash,
        )
        publish(message, source=source, sequence=sequence)
        comparisons.note_digested(
            source=source, epoch=undigested.epoch, sequence=undigested.last_sequence
        )
    return digest


@transaction.atomic
def compare(message: StreamDigest, heard: Heard, *, book: str) -> ComparisonState:
    """
    Compare what a source says of its book with ours, and keep what comes of it.

    While a number is parked or waiting here, nothing can be said: see `compare_open`.

    :raises SiteMismatch: if a source speaks of another source's messages.
    """
    if message.source != heard.source:
        raise SiteMismatch(source=heard.source, site=message.source)
    theirs = Digest(
        first_sequence=message.first_sequence,
        last_sequence=message.last_sequence,
        document_count=message.document_count,
        line_count=message.line_count,
        quantities={each.movement: each.quantity for each in message.quantities},
        hash=message.hash,
    )
    return _decide(
        (message.source, message.epoch),
        theirs=theirs,
        book=book,
        receiver=heard.receiver,
        told_at=message.occurred_at,
    )


def compare_open(*, receiver: str) -> int:
    """Compare again what could not be decided; return how many comparisons are decided now."""
    rows = comparisons.list_comparisons(states=[ComparisonState.OPEN])
    states = [_decide_again(row, receiver=receiver) for row in rows]
    return sum(state != ComparisonState.OPEN for state in states)


def compare_again(source: str, *, receiver: str) -> int:
    """Compare again what differs of a source and nobody settled; return how much agrees now."""
    rows = comparisons.list_comparisons(
        source=source, states=[ComparisonState.MISMATCH], only_open=True
    )
    states = [_decide_again(row, receiver=receiver) for row in rows]
    return sum(state == ComparisonState.MATCH for state in states)


@transaction.atomic
def _decide_again(row: ComparisonRow, *, receiver: str) -> ComparisonState:
    return _decide(
        (row.source, row.epoch),
        theirs=row.theirs,
        book=row.book,
        receiver=receiver,
        told_at=row.told_at,
    )


def explain(row: ComparisonRow, *, their_book: str) -> list[Difference]:
    """Return the lines that only one of two books has, where both lie in this database."""
    lines = partial(
        list_told_lines,
        source=row.source,
        first=row.theirs.first_sequence,
        last=row.theirs.last_sequence,
    )
    return digests.list_differences(theirs=lines(book=their_book), ours=lines(book=row.book))


def _decide(
    stream: tuple[str, int], *, theirs: Digest, book: str, receiver: str, told_at: datetime
) -> ComparisonState:
    source, epoch = stream
    first, last = theirs.first_sequence, theirs.last_sequence
    ours = compute(ToldRange(book=book, source=source, first=first, last=last))
    if ours == theirs:
        state = ComparisonState.MATCH
    elif comparisons.list_open_numbers(
        receiver=receiver, source=source, epoch=epoch, numbers=range(first, last + 1)
    ):
        state = ComparisonState.OPEN
    else:
        state = ComparisonState.MISMATCH
    comparisons.keep(
        stream=stream, book=book, theirs=theirs, ours=ours, state=state, told_at=told_at
    )
    return state
