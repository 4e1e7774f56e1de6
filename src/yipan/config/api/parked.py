"""API of what is not booked: parked messages, altered ones, alarms, and what people decide."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field, model_validator

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.exchange import decisions, door, parking, queries
from yipan.exchange.decisions import REASON_LENGTH_MAX, Decision
from yipan.foundation.refusals import NotFound

router = Router(tags=["exchange"])

ROWS_MAX = 1_000

Name = Annotated[str, Field(max_length=96)]
Receiver = Annotated[str, Field(max_length=16)]
RowLimit = Annotated[int, Field(ge=1, le=ROWS_MAX)]
Number = Annotated[int, Field(ge=1, le=2**63 - 1)]
Epoch = Annotated[int, Field(ge=1, le=2**31 - 1)]
Reason = Annotated[str, Field(min_length=1, max_length=REASON_LENGTH_MAX)]


class ParkedOut(Schema):
    """A message that is parked or waiting, with the CloudEvent as it came."""

    receiver: str
    source: str
    epoch: int
    sequence: int
    message_id: UUID | None
    kind: str
    state: str
    code: str
    facts: dict[str, Any]
    attempts: int
    received_at: datetime
    event: dict[str, Any] | None


class ParkedListOut(Schema):
    """The last received first."""

    data: list[ParkedOut]


class RetryIn(Schema):
    """Which messages to try again: all when empty. A number needs its source."""

    receiver: Receiver | None = None
    source: Name | None = None
    sequence: Number | None = None

    @model_validator(mode="after")
    def _need_a_source(self) -> RetryIn:
        if self.sequence is not None and self.source is None:
            raise ValueError("a number needs its source")
        return self


class RetriedOut(Schema):
    """How many messages were applied."""

    applied: int


class SetAsideIn(Schema):
    """Which parked message will never be booked, and why."""

    receiver: Receiver
    source: Name
    epoch: Epoch = 1
    sequence: Number
    reason: Reason


class SettleIn(Schema):
    """Why the case is closed."""

    reason: Reason


class DoneOut(Schema):
    """It is done."""

    done: bool = True


class AlterationOut(Schema):
    """A message that came under a used number or id with other content."""

    id: int
    receiver: str
    source: str
    epoch: int
    sequence: int
    code: str
    received_at: datetime
    settled_at: datetime | None
    settled_by: str
    reason: str
    event: dict[str, Any]


class AlterationsOut(Schema):
    """The last received first."""

    data: list[AlterationOut]


class AlarmOut(Schema):
    """What has been standing still for too long."""

    code: str
    source: str
    receiver: str
    count: int
    since: datetime


class AlarmsOut(Schema):
    """Alarms by source."""

    data: list[AlarmOut]


@router.get("/parked", response=ParkedListOut)
@endpoint(action="exchange.read")
def list_parked(
    request: HttpRequest,
    source: Name = "",
    code: Name = "",
    limit: RowLimit = 100,
) -> dict[str, Any]:
    """List the messages that are parked or waiting, the last received first."""
    rows = queries.list_inbox(
        source=source or None, code=code or None, sites=get_actor(request).sites, limit=limit
    )
    return {
        "data": [
            {
                "receiver": row.receiver,
                "source": row.source,
                "epoch": row.epoch,
                "sequence": row.sequence,
                "message_id": row.message_id,
                "kind": row.kind,
                "state": row.state,
                "code": row.code,
                "facts": row.facts,
                "attempts": row.attempts,
                "received_at": row.received_at,
                "event": row.envelope,
            }
            for row in rows
        ]
    }


@router.post("/parked/retry", response=RetriedOut)
@endpoint(action="exchange.resolve")
def retry_parked(request: HttpRequest, body: RetryIn) -> dict[str, int]:
    """Try parked messages again; who waited behind them follows."""
    actor = get_actor(request)
    if body.source is not None:
        door.check_reader(actor, body.source)
    return {
        "applied": parking.retry(
            receiver=body.receiver, source=body.source, sequence=body.sequence, sites=actor.sites
        )
    }


@router.post("/parked/set-aside", response=DoneOut)
@endpoint(action="exchange.resolve")
def set_aside(request: HttpRequest, body: SetAsideIn) -> dict[str, Any]:
    """Decide that a parked message will never be booked; who waited behind it goes on."""
    actor = get_actor(request)
    door.check_reader(actor, body.source)
    decisions.set_aside(
        receiver=body.receiver,
        source=body.source,
        epoch=body.epoch,
        sequence=body.sequence,
        decision=Decision(by=actor.name, reason=body.reason, at=timezone.now()),
    )
    return {"done": True}


@router.get("/alterations", response=AlterationsOut)
@endpoint(action="exchange.read")
def list_alterations(
    request: HttpRequest,
    source: Name = "",
    only_open: bool = True,  # noqa: FBT001, FBT002  a query parameter has no other shape
    limit: RowLimit = 100,
) -> dict[str, Any]:
    """List messages that came with other content than before, the last received first."""
    rows = queries.list_alterations(
        source=source or None,
        only_open=only_open,
        sites=get_actor(request).sites,
        limit=limit,
    )
    return {
        "data": [{**asdict(row), "id": row.alteration_id, "event": row.envelope} for row in rows]
    }


@router.post("/alterations/{alteration_id}/settle", response=DoneOut)
@endpoint(action="exchange.resolve")
def settle_alteration(request: HttpRequest, alteration_id: int, body: SettleIn) -> dict[str, Any]:
    """Close the case of a message that came with other content."""
    actor = get_actor(request)
    seen = queries.list_alterations(only_open=True, sites=actor.sites)
    if alteration_id not in {row.alteration_id for row in seen}:
        raise NotFound(kind="alteration", id=str(alteration_id))
    decisions.settle_alteration(
        alteration_id=alteration_id,
        decision=Decision(by=actor.name, reason=body.reason, at=timezone.now()),
    )
    return {"done": True}


@router.get("/alarms", response=AlarmsOut)
@endpoint(action="exchange.read")
def list_alarms(request: HttpRequest) -> dict[str, Any]:
    """List what has been standing still for too long, by source."""
    alarms = queries.list_alarms(now=timezone.now(), sites=get_actor(request).sites)
    return {"data": [asdict(alarm) for alarm in alarms]}
