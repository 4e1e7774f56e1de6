"""Stock opening (期初库存): what stood on the shop floor when the store's book began."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document


class StoreOpeningState(models.TextChoices):
    """An opening is posted at once, and may be undone by a reversal."""

    POSTED = "posted", _("Posted")
    REVERSED = "reversed", _("Reversed")


class StoreOpening(Document):
    """What was there, as `[{"sku", "quantity"}]`, and the message that tells of it."""

    site = models.CharField(max_length=16)
    state = models.CharField(
        max_length=16, choices=StoreOpeningState.choices, default=StoreOpeningState.POSTED
    )
    lines = models.JSONField()
    message_id = models.UUIDField(unique=True)
    source = models.CharField(max_length=96)
    sequence = models.BigIntegerField()
