"""Places: site (站点), zone (库区), aisle (巷道) and bin (库位)."""

from __future__ import annotations

from datetime import time

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yipan.masterdata.models.goods import TemperatureClass


class SiteType(models.TextChoices):
    """What kind of place a site is."""

    WAREHOUSE = "warehouse", _("warehouse")
    STORE = "store", _("store")
    IN_TRANSIT = "in_transit", _("in transit")
    VIRTUAL = "virtual", _("virtual")


class ZoneType(models.TextChoices):
    """What a part of a site is for."""

    RECEIVING = "receiving", _("receiving")
    STORAGE = "storage", _("storage")
    PICKING = "picking", _("picking")
    PACKING = "packing", _("packing")
    SHIPPING = "shipping", _("shipping")
    QUARANTINE = "quarantine", _("quarantine")
    DAMAGED = "damaged", _("damaged goods")
    RETURNS = "returns", _("returns")
    SHOP_FLOOR = "shop_floor", _("shop floor")
    BACKROOM = "backroom", _("backroom")
    PICKUP_SHELF = "pickup_shelf", _("pickup shelf")


class Mixing(models.TextChoices):
    """What may lie together in one bin."""

    MIXED = "mixed", _("anything together")
    ONE_SKU = "one_sku", _("one SKU")
    ONE_LOT = "one_lot", _("one lot of one SKU")


class Site(models.Model):
    """A warehouse, a store, a place between them, or one that exists on paper only."""

    code = models.CharField(max_length=16, unique=True)
    site_type = models.CharField(max_length=16, choices=SiteType.choices)
    name = models.CharField(max_length=96)
    name_zh = models.CharField(max_length=96, blank=True)
    time_zone = models.CharField(max_length=48, default="Asia/Shanghai")
    day_starts_at = models.TimeField(default=time(0, 0))
    address = models.CharField(max_length=200, blank=True)
    region = models.CharField(max_length=48, blank=True)
    calendar = models.ForeignKey(
        "masterdata.BusinessCalendar",
        to_field="code",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_column="calendar",
    )
    is_active = models.BooleanField(default=True)
    external_id = models.CharField(max_length=96, blank=True)
    version = models.BigIntegerField(default=1)

    def __str__(self) -> str:
        return self.code


class Zone(models.Model):
    """A part of a site with one purpose."""

    site = models.ForeignKey(Site, to_field="code", on_delete=models.CASCADE, db_column="site")
    code = models.CharField(max_length=32)
    name = models.CharField(max_length=96, blank=True)
    zone_type = models.CharField(max_length=16, choices=ZoneType.choices, default=ZoneType.STORAGE)
    temperature_class = models.CharField(
        max_length=16, choices=TemperatureClass.choices, default=TemperatureClass.AMBIENT
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "code"], name="zone_unique")]

    def __str__(self) -> str:
        return f"{self.site_id}/{self.code}"


class Aisle(models.Model):
    """A row of bins one walks along."""

    zone = models.ForeignKey(Zone, on_delete=models.CASCADE, related_name="aisles")
    code = models.CharField(max_length=32)
    sequence = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["zone", "code"], name="aisle_unique")]

    def __str__(self) -> str:
        return f"{self.zone_id}/{self.code}"


class Bin(models.Model):
    """The smallest place with a name. Capacity counts smallest units; none means no limit."""

    site = models.ForeignKey(Site, to_field="code", on_delete=models.CASCADE, db_column="site")
    code = models.CharField(max_length=32)
    zone = models.ForeignKey(Zone, on_delete=models.PROTECT, related_name="bins")
    aisle = models.ForeignKey(
        Aisle, null=True, blank=True, on_delete=models.PROTECT, related_name="bins"
    )
    capacity = models.BigIntegerField(null=True, blank=True)
    mixing = models.CharField(max_length=16, choices=Mixing.choices, default=Mixing.MIXED)
    temperature_class = models.CharField(
        max_length=16, choices=TemperatureClass.choices, default=TemperatureClass.AMBIENT
    )
    sequence = models.IntegerField(default=0)
    is_active = models.BooleanField(default=True)
    version = models.BigIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "code"], name="bin_unique"),
            models.CheckConstraint(
                condition=Q(capacity__isnull=True) | Q(capacity__gt=0), name="bin_capacity_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site_id}/{self.code}"
