"""Ids that carry their time in front (UUIDv7, RFC 9562 section 5.7), made in Python.

`uuidv7()` exists only from PostgreSQL 18 on, and the ledger's months are ranges of ids.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from uuid import UUID

BUCKETS = 64


def make_id(*, tail: bytes | None = None, milliseconds: int | None = None) -> UUID:
    """
    Return a new UUIDv7.

    `tail`, when given, is at least 10 bytes that take the place of the random part, so
    that two ids made from the same content end alike. `milliseconds` since 1970 (UTC)
    defaults to the clock's.
    """
    when = time.time_ns() // 1_000_000 if milliseconds is None else milliseconds
    rest = int.from_bytes((tail or secrets.token_bytes(10))[:10], "big")
    value = (when & 0xFFFF_FFFF_FFFF) << 80 | rest
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)


def get_bucket(value: UUID) -> int:
    """Return the bucket of a request: the last byte of its id, modulo the number of buckets."""
    return value.int & 0xFF & (BUCKETS - 1)


def get_text_bucket(text: str) -> int:
    """Return a bucket that depends on nothing but the text, on every machine and version."""
    return hashlib.blake2b(text.encode(), digest_size=8).digest()[7] & (BUCKETS - 1)
