"""Writes down what happened at a register and is no ticket (收银机记录)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from yipan.foundation.refusals import NotFound
from yipan.pos.models import Till, TillEvent
from yipan.pos.models.till_event import TillEventType


@dataclass(frozen=True, kw_only=True, slots=True)
class Happened:
    """What happened: its kind, of which ticket, who did it, and who allowed it and why."""

    event_id: UUID
    event_type: str
    occurred_at: datetime
    actor: str
    subject: str = ""
    approved_by: str = ""
    reason: str = ""


def record(*, till_code: str, events: Sequence[Happened], at: datetime) -> int:
    """
    Write events of a till down, each once; return how many were new.

    :raises NotFound: if there is no such till.
    """
    till = Till.objects.filter(code=till_code).first()
    if till is None:
        raise NotFound(kind="till", id=till_code)
    if not events:
        return 0
    before = TillEvent.objects.filter(event_id__in=[event.event_id for event in events]).count()
    TillEvent.objects.bulk_create(
        [
            TillEvent(
                event_id=event.event_id,
                site=till.site,
                till=till.code,
                event_type=event.event_type,
                subject=event.subject,
                actor=event.actor,
                approved_by=event.approved_by,
                reason=event.reason,
                occurred_at=event.occurred_at,
                recorded_at=at,
            )
            for event in events
        ],
        ignore_conflicts=True,
    )
    return len({event.event_id for event in events}) - before


def make_unapproved(
    *, message_id: UUID, number: str, actor: str, approved_by: str, at: datetime
) -> Happened:
    """Return what is noted of goods taken back without anybody who may allow it."""
    return Happened(
        event_id=uuid5(message_id, "pos.unapproved"),
        event_type=TillEventType.UNAPPROVED,
        occurred_at=at,
        actor=actor,
        subject=number,
        approved_by=approved_by,
    )
