"""Fulfillment order (履约单): what one site should send or hold ready; and why this site."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document
from yipan.oms.models.order import ChannelOrder, OrderLine


class FulfillmentState(models.TextChoices):
    """How far a site is, as far as the hub has heard."""

    RELEASED = "released", _("Released")
    IN_TRANSIT = "in_transit", _("On the way to the store")
    ACCEPTED = "accepted", _("Accepted")
    PICKED = "picked", _("Picked")
    READY = "ready", _("Ready for pick-up")
    PARTLY_SHIPPED = "partly_shipped", _("Partly shipped")
    SHIPPED = "shipped", _("Shipped")
    HANDED_OVER = "handed_over", _("Handed over")
    REJECTED = "rejected", _("Rejected")
    CLOSED_SHORT = "closed_short", _("Closed short")
    CANCELED = "canceled", _("Canceled")


#: In these states the site still works on it.
STATES_OPEN = (
    FulfillmentState.RELEASED,
    FulfillmentState.IN_TRANSIT,
    FulfillmentState.ACCEPTED,
    FulfillmentState.PICKED,
    FulfillmentState.READY,
    FulfillmentState.PARTLY_SHIPPED,
)


class FulfillmentOrder(Document):
    """
    A part of an order at one site. `promise` is the reservation its shipment consumes.

    Goods that first have to come to the store of a pick-up come from `from_site` by the transfer
    order `transfer`; the store is told when they are there (`arrived_at`).

    `due_on` is the day it was promised for, `ready_at` the hour at the counter where the store's
    hours are known; `leave_by` is until when `carrier` collects it.

    `shipments` maps the number of a shipment to line to quantity; one taken back is empty.
    `is_canceling` says that the site was asked to stop; `after_cancel` what becomes of the
    goods then: `cancel`, or `source` to find them elsewhere.
    """

    order = models.ForeignKey(ChannelOrder, on_delete=models.PROTECT, related_name="fulfillments")
    site = models.CharField(max_length=16)
    method = models.CharField(max_length=16)
    from_site = models.CharField(max_length=16, blank=True)
    transfer = models.CharField(max_length=48, blank=True)
    arrived_at = models.DateTimeField(null=True)
    state = models.CharField(
        max_length=16, choices=FulfillmentState.choices, default=FulfillmentState.RELEASED
    )
    promise = models.CharField(max_length=48)
    place = models.IntegerField()
    reason = models.CharField(max_length=200, blank=True)
    tracking = models.CharField(max_length=200, blank=True)
    due_on = models.DateField(null=True)
    ready_at = models.DateTimeField(null=True)
    leave_by = models.DateTimeField(null=True)
    carrier = models.CharField(max_length=48, blank=True)
    pickup_code = models.CharField(max_length=16, blank=True)
    is_canceling = models.BooleanField(default=False)
    shipments = models.JSONField(default=dict)
    after_cancel = models.CharField(max_length=8, blank=True)
    closed_at = models.DateTimeField(null=True)

    @property
    def holding_site(self) -> str:
        """Return the site at which its goods are reserved; on the way they are at neither."""
        return self.from_site if self.from_site and self.arrived_at is None else self.site

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "place"], name="fulfillment_place_unique"),
        ]
        indexes = [
            models.Index(
                fields=["site", "due_on"],
                condition=Q(
                    state__in=[
                        "released",
                        "in_transit",
                        "accepted",
                        "picked",
                        "ready",
                        "partly_shipped",
                    ]
                ),
                name="fulfillment_open",
            ),
        ]


class FulfillmentLine(models.Model):
    """So much of an order's line at one site. `quantity_short` it will not send."""

    fulfillment = models.ForeignKey(
        FulfillmentOrder, on_delete=models.CASCADE, related_name="lines"
    )
    order_line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="placed")
    sku = models.CharField(max_length=48)
    quantity = models.BigIntegerField()
    quantity_shipped = models.BigIntegerField(default=0)
    quantity_short = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["fulfillment", "order_line"], name="fulfillment_line_unique"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0)
                & Q(quantity_shipped__gte=0)
                & Q(quantity_short__gte=0)
                & Q(quantity_short__lte=F("quantity")),
                name="fulfillment_line_parts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fulfillment_id} {self.sku}"

    @property
    def open_quantity(self) -> int:
        """Return how much of it the site still has to send."""
        return self.quantity - self.quantity_shipped - self.quantity_short


class SourcingDecision(models.Model):
    """
    Why these sites: the question as it was, the plan, and what would have to change.

    `question` and `plan` are the rule's input and output, so that it can be asked again.
    """

    order = models.ForeignKey(ChannelOrder, on_delete=models.CASCADE, related_name="decisions")
    number = models.IntegerField()
    trigger = models.CharField(max_length=16)
    decided_at = models.DateTimeField()
    decided_by = models.CharField(max_length=160)
    reason = models.CharField(max_length=200, blank=True)
    cost_minor = models.BigIntegerField()
    question = models.JSONField()
    plan = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "number"], name="sourcing_decision_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.number}"
