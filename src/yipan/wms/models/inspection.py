"""Inspection (质检单): goods that wait for a verdict, and the rules that send them there."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document
from yipan.documents.evidence import EvidenceColumns


class InspectionState(models.TextChoices):
    """Open until somebody has said something; held goods wait on, and are decided later."""

    OPEN = "open", _("To inspect")
    HELD = "held", _("On hold")
    PASSED = "passed", _("Passed")
    REJECTED = "rejected", _("Rejected")
    CANCELED = "canceled", _("Canceled")


class InspectionReason(models.TextChoices):
    """Why goods are looked at."""

    SAMPLE = "inspection", _("Sample")
    LOT_UNKNOWN = "lot_unknown", _("Lot or date missing")
    RETURN = "return", _("Came back")
    QUALITY_HOLD = "quality_hold", _("Stopped by somebody")


class Inspection(Document, EvidenceColumns):
    """
    So much of one SKU and lot in quarantine, from one receipt, and what was found.

    `quantity_passed` and `quantity_rejected` add up to `quantity` once it is decided. `source`
    and `sequence` are the message that tells of the last verdict.
    """

    site = models.CharField(max_length=16)
    state = models.CharField(
        max_length=16, choices=InspectionState.choices, default=InspectionState.OPEN
    )
    reason = models.CharField(max_length=16, choices=InspectionReason.choices)
    sku = models.CharField(max_length=48)
    lot = models.CharField(max_length=48, blank=True)
    bin_code = models.CharField(max_length=32)
    quantity = models.BigIntegerField()
    quantity_passed = models.BigIntegerField(default=0)
    quantity_rejected = models.BigIntegerField(default=0)
    supplier = models.CharField(max_length=32, blank=True)
    verdict_note = models.CharField(max_length=200, blank=True)
    decided_by = models.CharField(max_length=160, blank=True)
    decided_at = models.DateTimeField(null=True)
    verdicts_count = models.IntegerField(default=0)
    message_id = models.UUIDField(null=True, unique=True)
    source = models.CharField(max_length=96, blank=True)
    sequence = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0)
                & Q(quantity_passed__gte=0)
                & Q(quantity_rejected__gte=0)
                & Q(quantity__gte=F("quantity_passed") + F("quantity_rejected")),
                name="inspection_parts_within_quantity",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["passed", "rejected"]) | Q(message_id__isnull=False),
                name="inspection_decided_was_told",
            ),
        ]
        indexes = [
            models.Index(
                fields=["site", "id"],
                condition=Q(state__in=["open", "held"]),
                name="inspection_open",
            )
        ]


class GoodsRule(models.Model):
    """
    What a site asks of goods that come in, of a SKU, a supplier, or both (empty: any).

    The most exact rule holds: SKU and supplier, then SKU, then supplier, then neither.
    `minimum_life_days` are blocked below, `warning_life_days` only warned of. Of
    `sampling_percent` of the receipt lines the goods wait for an inspection.
    `is_blind` hides what is expected from who counts.
    """

    site = models.CharField(max_length=16)
    sku = models.CharField(max_length=48, blank=True)
    supplier = models.CharField(max_length=32, blank=True)
    minimum_life_days = models.IntegerField(default=0)
    warning_life_days = models.IntegerField(default=0)
    sampling_percent = models.IntegerField(default=0)
    is_blind = models.BooleanField(default=False)
    lines_seen = models.BigIntegerField(default=0)
    changed_by = models.CharField(max_length=160)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "sku", "supplier"], name="goods_rule_unique"),
            models.CheckConstraint(
                condition=Q(sampling_percent__gte=0)
                & Q(sampling_percent__lte=100)
                & Q(minimum_life_days__gte=0)
                & Q(warning_life_days__gte=0),
                name="goods_rule_in_bounds",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site} {self.sku or '*'} {self.supplier or '*'}"


class ScanProfile(models.TextChoices):
    """What a picker has to scan in a zone."""

    BIN = "bin", _("bin only")
    BIN_PRODUCT = "bin_product", _("bin and product")
    BIN_PRODUCT_LOT = "bin_product_lot", _("bin, product and lot")


class ZoneRule(models.Model):
    """What has to be scanned in a zone of a site. Zones without a rule: bin and product."""

    site = models.CharField(max_length=16)
    zone = models.CharField(max_length=32)
    scan_profile = models.CharField(
        max_length=16, choices=ScanProfile.choices, default=ScanProfile.BIN_PRODUCT
    )
    changed_by = models.CharField(max_length=160)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "zone"], name="zone_rule_unique")]

    def __str__(self) -> str:
        return f"{self.site}/{self.zone} {self.scan_profile}"
