"""Webhooks and what was sent to them, as plain rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from yipan.channels.models import Attempt, Delivery, Webhook
from yipan.channels.models.webhook import DeliveryState
from yipan.foundation.refusals import NotFound

ROWS_MAX = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class WebhookRow:
    """A webhook and how it fares. `state` is active, failing or disabled."""

    code: str
    channel: str
    url: str
    state: str
    disabled_reason: str
    disabled_at: datetime | None
    failures_count: int
    pending_count: int
    sent_sequence: int
    acknowledged_sequence: int
    acknowledged_at: datetime | None
    generation: int
    created_by: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class AttemptRow:
    """One try, and what was answered; `status` 0 is no answer."""

    number: int
    at: datetime
    status: int
    error: str
    milliseconds: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryRow:
    """A message to a webhook, with its tries, the newest first."""

    id: int
    message_id: str
    webhook: str
    kind: str
    state: str
    first_sequence: int
    last_sequence: int
    attempts_count: int
    next_at: datetime | None
    created_at: datetime
    settled_at: datetime | None
    attempts: tuple[AttemptRow, ...]


def list_webhooks(*, channel: str = "") -> list[WebhookRow]:
    """Return webhooks, of one channel or all, the oldest first."""
    query = Webhook.objects.annotate(
        pending=Count("deliveries", filter=Q(deliveries__state=DeliveryState.PENDING))
    )
    if channel:
        query = query.filter(channel=channel)
    return [_make(it, it.pending) for it in query.order_by("channel", "id")[:ROWS_MAX]]


def get_webhook(code: str) -> WebhookRow:
    """
    Return one webhook.

    :raises NotFound: if there is none of this code.
    """
    row = Webhook.objects.filter(code=code).first()
    if row is None:
        raise NotFound(kind="webhook", id=code)
    return _make(row, row.deliveries.filter(state=DeliveryState.PENDING).count())


def list_deliveries(
    *, webhook: str = "", channel: str = "", before: int | None = None, limit: int = 50
) -> list[DeliveryRow]:
    """Return messages, of one webhook or of a channel, the newest first."""
    query = Delivery.objects.select_related("webhook").prefetch_related("attempts")
    if webhook:
        query = query.filter(webhook__code=webhook)
    if channel:
        query = query.filter(webhook__channel=channel)
    if before is not None:
        query = query.filter(pk__lt=before)
    return [_make_delivery(it) for it in query.order_by("-id")[: min(limit, ROWS_MAX)]]


def count_disabled() -> int:
    """Return how many webhooks were disabled because nobody answered."""
    return Webhook.objects.filter(is_active=False).exclude(disabled_reason="by_hand").count()


def _make(it: Webhook, pending: int) -> WebhookRow:
    state = "active" if it.is_active else "disabled"
    if it.is_active and it.failures_count:
        state = "failing"
    return WebhookRow(
        **{
            name: getattr(it, name)
            for name in WebhookRow.__dataclass_fields__
            if name not in {"state", "pending_count"}
        },
        state=state,
        pending_count=pending,
    )


def _make_delivery(it: Delivery) -> DeliveryRow:
    attempts = sorted(it.attempts.all(), key=lambda row: -row.number)
    return DeliveryRow(
        id=it.pk,
        message_id=it.message_id,
        webhook=it.webhook.code,
        kind=it.kind,
        state=it.state,
        first_sequence=it.first_sequence,
        last_sequence=it.last_sequence,
        attempts_count=it.attempts_count,
        next_at=it.next_at,
        created_at=it.created_at,
        settled_at=it.settled_at,
        attempts=tuple(_make_attempt(row) for row in attempts),
    )


def _make_attempt(row: Attempt) -> AttemptRow:
    return AttemptRow(**{name: getattr(row, name) for name in AttemptRow.__dataclass_fields__})
