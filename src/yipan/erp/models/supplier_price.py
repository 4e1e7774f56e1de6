"""Supplier price (供应商价目): what a supplier asks for a SKU, from which day and quantity on."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class SupplierPrice(models.Model):
    """
    One line of a supplier's price list.

    Money is in minor units of `currency` per smallest unit. The price holds from `valid_from` to
    `valid_to` (both included, None is for good) for order lines of at least `from_quantity`.
    `case_size` is what the supplier sells in multiples of, `minimum_quantity` the least of a line.
    """

    supplier = models.CharField(max_length=32)
    sku = models.CharField(max_length=48)
    currency = models.CharField(max_length=3, default="CNY")
    unit_cost_minor = models.BigIntegerField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    from_quantity = models.BigIntegerField(default=1)
    case_size = models.IntegerField(default=1)
    minimum_quantity = models.BigIntegerField(default=1)
    supplier_sku = models.CharField(max_length=48, blank=True)
    version = models.BigIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "sku", "valid_from", "from_quantity"],
                name="supplier_price_unique",
            ),
            models.CheckConstraint(
                condition=Q(
                    unit_cost_minor__gte=0,
                    from_quantity__gt=0,
                    case_size__gt=0,
                    minimum_quantity__gt=0,
                ),
                name="supplier_price_sane",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="supplier_price_ends_after_it_begins",
            ),
        ]
        indexes = [models.Index(fields=["sku"], name="supplier_price_sku")]

    def __str__(self) -> str:
        return f"{self.supplier}/{self.sku}/{self.valid_from}"
