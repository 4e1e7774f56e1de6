"""The feed of events (事件流) of this node: which tables it is read from, and how it is written."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any, Final

from yipan.config import node
from yipan.config.event_catalog import EVENTS
from yipan.documents import events
from yipan.documents.events import Event, EventFilter, Position
from yipan.erp.queries import sales_issue_events
from yipan.ledger.feed import LAG, get_settled_until
from yipan.pos.queries import ticket_events

#: Tables with events, in the order of their numbers.
SOURCES: Final[tuple[events.Source, ...]] = (
    events.list_steps,
    sales_issue_events.EVENTS.list_events,
    ticket_events.EVENTS.list_events,
)
SCHEMA: Final = "https://yipan.dev/schemas/document_step.v1.json"


def read(
    which: EventFilter, *, after: str, limit: int, lag: timedelta = LAG
) -> tuple[list[Event], Position]:
    """
    Return the events behind a position, and the position behind them.

    What is younger than `lag`, or than the oldest transaction that still runs, comes later.

    :raises CursorUnreadable: if `after` is no position.
    """
    position = events.read_position(after)
    until = get_settled_until(lag=lag)
    return events.merge(which, sources=SOURCES, after=position, until=until, limit=limit)


def write_event(event: Event) -> dict[str, Any]:
    """Return an event as CloudEvents 1.0 has it; what is empty is left out."""
    site = event.sites[0] if event.sites and event.system != node.HUB_RECEIVER else "hub"
    attributes = {
        "specversion": "1.0",
        "id": str(event.event_id),
        "source": f"{event.system or node.HUB_RECEIVER}:{site}/documents",
        "type": event.kind,
        "subject": event.number,
        "time": event.occurred_at.astimezone(UTC).isoformat(),
        "recordedtime": event.position.recorded_at.isoformat(),
        "datacontenttype": "application/json",
        "dataschema": SCHEMA,
        "partitionkey": f"{event.document_type}/{event.number}",
        "causationid": str(event.message_id or ""),
        "position": event.position.write(),
        "data": _write_data(event),
    }
    return {name: value for name, value in attributes.items() if value}


def list_kinds() -> list[tuple[str, str, str]]:
    """Return every kind of event with its document type and its step, ordered by kind."""
    return sorted(
        (
            events.make_kind(system=system, document_type=document_type, step=step),
            document_type,
            step,
        )
        for (system, document_type), steps in EVENTS.items()
        for step in steps
    )


def _write_data(event: Event) -> dict[str, Any]:
    data: dict[str, Any] = {
        "document_type": event.document_type,
        "number": event.number,
        "step": event.step,
        "from_state": event.from_state,
        "to_state": event.to_state,
        "sites": list(event.sites),
        "actor": event.actor,
        "device": event.device,
        "reason": event.reason,
    }
    return data | dict(event.facts)
