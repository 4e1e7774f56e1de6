"""The published language as it can be read: each kind of message, and a JSON Schema of its data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from yipan.exchange import codec, wire
from yipan.exchange.subscriptions import list_subscriptions
from yipan.foundation.refusals import NotFound
from yipan.messages.base import Message
from yipan.messages.catalog import list_message_types

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True, kw_only=True, slots=True)
class KindRow:
    """
    A kind of message: what it tells, who publishes it, and which systems listen.

    `is_request` asks for something that may be refused for good; a fact never is. `is_ordered`
    kinds are handled in the order of their numbers.
    """

    kind: str
    publisher: str
    meaning: str
    is_request: bool
    is_ordered: bool
    receivers: tuple[str, ...]


def list_kinds() -> list[KindRow]:
    """Return every kind of the published language, ordered by name."""
    heard: dict[str, set[str]] = {}
    for each in list_subscriptions():
        heard.setdefault(each.message.kind, set()).add(each.receiver)
    return [
        KindRow(
            kind=each.kind,
            publisher=each.kind.partition(".")[0],
            meaning=_get_meaning(each),
            is_request=each.is_request,
            is_ordered=each.is_ordered,
            receivers=tuple(sorted(heard.get(each.kind, ()))),
        )
        for each in list_message_types()
    ]


def describe_data(kind: str) -> dict[str, Any]:
    """
    Return the JSON Schema of the `data` of a kind.

    Members not in it are left alone by whoever reads them; what is null is left out when told.

    :raises NotFound: if the language has no such kind.
    """
    found = {each.kind: each for each in list_message_types()}.get(kind)
    if found is None:
        raise NotFound(kind="message_kind", id=kind)
    schema = msgspec.json.schema(found, ref_template="#/$defs/{name}")
    parts = dict(schema["$defs"])
    own = dict(parts.pop(found.__name__))
    own["properties"] = _leave_out(own["properties"])
    own["required"] = [name for name in own["required"] if name not in codec.IN_ENVELOPE]
    described = {"$schema": DIALECT, **own, "title": kind}
    return {**described, "$defs": parts} if parts else described


def describe_envelope() -> dict[str, Any]:
    """Return the JSON Schema of a message as it travels: a CloudEvent, its `data` any object."""
    schema = msgspec.json.schema(wire.CloudEvent)
    own = dict(schema["$defs"][wire.CloudEvent.__name__])
    own["properties"] = {**own["properties"], "data": {"type": "object"}}
    return {**own, "title": "Message"}


def _leave_out(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {name: it for name, it in properties.items() if name not in codec.IN_ENVELOPE}


def _get_meaning(message: type[Message]) -> str:
    return " ".join((message.__doc__ or "").strip().split("\n\n")[0].split())
