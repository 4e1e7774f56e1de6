"""Store transfer: goods of another site taken in (调入单), or sent to one (调出单)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document
from yipan.documents.evidence import EvidenceColumns
from yipan.pos.models.store_order import StoreOrder


class TransferType(models.TextChoices):
    """Which way the goods went."""

    RECEIPT = "receipt", _("Transfer receipt")
    SHIPMENT = "shipment", _("Transfer shipment")


class TransferState(models.TextChoices):
    """Counted, then posted and final; given up; or undone by a reversal."""

    DRAFT = "draft", _("Being counted")
    POSTED = "posted", _("Posted")
    REVERSED = "reversed", _("Reversed")
    CANCELED = "canceled", _("Canceled")


class StoreTransfer(Document):
    """
    One receipt or shipment of an order.

    `place` is where the goods were put, or taken from; empty where they lay at several, or
    before anybody looked. `lines` is written when it is posted:
    `[{"line", "sku", "quantity", "quantity_damaged", "quantity_expected", "capture_mode",
    "status"}]`.
    """

    site = models.CharField(max_length=16)
    transfer_type = models.CharField(max_length=8, choices=TransferType.choices)
    state = models.CharField(
        max_length=16, choices=TransferState.choices, default=TransferState.DRAFT
    )
    order = models.ForeignKey(StoreOrder, on_delete=models.PROTECT, related_name="transfers")
    place = models.CharField(max_length=24, blank=True)
    is_asked_taken = models.BooleanField(default=True)
    is_last = models.BooleanField(default=False)
    carton = models.CharField(max_length=48, blank=True)
    lines = models.JSONField(default=list)
    device = models.CharField(max_length=80, blank=True)
    posted_by = models.CharField(max_length=160, blank=True)
    posted_at = models.DateTimeField(null=True)
    message_id = models.UUIDField(null=True, unique=True)
    source = models.CharField(max_length=96, blank=True)
    sequence = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="posted")
                | Q(posted_at__isnull=False, message_id__isnull=False, sequence__isnull=False),
                name="store_transfer_posted_is_told",
            ),
        ]
        indexes = [models.Index(fields=["site", "-id"], name="store_transfer_newest")]


class TransferScan(EvidenceColumns):
    """
    One scan or keyed correction of a count; taken back, it stays with the moment.

    The evidence says how it came about: `quantity_expected` is what was still to come of the
    order then, and `package_id` the carton it came in.
    """

    transfer = models.ForeignKey(StoreTransfer, on_delete=models.CASCADE, related_name="scans")
    position = models.IntegerField()
    sku = models.CharField(max_length=48)
    is_damaged = models.BooleanField(default=False)
    quantity = models.BigIntegerField()
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["transfer", "position"], name="transfer_scan_once"),
        ]

    def __str__(self) -> str:
        return f"{self.transfer_id}/{self.position} {self.sku}"
