"""Return of an order (订单退货): announced, come back at some site, its refund noted."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document
from yipan.oms.models.order import ChannelOrder


class OrderReturnState(models.TextChoices):
    """How far a return has come. Refunding it never puts goods back on the shelf."""

    ANNOUNCED = "announced", _("Announced")
    PARTLY_RECEIVED = "partly_received", _("Partly received")
    RECEIVED = "received", _("Received")
    REFUNDED = "refunded", _("Refunded")
    CANCELED = "canceled", _("Canceled")


#: In these states goods are still expected.
STATES_EXPECTED = (OrderReturnState.ANNOUNCED, OrderReturnState.PARTLY_RECEIVED)


class OrderReturn(Document):
    """
    Goods of an order that come back, wherever that is; announced, or seen when they came.

    `site` is where they are expected, empty for anywhere. `receipts` maps the site's document to
    its site, SKU and disposition to quantity. Books move by what the sites tell, not by this.
    `received_at` is when the last of it came so far. The refund is a reference: who paid it back,
    and how much, in minor units.
    """

    order = models.ForeignKey(ChannelOrder, on_delete=models.PROTECT, related_name="returns")
    state = models.CharField(
        max_length=16, choices=OrderReturnState.choices, default=OrderReturnState.ANNOUNCED
    )
    external_id = models.CharField(max_length=96, blank=True)
    site = models.CharField(max_length=16, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    receipts = models.JSONField(default=dict)
    refund_minor = models.BigIntegerField(default=0)
    refund_reference = models.CharField(max_length=96, blank=True)
    received_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order", "external_id"],
                condition=~Q(external_id=""),
                name="order_return_external_unique",
            ),
            models.CheckConstraint(
                condition=~Q(state="refunded") | ~Q(refund_reference=""),
                name="order_return_refund_has_reference",
            ),
        ]
        indexes = [models.Index(fields=["state", "id"], name="order_return_listed")]


class OrderReturnLine(models.Model):
    """So much of a SKU of a return, in its smallest unit; `quantity_received` of it came."""

    order_return = models.ForeignKey(OrderReturn, on_delete=models.CASCADE, related_name="lines")
    sku = models.CharField(max_length=48)
    quantity = models.BigIntegerField()
    quantity_received = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order_return", "sku"], name="order_return_sku_unique"),
            models.CheckConstraint(
                condition=Q(quantity__gte=0) & Q(quantity_received__gte=0),
                name="order_return_line_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_return_id} {self.sku}"
