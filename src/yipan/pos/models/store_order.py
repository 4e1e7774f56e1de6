"""Store order: what the hub told a store to take in (入库通知) or to send (出库通知)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document


class StoreOrderType(models.TextChoices):
    """Which way the goods go."""

    INBOUND = "inbound", _("To receive")
    OUTBOUND = "outbound", _("To send")


class StoreOrderState(models.TextChoices):
    """How much of what was asked for has moved."""

    RELEASED = "released", _("Released")
    PARTLY_MOVED = "partly_moved", _("Partly moved")
    MOVED = "moved", _("Moved")
    CLOSED_SHORT = "closed_short", _("Closed short")
    CANCELED = "canceled", _("Canceled")


#: In these states goods may still move.
STATES_OPEN = (StoreOrderState.RELEASED, StoreOrderState.PARTLY_MOVED)


class StoreOrder(Document):
    """
    An order of the hub as the store heard it, and how far it has come.

    `lines` is `[{"line", "sku", "quantity", "quantity_moved", "status"}]` in smallest units; the
    status is out of which goods are to be sent, and available where a line says none.
    `other_site` is where the goods come from, or go to.
    """

    site = models.CharField(max_length=16)
    order_type = models.CharField(max_length=8, choices=StoreOrderType.choices)
    state = models.CharField(
        max_length=16, choices=StoreOrderState.choices, default=StoreOrderState.RELEASED
    )
    document_type = models.CharField(max_length=24, default="transfer")
    document_number = models.CharField(max_length=48)
    shipment_number = models.CharField(max_length=48, blank=True)
    other_site = models.CharField(max_length=32, blank=True)
    other_name = models.CharField(max_length=96, blank=True)
    due_on = models.DateField(null=True)
    note = models.CharField(max_length=200, blank=True)
    lines = models.JSONField()
    message_id = models.UUIDField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["site", "order_type"],
                condition=Q(state__in=["released", "partly_moved"]),
                name="store_order_open",
            ),
            models.Index(fields=["document_number"], name="store_order_document"),
        ]
