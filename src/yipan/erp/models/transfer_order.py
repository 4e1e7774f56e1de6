"""Transfer order (调拨单): goods that go from one site to another, through what is in transit."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document


class TransferOrderState(models.TextChoices):
    """How far a transfer has come, as far as the hub has heard."""

    DRAFT = "draft", _("Draft")
    APPROVED = "approved", _("Approved")
    RELEASED = "released", _("Released")
    PARTLY_SHIPPED = "partly_shipped", _("Partly shipped")
    SHIPPED = "shipped", _("Shipped")
    PARTLY_RECEIVED = "partly_received", _("Partly received")
    RECEIVED = "received", _("Received")
    CLOSED = "closed", _("Closed")
    CANCELED = "canceled", _("Canceled")


class TransferOrder(Document):
    """
    What should go from site to site, and how far it has come.

    A transfer nobody ordered is written down when a site tells of it: `is_reported` then. It
    may not know its receiver yet. `is_shipping_closed` says that a person waits no longer for
    what was not shipped. `outbound_state` is how far the sending warehouse said it is.
    """

    from_site = models.CharField(max_length=16, blank=True)
    to_site = models.CharField(max_length=16, blank=True)
    state = models.CharField(
        max_length=16, choices=TransferOrderState.choices, default=TransferOrderState.DRAFT
    )
    due_on = models.DateField(null=True)
    note = models.CharField(max_length=500, blank=True)
    version = models.IntegerField(default=1)
    approved_by = models.CharField(max_length=160, blank=True)
    released_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    outbound_order_number = models.CharField(max_length=64, blank=True)
    allocation_number = models.CharField(max_length=48, blank=True)
    external_id = models.CharField(max_length=96, blank=True)
    is_reported = models.BooleanField(default=False)
    is_shipping_closed = models.BooleanField(default=False)
    outbound_state = models.CharField(max_length=16, blank=True)
    outbound_code = models.CharField(max_length=48, blank=True)
    outbound_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(is_reported=True) | ~Q(from_site=F("to_site")),
                name="transfer_order_goes_somewhere",
            ),
            models.CheckConstraint(
                condition=Q(is_reported=True)
                | Q(state__in=["draft", "canceled"])
                | ~Q(approved_by="")
                | Q(released_at__isnull=True),
                name="transfer_order_released_was_approved",
            ),
            models.CheckConstraint(
                condition=Q(approved_by="") | ~Q(approved_by=F("created_by")),
                name="transfer_order_has_four_eyes",
            ),
            models.UniqueConstraint(
                fields=["external_id"],
                condition=~Q(external_id=""),
                name="transfer_order_external_id_unique",
            ),
        ]
        indexes = [
            models.Index(fields=["from_site", "state"], name="transfer_order_from_state"),
            models.Index(fields=["to_site", "state"], name="transfer_order_to_state"),
            models.Index(
                fields=["allocation_number"],
                condition=~Q(allocation_number=""),
                name="transfer_order_allocation",
            ),
        ]


class TransferOrderLine(models.Model):
    """
    One SKU of a transfer, in its smallest unit.

    `quantity_received` counts all that came, damaged and blocked goods included;
    `quantity_settled` what a difference document took out of transit, `quantity_excess` what
    came beyond what was shipped. In transit is shipped + excess - received - settled.
    """

    order = models.ForeignKey(TransferOrder, on_delete=models.CASCADE, related_name="lines")
    line = models.IntegerField()
    sku = models.CharField(max_length=48)
    quantity_ordered = models.BigIntegerField(default=0)
    quantity_shipped = models.BigIntegerField(default=0)
    quantity_received = models.BigIntegerField(default=0)
    quantity_damaged = models.BigIntegerField(default=0)
    quantity_blocked = models.BigIntegerField(default=0)
    quantity_settled = models.BigIntegerField(default=0)
    quantity_excess = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "line"], name="transfer_order_line_unique"),
            models.UniqueConstraint(fields=["order", "sku"], name="transfer_order_sku_unique"),
            models.CheckConstraint(
                condition=Q(quantity_ordered__gte=0)
                & Q(quantity_shipped__gte=0)
                & Q(quantity_received__gte=0)
                & Q(quantity_settled__gte=0)
                & Q(quantity_excess__gte=0),
                name="transfer_order_line_not_negative",
            ),
        ]
        indexes = [models.Index(fields=["sku"], name="transfer_order_line_sku")]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.line} {self.sku}"


class TransferShortage(models.Model):
    """Less of a SKU was found in a bin than the book says, while a transfer was picked."""

    order = models.ForeignKey(TransferOrder, on_delete=models.PROTECT, related_name="shortages")
    sku = models.CharField(max_length=48)
    quantity_found = models.BigIntegerField()
    quantity_missing = models.BigIntegerField()
    place = models.CharField(max_length=48, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    count_task = models.CharField(max_length=48, blank=True)
    picked_by = models.CharField(max_length=160, blank=True)
    occurred_at = models.DateTimeField()
    message_id = models.UUIDField(unique=True)

    def __str__(self) -> str:
        return f"{self.order_id} {self.sku}"


class TransferLegState(models.TextChoices):
    """A shipment or a receipt is a fact: posted when we hear of it, or undone by a reversal."""

    POSTED = "posted", _("Posted")
    REVERSED = "reversed", _("Reversed")


class TransferLeg(Document):
    """What a shipment and a receipt of a transfer share: where, who told it, by which message."""

    order = models.ForeignKey(TransferOrder, on_delete=models.PROTECT, related_name="+")
    site = models.CharField(max_length=16)
    site_number = models.CharField(max_length=48)
    state = models.CharField(
        max_length=16, choices=TransferLegState.choices, default=TransferLegState.POSTED
    )
    occurred_at = models.DateTimeField()
    device = models.CharField(max_length=80, blank=True)
    is_last = models.BooleanField(default=False)
    inbound_order_number = models.CharField(max_length=64, blank=True)
    message_id = models.UUIDField(unique=True)
    source = models.CharField(max_length=96)
    sequence = models.BigIntegerField(null=True)
    warnings = models.JSONField(default=list)

    class Meta:
        abstract = True


class TransferShipment(TransferLeg):
    """
    Goods of a transfer that left the sender (调出单): shipment `place` of its order.

    A reversal heard before its shipment is kept as a shipment without lines, in the state
    reversed, until the shipment is heard.
    """

    order = models.ForeignKey(TransferOrder, on_delete=models.PROTECT, related_name="shipments")
    place = models.IntegerField()
    reversed_source = models.CharField(max_length=96, blank=True)
    reversed_sequence = models.BigIntegerField(null=True)
    reversed_at = models.DateTimeField(null=True)
    is_heard = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "site_number"], name="transfer_shipment_once_per_site_number"
            ),
            models.UniqueConstraint(fields=["order", "place"], name="transfer_shipment_place"),
        ]


class TransferShipmentLine(models.Model):
    """What left of one SKU, and out of which status at the sender."""

    shipment = models.ForeignKey(TransferShipment, on_delete=models.CASCADE, related_name="lines")
    line = models.IntegerField(default=0)
    sku = models.CharField(max_length=48)
    quantity = models.BigIntegerField()
    status = models.CharField(max_length=16, default="available")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gte=0), name="transfer_shipment_line_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shipment_id}/{self.sku}"


class TransferReceipt(TransferLeg):
    """Goods of a transfer that came in at the receiver (调入单)."""

    order = models.ForeignKey(TransferOrder, on_delete=models.PROTECT, related_name="receipts")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "site_number"], name="transfer_receipt_once_per_site_number"
            ),
        ]


class TransferReceiptLine(models.Model):
    """What came of one SKU, by the condition it came in."""

    receipt = models.ForeignKey(TransferReceipt, on_delete=models.CASCADE, related_name="lines")
    line = models.IntegerField(default=0)
    sku = models.CharField(max_length=48)
    quantity_sound = models.BigIntegerField()
    quantity_damaged = models.BigIntegerField(default=0)
    quantity_blocked = models.BigIntegerField(default=0)
    quantity_quarantine = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity_sound__gte=0)
                & Q(quantity_damaged__gte=0)
                & Q(quantity_blocked__gte=0),
                name="transfer_receipt_line_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.receipt_id}/{self.sku}"

    @property
    def quantity(self) -> int:
        """Return all that came, in whatever condition."""
        waiting = self.quantity_blocked + self.quantity_quarantine
        return self.quantity_sound + self.quantity_damaged + waiting
