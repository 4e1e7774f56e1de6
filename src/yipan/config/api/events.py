"""API of the exchange: messages in and out, the health of each source, what is parked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.exchange import door, queries, readers, resend, streams, told, wire
from yipan.exchange.envelopes import Envelope
from yipan.exchange.kinds import describe_envelope
from yipan.foundation.ids import make_id

router = Router(tags=["exchange"])

EVENTS_MAX = 500
ROWS_MAX = 1_000

SourceName = Annotated[str, Field(max_length=96)]
RowLimit = Annotated[int, Field(ge=1, le=ROWS_MAX)]
Number = Annotated[int, Field(ge=1, le=2**63 - 1)]


class ReplyOut(Schema):
    """What became of one message. `applied_sequence` is the receiver's watermark."""

    id: str
    source: str
    sequence: int
    state: str
    code: str
    facts: dict[str, Any]
    applied_sequence: int
    waiting: list[int]


class RepliesOut(Schema):
    """One reply per message, in the order they were sent."""

    data: list[ReplyOut]


class EventsOut(Schema):
    """
    CloudEvents told after a number, in order.

    `epoch` is the current one of the source: when it is newer than the one asked for and
    nothing is left there, go on with it from the beginning. `more` asks to read on. What was
    told below `first_sequence` of the epoch asked for is not kept any more.
    """

    data: list[dict[str, Any]]
    source: str
    epoch: int
    last_sequence: int
    first_sequence: int
    more: bool


class SourceOut(Schema):
    """How far one receiver has heard one source."""

    receiver: str
    source: str
    site: str
    epoch: int
    last_issued: int | None
    highest_seen: int
    watermark: int
    applied: int
    gaps: int
    duplicates: int
    altered: int
    faults: int
    parked: int
    waiting: int
    last_heard_at: datetime | None
    oldest_unapplied_at: datetime | None
    lag_seconds: int


class SourcesOut(Schema):
    """Sources by name, then by receiver."""

    data: list[SourceOut]


class GapOut(Schema):
    """Numbers that are missing, both ends included."""

    first: int
    last: int


class HealthOut(SourceOut):
    """The same, with the numbers that are missing: at most 100 ranges."""

    missing: list[GapOut]


class HealthsOut(Schema):
    """One row per receiver and epoch of the source."""

    data: list[HealthOut]


class ResendIn(Schema):
    """The numbers to send again, both ends included."""

    first: Number
    last: Number


class EpochOut(Schema):
    """The epoch to tell from now on, beginning at number 1."""

    source: str
    epoch: int


class ReaderOut(Schema):
    """Who, by the name of the key, has read a source told here, and how far."""

    source: str
    reader: str
    epoch: int
    after: int
    last_issued: int
    asked_at: datetime


class ReadersOut(Schema):
    """Readers by source, then by name."""

    data: list[ReaderOut]


class ResendOut(Schema):
    """Where the request went: the number of the message that carries it."""

    source: str
    sequence: int


_EVENT_SCHEMA = describe_envelope()
_EVENT_BODY = {
    "requestBody": {
        "required": True,
        "description": "`data` by its `type`: GET /message-kinds/{kind}.",
        "content": {
            "application/cloudevents+json": {"schema": _EVENT_SCHEMA},
            "application/cloudevents-batch+json": {
                "schema": {
                    "type": "array",
                    "maxItems": wire.BATCH_MESSAGES_MAX,
                    "items": _EVENT_SCHEMA,
                }
            },
        },
    }
}


@router.post("/events", response=RepliesOut, openapi_extra=_EVENT_BODY)
@endpoint(action="exchange.push", repeatable=True)
def push_events(request: HttpRequest) -> HttpResponse:
    """Take in one message or a batch. Every message is answered with what became of it."""
    replies = door.take_in(request.body, actor=get_actor(request))
    return _answer({"data": [wire.write_reply(reply) for reply in replies]})


@router.get("/events", response=EventsOut)
@endpoint(action="exchange.pull")
def pull_events(
    request: HttpRequest,
    source: SourceName,
    epoch: Annotated[int, Field(ge=1, le=2**31 - 1)] = 1,
    after: Annotated[int, Field(ge=0, le=2**63 - 1)] = 0,
    limit: Annotated[int, Field(ge=1, le=EVENTS_MAX)] = 100,
) -> HttpResponse:
    """Read what a source told after a number: a site reads what the hub tells it."""
    door.check_reader(get_actor(request), source)
    issued = streams.get_issued(source, epoch=epoch)
    readers.note(reader=get_actor(request).name, source=source, epoch=epoch, after=after)
    envelopes = told.list_after(source=source, epoch=epoch, after=after, limit=limit)
    return _answer(
        {
            "data": [msgspec.Raw(wire.write_event(envelope)) for envelope in envelopes],
            "source": source,
            "epoch": issued.epoch,
            "last_sequence": issued.last_sequence,
            "first_sequence": issued.first_sequence,
            "more": _has_more(envelopes, issued, epoch=epoch),
        }
    )


def _has_more(envelopes: Sequence[Envelope], issued: streams.Issued, *, epoch: int) -> bool:
    # How far an epoch went that is over, nobody asks: whoever reads it on finds nothing left.
    if not envelopes:
        return False
    return epoch < issued.epoch or envelopes[-1].sequence < issued.last_sequence


@router.get("/sources", response=SourcesOut)
@endpoint(action="exchange.read")
def list_sources(request: HttpRequest, limit: RowLimit = 100) -> dict[str, Any]:
    """List how far each source of the asker's sites is, by name."""
    rows = queries.list_sources(sites=get_actor(request).sites, limit=limit)
    now = timezone.now()
    return {"data": [_make_source(row, now) for row in rows]}


@router.get("/sources/{path:source}/health", response=HealthsOut)
@endpoint(action="exchange.read")
def get_source_health(request: HttpRequest, source: str) -> dict[str, Any]:
    """Tell the numbers, gaps, repeats, parked messages and lag of one source."""
    door.check_reader(get_actor(request), source)
    now = timezone.now()
    return {
        "data": [
            {
                **_make_source(row, now),
                "missing": [
                    {"first": gap.start, "last": gap.stop - 1} for gap in queries.list_gaps(row)
                ],
            }
            for row in queries.get_source(source)
        ]
    }


@router.post("/sources/{path:source}/resend", response=ResendOut)
@endpoint(action="exchange.resolve")
def request_resend(request: HttpRequest, source: str, body: ResendIn) -> dict[str, Any]:
    """Ask a site to send numbers again; it hears of it with its next pull."""
    door.check_reader(get_actor(request), source)
    asked = resend.request(
        source=source,
        numbers=range(body.first, body.last + 1),
        message_id=make_id(),
        at=timezone.now(),
    )
    return {"source": asked.source, "sequence": asked.sequence}


@router.post("/sources/{path:source}/epochs", response=EpochOut)
@endpoint(action="exchange.push")
def open_epoch(request: HttpRequest, source: str) -> dict[str, Any]:
    """Begin to count from 1 again: after a device was replaced, or brought back from a backup."""
    door.check_speaker(get_actor(request), [source])
    return {"source": source, "epoch": streams.open_epoch(source)}


@router.get("/sources/{path:source}/readers", response=ReadersOut)
@endpoint(action="exchange.read")
def list_readers(request: HttpRequest, source: str) -> dict[str, Any]:
    """List who reads what is told here under a source, and how far."""
    door.check_reader(get_actor(request), source)
    return {"data": [asdict(row) for row in queries.list_readers(source=source)]}


def _make_source(row: queries.SourceRow, now: datetime) -> dict[str, Any]:
    return {
        "receiver": row.receiver,
        "source": row.source,
        "site": row.site,
        "epoch": row.epoch,
        "last_issued": row.last_issued,
        "highest_seen": row.highest_seen,
        "watermark": row.watermark,
        "applied": row.applied,
        "gaps": row.gaps,
        "duplicates": row.duplicates,
        "altered": row.altered,
        "faults": row.faults,
        "parked": row.parked,
        "waiting": row.waiting,
        "last_heard_at": row.last_heard_at,
        "oldest_unapplied_at": row.oldest_unapplied_at,
        "lag_seconds": row.get_lag_seconds(now),
    }


def _answer(content: dict[str, Any]) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(content), content_type="application/json")
