"""Steps of a webhook (回调): make, change its secret, disable, enable, test, send again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction

from yipan.channels.documents import ringing
from yipan.channels.models import Delivery, Publication, Webhook
from yipan.channels.models.webhook import DeliveryState
from yipan.channels.rules.signing import make_secret
from yipan.documents import trail
from yipan.exchange.doorbell import check_address
from yipan.foundation.refusals import NotFound, Refusal
from yipan.ledger.moves import Trace
from yipan.pool.queries.channels import get_channel

DOCUMENT_TYPE = "webhook"
WEBHOOKS_PER_CHANNEL_MAX: Final = 10
#: After a change of secret, so long the one before signs too.
OLD_SECRET_FOR: Final = timedelta(hours=24)
BY_HAND, RETRIES_EXHAUSTED, GONE = "by_hand", "retries_exhausted", "gone"


class TooManyWebhooks(Refusal):
    """A channel has ten webhooks at most."""

    code = "webhook.too_many"


class WebhookExists(Refusal):
    """The channel rings this address already. Ask for a new secret if it was lost."""

    code = "webhook.exists"


class WebhookDisabled(Refusal):
    """The webhook is disabled: enable it first."""

    code = "webhook.disabled"


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """A webhook as it was made, or its secret as it was changed: the only time it is told."""

    code: str
    secret: str


@transaction.atomic
def create(*, channel: str, url: str, new_id: UUID, by: Trace, at: datetime) -> Made:
    """
    Make a webhook. It is told what comes from now on.

    :raises NotFound: if there is no such channel.
    :raises AddressRefused: if the address is none we may call.
    :raises WebhookExists: if the channel rings the address already.
    :raises TooManyWebhooks: if the channel has ten.
    """
    get_channel(channel)
    check_address(url, allow_private=settings.YIPAN_WEBHOOK_PRIVATE)
    publication, _ = Publication.objects.select_for_update().get_or_create(
        channel=channel, defaults={"methods": ["ship"]}
    )
    if Webhook.objects.filter(channel=channel, url=url).exists():
        raise WebhookExists(channel=channel, url=url[:100])
    if Webhook.objects.filter(channel=channel).count() >= WEBHOOKS_PER_CHANNEL_MAX:
        raise TooManyWebhooks(channel=channel, maximum=WEBHOOKS_PER_CHANNEL_MAX)
    row = Webhook.objects.create(
        code=f"whk_{new_id.hex}",
        channel=channel,
        url=url,
        sent_sequence=publication.last_sequence,
        acknowledged_sequence=publication.last_sequence,
        created_by=by.actor,
        created_at=at,
    )
    _note(row, "create", by=by, at=at)
    return Made(code=row.code, secret=get_secrets(row, at=at)[0])


@transaction.atomic
def change_secret(*, code: str, by: Trace, at: datetime) -> Made:
    """Give a webhook another secret. For a day the one before signs beside it."""
    row = lock(code)
    row.generation += 1
    row.old_until = at + OLD_SECRET_FOR
    row.save(update_fields=["generation", "old_until"])
    _note(row, "edit", by=by, at=at)
    return Made(code=row.code, secret=get_secrets(row, at=at)[0])


@transaction.atomic
def disable(*, code: str, reason: str = BY_HAND, by: Trace, at: datetime) -> None:
    """Tell a webhook nothing more. What was not delivered waits. Safe to repeat."""
    row = lock(code)
    if row.is_active:
        row.is_active, row.disabled_reason, row.disabled_at = False, reason, at
        row.save(update_fields=["is_active", "disabled_reason", "disabled_at"])
        _note(row, "close", by=by, at=at)


@transaction.atomic
def enable(*, code: str, by: Trace, at: datetime) -> None:
    """Tell a webhook again, beginning with what it did not take. Safe to repeat."""
    row = lock(code)
    if row.is_active:
        return
    row.is_active, row.disabled_reason, row.disabled_at = True, "", None
    row.failures_count = 0
    row.save(update_fields=["is_active", "disabled_reason", "disabled_at", "failures_count"])
    missed = row.deliveries.exclude(state=DeliveryState.DELIVERED)
    missed.update(state=DeliveryState.PENDING, attempts_count=0, next_at=at, settled_at=None)
    _note(row, "open", by=by, at=at)


@transaction.atomic
def remove(*, code: str, by: Trace, at: datetime) -> None:
    """Forget a webhook and its deliveries. What it was, the trail still says."""
    row = lock(code)
    _note(row, "cancel", by=by, at=at)
    row.delete()


@transaction.atomic
def test(*, code: str, message_id: UUID, by: Trace, at: datetime) -> None:
    """
    Ring a webhook once, with a message that says no more than that.

    :raises WebhookDisabled: if it is disabled.
    """
    row = lock(code)
    if not row.is_active:
        raise WebhookDisabled(webhook=code)
    ringing.write_test(row, message_id=message_id, at=at)
    _note(row, "send", by=by, at=at)


@transaction.atomic
def deliver_again(*, code: str, delivery: int, by: Trace, at: datetime) -> None:
    """
    Send one message again under its old id, whatever became of it.

    :raises NotFound: if the webhook has no such message.
    :raises WebhookDisabled: if it is disabled.
    """
    row = lock(code)
    if not row.is_active:
        raise WebhookDisabled(webhook=code)
    found = Delivery.objects.select_for_update().filter(webhook=row, pk=delivery).first()
    if found is None:
        raise NotFound(kind="delivery", id=str(delivery))
    found.state, found.attempts_count = DeliveryState.PENDING, 0
    found.next_at, found.settled_at = at, None
    found.save(update_fields=["state", "attempts_count", "next_at", "settled_at"])
    _note(row, "send_again", by=by, at=at)


@transaction.atomic
def send_after(*, code: str, after: int, by: Trace, at: datetime) -> None:
    """Tell a webhook again all that is in the feed behind a number, as messages of their own."""
    row = lock(code)
    if not row.is_active:
        raise WebhookDisabled(webhook=code)
    row.sent_sequence = min(row.sent_sequence, max(0, after))
    row.save(update_fields=["sent_sequence"])
    _note(row, "send_again", by=by, at=at)


def lock(code: str) -> Webhook:
    """
    Lock a webhook.

    :raises NotFound: if there is none of this code.
    """
    row = Webhook.objects.select_for_update().filter(code=code).first()
    if row is None:
        raise NotFound(kind="webhook", id=code)
    return row


def list_secrets(code: str, *, at: datetime) -> list[str]:
    """Return the secrets that sign for a webhook now; none when it was removed meanwhile."""
    row = Webhook.objects.filter(code=code).first()
    return [] if row is None else get_secrets(row, at=at)


def get_secrets(row: Webhook, *, at: datetime) -> list[str]:
    """Return the secrets that sign now, the newest first."""
    generations = [row.generation]
    if row.generation > 1 and row.old_until is not None and at < row.old_until:
        generations.append(row.generation - 1)
    root = settings.SECRET_KEY
    return [make_secret(root=root, webhook=row.code, generation=it) for it in generations]


def _note(row: Webhook, step: str, *, by: Trace, at: datetime) -> None:
    trail.record(
        trail.Step(
            document_type=DOCUMENT_TYPE,
            number=row.code,
            system="channels",
            step=step,
            to_state="active" if row.is_active else "inactive",
            at=at,
            actor=by.actor,
            device=by.device,
            reason=by.reason or row.disabled_reason,
        )
    )
