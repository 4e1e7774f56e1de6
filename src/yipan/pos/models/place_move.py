"""Place move: goods carried between shop floor and backroom. Inside the store: told to nobody."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document


class PlaceMoveState(models.TextChoices):
    """A move is posted at once, and final."""

    POSTED = "posted", _("Posted")


class PlaceMove(Document):
    """What was carried, as `[{"sku", "quantity"}]` in smallest units, all of one status."""

    site = models.CharField(max_length=16)
    state = models.CharField(
        max_length=16, choices=PlaceMoveState.choices, default=PlaceMoveState.POSTED
    )
    from_place = models.CharField(max_length=24)
    to_place = models.CharField(max_length=24)
    status = models.CharField(max_length=16, default="available", db_default="available")
    lines = models.JSONField()
    device = models.CharField(max_length=80, blank=True)
