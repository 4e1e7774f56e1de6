"""Demand (需求): what was wanted of each SKU at each site on each day, and what moves it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class DemandDay(models.Model):
    """
    One business day of one SKU at one site, in smallest units.

    `sold` went over the counter, `returned` came back, `ordered` was bought online for this place,
    `shipped` left for orders. `moved` is by how much what is available changed on that day, in all:
    from it follows on which days there was nothing to sell.

    A day that `is_earlier` was told of by the system before, and our own book takes its place;
    there was nothing to sell on it where `is_out`.
    """

    sku = models.CharField(max_length=48)
    site = models.CharField(max_length=16)
    day = models.DateField()
    sold = models.BigIntegerField(default=0)
    returned = models.BigIntegerField(default=0)
    ordered = models.BigIntegerField(default=0)
    shipped = models.BigIntegerField(default=0)
    moved = models.BigIntegerField(default=0)
    is_earlier = models.BooleanField(default=False, db_default=False)
    is_out = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sku", "site", "day"], name="demand_day_unique"),
            models.CheckConstraint(
                condition=Q(is_earlier=False) | Q(moved=0, ordered=0, shipped=0),
                name="demand_day_earlier_moved_nothing",
            ),
        ]
        indexes = [models.Index(fields=["site", "day"], name="demand_day_site")]

    def __str__(self) -> str:
        return f"{self.sku}@{self.site} {self.day}"


class FeedPosition(models.Model):
    """Up to which movement of the site book the demand was read."""

    reader = models.CharField(max_length=32, unique=True)
    recorded_at = models.DateTimeField()
    movement_id = models.BigIntegerField()

    def __str__(self) -> str:
        return self.reader


class ChannelDemand(models.Model):
    """An order of a channel whose demand was counted, so that telling it again counts nothing."""

    order_number = models.CharField(max_length=48, unique=True)
    site = models.CharField(max_length=16)
    day = models.DateField()

    def __str__(self) -> str:
        return self.order_number


class DemandEvent(models.Model):
    """
    An event (活动): on its days so much more is sold, in percent of an ordinary day.

    It holds for a SKU, a branch of goods or a site; an empty field stands for all. A promotion of
    master data is named by its code.
    """

    name = models.CharField(max_length=96)
    starts_on = models.DateField()
    ends_on = models.DateField()
    percent = models.IntegerField()
    sku = models.CharField(max_length=48, blank=True)
    category = models.CharField(max_length=96, blank=True)
    site = models.CharField(max_length=16, blank=True)
    promotion = models.CharField(max_length=48, blank=True)
    is_active = models.BooleanField(default=True)
    created_by = models.CharField(max_length=160)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="demand_event_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(percent__gte=-95, percent__lte=2000), name="demand_event_percent_sane"
            ),
        ]

    def __str__(self) -> str:
        return self.name
