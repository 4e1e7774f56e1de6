"""Goods: category (品类), SKU (单品) and barcode (条码)."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Unit(models.TextChoices):
    """The smallest unit a SKU is counted in. Everything else is a whole multiple of it."""

    PIECE = "piece", _("piece")
    GRAM = "gram", _("gram")
    MILLILITER = "milliliter", _("milliliter")


class TemperatureClass(models.TextChoices):
    """In which climate goods must be kept, and which climate a bin has."""

    AMBIENT = "ambient", _("ambient")
    COOL = "cool", _("cool")
    CHILLED = "chilled", _("chilled")
    FROZEN = "frozen", _("frozen")


class Category(models.Model):
    """A branch of the tree of goods. Its code is the whole path: `food/tea`."""

    code = models.CharField(max_length=96, unique=True)
    parent = models.ForeignKey(
        "self", to_field="code", null=True, blank=True, on_delete=models.PROTECT, db_column="parent"
    )
    name = models.CharField(max_length=96)
    name_zh = models.CharField(max_length=96, blank=True)

    def __str__(self) -> str:
        return self.code


class Sku(models.Model):
    """
    The thing stock is kept of. Its code never changes; every change raises `version`.

    Money is in minor units of `currency`, per smallest unit. `case_size` counts smallest units.
    SKUs of one `style` are the same thing in several colors and sizes.
    """

    code = models.CharField(max_length=48, unique=True)
    name = models.CharField(max_length=200)
    name_zh = models.CharField(max_length=200, blank=True)
    category = models.ForeignKey(
        Category,
        to_field="code",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_column="category",
    )
    unit = models.CharField(max_length=16, choices=Unit.choices, default=Unit.PIECE)
    case_size = models.BigIntegerField(default=1)
    is_lot_tracked = models.BooleanField(default=False)
    is_expiry_tracked = models.BooleanField(default=False)
    is_serial_tracked = models.BooleanField(default=False)
    is_weighed = models.BooleanField(default=False)
    # Hot goods (易盗商品): the database fills it in too, for programs that do not know it yet.
    is_hot = models.BooleanField(default=False, db_default=False)
    temperature_class = models.CharField(
        max_length=16, choices=TemperatureClass.choices, default=TemperatureClass.AMBIENT
    )
    cost_minor = models.BigIntegerField(default=0)
    price_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, default="CNY")
    is_active = models.BooleanField(default=True)
    external_id = models.CharField(max_length=96, blank=True)
    version = models.BigIntegerField(default=1)
    style = models.CharField(max_length=48, blank=True)
    color = models.CharField(max_length=48, blank=True)
    size = models.CharField(max_length=48, blank=True)
    search = SearchVectorField(default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(case_size__gt=0), name="sku_case_size_positive"),
            models.CheckConstraint(
                condition=Q(cost_minor__gte=0, price_minor__gte=0), name="sku_money_not_negative"
            ),
        ]
        indexes = [
            GinIndex(fields=["search"], name="sku_search"),
            models.Index(fields=["style"], condition=~Q(style=""), name="sku_style"),
        ]

    def __str__(self) -> str:
        return self.code


class Barcode(models.Model):
    """A code on a package: whose it is, and how many smallest units a scan of it means."""

    code = models.CharField(max_length=48)
    sku = models.ForeignKey(
        Sku, to_field="code", on_delete=models.CASCADE, related_name="barcodes", db_column="sku"
    )
    pack_size = models.BigIntegerField(default=1)
    unit = models.CharField(max_length=16, default="piece")
    valid_from = models.DateTimeField(null=True, blank=True)
    valid_to = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=Q(valid_to__isnull=True), name="barcode_unique_valid"
            ),
            models.CheckConstraint(condition=Q(pack_size__gt=0), name="barcode_pack_size_positive"),
        ]

    def __str__(self) -> str:
        return self.code
