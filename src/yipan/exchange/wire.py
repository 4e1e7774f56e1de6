"""Envelopes and replies as CloudEvents 1.0 JSON: what travels between two databases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec

from yipan.exchange import codec
from yipan.exchange.envelopes import Envelope
from yipan.exchange.replies import Reply, ReplyState
from yipan.exchange.sources import find_source, make_plain
from yipan.foundation.moments import to_utc

BATCH_MESSAGES_MAX: Final = 100
SEQUENCE_MAX: Final = 2**63 - 1

MALFORMED = "exchange.malformed"

Text = Annotated[str, msgspec.Meta(max_length=256)]


class CloudEvent(msgspec.Struct, kw_only=True, omit_defaults=True):
    """An envelope on the wire. Attributes this contract does not know are left alone."""

    specversion: Literal["1.0"]
    id: UUID
    type: Annotated[str, msgspec.Meta(pattern=r"^[a-z]+\.[a-z0-9_]+\.v[0-9]+$", max_length=96)]
    source: Annotated[str, msgspec.Meta(max_length=96)]
    sequence: Annotated[str, msgspec.Meta(pattern="^[0-9]{1,20}$")]
    time: Annotated[datetime, msgspec.Meta(tz=True)]
    data: msgspec.Raw
    sourceepoch: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)] = 1
    datacontenttype: str = "application/json"
    recordedtime: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    businessdate: date | None = None
    subject: Text = ""
    partitionkey: Text = ""
    correlationid: Text = ""
    causationid: Text = ""
    contenthash: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Unreadable:
    """A text that is no message of ours, with as much of its name as could be read."""

    message_id: str
    source: str
    reason: str


_read_event = msgspec.json.Decoder(CloudEvent).decode
_write = msgspec.json.Encoder().encode


def read_event(text: bytes | msgspec.Raw) -> Envelope | Unreadable:
    """Read one envelope, and check that its content is what its fingerprint says."""
    try:
        event = _read_event(text)
        sequence = int(event.sequence)
        if not 1 <= sequence <= SEQUENCE_MAX:
            return _give_up(text, "sequence starts at 1")
        source = make_plain(event.source)
        if find_source(source) is None:
            return _give_up(text, "source is system:site/stream")
        if b"\\u0000" in bytes(text):
            return _give_up(text, "a text holds the character NUL")
        content_hash = codec.hash_content(codec.decode_data(event.data))
        occurred_at = to_utc(event.time)
        recorded_at = None if event.recordedtime is None else to_utc(event.recordedtime)
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        return _give_up(text, str(error))
    if event.contenthash is not None and event.contenthash != content_hash.hex():
        return _give_up(text, "data is not what contenthash was made of")
    return Envelope(
        source=source,
        epoch=event.sourceepoch,
        sequence=sequence,
        message_id=event.id,
        kind=event.type,
        subject=event.subject,
        partition_key=event.partitionkey or event.subject,
        occurred_at=occurred_at,
        recorded_at=recorded_at,
        business_date=event.businessdate,
        correlation_id=event.correlationid,
        causation_id=event.causationid,
        content_hash=content_hash,
        data=bytes(event.data),
    )


def read_batch(body: bytes) -> list[Envelope | Unreadable]:
    """
    Read a body that is one envelope or a list of them.

    :raises msgspec.DecodeError: if the body is no JSON of this shape, as when it was cut.
    """
    items = msgspec.json.decode(body, type=list[msgspec.Raw] | dict[str, msgspec.Raw])
    if isinstance(items, dict):
        return [read_event(body)]
    return [read_event(item) for item in items]


def write_event(envelope: Envelope) -> bytes:
    """Write one envelope as a CloudEvent."""
    return _write(
        CloudEvent(
            specversion="1.0",
            id=envelope.message_id,
            type=envelope.kind,
            source=envelope.source,
            sequence=f"{envelope.sequence:020}",
            time=envelope.occurred_at.astimezone(UTC),
            data=msgspec.Raw(envelope.data),
            sourceepoch=envelope.epoch,
            recordedtime=envelope.recorded_at,
            businessdate=envelope.business_date,
            subject=envelope.subject,
            partitionkey=envelope.partition_key,
            correlationid=envelope.correlation_id,
            causationid=envelope.causation_id,
            contenthash=envelope.content_hash.hex(),
        )
    )


def write_batch(envelopes: Sequence[Envelope]) -> bytes:
    """Write envelopes as one `application/cloudevents-batch+json`."""
    return b"[" + b",".join(write_event(envelope) for envelope in envelopes) + b"]"


def write_reply(reply: Reply) -> dict[str, Any]:
    """Return a reply as it stands in the answer to a batch."""
    return {
        "id": reply.message_id,
        "source": reply.source,
        "sequence": reply.sequence,
        "state": reply.state.value,
        "code": reply.code,
        "facts": dict(reply.facts),
        "applied_sequence": reply.applied_sequence,
        "waiting": list(reply.waiting),
    }


def refuse(unreadable: Unreadable) -> Reply:
    """Answer a text that is no message of ours."""
    return Reply(
        message_id=unreadable.message_id,
        source=unreadable.source,
        sequence=0,
        state=ReplyState.REJECTED,
        code=MALFORMED,
        facts={"reason": unreadable.reason},
    )


def _give_up(text: bytes | msgspec.Raw, reason: str) -> Unreadable:
    try:
        names = msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError):
        names = {}
    if not isinstance(names, dict):
        names = {}
    return Unreadable(
        message_id=str(names.get("id", ""))[:96],
        source=str(names.get("source", ""))[:96],
        reason=reason,
    )
