"""Cash move (现金存取): cash in or out of a drawer that is no sale, as the hub heard it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class CashMove(models.Model):
    """
    One document of a store about its drawer; a fact, posted when heard and never changed.

    `cash_type` is float, pay_in, pay_out or drop; the amount in minor units is positive, the
    type says which way.
    """

    number = models.CharField(max_length=64, unique=True)
    site = models.CharField(max_length=16)
    site_number = models.CharField(max_length=48)
    till = models.CharField(max_length=48)
    business_date = models.DateField()
    cash_type = models.CharField(max_length=16)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3, default="CNY")
    reason = models.CharField(max_length=200, blank=True)
    moved_by = models.CharField(max_length=160, blank=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    message_id = models.UUIDField()
    source = models.CharField(max_length=96)
    sequence = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="cash_move_is_positive"),
        ]
        indexes = [models.Index(fields=["site", "-business_date"], name="cash_move_day")]

    def __str__(self) -> str:
        return self.number
