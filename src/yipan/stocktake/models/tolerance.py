"""Tolerance (盘点容差): how far a count may be off before somebody counts again, or is asked."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class TolerancePurpose(models.TextChoices):
    """What happens beyond it."""

    RECOUNT = "recount", _("Somebody else counts again")
    POST = "post", _("The hub decides")


class CountTolerance(models.Model):
    """
    The most a line may be off, by quantity, value (minor units, shelf price) and percent.

    An empty site, category or role means all; a maximum of None limits nothing.
    """

    system = models.CharField(max_length=8)
    purpose = models.CharField(max_length=8, choices=TolerancePurpose.choices)
    site = models.CharField(max_length=16, blank=True)
    category = models.CharField(max_length=48, blank=True)
    role = models.CharField(max_length=32, blank=True)
    quantity_max = models.BigIntegerField(null=True)
    value_max_minor = models.BigIntegerField(null=True)
    percent_max = models.IntegerField(null=True)
    set_by = models.CharField(max_length=160)
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["system", "purpose", "site", "category", "role"],
                name="count_tolerance_once",
            ),
            models.CheckConstraint(
                condition=Q(quantity_max__isnull=False)
                | Q(value_max_minor__isnull=False)
                | Q(percent_max__isnull=False),
                name="count_tolerance_limits_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.site} {self.category} {self.role}"
