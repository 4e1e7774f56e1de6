"""Adjustment (库存调整单): a change of stock that no other document explains, and its approval."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document


class AdjustmentState(models.TextChoices):
    """How far an adjustment is: what a site asks for, or what the hub orders."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    RECOUNT = "recount", _("To count again")
    POSTED = "posted", _("Posted")
    REVERSED = "reversed", _("Reversed")
    CANCELED = "canceled", _("Canceled")


class AdjustmentType(models.TextChoices):
    """Why stock changes."""

    COUNT_GAIN = "count_gain", _("Count gain")
    COUNT_LOSS = "count_loss", _("Count loss")
    SCRAP = "scrap", _("Scrap")
    SAMPLE_ISSUE = "sample_issue", _("Sample issue")
    INTERNAL_USE = "internal_use", _("Internal use")
    STATUS_CHANGE = "status_change", _("Status change")
    DISPLAY_ISSUE = "display_issue", _("Display issue")
    KIT_OUT = "kit_out", _("Into kit work")
    KIT_IN = "kit_in", _("Out of kit work")


class Adjustment(Document):
    """
    What a site asks to change, or was told to, and what was decided.

    `site_number` is the site's own number, `version` counts how often it was submitted.
    `value_minor` is what the goods cost, in minor units. `is_ordered`: the hub raised it.
    `counted_by` are who counted what it puts right: none of them decides about it.
    """

    site = models.CharField(max_length=16)
    site_number = models.CharField(max_length=48)
    state = models.CharField(
        max_length=16, choices=AdjustmentState.choices, default=AdjustmentState.DRAFT
    )
    version = models.IntegerField(default=1)
    adjustment_type = models.CharField(max_length=16)
    reason = models.CharField(max_length=500, blank=True)
    cost_center = models.CharField(max_length=96, blank=True)
    evidence = models.TextField(blank=True)
    counted_by = models.JSONField(default=list)
    device = models.CharField(max_length=80, blank=True)
    is_ordered = models.BooleanField(default=False)
    quantity = models.BigIntegerField(default=0)
    value_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, default="CNY")
    submitted_at = models.DateTimeField()
    decided_by = models.CharField(max_length=160, blank=True)
    decided_at = models.DateTimeField(null=True)
    decision_note = models.CharField(max_length=200, blank=True)
    posted_by = models.CharField(max_length=160, blank=True)
    posted_at = models.DateTimeField(null=True)
    reverses = models.CharField(max_length=48, blank=True)
    message_id = models.UUIDField(null=True)
    source = models.CharField(max_length=96, blank=True)
    sequence = models.BigIntegerField(null=True)
    warnings = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "site_number"], name="erp_adjustment_once_per_site_number"
            ),
            models.CheckConstraint(
                condition=Q(decided_by="") | ~Q(decided_by=F("created_by")),
                name="erp_adjustment_has_four_eyes",
            ),
            models.CheckConstraint(
                condition=~Q(state="posted") | Q(posted_at__isnull=False),
                name="erp_adjustment_posted_has_time",
            ),
        ]
        indexes = [models.Index(fields=["state", "site"], name="erp_adjustment_state_site")]


class AdjustmentLine(models.Model):
    """A change of one SKU, always positive; the type of the document says which way."""

    adjustment = models.ForeignKey(Adjustment, on_delete=models.CASCADE, related_name="lines")
    line = models.IntegerField(default=0)
    sku = models.CharField(max_length=48)
    quantity = models.BigIntegerField()
    from_status = models.CharField(max_length=16, default="available")
    to_status = models.CharField(max_length=16, blank=True)
    place = models.CharField(max_length=48, blank=True)
    quantity_counted = models.BigIntegerField(null=True)
    quantity_book = models.BigIntegerField(null=True)
    cause = models.CharField(max_length=48, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gte=0), name="erp_adjustment_line_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.adjustment_id}/{self.sku}"
