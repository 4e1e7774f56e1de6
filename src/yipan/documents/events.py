"""Events (事件): every step of every document, in the order they were written down.

An event is a step of the trail, read again: it is written in the transaction that takes the
step, and there is no step without one. A transaction is seen only when it commits, so a reader
stops below the oldest that still runs, as the feed of the ledger does, and passes by nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db.models import Model, QuerySet

from yipan.documents.models import TrailStep
from yipan.foundation.refusals import Refusal

EVENTS_MAX = 500
BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
STEPS_TABLE = 0
_MICROSECOND: Final = timedelta(microseconds=1)
_POSITION_PARTS: Final = (16, 2, 19)

M = TypeVar("M", bound=Model)

#: Step to what has happened when it was taken, as the name of an event says it.
FACTS: Mapping[str, str] = {
    "accept": "accepted",
    "announce": "announced",
    "approve": "approved",
    "arrive": "arrived",
    "ask_cancel": "cancel_asked",
    "ask_reopen": "reopening_asked",
    "ask_reversal": "reversal_asked",
    "assign": "assigned",
    "take_back": "taken_back",
    "heal": "healed",
    "bind": "label_bound",
    "cancel": "canceled",
    "change": "changed_later",
    "change_lot": "lot_changed",
    "claim": "claimed",
    "close": "closed",
    "close_short": "closed_short",
    "correct": "corrected",
    "count": "counted",
    "choose": "chosen",
    "withdraw": "withdrawn",
    "create": "created",
    "depart": "departed",
    "differ": "found_different",
    "edit": "changed",
    "excess": "excess_found",
    "explain": "explained",
    "offset": "offset_posted",
    "refuse": "correction_refused",
    "undo": "correction_reversed",
    "start": "started",
    "expire": "expired",
    "hand_over": "handed_over",
    "hold": "held",
    "keep_closed": "kept_closed",
    "match": "matched",
    "move": "moved",
    "name_lot": "lot_named",
    "open": "opened",
    "order": "ordered",
    "ordered": "ordered",
    "over": "picked_over",
    "pack": "packed",
    "pass": "passed",
    "pick": "picked",
    "post": "posted",
    "propose": "proposed",
    "put_back": "put_back",
    "receive": "received",
    "record": "recorded",
    "recount": "recount_asked",
    "refund": "refunded",
    "reject": "rejected",
    "rejected": "rejected",
    "release": "released",
    "reopen": "reopened",
    "reschedule": "rescheduled",
    "reserve": "reserved",
    "reverse": "reversed",
    "seal": "sealed",
    "send": "sent",
    "send_again": "asked_to_send_again",
    "settle": "settled",
    "ship": "shipped",
    "short": "picked_short",
    "source": "sourced",
    "stack": "stacked",
    "stage": "staged",
    "stop": "stopped",
    "submit": "submitted",
    "tell_again": "told_again",
    "unpack": "unpacked",
}


class CursorUnreadable(Refusal):
    """The position is none this feed ever gave out. Begin without one, or with the last given."""

    code = "feed.cursor_unreadable"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Position:
    """Where a reader is: behind row `row` of table `table`, written at `recorded_at`."""

    recorded_at: datetime = BEGINNING
    table: int = 0
    row: int = 0

    def write(self) -> str:
        """Return the position as a text; a later one is a greater text."""
        since = (self.recorded_at - BEGINNING) // _MICROSECOND
        parts = zip((since, self.table, self.row), _POSITION_PARTS, strict=True)
        return "-".join(f"{part:0{width}d}" for part, width in parts)


@dataclass(frozen=True, kw_only=True, slots=True)
class EventFilter:
    """Which events; empty is: all. `sites` is the asker's scope, None meaning all sites."""

    system: str = ""
    document_type: str = ""
    number: str = ""
    site: str = ""
    sites: frozenset[str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One step one document took. `facts` is what else is said of it, quantities and such."""

    position: Position
    system: str
    document_type: str
    number: str
    step: str
    from_state: str
    to_state: str
    sites: tuple[str, ...]
    occurred_at: datetime
    actor: str = ""
    device: str = ""
    reason: str = ""
    message_id: UUID | None = None
    facts: Mapping[str, int | str] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """Return the name of the event."""
        return make_kind(system=self.system, document_type=self.document_type, step=self.step)

    @property
    def event_id(self) -> UUID:
        """Return the id of the event: the same whenever it is read."""
        return uuid5(NAMESPACE_URL, f"yipan:event/{self.position.write()}")


#: A table of events: what is behind a position and written before an instant, in order.
Source = Callable[[EventFilter, Position, datetime, int], list[Event]]


def make_kind(*, system: str, document_type: str, step: str) -> str:
    """Return the name of an event, such as `erp.transfer_order.shipped.v1`."""
    return f"{system or 'documents'}.{document_type}.{FACTS.get(step, step)}.v1"


def read_position(text: str) -> Position:
    """
    Return the position a text names; of an empty text the beginning.

    :raises CursorUnreadable: if it names none.
    """
    if not text:
        return Position()
    parts = text.split("-")
    fits = tuple(map(len, parts)) == _POSITION_PARTS and all(
        part.isascii() and part.isdigit() for part in parts
    )
    if not fits:
        raise CursorUnreadable(after=text[:64])
    since, table, row = (int(part) for part in parts)
    try:
        recorded_at = BEGINNING + since * _MICROSECOND
    except OverflowError as error:
        raise CursorUnreadable(after=text[:64]) from error
    return Position(recorded_at=recorded_at, table=table, row=row)


def list_steps(which: EventFilter, after: Position, until: datetime, limit: int) -> list[Event]:
    """Return steps of trails behind a position and written before `until`, in order."""
    rows = keep_between(
        _filter(which), after=after, until=until, table=STEPS_TABLE, column="recorded_at"
    )
    return [_make_event(row) for row in rows[:limit]]


class PostedFact(Protocol):
    """A document posted at once and never changed after: its one row is its one event."""

    pk: int
    number: str
    site: str
    occurred_at: datetime
    written_at: datetime
    cashier: str
    till: str
    message_id: UUID
    quantity: int


@dataclass(frozen=True, slots=True)
class FactTable:
    """
    A table of such documents, as a `Source`. They have no trail: there are too many of them.

    `table` is its number among all sources, for positions; never give one out twice.
    """

    system: str
    document_type: str
    table: int
    list_rows: Callable[[], QuerySet[Any]]

    def list_events(
        self, which: EventFilter, after: Position, until: datetime, limit: int
    ) -> list[Event]:
        """Return its events behind a position and written before `until`, in order."""
        if which.system not in ("", self.system):
            return []
        if which.document_type not in ("", self.document_type):
            return []
        rows = self.list_rows()
        if which.number:
            rows = rows.filter(number=which.number)
        if which.site:
            rows = rows.filter(site=which.site)
        if which.sites is not None:
            rows = rows.filter(site__in=which.sites)
        rows = keep_between(rows, after=after, until=until, table=self.table, column="written_at")
        return [self._make_event(row) for row in rows[:limit]]

    def _make_event(self, row: PostedFact) -> Event:
        return Event(
            position=Position(recorded_at=row.written_at, table=self.table, row=row.pk),
            system=self.system,
            document_type=self.document_type,
            number=row.number,
            step="post",
            from_state="",
            to_state="posted",
            sites=(row.site,),
            occurred_at=row.occurred_at,
            actor=row.cashier,
            device=row.till,
            message_id=row.message_id,
            facts={"quantity": row.quantity},
        )


def keep_between(
    rows: QuerySet[M], *, after: Position, until: datetime, table: int, column: str
) -> QuerySet[M]:
    """
    Keep the rows of table number `table` behind a position and before an instant, in order.

    `column` holds when the transaction began that wrote a row.
    """
    rows = rows.filter(**{f"{column}__gte": after.recorded_at, f"{column}__lt": until})
    same = {column: after.recorded_at}
    if table < after.table:
        rows = rows.exclude(**same)
    elif table == after.table:
        rows = rows.exclude(**same, id__lte=after.row)
    return rows.order_by(column, "id")


def merge(
    which: EventFilter, *, sources: tuple[Source, ...], after: Position, until: datetime, limit: int
) -> tuple[list[Event], Position]:
    """
    Return what comes next of all tables together, and the position behind it.

    Fewer than `limit` are all there are before `until`: the position is then there, so that a
    reader of few kinds does not pass by the others again.
    """
    assert 0 < limit <= EVENTS_MAX
    found = [event for source in sources for event in source(which, after, until, limit)]
    found.sort(key=lambda event: event.position)
    if len(found) >= limit:
        return found[:limit], found[limit - 1].position
    return found, max(after, Position(recorded_at=until))


def _filter(which: EventFilter) -> QuerySet[TrailStep]:
    rows = TrailStep.objects.all()
    if which.system:
        rows = rows.filter(system=which.system)
    if which.document_type:
        rows = rows.filter(document_type=which.document_type)
    if which.number:
        rows = rows.filter(number=which.number)
    if which.site:
        rows = rows.filter(sites__contains=[which.site])
    if which.sites is not None:
        rows = rows.filter(sites__overlap=sorted(which.sites))
    return rows


def _make_event(row: TrailStep) -> Event:
    return Event(
        position=Position(recorded_at=row.recorded_at, table=STEPS_TABLE, row=row.pk),
        system=row.system,
        document_type=row.document_type,
        number=row.number,
        step=row.step,
        from_state=row.from_state,
        to_state=row.to_state,
        sites=tuple(row.sites),
        occurred_at=row.at,
        actor=row.actor,
        device=row.device,
        reason=row.reason,
        message_id=row.message_id,
    )
