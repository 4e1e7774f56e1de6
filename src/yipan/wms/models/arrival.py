"""Expected arrival (预到货通知): what a supplier said is on its way, as the hub told it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document


class ExpectedArrivalState(models.TextChoices):
    """Whether it is still to come. What came is told by receipts."""

    ANNOUNCED = "announced", _("Announced")
    CANCELED = "canceled", _("Canceled")


class ExpectedArrival(Document):
    """
    One delivery that was announced, under the hub's number.

    `lines`: `[{"line", "sku", "quantity", "inbound_order_number", "purchase_order_number"}]`.
    """

    site = models.CharField(max_length=16)
    state = models.CharField(
        max_length=16,
        choices=ExpectedArrivalState.choices,
        default=ExpectedArrivalState.ANNOUNCED,
    )
    version = models.IntegerField(default=1)
    supplier = models.CharField(max_length=32, blank=True)
    supplier_name = models.CharField(max_length=96, blank=True)
    expected_at = models.DateTimeField(null=True)
    carrier = models.CharField(max_length=48, blank=True)
    tracking = models.CharField(max_length=64, blank=True)
    note = models.CharField(max_length=400, blank=True)
    lines = models.JSONField(default=list)

    class Meta:
        indexes = [
            models.Index(
                fields=["site", "expected_at"],
                condition=Q(state="announced"),
                name="expected_arrival_open",
            ),
        ]


class ExpectedPackage(models.Model):
    """
    A pallet or carton of an announced delivery, found by its code (SSCC).

    `lines`: `[{"sku", "quantity", "lot", "expires_on"}]`.
    """

    arrival = models.ForeignKey(ExpectedArrival, on_delete=models.CASCADE, related_name="packages")
    sscc = models.CharField(max_length=18)
    lines = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["arrival", "sscc"], name="expected_package_unique"),
        ]
        indexes = [models.Index(fields=["sscc"], name="expected_package_sscc")]

    def __str__(self) -> str:
        return f"{self.arrival_id}/{self.sscc}"
