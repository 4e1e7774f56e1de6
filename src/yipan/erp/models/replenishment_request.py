"""Replenishment request (要货申请): goods a store asks for, until the hub has decided."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document


class ReplenishmentState(models.TextChoices):
    """Asked for; ordered by a transfer, or refused."""

    SUBMITTED = "submitted", _("Submitted")
    ORDERED = "ordered", _("Ordered")
    REJECTED = "rejected", _("Rejected")


class ReplenishmentRequest(Document):
    """So much of one SKU, in its smallest unit, for one store; its number is the store's."""

    site = models.CharField(max_length=16)
    state = models.CharField(
        max_length=16, choices=ReplenishmentState.choices, default=ReplenishmentState.SUBMITTED
    )
    sku = models.CharField(max_length=48)
    quantity = models.BigIntegerField()
    need_by = models.DateField(null=True)
    note = models.CharField(max_length=200, blank=True)
    quantity_ordered = models.BigIntegerField(default=0)
    transfer_number = models.CharField(max_length=48, blank=True)
    decided_by = models.CharField(max_length=160, blank=True)
    decided_at = models.DateTimeField(null=True)
    decision_note = models.CharField(max_length=200, blank=True)
    message_id = models.UUIDField(unique=True)
    source = models.CharField(max_length=96)
    sequence = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="ordered")
                | Q(quantity_ordered__gt=0, decided_at__isnull=False) & ~Q(transfer_number=""),
                name="replenishment_ordered_has_transfer",
            ),
        ]
        indexes = [
            models.Index(
                fields=["site", "sku"],
                condition=Q(state="submitted"),
                name="replenishment_open",
            ),
        ]
