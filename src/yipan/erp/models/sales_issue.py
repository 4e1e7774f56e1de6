"""Sales issue (销售出库单): goods a store sold, as booked in the hub. One per ticket."""

from __future__ import annotations

from django.db import models
from django.db.models import DateTimeField, Func, Q


class SalesIssue(models.Model):
    """
    One ticket of a store in the site book, or one shipment of a customer's order.

    Written in runs, posted at once, never changed; a shipment that did not leave after all is
    marked. It names its order, and `ticket_number` is the shipment's. `lines` is what the ticket
    says: `[{"line", "sku", "quantity", "amount_minor", ...}]`, in smallest and minor units.
    `source` and `sequence` are the message that told it. `written_at`, when the
    transaction began that wrote it, is its place among the events.
    """

    number = models.CharField(max_length=64)
    site = models.CharField(max_length=16)
    ticket_number = models.CharField(max_length=48)
    till = models.CharField(max_length=48)
    business_date = models.DateField()
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    cashier = models.CharField(max_length=160, blank=True)
    currency = models.CharField(max_length=3, default="CNY")
    total_minor = models.BigIntegerField(default=0)
    quantity = models.BigIntegerField(default=0)
    lines = models.JSONField()
    message_id = models.UUIDField()
    source = models.CharField(max_length=96)
    sequence = models.BigIntegerField(null=True)
    written_at = models.DateTimeField(
        db_default=Func(function="transaction_timestamp", output_field=DateTimeField())
    )
    order_number = models.CharField(max_length=48, blank=True, default="", db_default="")
    fulfillment_number = models.CharField(max_length=64, blank=True, default="", db_default="")
    is_reversed = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            # One index for the whole number and for its beginning; a unique field has two.
            models.UniqueConstraint(
                fields=["number"],
                name="sales_issue_number_once",
                opclasses=["varchar_pattern_ops"],
            ),
        ]
        indexes = [
            # Tickets name no order, so they cost this one nothing.
            models.Index(
                fields=["order_number"],
                condition=~Q(order_number=""),
                name="sales_issue_order",
            ),
            models.Index(fields=["written_at", "id"], name="sales_issue_written"),
            models.Index(fields=["site", "-id"], name="sales_issue_site_newest"),
            models.Index(fields=["business_date", "site", "-id"], name="sales_issue_day"),
            # Shipments name no cashier, so they cost this one nothing.
            models.Index(
                fields=["cashier", "-id"],
                condition=~Q(cashier=""),
                name="sales_issue_cashier",
            ),
        ]

    def __str__(self) -> str:
        return self.number
