"""Purchase order (采购订单): goods ordered from a supplier for one site."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document


class PurchaseOrderState(models.TextChoices):
    """How far a purchase order has come."""

    DRAFT = "draft", _("Draft")
    APPROVED = "approved", _("Approved")
    SENT = "sent", _("Sent")
    PARTLY_RECEIVED = "partly_received", _("Partly received")
    RECEIVED = "received", _("Received")
    CLOSED_SHORT = "closed_short", _("Closed short")
    CANCELED = "canceled", _("Canceled")


#: In these states goods are still to come: the order counts as on order (采购在途).
STATES_ON_ORDER = (PurchaseOrderState.SENT, PurchaseOrderState.PARTLY_RECEIVED)


class PurchaseOrder(Document):
    """
    What was ordered, and how much of it came.

    `version` rises with every change of a draft, so that two people editing it notice
    each other; with every change after it was sent it rises too, and the warehouse is told.

    `tolerance_percent` is how much more may come before it is too much, `tolerance_under_percent`
    how much less is enough. Those by quantity are smallest units per line, 0 where there is none.
    """

    site = models.CharField(max_length=16)
    supplier = models.CharField(max_length=32)
    state = models.CharField(
        max_length=16, choices=PurchaseOrderState.choices, default=PurchaseOrderState.DRAFT
    )
    currency = models.CharField(max_length=3, default="CNY")
    expected_on = models.DateField(null=True)
    tolerance_percent = models.IntegerField(default=0)
    tolerance_quantity = models.BigIntegerField(default=0)
    tolerance_under_percent = models.IntegerField(default=0)
    tolerance_under_quantity = models.BigIntegerField(default=0)
    note = models.CharField(max_length=500, blank=True)
    version = models.IntegerField(default=1)
    approved_by = models.CharField(max_length=160, blank=True)
    sent_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    inbound_order_number = models.CharField(max_length=48, blank=True)
    external_id = models.CharField(max_length=96, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "canceled"]) | ~Q(approved_by=""),
                name="purchase_order_beyond_draft_was_approved",
            ),
            models.CheckConstraint(
                condition=Q(approved_by="") | ~Q(approved_by=F("created_by")),
                name="purchase_order_has_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "approved", "canceled"]) | Q(sent_at__isnull=False),
                name="purchase_order_sent_has_time",
            ),
            models.CheckConstraint(
                condition=Q(tolerance_percent__gte=0), name="purchase_order_tolerance_not_negative"
            ),
            models.UniqueConstraint(
                fields=["external_id"],
                condition=~Q(external_id=""),
                name="purchase_order_external_id_unique",
            ),
        ]
        indexes = [
            models.Index(fields=["site", "state"], name="purchase_order_site_state"),
            models.Index(fields=["supplier"], name="purchase_order_supplier"),
        ]


class PurchaseOrderLine(models.Model):
    """
    One SKU of an order, in its smallest unit; money in minor units per smallest unit.

    `quantity_received` counts everything that came, damaged and blocked goods included. A line
    that `is_closed` came short within its tolerance: nothing more of it is expected. Tolerances of
    None are those of the order, `unit_cost_list_minor` of None says that no list had a price.
    """

    order = models.ForeignKey(PurchaseOrder, on_delete=models.CASCADE, related_name="lines")
    line = models.IntegerField()
    sku = models.CharField(max_length=48)
    quantity_ordered = models.BigIntegerField()
    quantity_received = models.BigIntegerField(default=0)
    quantity_damaged = models.BigIntegerField(default=0)
    quantity_blocked = models.BigIntegerField(default=0)
    quantity_returned = models.BigIntegerField(default=0)
    unit_cost_minor = models.BigIntegerField(default=0)
    unit_cost_list_minor = models.BigIntegerField(null=True)
    case_size = models.IntegerField(default=1)
    minimum_quantity = models.BigIntegerField(default=1)
    expected_on = models.DateField(null=True)
    is_closed = models.BooleanField(default=False)
    tolerance_percent = models.IntegerField(null=True)
    tolerance_quantity = models.BigIntegerField(null=True)
    tolerance_under_percent = models.IntegerField(null=True)
    tolerance_under_quantity = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "line"], name="purchase_order_line_unique"),
            models.UniqueConstraint(fields=["order", "sku"], name="purchase_order_sku_unique"),
            models.CheckConstraint(
                condition=Q(quantity_ordered__gt=0) & Q(unit_cost_minor__gte=0),
                name="purchase_order_line_orders_something",
            ),
            models.CheckConstraint(
                condition=Q(quantity_damaged__gte=0)
                & Q(quantity_blocked__gte=0)
                & Q(quantity_received__gte=F("quantity_damaged") + F("quantity_blocked")),
                name="purchase_order_line_parts_within_received",
            ),
        ]
        indexes = [models.Index(fields=["sku"], name="purchase_order_line_sku")]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.line} {self.sku}"
