"""Arrival notice (预到货通知): what a supplier says is on its way, and when it comes."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document


class ArrivalNoticeState(models.TextChoices):
    """How much of what was announced has come."""

    ANNOUNCED = "announced", _("Announced")
    PARTLY_RECEIVED = "partly_received", _("Partly received")
    RECEIVED = "received", _("Received")
    CANCELED = "canceled", _("Canceled")


#: In these states goods are still on their way.
STATES_COMING = (ArrivalNoticeState.ANNOUNCED, ArrivalNoticeState.PARTLY_RECEIVED)


class ArrivalNotice(Document):
    """
    One delivery of a supplier to a site, for one or several orders.

    `packages`: `[{"sscc", "lines": [{"sku", "quantity", "lot", "expires_on"}]}]`. `version` rises
    with every change that is told.
    """

    site = models.CharField(max_length=16)
    supplier = models.CharField(max_length=32)
    state = models.CharField(
        max_length=16, choices=ArrivalNoticeState.choices, default=ArrivalNoticeState.ANNOUNCED
    )
    version = models.IntegerField(default=1)
    expected_at = models.DateTimeField(null=True)
    carrier = models.CharField(max_length=48, blank=True)
    tracking = models.CharField(max_length=64, blank=True)
    note = models.CharField(max_length=400, blank=True)
    packages = models.JSONField(default=list)
    external_id = models.CharField(max_length=96, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "external_id"],
                condition=~Q(external_id=""),
                name="arrival_notice_external_id_unique",
            ),
        ]
        indexes = [
            models.Index(
                fields=["site", "expected_at"],
                condition=Q(state__in=["announced", "partly_received"]),
                name="arrival_notice_coming",
            ),
        ]


class ArrivalNoticeLine(models.Model):
    """So much of one SKU on its way, for one order; and how much of it has come."""

    notice = models.ForeignKey(ArrivalNotice, on_delete=models.CASCADE, related_name="lines")
    line = models.IntegerField()
    sku = models.CharField(max_length=48)
    purchase_order_number = models.CharField(max_length=48)
    quantity = models.BigIntegerField()
    quantity_received = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice", "line"], name="arrival_notice_line_unique"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0) & Q(quantity_received__gte=0),
                name="arrival_notice_line_sane",
            ),
        ]
        indexes = [
            models.Index(fields=["purchase_order_number", "sku"], name="arrival_notice_line_order")
        ]

    def __str__(self) -> str:
        return f"{self.notice_id}/{self.line} {self.sku}"
