"""Webhook (回调): an address of a channel that is rung when something changed, and each ringing."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class DeliveryState(models.TextChoices):
    """What became of a message to a webhook."""

    PENDING = "pending", _("pending")
    DELIVERED = "delivered", _("delivered")
    FAILED = "failed", _("failed")


class Webhook(models.Model):
    """
    An address that is told of changes of one channel, in their order.

    Its secret is not kept: it follows from the secret of the installation, the `code` and the
    `generation`. After a change of secret the one before signs too until `old_until`.
    `sent_sequence` is how far messages were made, `acknowledged_sequence` how far the receiver
    took them.
    """

    code = models.CharField(max_length=48, unique=True)
    channel = models.CharField(max_length=32, db_index=True)
    url = models.CharField(max_length=500)
    generation = models.IntegerField(default=1)
    old_until = models.DateTimeField(null=True)
    is_active = models.BooleanField(default=True)
    disabled_reason = models.CharField(max_length=32, blank=True)
    disabled_at = models.DateTimeField(null=True)
    failures_count = models.IntegerField(default=0)
    sent_sequence = models.BigIntegerField(default=0)
    acknowledged_sequence = models.BigIntegerField(default=0)
    acknowledged_at = models.DateTimeField(null=True)
    created_by = models.CharField(max_length=160)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_sequence__gte=0) & Q(acknowledged_sequence__gte=0),
                name="webhook_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(is_active=True) | ~Q(disabled_reason=""),
                name="webhook_disabled_for_a_reason",
            ),
            models.UniqueConstraint(fields=["channel", "url"], name="webhook_address_once"),
        ]

    def __str__(self) -> str:
        return self.code


class Delivery(models.Model):
    """
    One message to a webhook: the changes from one number to another, and its exact body.

    It is written before it is sent, so that whoever is killed in between sends it again under
    the same id. `next_at` is when it is tried next.
    """

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    message_id = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=64)
    first_sequence = models.BigIntegerField()
    last_sequence = models.BigIntegerField()
    body = models.TextField()
    state = models.CharField(
        max_length=16, choices=DeliveryState.choices, default=DeliveryState.PENDING
    )
    attempts_count = models.IntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last_sequence__gte=F("first_sequence")), name="delivery_range"
            ),
            models.CheckConstraint(
                condition=~Q(state="pending") | Q(next_at__isnull=False),
                name="delivery_pending_is_due",
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(state="pending"), name="delivery_due"),
            models.Index(fields=["webhook", "-id"], name="delivery_newest"),
        ]

    def __str__(self) -> str:
        return self.message_id


class Attempt(models.Model):
    """One try to deliver a message, and what was answered. `status` 0 is no answer at all."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempts")
    number = models.IntegerField()
    at = models.DateTimeField()
    status = models.IntegerField()
    error = models.CharField(max_length=200, blank=True)
    milliseconds = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.delivery_id}/{self.number}"
