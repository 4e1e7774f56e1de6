"""Channel order (渠道订单): what somebody bought through a channel, and what became of it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document


class ChannelOrderState(models.TextChoices):
    """How far an order has come. What is sourced is on its way; back-ordered waits for goods."""

    TAKEN = "taken", _("Taken in")
    SOURCED = "sourced", _("Sourced")
    BACKORDERED = "backordered", _("Back-ordered")
    PARTLY_SHIPPED = "partly_shipped", _("Partly shipped")
    COMPLETED = "completed", _("Completed")
    CANCELED = "canceled", _("Canceled")


#: In these states something is still to be done.
STATES_OPEN = (
    ChannelOrderState.TAKEN,
    ChannelOrderState.SOURCED,
    ChannelOrderState.BACKORDERED,
    ChannelOrderState.PARTLY_SHIPPED,
)


class ChannelOrder(Document):
    """
    An order of a channel. `external_id` is the channel's own number of it, used once.

    Money is in minor units of `currency`. `may_split` and `may_wait` say whether it may come in
    parts, and whether what is missing may come later. `due_on` is the day it was promised for,
    `cancel_on` the day on which what still waits is canceled. `backorder` is the reservation of
    what waits on goods that are to come. `origin_site` is the store that took it at its register.
    `pickup_fallback` is what its customer allows when the chosen store will not have it: `ask`
    first, another `store`, a parcel (`ship`), or `any` of the two.
    """

    channel = models.CharField(max_length=32)
    external_id = models.CharField(max_length=96)
    state = models.CharField(
        max_length=16, choices=ChannelOrderState.choices, default=ChannelOrderState.TAKEN
    )
    method = models.CharField(max_length=16, default="ship")
    pickup_site = models.CharField(max_length=16, blank=True)
    origin_site = models.CharField(max_length=16, blank=True)
    pickup_fallback = models.CharField(max_length=8, default="ask")
    customer_name = models.CharField(max_length=96, blank=True)
    address = models.CharField(max_length=300, blank=True)
    region = models.CharField(max_length=48, blank=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    preset = models.CharField(max_length=16, default="cheapest")
    may_split = models.BooleanField(default=True)
    may_wait = models.BooleanField(default=True)
    priority = models.IntegerField(default=0)
    due_on = models.DateField(null=True)
    cancel_on = models.DateField(null=True)
    backorder = models.CharField(max_length=48, blank=True)
    currency = models.CharField(max_length=3, default="CNY")
    note = models.CharField(max_length=400, blank=True)
    placed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=64)
    sourcings_count = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "external_id"], name="channel_order_external_unique"
            ),
            models.CheckConstraint(
                condition=~Q(method__in=["pickup", "ship_to_store"]) | ~Q(pickup_site=""),
                name="channel_order_pickup_has_site",
            ),
        ]
        indexes = [
            models.Index(
                fields=["state", "-id"],
                condition=Q(state__in=["taken", "sourced", "backordered", "partly_shipped"]),
                name="channel_order_open",
            ),
        ]


class OrderLine(models.Model):
    """
    One SKU of an order, in its smallest unit.

    What is neither canceled, shipped nor on a fulfillment order waits: it is back-ordered.
    `quantity_cut` is to be canceled as soon as the site that works on it lets it go.
    `bundle` names what was bought when the line is a part of it.
    """

    order = models.ForeignKey(ChannelOrder, on_delete=models.CASCADE, related_name="lines")
    line = models.IntegerField()
    sku = models.CharField(max_length=48)
    bundle = models.CharField(max_length=48, blank=True)
    quantity = models.BigIntegerField()
    quantity_canceled = models.BigIntegerField(default=0)
    quantity_placed = models.BigIntegerField(default=0)
    quantity_shipped = models.BigIntegerField(default=0)
    quantity_returned = models.BigIntegerField(default=0)
    quantity_cut = models.BigIntegerField(default=0)
    amount_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "line"], name="order_line_unique"),
            models.UniqueConstraint(fields=["order", "sku"], name="order_line_sku_unique"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0)
                & Q(quantity_canceled__gte=0)
                & Q(quantity_placed__gte=0)
                & Q(quantity_shipped__gte=0)
                & Q(quantity_returned__gte=0)
                & Q(quantity_cut__gte=0)
                & Q(quantity__gte=F("quantity_canceled") + F("quantity_placed")),
                name="order_line_parts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.line} {self.sku}"


class OrderNote(models.Model):
    """What somebody wrote down about an order."""

    order = models.ForeignKey(ChannelOrder, on_delete=models.CASCADE, related_name="notes")
    text = models.CharField(max_length=500)
    written_by = models.CharField(max_length=160)
    written_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.order_id}: {self.text[:40]}"
