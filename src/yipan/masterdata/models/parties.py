"""Parties and their days: supplier (供应商), customer (顾客), business calendar (营业日历)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Supplier(models.Model):
    """
    Who sells to us, and on what terms.

    Tolerances are whole percent of the ordered quantity that a receipt may differ without
    a decision; tolerances by quantity count smallest units per line, 0 where there is none, and
    the tighter of the two holds. The minimum order counts smallest units per line, its value
    minor units per order. `tolerance_price_percent` is how much an invoice may differ in price.
    """

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=96)
    name_zh = models.CharField(max_length=96, blank=True)
    lead_time_days = models.IntegerField(default=7)
    lead_time_spread_days = models.IntegerField(default=0)
    minimum_order_quantity = models.BigIntegerField(default=1)
    minimum_order_value_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, default="CNY")
    tolerance_over_percent = models.IntegerField(default=0)
    tolerance_under_percent = models.IntegerField(default=0)
    tolerance_over_quantity = models.BigIntegerField(default=0)
    tolerance_under_quantity = models.BigIntegerField(default=0)
    tolerance_price_percent = models.IntegerField(default=0)
    contact = models.CharField(max_length=96, blank=True)
    phone = models.CharField(max_length=48, blank=True)
    email = models.CharField(max_length=96, blank=True)
    address = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    external_id = models.CharField(max_length=96, blank=True)
    version = models.BigIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    lead_time_days__gte=0,
                    minimum_order_quantity__gt=0,
                    tolerance_over_percent__gte=0,
                    tolerance_under_percent__range=(0, 100),
                ),
                name="supplier_terms_sane",
            ),
            models.CheckConstraint(
                condition=Q(
                    lead_time_spread_days__gte=0,
                    minimum_order_value_minor__gte=0,
                    tolerance_over_quantity__gte=0,
                    tolerance_under_quantity__gte=0,
                    tolerance_price_percent__range=(0, 100),
                ),
                name="supplier_terms_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Customer(models.Model):
    """Who buys from us and wants to be known by name."""

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=96)
    name_zh = models.CharField(max_length=96, blank=True)
    phone = models.CharField(max_length=48, blank=True)
    email = models.CharField(max_length=96, blank=True)
    address = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    external_id = models.CharField(max_length=96, blank=True)
    version = models.BigIntegerField(default=1)

    def __str__(self) -> str:
        return self.code


class BusinessCalendar(models.Model):
    """On which days sites are closed."""

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=96)
    name_zh = models.CharField(max_length=96, blank=True)

    def __str__(self) -> str:
        return self.code


class ClosedDay(models.Model):
    """One day on which a calendar's sites do not trade."""

    calendar = models.ForeignKey(
        BusinessCalendar,
        to_field="code",
        on_delete=models.CASCADE,
        related_name="closed_days",
        db_column="calendar",
    )
    date = models.DateField()
    name = models.CharField(max_length=96, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["calendar", "date"], name="closed_day_unique")
        ]

    def __str__(self) -> str:
        return f"{self.calendar_id}/{self.date}"
