"""Lot (批次) and serial (序列号): what the warehouse knows of goods that are told apart."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

LOT_LENGTH_MAX = 48


class Lot(models.Model):
    """
    A lot of one SKU, and of no other (F14), with the last day it may be sold.

    Lots of two products may carry the same code; they are two lots.
    """

    site = models.CharField(max_length=16)
    sku = models.CharField(max_length=48)
    code = models.CharField(max_length=LOT_LENGTH_MAX)
    expires_on = models.DateField(null=True)
    supplier = models.CharField(max_length=32, blank=True)
    first_document = models.CharField(max_length=48, blank=True)
    first_seen_at = models.DateTimeField()
    is_blocked = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "sku", "code"], name="lot_unique"),
            models.CheckConstraint(condition=~Q(code=""), name="lot_has_code"),
        ]
        indexes = [
            models.Index(
                fields=["site", "expires_on"],
                condition=Q(expires_on__isnull=False),
                name="lot_expiring",
            )
        ]

    def __str__(self) -> str:
        return f"{self.site} {self.sku} {self.code}"


class Serial(models.Model):
    """One piece that carries a number: which document brought it, and which one took it away."""

    site = models.CharField(max_length=16)
    sku = models.CharField(max_length=48)
    serial = models.CharField(max_length=48)
    lot = models.CharField(max_length=LOT_LENGTH_MAX, blank=True)
    came_with = models.CharField(max_length=48, blank=True)
    came_at = models.DateTimeField(null=True)
    left_with = models.CharField(max_length=64, blank=True)
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "sku", "serial"], name="serial_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.sku} {self.serial}"
