"""Store adjustment (库存调整单): scrap, samples, own use, display, damage."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document


class StoreAdjustmentState(models.TextChoices):
    """Posted at once, or submitted to the hub and decided there."""

    SUBMITTED = "submitted", _("Submitted")
    POSTED = "posted", _("Posted")
    REJECTED = "rejected", _("Rejected")
    REVERSED = "reversed", _("Reversed")


class StoreAdjustmentType(models.TextChoices):
    """What happened to the goods."""

    SCRAP = "scrap", _("Scrap")
    SAMPLE_ISSUE = "sample_issue", _("Sample issue")
    INTERNAL_USE = "internal_use", _("Internal use")
    DISPLAY_ISSUE = "display_issue", _("Display issue")
    STATUS_CHANGE = "status_change", _("Status change")
    COUNT_GAIN = "count_gain", _("Count gain")
    COUNT_LOSS = "count_loss", _("Count loss")


class StoreAdjustment(Document):
    """
    What changed in the store's book, or is to change when the hub agrees.

    `lines` is `[{"line", "sku", "quantity", "place", "from_status", "to_status",
    "capture_mode"}]` in smallest units; `value_minor` is what they are worth at sales prices.
    """

    site = models.CharField(max_length=16)
    adjustment_type = models.CharField(max_length=16, choices=StoreAdjustmentType.choices)
    state = models.CharField(max_length=16, choices=StoreAdjustmentState.choices)
    reason = models.CharField(max_length=200, blank=True)
    cost_center = models.CharField(max_length=48, blank=True)
    lines = models.JSONField()
    value_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, default="CNY")
    version = models.IntegerField(default=1)
    device = models.CharField(max_length=80, blank=True)
    ordered_by = models.CharField(max_length=160, blank=True)
    decided_by = models.CharField(max_length=160, blank=True)
    decision_note = models.CharField(max_length=200, blank=True)
    posted_at = models.DateTimeField(null=True)
    message_id = models.UUIDField(unique=True)
    source = models.CharField(max_length=96, blank=True)
    sequence = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="posted") | Q(posted_at__isnull=False, sequence__isnull=False),
                name="store_adjustment_posted_is_told",
            ),
            models.CheckConstraint(
                condition=~Q(adjustment_type__in=["internal_use", "sample_issue"])
                | ~Q(cost_center=""),
                name="store_adjustment_use_is_for_somebody",
            ),
        ]
        indexes = [models.Index(fields=["site", "-id"], name="store_adjustment_newest")]
