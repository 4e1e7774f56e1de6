"""What moved the goods of a case in either book, since they last agreed. Smallest units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from yipan.foundation.refusals import NotFound
from yipan.ledger.past import list_balances_as_of
from yipan.ledger.rows import MovementRow
from yipan.recon.models import Case, CaseKind, Observation
from yipan.recon.queries.cuts import HUB_BOOK
from yipan.recon.queries.evidence import get_book
from yipan.recon.queries.logs import ON_HAND, get_group, read_movements

CHANGES_MAX = 400
COUNTS_MAX = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Changed:
    """What one document took (below zero) or brought, and the message that tells of it."""

    book: str
    origin: str
    quantity: int
    occurred_at: datetime
    recorded_at: datetime
    source: str
    sequence: int | None
    actor: str

    @property
    def is_late(self) -> bool:
        """Tell whether it was written down more than a minute after it happened."""
        return (self.recorded_at - self.occurred_at).total_seconds() > 60


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseLine:
    """One book of a case: what it held at the beginning, and its changes in order of time."""

    name: str
    book: str
    since: datetime
    opening: int
    changes: tuple[Changed, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Between:
    """Both books of a case from its beginning, and what was counted."""

    own: CaseLine
    hub: CaseLine
    counted: tuple[tuple[datetime, int], ...]
    until: datetime

    @property
    def changes(self) -> list[Changed]:
        """Return the changes of both books, the newest first."""
        both = [*self.own.changes, *self.hub.changes]
        return sorted(both, key=lambda row: (row.occurred_at, row.book), reverse=True)


def read_between(number: str, *, now: datetime) -> Between:
    """
    Return both books of a case since they last agreed, until `now` or until it was closed.

    :raises NotFound: if there is no case of this number.
    """
    case = Case.objects.filter(number=number).first()
    if case is None:
        raise NotFound(kind="case", id=number)
    until = case.closed_at or now
    own_book = get_book(case.site)
    is_count = case.kind == CaseKind.BOOK_VS_COUNT
    own = _read(
        "own",
        book=own_book,
        prefix=f"{ON_HAND}{case.place}/" if case.place else ON_HAND,
        case=case,
    )
    hub = _read("hub", book=HUB_BOOK, prefix=f"{ON_HAND}{case.site}/", case=case)
    counted: tuple[tuple[datetime, int], ...] = ()
    if is_count:
        rows = Observation.objects.filter(
            site=case.site, sku=case.sku, place=case.place, counted_at__gte=case.since
        ).order_by("counted_at", "id")
        counted = tuple(rows.values_list("counted_at", "quantity_counted")[:COUNTS_MAX])
    return Between(own=own, hub=hub, counted=counted, until=until)


def _read(name: str, *, book: str, prefix: str, case: Case) -> CaseLine:
    group = get_group(f"/{case.group or 'available'}")
    since = _find_begin(case)
    opening = sum(
        row.quantity
        for row in list_balances_as_of(book=book, sku=case.sku, as_of=since)
        if row.account.startswith(prefix) and get_group(row.account) == group
    )
    found = [
        (row, quantity)
        for row in read_movements(book=book, sku=case.sku)
        if row.occurred_at > since
        for quantity in [_get_effect(row, prefix=prefix, group=group)]
        if quantity
    ]
    return CaseLine(
        name=name,
        book=book,
        since=since,
        opening=opening,
        changes=tuple(_make(book, found)),
    )


def _find_begin(case: Case) -> datetime:
    """Return the last moment without the difference: books part with the first paper in it."""
    if case.kind == CaseKind.BOOK_VS_BOOK:
        return case.since - timedelta(microseconds=1)
    return case.since


def _make(book: str, found: Sequence[tuple[MovementRow, int]]) -> list[Changed]:
    changes = [
        Changed(
            book=book,
            origin=row.header.origin if row.header else "",
            quantity=quantity,
            occurred_at=row.occurred_at,
            recorded_at=row.recorded_at,
            source=row.header.source if row.header else "",
            sequence=row.header.sequence if row.header else None,
            actor=row.header.actor if row.header else "",
        )
        for row, quantity in found
    ]
    changes.sort(key=lambda row: row.occurred_at)
    return changes[-CHANGES_MAX:]


def _get_effect(row: MovementRow, *, prefix: str, group: str) -> int:
    effect = 0
    if row.to_account.startswith(prefix) and get_group(row.to_account) == group:
        effect += row.quantity
    if row.from_account.startswith(prefix) and get_group(row.from_account) == group:
        effect -= row.quantity
    return effect
