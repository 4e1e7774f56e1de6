"""Package (包装): a license plate (SSCC) on a pallet or carton, and what is inside."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

SSCC_LENGTH = 18


class PackageState(models.TextChoices):
    """A package is whole until somebody opens it; then its goods lie in the bin."""

    RECEIVED = "received", _("Whole")
    OPENED = "opened", _("Opened")


class Package(models.Model):
    """
    A package that came, and where it stands. One that was announced becomes one by its scan.

    The book counts its goods in that bin, by SKU and lot; the package says which of them move
    together with one scan.
    """

    site = models.CharField(max_length=16)
    sscc = models.CharField(max_length=SSCC_LENGTH)
    state = models.CharField(
        max_length=16, choices=PackageState.choices, default=PackageState.RECEIVED
    )
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    notice_number = models.CharField(max_length=64, blank=True)
    receipt_number = models.CharField(max_length=48, blank=True)
    bin_code = models.CharField(max_length=32)
    received_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    opened_by = models.CharField(max_length=160, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "sscc"], name="package_unique"),
            models.CheckConstraint(
                condition=~Q(state="opened") | Q(opened_at__isnull=False),
                name="package_opened_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["site", "bin_code"], condition=Q(state="received"), name="package_whole"
            )
        ]

    def __str__(self) -> str:
        return self.sscc


class PackageLine(models.Model):
    """So much of one SKU, lot and status in a package, as it came."""

    package = models.ForeignKey(Package, on_delete=models.CASCADE, related_name="lines")
    line = models.IntegerField()
    sku = models.CharField(max_length=48)
    lot = models.CharField(max_length=48, blank=True)
    status = models.CharField(max_length=16, default="available")
    quantity = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["package", "line"], name="package_line_unique"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="package_line_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.package_id}/{self.line} {self.sku}"
