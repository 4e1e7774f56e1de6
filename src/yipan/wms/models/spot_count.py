"""Spot count (抽盘): a bin somebody has to look at, because work there raised a doubt."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document
from yipan.documents.evidence import EvidenceColumns


class SpotCountState(models.TextChoices):
    """Open until somebody has counted."""

    OPEN = "open", _("To count")
    COUNTED = "counted", _("Counted")
    CANCELED = "canceled", _("Canceled")


class SpotCountReason(models.TextChoices):
    """What raised the doubt."""

    SHORT_PICK = "short_pick", _("Short pick")
    ZERO_CHECK = "zero_check", _("Zero check")
    LOT_MIXUP = "lot_mixup", _("Another lot lay there")
    OVER_PICK = "over_pick", _("Over pick")


class SpotCount(Document, EvidenceColumns):
    """
    One SKU in one bin, with what the book said at that moment.

    `quantity_found` is what the person at the bin saw: an observation, not a count yet.
    """

    site = models.CharField(max_length=16)
    state = models.CharField(
        max_length=16, choices=SpotCountState.choices, default=SpotCountState.OPEN
    )
    reason = models.CharField(max_length=16, choices=SpotCountReason.choices)
    bin_code = models.CharField(max_length=32)
    sku = models.CharField(max_length=48)
    lot = models.CharField(max_length=48, blank=True)
    quantity_book = models.BigIntegerField()
    quantity_found = models.BigIntegerField()
    partner_number = models.CharField(max_length=48, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["site", "bin_code", "sku"],
                condition=Q(state="open"),
                name="spot_count_open",
            )
        ]
