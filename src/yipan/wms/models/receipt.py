"""Receipt (收货单): goods counted at the dock, then posted into the warehouse's book."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document
from yipan.documents.evidence import EvidenceColumns
from yipan.wms.models.inbound_order import InboundOrder


class ReceiptState(models.TextChoices):
    """A draft is a count in progress; posted is final, and may be undone by a reversal."""

    DRAFT = "draft", _("Counting")
    POSTED = "posted", _("Posted")
    CANCELED = "canceled", _("Canceled")
    REVERSED = "reversed", _("Reversed")


class CountMode(models.TextChoices):
    """What the first scan of an ordered SKU means."""

    EXPECTED = "expected", _("As expected")
    UNIT = "unit", _("One by one")


class Receipt(Document):
    """
    One delivery, or a part of one. Without an inbound order it is blind (盲收).

    `order_type` and `partner_document` tell of one without an order what it is: a delivery of a
    supplier, or goods a customer sends back. `source` and `sequence` are the message that tells
    of it, once it is posted.
    """

    site = models.CharField(max_length=16)
    state = models.CharField(
        max_length=16, choices=ReceiptState.choices, default=ReceiptState.DRAFT
    )
    order = models.ForeignKey(
        InboundOrder, null=True, on_delete=models.PROTECT, related_name="receipts"
    )
    supplier = models.CharField(max_length=32, blank=True)
    count_mode = models.CharField(
        max_length=8, choices=CountMode.choices, default=CountMode.EXPECTED
    )
    bin_code = models.CharField(max_length=32)
    device = models.CharField(max_length=80, blank=True)
    is_last = models.BooleanField(default=False)
    posted_at = models.DateTimeField(null=True)
    posted_by = models.CharField(max_length=160, blank=True)
    message_id = models.UUIDField(null=True, unique=True)
    source = models.CharField(max_length=96, blank=True)
    sequence = models.BigIntegerField(null=True)
    external_id = models.CharField(max_length=96, blank=True)
    order_type = models.CharField(max_length=24, default="purchase")
    partner_document = models.CharField(max_length=64, blank=True)
    matched_at = models.DateTimeField(null=True)
    matched_by = models.CharField(max_length=160, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["posted", "reversed"])
                | (Q(posted_at__isnull=False) & Q(message_id__isnull=False)),
                name="receipt_posted_was_told",
            ),
            models.UniqueConstraint(
                fields=["site", "external_id"],
                condition=~Q(external_id=""),
                name="receipt_external_id_unique",
            ),
        ]
        indexes = [models.Index(fields=["site", "state"], name="receipt_site_state")]


class ReceiptLine(EvidenceColumns):
    """
    One SKU and lot of a posted receipt, in its smallest unit, by status.

    `quantity_wrong` is the part of the blocked ones that is other goods than ordered; `note` why
    goods are not free. `serials` are the numbers read.
    """

    receipt = models.ForeignKey(Receipt, on_delete=models.CASCADE, related_name="lines")
    line = models.IntegerField(default=0)
    sku = models.CharField(max_length=48)
    quantity_sound = models.BigIntegerField()
    quantity_damaged = models.BigIntegerField(default=0)
    quantity_blocked = models.BigIntegerField(default=0)
    quantity_quarantine = models.BigIntegerField(default=0)
    quantity_wrong = models.BigIntegerField(default=0)
    lot = models.CharField(max_length=48, blank=True)
    expires_on = models.DateField(null=True)
    note = models.CharField(max_length=24, blank=True)
    serials = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["receipt", "sku", "lot"], name="receipt_line_unique"),
            models.CheckConstraint(
                condition=Q(quantity_sound__gte=0)
                & Q(quantity_damaged__gte=0)
                & Q(quantity_blocked__gte=0)
                & Q(quantity_quarantine__gte=0)
                & Q(quantity_wrong__gte=0),
                name="receipt_line_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.receipt_id}/{self.sku}"


class ReceiptScan(models.Model):
    """
    One scan or keyed correction of a count. What is counted is the sum of those not undone.

    Nothing is deleted: a scan taken back stays as evidence of who did what at the dock.
    """

    receipt = models.ForeignKey(Receipt, on_delete=models.CASCADE, related_name="scans")
    position = models.IntegerField()
    sku = models.CharField(max_length=48)
    is_damaged = models.BooleanField(default=False)
    is_wrong = models.BooleanField(default=False)
    disposition = models.CharField(max_length=16, blank=True)
    quantity = models.BigIntegerField()
    lot = models.CharField(max_length=48, blank=True)
    expires_on = models.DateField(null=True)
    serial = models.CharField(max_length=48, blank=True)
    package_id = models.CharField(max_length=32, blank=True)
    pack_size = models.BigIntegerField(null=True)
    was_expected_shown = models.BooleanField(default=False)
    capture_mode = models.CharField(max_length=8)
    text = models.CharField(max_length=200, blank=True)
    device_sequence = models.BigIntegerField(null=True)
    occurred_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    actor = models.CharField(max_length=160)
    device = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["receipt", "position"], name="receipt_scan_position_unique"
            ),
            models.CheckConstraint(condition=~Q(quantity=0), name="receipt_scan_changes_something"),
        ]

    def __str__(self) -> str:
        return f"{self.receipt_id}#{self.position} {self.sku}"
