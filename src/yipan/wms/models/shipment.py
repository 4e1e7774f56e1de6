"""Shipment (发货单): what really left, one of an outbound order's numbered shipments."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document
from yipan.documents.evidence import EvidenceColumns
from yipan.wms.models.outbound_order import OutboundOrder


class ShipmentState(models.TextChoices):
    """A shipment is written down when the goods left."""

    POSTED = "posted", _("Posted")
    REVERSED = "reversed", _("Reversed")


class Shipment(Document):
    """Goods of one order that left together, and the message that tells of it."""

    site = models.CharField(max_length=16)
    state = models.CharField(
        max_length=16, choices=ShipmentState.choices, default=ShipmentState.POSTED
    )
    order = models.ForeignKey(OutboundOrder, on_delete=models.PROTECT, related_name="shipments")
    is_last = models.BooleanField(default=False)
    carrier = models.CharField(max_length=48, blank=True)
    tracking = models.CharField(max_length=64, blank=True)
    sscc = models.CharField(max_length=18, blank=True)
    device = models.CharField(max_length=80, blank=True)
    message_id = models.UUIDField(unique=True)
    source = models.CharField(max_length=96)
    sequence = models.BigIntegerField()
    reversed_message_id = models.UUIDField(null=True, unique=True)
    external_id = models.CharField(max_length=96, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "external_id"],
                condition=~Q(external_id=""),
                name="shipment_external_id_unique",
            ),
        ]
        indexes = [models.Index(fields=["site", "-id"], name="shipment_site_newest")]


class ShipmentLine(EvidenceColumns):
    """What left of one line and lot, and how the picker took it."""

    shipment = models.ForeignKey(Shipment, on_delete=models.CASCADE, related_name="lines")
    line = models.IntegerField()
    sku = models.CharField(max_length=48)
    lot = models.CharField(max_length=48, blank=True)
    status = models.CharField(max_length=16, default="available")
    quantity = models.BigIntegerField()
    expires_on = models.DateField(null=True)
    serials = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shipment", "line", "lot"], name="shipment_line_unique"
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="shipment_line_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.shipment_id}/{self.line} {self.sku}"
