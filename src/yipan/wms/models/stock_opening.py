"""Stock opening (期初库存): what lay in the bins when the warehouse's book began."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document


class WarehouseOpeningState(models.TextChoices):
    """An opening is posted at once, and may be undone by a reversal."""

    POSTED = "posted", _("Posted")
    REVERSED = "reversed", _("Reversed")


class WarehouseOpening(Document):
    """What was there, as `[{"bin", "sku", "quantity"}]`, and the message that tells of it."""

    site = models.CharField(max_length=16)
    state = models.CharField(
        max_length=16,
        choices=WarehouseOpeningState.choices,
        default=WarehouseOpeningState.POSTED,
    )
    lines = models.JSONField()
    message_id = models.UUIDField(unique=True)
    source = models.CharField(max_length=96)
    sequence = models.BigIntegerField()
