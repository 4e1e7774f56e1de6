"""Store count (抽盘): a SKU at a place somebody looked at, or has to look at. An observation."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document


class StoreCountState(models.TextChoices):
    """Open until somebody has counted."""

    OPEN = "open", _("To count")
    COUNTED = "counted", _("Counted")
    COVERED = "covered", _("Counted in a stocktake")


class StoreCountReason(models.TextChoices):
    """What raised the doubt."""

    NEGATIVE_BOOK = "negative_book", _("Sold below zero")
    SHORT_PICK = "short_pick", _("Short pick")
    LOOKED = "looked", _("Looked at the shelf")


class StoreCount(Document):
    """
    One SKU at one place: what was counted, and what the book said at that very moment.

    `quantity_book` is what the book said when the doubt arose, `quantity_book_then` when it
    was counted. The counter sees neither. Smallest units.
    """

    site = models.CharField(max_length=16)
    state = models.CharField(
        max_length=16, choices=StoreCountState.choices, default=StoreCountState.OPEN
    )
    reason = models.CharField(max_length=16, choices=StoreCountReason.choices)
    place = models.CharField(max_length=24)
    sku = models.CharField(max_length=48)
    quantity_book = models.BigIntegerField()
    partner_number = models.CharField(max_length=48, blank=True)
    quantity_counted = models.BigIntegerField(null=True)
    quantity_book_then = models.BigIntegerField(null=True)
    counted_by = models.CharField(max_length=160, blank=True)
    counted_at = models.DateTimeField(null=True)
    device = models.CharField(max_length=80, blank=True)
    message_id = models.UUIDField(null=True, unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="counted")
                | Q(
                    quantity_counted__gte=0,
                    quantity_book_then__isnull=False,
                    counted_at__isnull=False,
                    message_id__isnull=False,
                ),
                name="store_count_counted_is_told",
            ),
            models.UniqueConstraint(
                fields=["site", "sku", "place"],
                condition=Q(state="open"),
                name="store_count_open_once",
            ),
        ]
        indexes = [models.Index(fields=["site", "-id"], name="store_count_newest")]
