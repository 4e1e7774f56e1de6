"""Adjustment (库存调整单): stock that changes without coming from or going to anybody."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document
from yipan.documents.evidence import EvidenceColumns


class AdjustmentState(models.TextChoices):
    """Beyond the site's limits the hub decides before anything is posted."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Waiting for approval")
    RECOUNT = "recount", _("Count again")
    REJECTED = "rejected", _("Rejected")
    POSTED = "posted", _("Posted")
    REVERSED = "reversed", _("Reversed")
    CANCELED = "canceled", _("Canceled")


class AdjustmentType(models.TextChoices):
    """Why the stock changes."""

    SCRAP = "scrap", _("Scrap")
    SAMPLE_ISSUE = "sample_issue", _("Sample")
    INTERNAL_USE = "internal_use", _("Internal use")
    STATUS_CHANGE = "status_change", _("Status change")
    COUNT_GAIN = "count_gain", _("Stocktake gain")
    COUNT_LOSS = "count_loss", _("Stocktake loss")


class Adjustment(Document):
    """
    One change and its reason. `version` grows each time it is submitted anew.

    `source` and `sequence` are the message that tells of the posting.
    """

    site = models.CharField(max_length=16)
    state = models.CharField(
        max_length=16, choices=AdjustmentState.choices, default=AdjustmentState.DRAFT
    )
    adjustment_type = models.CharField(max_length=16, choices=AdjustmentType.choices, blank=True)
    to_status = models.CharField(max_length=16, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    cost_center = models.CharField(max_length=48, blank=True)
    version = models.IntegerField(default=1)
    is_ordered = models.BooleanField(default=False)
    decided_by = models.CharField(max_length=160, blank=True)
    decision_note = models.CharField(max_length=200, blank=True)
    device = models.CharField(max_length=80, blank=True)
    posted_at = models.DateTimeField(null=True)
    posted_by = models.CharField(max_length=160, blank=True)
    message_id = models.UUIDField(null=True, unique=True)
    source = models.CharField(max_length=96, blank=True)
    sequence = models.BigIntegerField(null=True)
    external_id = models.CharField(max_length=96, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["posted", "reversed"])
                | (Q(posted_at__isnull=False) & Q(message_id__isnull=False)),
                name="adjustment_posted_was_told",
            ),
            models.UniqueConstraint(
                fields=["site", "external_id"],
                condition=~Q(external_id=""),
                name="adjustment_external_id_unique",
            ),
        ]
        indexes = [models.Index(fields=["site", "-id"], name="adjustment_site_newest")]


class AdjustmentLine(EvidenceColumns):
    """
    A quantity of one SKU in one bin, with the evidence of how it came about.

    `quantity` is always positive; the type of the document says which way it goes.
    """

    adjustment = models.ForeignKey(Adjustment, on_delete=models.CASCADE, related_name="lines")
    line = models.IntegerField()
    sku = models.CharField(max_length=48)
    bin_code = models.CharField(max_length=32)
    quantity = models.BigIntegerField()
    from_status = models.CharField(max_length=16, default="available")
    lot = models.CharField(max_length=48, blank=True)
    quantity_counted = models.BigIntegerField(null=True)
    quantity_book = models.BigIntegerField(null=True)
    counted_at = models.DateTimeField(null=True)
    cause = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["adjustment", "line"], name="adjustment_line_unique"),
            models.CheckConstraint(
                condition=Q(quantity__gte=0), name="adjustment_line_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.adjustment_id}/{self.line} {self.sku}"
