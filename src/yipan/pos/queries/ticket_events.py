"""Events of tickets: each row is one, posted at once and never changed."""

from __future__ import annotations

from datetime import datetime

from yipan.documents.events import Event, EventFilter, Position, keep_between
from yipan.pos.models import Ticket

SYSTEM = "pos"
DOCUMENT_TYPE = "ticket"
TABLE = 2


def list_events(which: EventFilter, after: Position, until: datetime, limit: int) -> list[Event]:
    """Return tickets behind a position and written before `until`, in order."""
    if which.system not in ("", SYSTEM) or which.document_type not in ("", DOCUMENT_TYPE):
        return []
    rows = Ticket.objects.all()
    if which.number:
        rows = rows.filter(number=which.number)
    if which.site:
        rows = rows.filter(site=which.site)
    if which.sites is not None:
        rows = rows.filter(site__in=which.sites)
    rows = keep_between(rows, after=after, until=until, table=TABLE, column="written_at")
    return [_make_event(row) for row in rows.defer("lines")[:limit]]


def _make_event(row: Ticket) -> Event:
    return Event(
        position=Position(recorded_at=row.written_at, table=TABLE, row=row.pk),
        system=SYSTEM,
        document_type=DOCUMENT_TYPE,
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
