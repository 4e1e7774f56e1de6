"""Goods receipt (收货单): goods from a supplier entering the site book."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document


class GoodsReceiptState(models.TextChoices):
    """A receipt is a fact: it is posted when we hear of it, or later undone by a reversal."""

    POSTED = "posted", _("Posted")
    REVERSED = "reversed", _("Reversed")


class GoodsReceipt(Document):
    """
    What a warehouse reported to have taken in, as booked in the hub.

    `source` and `sequence` are the message that told it. `warnings` lists what a person
    should look at: `[{"code": ..., "sku": ..., "quantity": ...}]`. `reversal_asked_at`: the site
    was told to undo it.
    """

    site = models.CharField(max_length=16)
    state = models.CharField(
        max_length=16, choices=GoodsReceiptState.choices, default=GoodsReceiptState.POSTED
    )
    site_number = models.CharField(max_length=48)
    order_type = models.CharField(max_length=24, default="purchase")
    purchase_order_number = models.CharField(max_length=48, blank=True)
    inbound_order_number = models.CharField(max_length=48, blank=True)
    supplier = models.CharField(max_length=32, blank=True)
    received_at = models.DateTimeField()
    received_by = models.CharField(max_length=160, blank=True)
    device = models.CharField(max_length=80, blank=True)
    is_last = models.BooleanField(default=False)
    posted_at = models.DateTimeField()
    message_id = models.UUIDField(unique=True)
    source = models.CharField(max_length=96)
    sequence = models.BigIntegerField(null=True)
    warnings = models.JSONField(default=list)
    reversal_asked_by = models.CharField(max_length=160, blank=True)
    reversal_asked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "site_number"], name="goods_receipt_once_per_site_number"
            ),
        ]
        indexes = [
            models.Index(
                fields=["purchase_order_number"],
                condition=~Q(purchase_order_number=""),
                name="goods_receipt_order",
            ),
        ]


class GoodsReceiptLine(models.Model):
    """One SKU of a receipt. `line` is the line of the inbound order, 0 for goods not ordered."""

    receipt = models.ForeignKey(GoodsReceipt, on_delete=models.CASCADE, related_name="lines")
    line = models.IntegerField(default=0)
    sku = models.CharField(max_length=48)
    quantity_sound = models.BigIntegerField()
    quantity_damaged = models.BigIntegerField(default=0)
    quantity_blocked = models.BigIntegerField(default=0)
    quantity_quarantine = models.BigIntegerField(default=0)
    lot = models.CharField(max_length=48, blank=True)
    expires_on = models.CharField(max_length=10, blank=True)
    quantity_expected = models.BigIntegerField(null=True)
    capture_mode = models.CharField(max_length=8, default="key")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity_sound__gte=0)
                & Q(quantity_damaged__gte=0)
                & Q(quantity_blocked__gte=0),
                name="goods_receipt_line_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.receipt_id}/{self.sku}"
