"""What the worker does for channels: tells them what changed, and rings their webhooks."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from yipan.channels.documents import publishing, ringing, webhook
from yipan.channels.documents.ringing import Claimed
from yipan.channels.models import Delivery, LevelChange
from yipan.channels.models.webhook import DeliveryState
from yipan.channels.rules.signing import make_headers
from yipan.exchange import doorbell
from yipan.exchange.doorbell import Answer, Call
from yipan.ledger.feed import LAG
from yipan.ledger.moves import Trace

#: So long the feed and the log of deliveries are kept.
KEPT_FOR: Final = timedelta(days=30)
ROWS_FORGOTTEN_AT_ONCE_MAX: Final = 10_000
CONTENT_TYPE: Final = "application/cloudevents+json; charset=utf-8"


def publish(*, clock: Callable[[], datetime], lag: timedelta = LAG) -> int:
    """Tell channels what changed since the last time. Return how much there was to look at."""
    return publishing.follow(at=clock(), lag=lag)


def ring(*, clock: Callable[[], datetime], chance: random.Random) -> int:
    """
    Ring the webhooks that are due. Return how many messages were written or sent.

    What is sent was written down and committed before; what was answered is written down after.
    """
    written = ringing.write_due()
    claimed = ringing.claim_due(at=clock())
    if not claimed:
        return written
    with ThreadPoolExecutor(max_workers=len(claimed)) as threads:
        calls = [_sign(each, at=clock()) for each in claimed]
        answers = list(threads.map(doorbell.post, calls))
    for each, answer in zip(claimed, answers, strict=True):
        _settle(each, answer, at=clock(), chance=chance.random())
    return written + len(claimed)


def _sign(claimed: Claimed, *, at: datetime) -> Call:
    body = claimed.body.encode()
    headers = {"Content-Type": CONTENT_TYPE, "User-Agent": "Yipan"}
    headers |= make_headers(
        secrets=webhook.list_secrets(claimed.webhook, at=at),
        message_id=claimed.message_id,
        timestamp=int(at.timestamp()),
        body=body,
    )
    return Call(
        url=claimed.url,
        headers=headers,
        body=body,
        allow_private=settings.YIPAN_WEBHOOK_PRIVATE,
    )


def _settle(claimed: Claimed, answer: Answer, *, at: datetime, chance: float) -> None:
    disabled = ringing.settle(claimed, answer, at=at, chance=chance)
    if disabled:
        webhook.disable(code=claimed.webhook, reason=disabled, by=Trace(actor="system"), at=at)


def forget_old(*, at: datetime) -> int:
    """Forget lines of feeds and settled deliveries older than 30 days. Return how many."""
    limit = ROWS_FORGOTTEN_AT_ONCE_MAX
    old = LevelChange.objects.filter(told_at__lt=at - KEPT_FOR).order_by("told_at")
    count = LevelChange.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:limit]))
    gone, _ = count.delete()
    settled = Delivery.objects.filter(created_at__lt=at - KEPT_FOR).exclude(
        state=DeliveryState.PENDING
    )
    ids = list(settled.order_by("id").values_list("pk", flat=True)[:limit])
    more, _ = Delivery.objects.filter(pk__in=ids).delete()
    return gone + more
