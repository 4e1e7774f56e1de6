"""Count sheet (盘点表): a place one person counts, what they scanned, and what stands of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.evidence import CaptureMode, EvidenceColumns
from yipan.stocktake.models.stocktake import Stocktake


class SheetState(models.TextChoices):
    """A sheet is closed once; looking again is another sheet, of the next round."""

    OPEN = "open", _("To count")
    COUNTING = "counting", _("Being counted")
    CLOSED = "closed", _("Counted")
    DROPPED = "dropped", _("Given up")


class CountSheet(models.Model):
    """
    A bin, an area, or a shelf of an area, in one round, by one team.

    `skus` narrows it to some products; empty means all that lies there. `not_by` are people who
    looked before and may not look again. `handed_in_by` is who handed the count in, where that
    was not the counter: a list typed from paper, a file of another company. `taken_from` is who
    had begun it when it was taken back, and may begin again only when it is given to them.
    """

    stocktake = models.ForeignKey(Stocktake, on_delete=models.CASCADE, related_name="sheets")
    number = models.CharField(max_length=48, unique=True)
    state = models.CharField(max_length=16, choices=SheetState.choices, default=SheetState.OPEN)
    place = models.CharField(max_length=32)
    shelf = models.CharField(max_length=24, blank=True)
    round = models.IntegerField(default=1)
    team = models.IntegerField(default=1)
    skus = models.JSONField(default=list)
    not_by = models.JSONField(default=list)
    assignee = models.CharField(max_length=160, blank=True)
    counter = models.CharField(max_length=160, blank=True)
    handed_in_by = models.CharField(max_length=160, blank=True)
    taken_from = models.CharField(max_length=160, blank=True)
    taken_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["stocktake", "place", "shelf", "round", "team"],
                condition=~Q(state="dropped"),
                name="count_sheet_place_once",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | (Q(closed_at__isnull=False) & ~Q(counter="")),
                name="count_sheet_closed_by_somebody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["stocktake", "place"],
                condition=Q(state__in=["open", "counting"]),
                name="count_sheet_open",
            )
        ]

    def __str__(self) -> str:
        return self.number


class CountScan(EvidenceColumns):
    """
    One scan, one typed quantity, one tag: added to what was seen before. Never changed.

    What was taken back keeps its row, with `undone_at`. `counted_at` is its moment by our clock.
    """

    sheet = models.ForeignKey(CountSheet, on_delete=models.CASCADE, related_name="scans")
    position = models.IntegerField()
    sku = models.CharField(max_length=48)
    lot = models.CharField(max_length=48, blank=True)
    status = models.CharField(max_length=16, default="available")
    quantity = models.BigIntegerField()
    serial = models.CharField(max_length=48, blank=True)
    counted_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sheet", "position"], name="count_scan_position_once")
        ]

    def __str__(self) -> str:
        return f"{self.sheet_id}/{self.position}"


class CountLine(models.Model):
    """
    What stands counted of one key on a closed sheet: an observation, never overwritten.

    `first_at` to `last_at` is how long it took: one look has one moment. Zero lines say that
    somebody confirmed that none is there.
    """

    sheet = models.ForeignKey(CountSheet, on_delete=models.CASCADE, related_name="lines")
    line = models.IntegerField()
    sku = models.CharField(max_length=48)
    lot = models.CharField(max_length=48, blank=True)
    status = models.CharField(max_length=16, default="available")
    quantity = models.BigIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    counter = models.CharField(max_length=160)
    capture_mode = models.CharField(max_length=8, choices=CaptureMode.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sheet", "sku", "lot", "status"], name="count_line_key_once"
            ),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="count_line_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.sheet_id}/{self.line} {self.sku}"
