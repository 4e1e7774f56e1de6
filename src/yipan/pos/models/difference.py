"""Store difference (差异): work showed that the store's book is wrong. Its owner is the manager."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document
from yipan.pos.models.store_count import StoreCount


class DifferenceState(models.TextChoices):
    """Open until it is counted; counted until it is settled."""

    OPEN = "open", _("Open")
    COUNTED = "counted", _("Counted")
    CLOSED = "closed", _("Closed")


class DifferenceType(models.TextChoices):
    """What showed it."""

    NEGATIVE_BOOK = "negative_book", _("Sold below zero")
    SHORT_PICK = "short_pick", _("Short pick")
    COUNT = "count", _("Count and book differ")
    OVER_RETURN = "over_return", _("More returned than sold")


class StoreDifference(Document):
    """
    One SKU at one place whose book is in doubt, and the document that showed it.

    `quantity_book` is what the book said then. `adjustment_number` is the document that
    corrected it, empty where the count agreed with the book.
    """

    site = models.CharField(max_length=16)
    state = models.CharField(
        max_length=16, choices=DifferenceState.choices, default=DifferenceState.OPEN
    )
    difference_type = models.CharField(max_length=16, choices=DifferenceType.choices)
    sku = models.CharField(max_length=48)
    place = models.CharField(max_length=24)
    quantity_book = models.BigIntegerField()
    quantity_seen = models.BigIntegerField(null=True)
    partner_number = models.CharField(max_length=48, blank=True)
    count = models.ForeignKey(
        StoreCount, null=True, on_delete=models.PROTECT, related_name="differences"
    )
    outcome = models.CharField(max_length=16, blank=True)
    note = models.CharField(max_length=200, blank=True)
    adjustment_number = models.CharField(max_length=48, blank=True)
    closed_by = models.CharField(max_length=160, blank=True)
    closed_at = models.DateTimeField(null=True)
    message_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="closed") | Q(closed_at__isnull=False) & ~Q(outcome=""),
                name="store_difference_closed_says_how",
            ),
            models.UniqueConstraint(
                fields=["site", "sku", "place", "difference_type"],
                condition=~Q(state="closed"),
                name="store_difference_open_once",
            ),
        ]
        indexes = [models.Index(fields=["site", "-id"], name="store_difference_newest")]
