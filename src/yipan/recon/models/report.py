"""Stock report (库存报告) of a system: absolute figures as of one of its numbers; observations."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReportState(models.TextChoices):
    """Whether a report could be compared yet."""

    WAITING = "waiting", _("Waiting for messages")
    COMPARED = "compared", _("Was compared")
    STALE = "stale", _("Stale")


class StockReport(models.Model):
    """
    What a site's own system says it holds, as of the number `as_of_sequence` of its stream.

    It never sets a book. It waits until the hub has applied that number, and is compared there;
    one that speaks of less than a report before it is stale, and says nothing of today.
    `is_complete` says that what it does not name is zero.
    """

    number = models.CharField(max_length=48, unique=True)
    site = models.CharField(max_length=16)
    source = models.CharField(max_length=64)
    as_of_sequence = models.BigIntegerField()
    content_hash = models.CharField(max_length=64)
    is_complete = models.BooleanField(default=True)
    state = models.CharField(max_length=8, choices=ReportState.choices, default=ReportState.WAITING)
    line_count = models.IntegerField()
    difference_count = models.IntegerField(default=0)
    file_name = models.CharField(max_length=160, blank=True)
    received_at = models.DateTimeField()
    received_by = models.CharField(max_length=160)
    compared_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "as_of_sequence", "content_hash"], name="report_heard_once"
            )
        ]
        indexes = [models.Index(fields=["site", "-id"], name="report_by_site")]

    def __str__(self) -> str:
        return self.number


class StockReportLine(models.Model):
    """What the report says of one SKU in one group of statuses, in its smallest unit."""

    report = models.ForeignKey(StockReport, on_delete=models.CASCADE, related_name="lines")
    sku = models.CharField(max_length=48)
    group = models.CharField(max_length=16)
    quantity = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "sku", "group"], name="report_line_once")
        ]

    def __str__(self) -> str:
        return f"{self.report_id}/{self.sku}/{self.group}"
