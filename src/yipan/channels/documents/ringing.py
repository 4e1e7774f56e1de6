"""Messages to webhooks: written before they are sent, sent outside a transaction, settled after."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import transaction

from yipan.channels.models import Attempt, Delivery, LevelChange, Publication, Webhook
from yipan.channels.models.webhook import DeliveryState
from yipan.channels.rules import retries
from yipan.exchange.doorbell import Answer

CHANGED_KIND: Final = "channels.availability_changed.v1"
TESTED_KIND: Final = "channels.webhook_tested.v1"
#: Changes in one message: a message stays below 20 kB.
CHANGES_PER_MESSAGE: Final = 50
WEBHOOKS_PER_ROUND: Final = 50
#: Whoever is killed while sending is given so long; then the message is sent again.
CLAIMED_FOR: Final = timedelta(seconds=60)
MESSAGES_PER_CLAIM: Final = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Claimed:
    """A message that is ours to send now."""

    delivery: int
    webhook: str
    url: str
    message_id: str
    body: str


@transaction.atomic
def write_due() -> int:
    """
    Write the next message for each webhook whose last one was taken. Return how many.

    One at a time and in order: a receiver that fails one is not flooded, and gets the newest
    state in few messages when it is back.
    """
    waiting = Delivery.objects.filter(state=DeliveryState.PENDING, kind=CHANGED_KIND)
    free = Webhook.objects.filter(is_active=True).exclude(pk__in=waiting.values("webhook"))
    last = dict(Publication.objects.values_list("channel", "last_sequence"))
    written = 0
    for row in free.select_for_update().order_by("id")[:WEBHOOKS_PER_ROUND]:
        if row.sent_sequence < last.get(row.channel, 0):
            written += _write_next(row)
    return written


def _write_next(row: Webhook) -> int:
    changes = list(
        LevelChange.objects.filter(channel=row.channel, sequence__gt=row.sent_sequence).order_by(
            "sequence"
        )[:CHANGES_PER_MESSAGE]
    )
    if not changes:
        return 0
    first, newest = changes[0], changes[-1]
    repeats = row.deliveries.filter(kind=CHANGED_KIND, first_sequence=first.sequence).count()
    name = f"yipan:webhook/{row.code}/{first.sequence}/{newest.sequence}/{repeats}"
    message_id = f"evt_{uuid5(NAMESPACE_URL, name).hex}"
    Delivery.objects.create(
        webhook=row,
        message_id=message_id,
        kind=CHANGED_KIND,
        first_sequence=first.sequence,
        last_sequence=newest.sequence,
        body=_make_body(
            message_id,
            kind=CHANGED_KIND,
            channel=row.channel,
            sequence=newest.sequence,
            at=newest.told_at,
            data=_make_data(row.channel, changes),
        ),
        next_at=newest.told_at,
        created_at=newest.told_at,
    )
    row.sent_sequence = newest.sequence
    row.save(update_fields=["sent_sequence"])
    return 1


def write_test(row: Webhook, *, message_id: UUID, at: datetime) -> None:
    """Write a message that says no more than that it came."""
    name = f"evt_{message_id.hex}"
    data = {"channel": row.channel, "webhook": row.code}
    Delivery.objects.create(
        webhook=row,
        message_id=name,
        kind=TESTED_KIND,
        first_sequence=0,
        last_sequence=0,
        body=_make_body(name, kind=TESTED_KIND, channel=row.channel, sequence=0, at=at, data=data),
        next_at=at,
        created_at=at,
    )


def _make_data(channel: str, changes: Sequence[LevelChange]) -> dict[str, Any]:
    """Return the newest of each SKU and method, in the order of their numbers."""
    newest = {(change.sku, change.method): change for change in changes}
    return {
        "channel": channel,
        "first_sequence": changes[0].sequence,
        "last_sequence": changes[-1].sequence,
        "changes": [write_change(it) for it in sorted(newest.values(), key=lambda it: it.sequence)],
        "feed": f"/api/v1/inventory/changes?channel={channel}&after={changes[-1].sequence}",
    }


def write_change(change: LevelChange) -> dict[str, Any]:
    """Return a line of the feed as feed, snapshot and webhook all tell it."""
    return {
        "sequence": change.sequence,
        "sku": change.sku,
        "method": change.method,
        "sellable": change.quantity,
        "level": change.level,
        "sites": change.sites,
        "next_date": change.next_date.isoformat() if change.next_date else None,
        "reason": change.reason,
        "told_at": change.told_at.astimezone(UTC).isoformat(),
    }


def _make_body(
    message_id: str, *, kind: str, channel: str, sequence: int, at: datetime, data: dict[str, Any]
) -> str:
    """Return a CloudEvent with the `timestamp` that Standard Webhooks wants besides."""
    time = at.astimezone(UTC).isoformat()
    event = {
        "specversion": "1.0",
        "id": message_id,
        "source": f"channels:{channel}/availability",
        "type": kind,
        "subject": channel,
        "time": time,
        "timestamp": time,
        "datacontenttype": "application/json",
        "sequence": f"{sequence:020d}",
        "data": data,
    }
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))


@transaction.atomic
def claim_due(*, at: datetime) -> list[Claimed]:
    """Return messages that are due, ours alone for a minute."""
    rows = (
        Delivery.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(state=DeliveryState.PENDING, next_at__lte=at, webhook__is_active=True)
        .select_related("webhook")
        .order_by("next_at", "id")
    )
    claimed = []
    for row in rows[:MESSAGES_PER_CLAIM]:
        row.next_at = at + CLAIMED_FOR
        row.save(update_fields=["next_at"])
        claimed.append(
            Claimed(
                delivery=row.pk,
                webhook=row.webhook.code,
                url=row.webhook.url,
                message_id=row.message_id,
                body=row.body,
            )
        )
    return claimed


@transaction.atomic
def settle(claimed: Claimed, answer: Answer, *, at: datetime, chance: float) -> str:
    """
    Write down what a receiver answered: taken, gone for good, or to be tried again later.

    Return why the webhook was disabled by it, or "". `chance` is between 0 and 1.
    """
    webhook = Webhook.objects.select_for_update().filter(code=claimed.webhook).first()
    row = Delivery.objects.select_for_update().filter(pk=claimed.delivery).first()
    if webhook is None or row is None or row.state != DeliveryState.PENDING:
        return ""
    row.attempts_count += 1
    Attempt.objects.create(
        delivery=row,
        number=row.attempts.count() + 1,
        at=at,
        status=answer.status,
        error=answer.error[:200],
        milliseconds=answer.milliseconds,
    )
    verdict = retries.judge(answer.status)
    disabled = ""
    if verdict == "accepted":
        _accept(webhook, row, at=at)
    else:
        wait = retries.find_wait(
            attempts=row.attempts_count, retry_after=answer.retry_after_seconds, chance=chance
        )
        webhook.failures_count += 1
        if verdict == "gone" or wait is None:
            row.state, row.settled_at = DeliveryState.FAILED, at
            disabled = "gone" if verdict == "gone" else "retries_exhausted"
        else:
            row.next_at = at + timedelta(seconds=wait)
    row.save()
    webhook.save()
    return disabled


def _accept(webhook: Webhook, row: Delivery, *, at: datetime) -> None:
    row.state, row.settled_at = DeliveryState.DELIVERED, at
    webhook.failures_count = 0
    if row.kind == CHANGED_KIND:
        webhook.acknowledged_sequence = max(webhook.acknowledged_sequence, row.last_sequence)
        webhook.acknowledged_at = at
