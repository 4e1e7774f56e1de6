"""Replenishment request (要货申请): goods a store asks the hub for."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document


class StoreRequestState(models.TextChoices):
    """Asked for; then ordered, or refused, by the hub."""

    SUBMITTED = "submitted", _("Asked for")
    ORDERED = "ordered", _("Ordered")
    REJECTED = "rejected", _("Rejected")


class StoreRequest(Document):
    """So much of one SKU, in its smallest unit, and what the hub answered."""

    site = models.CharField(max_length=16)
    state = models.CharField(
        max_length=16, choices=StoreRequestState.choices, default=StoreRequestState.SUBMITTED
    )
    sku = models.CharField(max_length=48)
    quantity = models.BigIntegerField()
    need_by = models.DateField(null=True)
    note = models.CharField(max_length=200, blank=True)
    device = models.CharField(max_length=80, blank=True)
    quantity_ordered = models.BigIntegerField(default=0)
    transfer_number = models.CharField(max_length=48, blank=True)
    answer_note = models.CharField(max_length=200, blank=True)
    decided_by = models.CharField(max_length=160, blank=True)
    decided_at = models.DateTimeField(null=True)
    message_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="store_request_asks_for_something"
            ),
            models.CheckConstraint(
                condition=Q(state="submitted") | Q(decided_at__isnull=False),
                name="store_request_answered_is_decided",
            ),
        ]
        indexes = [models.Index(fields=["site", "-id"], name="store_request_newest")]
