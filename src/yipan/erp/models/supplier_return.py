"""Supplier return (采购退货单): goods that go back to who sold them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document


class SupplierReturnState(models.TextChoices):
    """How far a return is."""

    DRAFT = "draft", _("Draft")
    APPROVED = "approved", _("Approved")
    RELEASED = "to_ship", _("To ship")
    PARTLY_SHIPPED = "partly_shipped", _("Partly shipped")
    SHIPPED = "shipped", _("Shipped")
    CLOSED = "closed", _("Closed")
    CANCELED = "canceled", _("Canceled")


#: In these states goods may still leave.
STATES_LEAVING = (SupplierReturnState.RELEASED, SupplierReturnState.PARTLY_SHIPPED)


class SupplierReturn(Document):
    """
    What goes back, why, and what is expected for it. `is_reported`: a site shipped it unasked.

    `reference` is what the supplier calls its consent.
    """

    site = models.CharField(max_length=16)
    supplier = models.CharField(max_length=32, blank=True)
    currency = models.CharField(max_length=3, default="CNY")
    state = models.CharField(
        max_length=16, choices=SupplierReturnState.choices, default=SupplierReturnState.DRAFT
    )
    purchase_order_number = models.CharField(max_length=48, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    reference = models.CharField(max_length=96, blank=True)
    external_id = models.CharField(max_length=96, blank=True)
    is_reported = models.BooleanField(default=False)
    approved_by = models.CharField(max_length=160, blank=True)
    released_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    outbound_order_number = models.CharField(max_length=48, blank=True)
    warnings = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by="") | ~Q(approved_by=F("created_by")),
                name="supplier_return_has_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "canceled"])
                | ~Q(approved_by="")
                | Q(is_reported=True),
                name="supplier_return_beyond_draft_was_approved",
            ),
            models.UniqueConstraint(
                fields=["external_id"],
                condition=~Q(external_id=""),
                name="supplier_return_external_id_unique",
            ),
        ]
        indexes = [
            models.Index(fields=["site", "state"], name="supplier_return_site_state"),
            models.Index(fields=["purchase_order_number"], name="supplier_return_order"),
        ]


class SupplierReturnLine(models.Model):
    """One SKU of a return, out of the goods of one status; the credit expected per unit."""

    order = models.ForeignKey(SupplierReturn, on_delete=models.CASCADE, related_name="lines")
    line = models.IntegerField()
    sku = models.CharField(max_length=48)
    status = models.CharField(max_length=16, default="available")
    quantity = models.BigIntegerField()
    quantity_shipped = models.BigIntegerField(default=0)
    unit_credit_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "line"], name="supplier_return_line_unique"),
            models.UniqueConstraint(fields=["order", "sku"], name="supplier_return_sku_unique"),
            models.CheckConstraint(
                condition=Q(quantity__gte=0)
                & Q(quantity_shipped__gte=0)
                & Q(unit_credit_minor__gte=0),
                name="supplier_return_line_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.line} {self.sku}"


class ReturnShipmentState(models.TextChoices):
    """A shipment is a fact: posted when we hear of it, or undone by a reversal."""

    POSTED = "posted", _("Posted")
    REVERSED = "reversed", _("Reversed")


class SupplierReturnShipment(Document):
    """
    Goods of a return that left a site, as the hub booked them.

    `lines`: `[{"line", "sku", "quantity", "status"}]`. A reversal heard before its shipment is
    kept without lines, in the state reversed, until the shipment is heard.
    """

    order = models.ForeignKey(SupplierReturn, on_delete=models.PROTECT, related_name="shipments")
    site = models.CharField(max_length=16)
    site_number = models.CharField(max_length=48)
    state = models.CharField(
        max_length=16, choices=ReturnShipmentState.choices, default=ReturnShipmentState.POSTED
    )
    occurred_at = models.DateTimeField()
    device = models.CharField(max_length=80, blank=True)
    is_last = models.BooleanField(default=False)
    is_heard = models.BooleanField(default=True)
    message_id = models.UUIDField(unique=True)
    source = models.CharField(max_length=96)
    sequence = models.BigIntegerField(null=True)
    reversed_source = models.CharField(max_length=96, blank=True)
    reversed_sequence = models.BigIntegerField(null=True)
    reversed_at = models.DateTimeField(null=True)
    lines = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "site_number"], name="supplier_return_shipment_once"
            ),
        ]
