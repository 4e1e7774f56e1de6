"""Receipt surplus (超收单): goods beyond order and tolerance, blocked until somebody decides."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document


class SurplusState(models.TextChoices):
    """Where the decision stands."""

    OPEN = "open", _("Open")
    PROPOSED = "proposed", _("Proposed")
    KEPT = "kept", _("Kept")
    RETURNED = "returned", _("To be returned")
    CANCELED = "canceled", _("Canceled")


class SurplusOutcome(models.TextChoices):
    """What becomes of the goods."""

    ACCEPT = "accept", _("Keep them")
    RETURN = "return", _("Return to the supplier")


class ReceiptSurplus(Document):
    """
    So much of one SKU of one goods receipt is blocked: it was not ordered, or too much came.

    One person proposes an outcome, another one decides.
    """

    site = models.CharField(max_length=16)
    supplier = models.CharField(max_length=32, blank=True)
    receipt_number = models.CharField(max_length=48)
    purchase_order_number = models.CharField(max_length=48, blank=True)
    sku = models.CharField(max_length=48)
    quantity = models.BigIntegerField()
    is_ordered = models.BooleanField(default=True)
    state = models.CharField(max_length=16, choices=SurplusState.choices, default=SurplusState.OPEN)
    outcome = models.CharField(max_length=8, choices=SurplusOutcome.choices, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    proposed_by = models.CharField(max_length=160, blank=True)
    proposed_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=160, blank=True)
    decided_at = models.DateTimeField(null=True)
    adjustment_number = models.CharField(max_length=48, blank=True)
    supplier_return_number = models.CharField(max_length=48, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["receipt_number", "sku"], name="receipt_surplus_once_per_receipt"
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="receipt_surplus_something"),
            models.CheckConstraint(
                condition=Q(decided_by="") | ~Q(decided_by=F("proposed_by")),
                name="receipt_surplus_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "canceled"]) | ~Q(outcome=""),
                name="receipt_surplus_has_outcome",
            ),
        ]
        indexes = [
            models.Index(
                fields=["site", "-id"],
                condition=Q(state__in=["open", "proposed"]),
                name="receipt_surplus_waiting",
            ),
            models.Index(fields=["purchase_order_number"], name="receipt_surplus_order"),
        ]
