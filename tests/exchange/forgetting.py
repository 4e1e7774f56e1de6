"""Builders for logs that are old, and for what is forgotten of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from yipan.exchange import proof, retention
from yipan.exchange.models import InboxMessage, OutboxMessage
from yipan.exchange.retention import Terms

SOURCE = "wms:W1/orders"
#: Told by a partner, who keeps his own outbox.
FOREIGN = "wms:W9/stock"
NOW = datetime.now(tz=UTC)
BLOCK = 4


def terms(*, days: int = 100, is_forwarded: bool = False) -> Terms:
    """Return what may go: whatever is older than so many days."""
    return Terms(horizon=NOW - timedelta(days=days), now=NOW, is_forwarded=is_forwarded)


def age(*, days: int = 200) -> None:
    """Let everything that is told and heard have happened so long ago."""
    then = NOW - timedelta(days=days)
    OutboxMessage.objects.update(recorded_at=then)
    InboxMessage.objects.update(received_at=then)


def forget(*, block: int = BLOCK) -> tuple[int, int]:
    """Return how many messages left the outbox and the inboxes."""
    old = terms()
    return retention.forget_told(old), retention.forget_heard(old, block=block)


def assert_proved() -> None:
    """Assert that the log proves whole."""
    failed = [each for each in proof.list_findings() if not each.ok]
    assert not failed, failed
