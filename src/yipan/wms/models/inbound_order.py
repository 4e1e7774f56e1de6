"""Inbound order (入库通知单): what the hub told the warehouse to expect."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document


class InboundOrderState(models.TextChoices):
    """How much of what was expected has come."""

    RELEASED = "released", _("Expected")
    PARTLY_RECEIVED = "partly_received", _("Partly received")
    RECEIVED = "received", _("Received")
    CLOSED_SHORT = "closed_short", _("Closed short")
    CANCELED = "canceled", _("Canceled")


#: In these states goods may still come.
STATES_OPEN = (InboundOrderState.RELEASED, InboundOrderState.PARTLY_RECEIVED)


class InboundOrder(Document):
    """The hub's order as the warehouse heard it, and how far it has come."""

    site = models.CharField(max_length=16)
    state = models.CharField(
        max_length=16, choices=InboundOrderState.choices, default=InboundOrderState.RELEASED
    )
    purchase_order_number = models.CharField(max_length=48, blank=True)
    order_type = models.CharField(max_length=24, default="purchase")
    transfer_number = models.CharField(max_length=48, blank=True)
    from_site = models.CharField(max_length=16, blank=True)
    shipment_number = models.CharField(max_length=64, blank=True)
    supplier = models.CharField(max_length=32, blank=True)
    supplier_name = models.CharField(max_length=96, blank=True)
    expected_on = models.DateField(null=True)
    tolerance_percent = models.IntegerField(default=0)
    version = models.IntegerField(default=1)
    closed_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    arrived_by = models.CharField(max_length=160, blank=True)
    dock = models.CharField(max_length=32, blank=True)
    notice_number = models.CharField(max_length=64, blank=True)
    eta_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["transfer_number"], name="inbound_order_transfer"),
            models.Index(
                fields=["site", "expected_on"],
                condition=Q(state__in=["released", "partly_received"]),
                name="inbound_order_open",
            ),
            models.Index(fields=["purchase_order_number"], name="inbound_order_purchase_order"),
        ]


class InboundLine(models.Model):
    """
    One SKU of an inbound order. `quantity_received` includes damaged and blocked goods.

    More than `quantity_max` is a surplus; None leaves that to the order's tolerance.
    """

    order = models.ForeignKey(InboundOrder, on_delete=models.CASCADE, related_name="lines")
    line = models.IntegerField()
    sku = models.CharField(max_length=48)
    quantity_expected = models.BigIntegerField()
    quantity_max = models.BigIntegerField(null=True)
    expected_on = models.DateField(null=True)
    quantity_received = models.BigIntegerField(default=0)
    quantity_damaged = models.BigIntegerField(default=0)
    quantity_blocked = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "line"], name="inbound_line_unique"),
            models.UniqueConstraint(fields=["order", "sku"], name="inbound_line_sku_unique"),
            models.CheckConstraint(
                condition=Q(quantity_expected__gte=0)
                & Q(quantity_damaged__gte=0)
                & Q(quantity_blocked__gte=0)
                & Q(quantity_received__gte=F("quantity_damaged") + F("quantity_blocked")),
                name="inbound_line_parts_within_received",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.line} {self.sku}"
