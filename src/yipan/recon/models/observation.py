"""Observation (盘点观察): what somebody saw of one SKU at its own moment. Never overwritten."""

from __future__ import annotations

from django.db import models


class Observation(models.Model):
    """
    One line of a count, and the book of that place as of its moment, as known when it was heard.

    Quantities are in smallest units. `difference` is counted minus book.
    """

    count_number = models.CharField(max_length=48)
    line = models.IntegerField()
    site = models.CharField(max_length=16)
    sku = models.CharField(max_length=48)
    place = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=16)
    quantity_counted = models.BigIntegerField()
    quantity_book = models.BigIntegerField()
    difference = models.BigIntegerField()
    counted_at = models.DateTimeField()
    heard_at = models.DateTimeField()
    counter = models.CharField(max_length=160, blank=True)
    is_blind = models.BooleanField(default=True)
    capture_mode = models.CharField(max_length=8, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["count_number", "line"], name="observation_line_once")
        ]
        indexes = [
            models.Index(fields=["site", "sku", "-counted_at"], name="observation_by_key"),
            models.Index(fields=["site", "-counted_at"], name="observation_by_site"),
        ]

    def __str__(self) -> str:
        return f"{self.count_number}/{self.line}"
