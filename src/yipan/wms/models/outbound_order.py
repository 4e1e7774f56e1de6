"""Outbound order (出库通知单), and the picks (拣货) that gather its goods."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document
from yipan.documents.evidence import EvidenceColumns


class OutboundOrderState(models.TextChoices):
    """How far the goods have come on their way out."""

    RELEASED = "released", _("To pick")
    PICKING = "picking", _("Being picked")
    PICKED = "picked", _("Picked")
    PACKED = "packed", _("Packed")
    PARTLY_SHIPPED = "partly_shipped", _("Partly shipped")
    SHIPPED = "shipped", _("Shipped")
    CLOSED_SHORT = "closed_short", _("Closed short")
    CANCELED = "canceled", _("Canceled")


#: In these states goods may still be picked or shipped.
STATES_OPEN = (
    OutboundOrderState.RELEASED,
    OutboundOrderState.PICKING,
    OutboundOrderState.PICKED,
    OutboundOrderState.PACKED,
    OutboundOrderState.PARTLY_SHIPPED,
)


class WaveState(models.TextChoices):
    """A wave is put together, released to the pickers, and over when all is picked."""

    PLANNED = "planned", _("Planned")
    RELEASED = "released", _("Released")
    PICKED = "picked", _("Picked")
    CANCELED = "canceled", _("Canceled")


class WaveMode(models.TextChoices):
    """Whether all goods go into one tote and are sorted when packed, or each order has its own."""

    BATCH = "batch", _("One tote for all")
    CLUSTER = "cluster", _("A tote per order")


class Wave(Document):
    """Orders that are picked together, in one walk (波次)."""

    site = models.CharField(max_length=16)
    state = models.CharField(max_length=16, choices=WaveState.choices, default=WaveState.PLANNED)
    mode = models.CharField(max_length=8, choices=WaveMode.choices, default=WaveMode.BATCH)
    carrier = models.CharField(max_length=48, blank=True)
    zone = models.CharField(max_length=32, blank=True)
    due_on = models.DateField(null=True)
    cut_off_until = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["site", "state"], name="wave_site_state")]


class OutboundOrder(Document):
    """
    What the hub or the order system wants sent.

    `document_number` is their document: the transfer, or the fulfillment order.
    """

    site = models.CharField(max_length=16)
    state = models.CharField(
        max_length=16, choices=OutboundOrderState.choices, default=OutboundOrderState.RELEASED
    )
    order_type = models.CharField(max_length=24)
    document_number = models.CharField(max_length=48, blank=True)
    ship_to = models.CharField(max_length=48, blank=True)
    ship_to_name = models.CharField(max_length=200, blank=True)
    due_on = models.DateField(null=True)
    cut_off_at = models.DateTimeField(null=True)
    carrier = models.CharField(max_length=48, blank=True)
    priority = models.IntegerField(default=0)
    may_be_partial = models.BooleanField(default=True)
    note = models.CharField(max_length=400, blank=True)
    wave = models.ForeignKey(Wave, null=True, on_delete=models.PROTECT, related_name="orders")
    tracking = models.CharField(max_length=64, blank=True)
    shipments_count = models.IntegerField(default=0)
    postings_count = models.IntegerField(default=0)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["site", "due_on"],
                condition=Q(
                    state__in=["released", "picking", "picked", "packed", "partly_shipped"]
                ),
                name="outbound_order_open",
            ),
            models.Index(fields=["document_number"], name="outbound_order_document"),
        ]


class WaveTote(models.Model):
    """The tote of one order on a cluster walk (一单一箱); a full one is followed by another."""

    order = models.ForeignKey(OutboundOrder, on_delete=models.CASCADE, related_name="totes")
    wave = models.ForeignKey(Wave, on_delete=models.CASCADE, related_name="totes")
    tote = models.CharField(max_length=32)
    slot = models.IntegerField()
    is_full = models.BooleanField(default=False)
    assigned_by = models.CharField(max_length=160)
    assigned_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["wave", "tote"], name="wave_tote_unique"),
            models.UniqueConstraint(
                fields=["order"], condition=Q(is_full=False), name="wave_tote_one_per_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.wave_id} {self.tote}"


class OutboundLine(models.Model):
    """
    One line of an outbound order. What is set aside and picked is the sum of its picks.

    `quantity_missing` could not be found anywhere and will not come.
    """

    order = models.ForeignKey(OutboundOrder, on_delete=models.CASCADE, related_name="lines")
    line = models.IntegerField()
    sku = models.CharField(max_length=48)
    lot = models.CharField(max_length=48, blank=True)
    status = models.CharField(max_length=16, default="available")
    quantity_ordered = models.BigIntegerField()
    quantity_missing = models.BigIntegerField(default=0)
    quantity_shipped = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "line"], name="outbound_line_unique"),
            models.CheckConstraint(
                condition=Q(quantity_ordered__gte=0)
                & Q(quantity_missing__gte=0)
                & Q(quantity_shipped__gte=0)
                & Q(quantity_missing__lte=F("quantity_ordered")),
                name="outbound_line_parts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.line} {self.sku}"


class PickState(models.TextChoices):
    """A pick is open until somebody was at the bin."""

    OPEN = "open", _("Open")
    PICKED = "picked", _("Picked")
    SHIPPED = "shipped", _("Shipped")
    CANCELED = "canceled", _("Canceled")


class Pick(EvidenceColumns):
    """
    So much of a line from one bin: first a reservation (预占), then what a picker found.

    The evidence stays with it: how the quantity came about, what was expected, who, on which
    device, and when it was begun, happened and was written down. `place` is where the picked
    goods stand now: a tote, a packing bin. `parcel` is what they were packed into, `check_mode`
    how they were checked on the way: each piece scanned, or all at once (bulk).
    """

    order = models.ForeignKey(OutboundOrder, on_delete=models.CASCADE, related_name="picks")
    line = models.ForeignKey(OutboundLine, on_delete=models.CASCADE, related_name="picks")
    state = models.CharField(max_length=16, choices=PickState.choices, default=PickState.OPEN)
    sku = models.CharField(max_length=48)
    lot = models.CharField(max_length=48, blank=True)
    status = models.CharField(max_length=16, default="available")
    bin_code = models.CharField(max_length=32)
    zone = models.CharField(max_length=32, blank=True)
    path = models.CharField(max_length=120)
    quantity = models.BigIntegerField()
    quantity_picked = models.BigIntegerField(default=0)
    place = models.CharField(max_length=32, blank=True)
    skips = models.IntegerField(default=0)
    attempt = models.IntegerField(default=1)
    claimed_by = models.CharField(max_length=160, blank=True)
    claimed_at = models.DateTimeField(null=True)
    bin_scanned_at = models.DateTimeField(null=True)
    capture_mode = models.CharField(max_length=8, blank=True, default="")
    serials = models.JSONField(default=list)
    is_bin_scanned = models.BooleanField(default=False)
    is_product_scanned = models.BooleanField(default=False)
    picked_by = models.CharField(max_length=160, blank=True)
    sequence = models.IntegerField(null=True)
    picked_at = models.DateTimeField(null=True)
    is_empty_asked = models.BooleanField(default=False)
    parcel = models.ForeignKey(
        "wms.Parcel", null=True, on_delete=models.PROTECT, related_name="picks"
    )
    check_mode = models.CharField(max_length=8, blank=True)
    shipment = models.ForeignKey(
        "wms.Shipment", null=True, on_delete=models.PROTECT, related_name="picks"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gte=0) & Q(quantity_picked__gte=0),
                name="pick_not_negative",
            ),
            models.CheckConstraint(
                condition=~Q(state="shipped") | Q(shipment__isnull=False),
                name="pick_shipped_has_shipment",
            ),
        ]
        indexes = [
            models.Index(
                fields=["order", "skips", "path"],
                condition=Q(state="open"),
                name="pick_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.bin_code} {self.sku}"
