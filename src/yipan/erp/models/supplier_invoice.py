"""Supplier invoice (供应商发票), and how it matches orders and receipts line by line."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document


class SupplierInvoiceState(models.TextChoices):
    """What the match found, and what was decided."""

    MATCHED = "matched", _("Matched")
    DIFFERING = "differing", _("Differing")
    APPROVED = "approved", _("Approved")
    CANCELED = "canceled", _("Canceled")


class SupplierInvoice(Document):
    """
    What a supplier wants to be paid. Money in minor units of `currency`.

    One person writes it down; differences are approved by another one, with a reason.
    """

    supplier = models.CharField(max_length=32)
    invoice_number = models.CharField(max_length=96)
    currency = models.CharField(max_length=3, default="CNY")
    state = models.CharField(
        max_length=16,
        choices=SupplierInvoiceState.choices,
        default=SupplierInvoiceState.DIFFERING,
    )
    invoiced_on = models.DateField()
    due_on = models.DateField(null=True)
    note = models.CharField(max_length=500, blank=True)
    matched_at = models.DateTimeField(null=True)
    approved_by = models.CharField(max_length=160, blank=True)
    approved_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "invoice_number"],
                condition=~Q(state="canceled"),
                name="supplier_invoice_once",
            ),
            models.CheckConstraint(
                condition=Q(approved_by="") | ~Q(approved_by=F("created_by")),
                name="supplier_invoice_has_four_eyes",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | (~Q(approved_by="") & ~Q(approved_reason="")),
                name="supplier_invoice_approved_has_reason",
            ),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="supplier_invoice_state_newest")]


class SupplierInvoiceLine(models.Model):
    """
    One SKU of one order on an invoice, and what the match found.

    `unit_cost_minor`, `quantity_ordered`, `quantity_received` and `quantity_invoiced_before` are
    what was compared with. `differences`: `[{"code", "expected", "found"}]`. `price_minor` is what
    the price differs by, altogether. Goods that have come take it: `quantity_settled` of them
    have, the last ones by the landed cost `landed_cost_number`.
    """

    invoice = models.ForeignKey(SupplierInvoice, on_delete=models.CASCADE, related_name="lines")
    line = models.IntegerField()
    purchase_order_number = models.CharField(max_length=48)
    site = models.CharField(max_length=16)
    sku = models.CharField(max_length=48)
    quantity = models.BigIntegerField()
    unit_price_minor = models.BigIntegerField()
    unit_cost_minor = models.BigIntegerField(null=True)
    quantity_ordered = models.BigIntegerField(default=0)
    quantity_received = models.BigIntegerField(default=0)
    quantity_invoiced_before = models.BigIntegerField(default=0)
    differences = models.JSONField(default=list)
    price_minor = models.BigIntegerField(default=0)
    landed_cost_number = models.CharField(max_length=48, blank=True)
    quantity_settled = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["invoice", "line"], name="supplier_invoice_line_unique"
            ),
            models.UniqueConstraint(
                fields=["invoice", "purchase_order_number", "sku"],
                name="supplier_invoice_line_once",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0) & Q(unit_price_minor__gte=0),
                name="supplier_invoice_line_sane",
            ),
            models.CheckConstraint(
                condition=Q(quantity_settled__gte=0) & Q(quantity_settled__lte=F("quantity")),
                name="supplier_invoice_line_settled_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["purchase_order_number", "sku"], name="supplier_invoice_line_order"
            )
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id}/{self.line} {self.sku}"
