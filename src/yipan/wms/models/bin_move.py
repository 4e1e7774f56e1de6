"""Bin move (移库单) and put-away (上架单): goods taken from one bin to another in a warehouse."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document
from yipan.documents.evidence import EvidenceColumns


class BinMoveState(models.TextChoices):
    """A bin move is written down when it has happened."""

    POSTED = "posted", _("Posted")
    REVERSED = "reversed", _("Reversed")


class BinMoveType(models.TextChoices):
    """What goods were carried for."""

    MOVE = "move", _("Move")
    PUTAWAY = "putaway", _("Put-away")


class BinMove(Document):
    """
    What was carried. No message tells of it: the hub's book knows sites, and the site keeps
    what it has.
    """

    site = models.CharField(max_length=16)
    state = models.CharField(
        max_length=16, choices=BinMoveState.choices, default=BinMoveState.POSTED
    )
    move_type = models.CharField(
        max_length=16, choices=BinMoveType.choices, default=BinMoveType.MOVE
    )
    device = models.CharField(max_length=80, blank=True)
    reversed_by = models.CharField(max_length=160, blank=True)
    reversed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="reversed") | Q(reversed_at__isnull=False),
                name="bin_move_reversed_has_time",
            )
        ]
        indexes = [models.Index(fields=["site", "-id"], name="bin_move_site_newest")]


class BinMoveLine(EvidenceColumns):
    """One SKU and lot carried from bin to bin. `proposed_bin` is what the system had said."""

    move = models.ForeignKey(BinMove, on_delete=models.CASCADE, related_name="lines")
    line = models.IntegerField()
    sku = models.CharField(max_length=48)
    lot = models.CharField(max_length=48, blank=True)
    from_bin = models.CharField(max_length=32)
    to_bin = models.CharField(max_length=32)
    proposed_bin = models.CharField(max_length=32, blank=True)
    objection = models.CharField(max_length=16, blank=True)
    status = models.CharField(max_length=16, default="available")
    quantity = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["move", "line"], name="bin_move_line_unique"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0) & ~Q(from_bin=F("to_bin")),
                name="bin_move_line_moves_something",
            ),
        ]
        indexes = [models.Index(fields=["sku", "-id"], name="bin_move_line_sku")]

    def __str__(self) -> str:
        return f"{self.move_id}/{self.line} {self.sku}"
