"""
Signing of webhooks as Standard Webhooks has it (spec/standard-webhooks.md, mid-2026).

Signed is `id.timestamp.body`, the exact bytes sent, by HMAC-SHA256. A header may carry several
signatures, apart by spaces, while a secret is changed. `verify` is what a receiver does.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Final

SECRET_PREFIX: Final = "whsec_"  # noqa: S105  every secret begins like this
SECRET_BYTES: Final = 32
TOLERANCE_SECONDS: Final = 300


def make_secret(*, root: str, webhook: str, generation: int) -> str:
    """
    Return the secret of a webhook: the same each time, and nowhere kept.

    `root` is the secret of the installation. Another generation is another secret.
    """
    text = f"yipan webhook {webhook} {generation}"
    digest = hmac.new(root.encode(), text.encode(), hashlib.sha256).digest()
    return SECRET_PREFIX + base64.b64encode(digest[:SECRET_BYTES]).decode()


def sign(*, secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Return one signature: `v1,` and base64."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def make_headers(
    *, secrets: Sequence[str], message_id: str, timestamp: int, body: bytes
) -> dict[str, str]:
    """Return the three headers of a message; `secrets` are those that count, the newest first."""
    signatures = (
        sign(secret=secret, message_id=message_id, timestamp=timestamp, body=body)
        for secret in secrets
    )
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }


def verify(*, secret: str, headers: Mapping[str, str], body: bytes, now: int) -> bool:
    """
    Tell whether a message is ours, unchanged, and not an old one sent again.

    Header names are in lower case. `now` is in Unix seconds. The receiver still remembers the
    ids it took: the same message may come twice.
    """
    timestamp, message_id = headers.get("webhook-timestamp", ""), headers.get("webhook-id", "")
    if not (message_id and timestamp.isascii() and timestamp.isdecimal()):
        return False
    if abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    try:
        expected = sign(
            secret=secret, message_id=message_id, timestamp=int(timestamp), body=body
        ).encode()
    except binascii.Error:
        return False
    given = headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(expected, each.encode()) for each in given)
