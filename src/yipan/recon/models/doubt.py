"""Doubt (存疑): a site says that its own book of a SKU is wrong, until it has counted."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Doubt(models.Model):
    """
    A difference a site opened by itself, as the hub heard it.

    `number` is the site's own; `doubt_type` says what raised it (`negative_book`, `short_pick`,
    `count`, `over_return`), `partner_number` at which document. Quantities are in smallest units.
    """

    site = models.CharField(max_length=16)
    number = models.CharField(max_length=48)
    doubt_type = models.CharField(max_length=16)
    sku = models.CharField(max_length=48)
    place = models.CharField(max_length=64, blank=True)
    partner_number = models.CharField(max_length=48, blank=True)
    quantity_book = models.BigIntegerField()
    quantity_seen = models.BigIntegerField(null=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=16, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "number"], name="doubt_once")]
        indexes = [
            models.Index(
                fields=["site", "sku"], condition=Q(closed_at__isnull=True), name="doubt_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site} {self.number}"
