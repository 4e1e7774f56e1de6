"""Ticket (小票): what a till sold and took back. Written in runs, posted at once."""

from __future__ import annotations

from django.db import models
from django.db.models import DateTimeField, Func
from django.utils.translation import gettext_lazy as _


class TicketType(models.TextChoices):
    """What a ticket is, from the signs of its lines."""

    SALE = "sale", _("Sale")
    RETURN = "return", _("Return")
    EXCHANGE = "exchange", _("Exchange")
    VOID = "void", _("Void")


class Ticket(models.Model):
    """
    One ticket, final. Thousands come per second, so its lines stay in the row.

    `lines` is what the till said: `[{"line", "sku", "quantity", "amount_minor", ...}]`, in
    smallest and minor units; `tenders` how it was paid, nothing meaning in cash.
    `till_source` and `till_sequence` are the message that brought it, `source` and `sequence`
    the one that tells the hub.
    `written_at`, when the transaction began that wrote it, is its place among the events.
    """

    number = models.CharField(max_length=48)
    site = models.CharField(max_length=16)
    till = models.CharField(max_length=48)
    ticket_type = models.CharField(max_length=8, choices=TicketType.choices)
    business_date = models.DateField()
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    cashier = models.CharField(max_length=160, blank=True)
    currency = models.CharField(max_length=3, default="CNY")
    total_minor = models.BigIntegerField(default=0)
    quantity = models.BigIntegerField(default=0)
    lines = models.JSONField()
    tenders = models.JSONField(default=list)
    digest = models.CharField(max_length=64)
    message_id = models.UUIDField()
    till_source = models.CharField(max_length=96)
    till_sequence = models.BigIntegerField()
    source = models.CharField(max_length=96)
    sequence = models.BigIntegerField()
    written_at = models.DateTimeField(
        db_default=Func(function="transaction_timestamp", output_field=DateTimeField())
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "number"], name="ticket_once_per_site"),
            models.UniqueConstraint(fields=["message_id"], name="ticket_once_per_message"),
        ]
        indexes = [
            models.Index(fields=["written_at", "id"], name="ticket_written"),
            models.Index(fields=["site", "-id"], name="ticket_site_newest"),
            models.Index(fields=["site", "business_date"], name="ticket_site_day"),
        ]

    def __str__(self) -> str:
        return f"{self.site} {self.number}"
