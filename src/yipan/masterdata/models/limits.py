"""Limits (审批限额) that hold now: the hub sets them by document, the sites follow by version."""

from __future__ import annotations

from django.db import models


class AdjustmentLimit(models.Model):
    """
    How much a role may approve or post alone; an empty text means all, a maximum of None none.

    Value in minor units, percent of what the book said. A row that is not active was ended, and
    is kept so that an older version heard late does not bring it back.
    """

    number = models.CharField(max_length=48, blank=True)
    version = models.IntegerField(default=1)
    purpose = models.CharField(max_length=8)
    role = models.CharField(max_length=32, blank=True)
    adjustment_type = models.CharField(max_length=16, blank=True)
    site_type = models.CharField(max_length=16, blank=True)
    site = models.CharField(max_length=16, blank=True)
    quantity_max = models.BigIntegerField(null=True)
    value_max_minor = models.BigIntegerField(null=True)
    percent_max = models.IntegerField(null=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["purpose", "role", "adjustment_type", "site_type", "site"],
                name="adjustment_limit_once_per_key",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.role} {self.adjustment_type} {self.site_type} {self.site}"
