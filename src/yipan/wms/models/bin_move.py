"""Bin move (移库单): goods taken from one bin to another within a warehouse."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document


class BinMoveState(models.TextChoices):
    """A bin move is written down when it has happened."""

    POSTED = "posted", _("Posted")


class BinMove(Document):
    """
    What was carried, as `[{"sku", "from_bin", "to_bin", "quantity", "status"}]`.

    No message tells of it: the hub's book knows sites, and the site keeps what it has.
    """

    site = models.CharField(max_length=16)
    state = models.CharField(
        max_length=16, choices=BinMoveState.choices, default=BinMoveState.POSTED
    )
    device = models.CharField(max_length=80, blank=True)
    lines = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["site", "-id"], name="bin_move_site_newest")]
