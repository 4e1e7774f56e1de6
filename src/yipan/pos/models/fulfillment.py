"""Store fulfillment (门店履约单): an order of a customer a store picks, holds ready or ships."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document
from yipan.documents.evidence import EvidenceColumns


class FulfillmentMethod(models.TextChoices):
    """How the goods reach the customer."""

    SHIP = "ship", _("Ship from store")
    PICKUP = "pickup", _("Store pick-up")
    SHIP_TO_STORE = "ship_to_store", _("Ship to store")


class FulfillmentState(models.TextChoices):
    """From the queue to the customer's hands, or back to the floor."""

    ASKED = "waiting", _("To accept")
    ACCEPTED = "accepted", _("To pick")
    PICKED = "picked", _("Picked")
    STAGED = "staged", _("Ready for pick-up")
    SHIPPED = "shipped", _("Shipped")
    HANDED_OVER = "handed_over", _("Handed over")
    REJECTED = "rejected", _("Rejected")
    CLOSED_SHORT = "closed_short", _("Nothing found")
    EXPIRED = "expired", _("Not collected")
    CANCELED = "canceled", _("Canceled")
    PUT_BACK = "put_back", _("Goods put back")


#: In these states somebody at the store has something to do.
STATES_OPEN = (
    FulfillmentState.ASKED,
    FulfillmentState.ACCEPTED,
    FulfillmentState.PICKED,
    FulfillmentState.STAGED,
    FulfillmentState.EXPIRED,
)


class StoreFulfillment(Document):
    """
    A fulfillment order as the store heard it, and how far it has come.

    `lines` is `[{"line", "sku", "quantity", "quantity_picked", "quantity_short", "from_place",
    "capture_mode"}]` in smallest units; `place` is where picked goods wait, `shelf` what is
    written there. `is_to_put_back` says that picked goods of a canceled order still wait.
    """

    site = models.CharField(max_length=16)
    method = models.CharField(max_length=16, choices=FulfillmentMethod.choices)
    state = models.CharField(
        max_length=16, choices=FulfillmentState.choices, default=FulfillmentState.ASKED
    )
    order_number = models.CharField(max_length=48)
    reservation = models.CharField(max_length=64, blank=True)
    customer_name = models.CharField(max_length=96, blank=True)
    ship_to_name = models.CharField(max_length=96, blank=True)
    address = models.CharField(max_length=300, blank=True)
    carrier = models.CharField(max_length=48, blank=True)
    service = models.CharField(max_length=48, blank=True)
    priority = models.IntegerField(default=0)
    may_be_partial = models.BooleanField(default=True)
    note = models.CharField(max_length=200, blank=True)
    pickup_code_hash = models.CharField(max_length=64, blank=True)
    accept_until = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    collect_until = models.DateTimeField(null=True)
    lines = models.JSONField()
    place = models.CharField(max_length=24, blank=True)
    shelf = models.CharField(max_length=32, blank=True)
    parcels = models.JSONField(default=list)
    is_to_put_back = models.BooleanField(default=False)
    accepted_by = models.CharField(max_length=160, blank=True)
    accepted_at = models.DateTimeField(null=True)
    picked_by = models.CharField(max_length=160, blank=True)
    picked_at = models.DateTimeField(null=True)
    staged_at = models.DateTimeField(null=True)
    left_by = models.CharField(max_length=160, blank=True)
    left_at = models.DateTimeField(null=True)
    proof = models.CharField(max_length=16, blank=True)
    reject_reason = models.CharField(max_length=16, blank=True)
    closed_at = models.DateTimeField(null=True)
    message_id = models.UUIDField()
    shipment_number = models.CharField(max_length=48, blank=True)
    told_id = models.UUIDField(null=True, unique=True)
    source = models.CharField(max_length=96, blank=True)
    sequence = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["shipped", "handed_over"])
                | Q(left_at__isnull=False, told_id__isnull=False, sequence__isnull=False),
                name="store_fulfillment_left_is_told",
            ),
            models.CheckConstraint(
                condition=~Q(state="rejected") | ~Q(reject_reason=""),
                name="store_fulfillment_rejected_says_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["site", "state"],
                condition=Q(state__in=["waiting", "accepted", "picked", "staged", "expired"])
                | Q(is_to_put_back=True),
                name="store_fulfillment_open",
            ),
            models.Index(fields=["order_number"], name="store_fulfillment_order"),
            models.Index(fields=["site", "-id"], name="store_fulfillment_newest"),
        ]


class FulfillmentScan(EvidenceColumns):
    """
    One scan or keyed correction of a pick; taken back, it stays with the moment.

    The evidence says how it came about: `quantity_expected` is what was still to be picked then.
    """

    fulfillment = models.ForeignKey(
        StoreFulfillment, on_delete=models.CASCADE, related_name="scans"
    )
    position = models.IntegerField()
    sku = models.CharField(max_length=48)
    quantity = models.BigIntegerField()
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["fulfillment", "position"], name="fulfillment_scan_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fulfillment_id}/{self.position} {self.sku}"
