"""Messages as JSON: the payload, its canonical form, and its fingerprint."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from yipan.messages.base import Message
from yipan.messages.catalog import list_message_types

#: Members of a message that travel in the envelope, not in `data`.
IN_ENVELOPE = ("message_id", "occurred_at")

_KINDS: dict[str, type[Message]] = {each.kind: each for each in list_message_types()}


def learn_kinds(types: Iterable[type[Message]]) -> None:
    """Let kinds outside the published language be read too; the tests bring their own."""
    for each in types:
        assert _KINDS.setdefault(each.kind, each) is each, f"two classes tell {each.kind}"


def find_type(kind: str) -> type[Message] | None:
    """Return the class of messages of this kind, or None when the language has none."""
    return _KINDS.get(kind)


def encode_data(message: Message) -> dict[str, Any]:
    """Return the payload as it travels: plain values, without what stands in the envelope."""
    data: dict[str, Any] = msgspec.to_builtins(message)
    for name in IN_ENVELOPE:
        del data[name]
    return {name: _drop_nulls(value) for name, value in data.items() if value is not None}


def _drop_nulls(value: Any) -> Any:
    # Absent is absent: whoever reads a null could take it for a value.
    kind = type(value)
    if kind is dict:
        return {name: _drop_nulls(each) for name, each in value.items() if each is not None}
    if kind is list:
        return [_drop_nulls(each) for each in value]
    return value


def decode_data(data: bytes | str | msgspec.Raw) -> dict[str, Any]:
    """
    Return the payload told by a JSON text, whatever its members are.

    :raises msgspec.DecodeError: if it is no JSON object.
    """
    plain: dict[str, Any] = msgspec.json.decode(data, type=dict[str, Any])
    return plain


def decode_message(
    message_type: type[Message], data: bytes | str, *, message_id: UUID, occurred_at: datetime
) -> Message:
    """
    Return the typed message told by the JSON text `data`. Unknown members are left out.

    :raises msgspec.ValidationError: if a member is missing or of another type.
    """
    plain = decode_data(data)
    plain["message_id"] = message_id
    plain["occurred_at"] = occurred_at
    return msgspec.convert(plain, message_type)


def hash_content(data: object) -> bytes:
    """
    Return the SHA-256 of the canonical form of a payload (32 bytes).

    Canonical: JSON without spaces, members sorted by name, members that are null left
    out, numbers written as text. So it does not matter who wrote the JSON, and how.

    :raises msgspec.ValidationError: if a number is not whole.
    """
    return hashlib.sha256(_ENCODER.encode(_make_canonical(data))).digest()


_ENCODER = msgspec.json.Encoder(order="sorted")


def _make_canonical(value: object) -> object:
    # Exact types first: a bool is an int, and must not become a number.
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return value
    if kind is int:
        return str(value)
    if kind is dict:
        assert isinstance(value, dict)
        return {name: _make_canonical(each) for name, each in value.items() if each is not None}
    if kind is list or kind is tuple:
        assert isinstance(value, list | tuple)
        return [_make_canonical(each) for each in value]
    raise msgspec.ValidationError(f"Expected whole numbers and texts, got `{kind.__name__}`")
