"""Stock opening (期初库存): what a site's book began with, as booked in the hub."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class StockOpeningState(models.TextChoices):
    """An opening is posted when we hear of it, and may be undone by a reversal."""

    POSTED = "posted", _("Posted")
    REVERSED = "reversed", _("Reversed")


class StockOpening(models.Model):
    """One site's opening document in the site book. Only its state changes."""

    number = models.CharField(max_length=64, unique=True)
    site = models.CharField(max_length=16)
    state = models.CharField(
        max_length=16, choices=StockOpeningState.choices, default=StockOpeningState.POSTED
    )
    site_number = models.CharField(max_length=48)
    opened_by = models.CharField(max_length=160, blank=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    lines = models.JSONField()
    message_id = models.UUIDField()
    source = models.CharField(max_length=96)
    sequence = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return self.number
