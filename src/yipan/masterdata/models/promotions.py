"""Promotion (促销): a rule by which goods are cheaper, or others are given with them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PromotionKind(models.TextChoices):
    """What a promotion gives."""

    PERCENT = "percent", _("Percent off")
    AMOUNT = "amount", _("Amount off each unit")
    N_FOR_M = "n_for_m", _("N for the price of M")
    GIFT = "gift", _("Gift with purchase")


class Promotion(models.Model):
    """
    A promotion at its version. Money is in minor units, quantities in smallest units.

    Lists are codes: goods by SKU or branch of the tree, stores by site or region. Empty
    lists of goods mean all goods, empty lists of stores all stores.
    """

    code = models.CharField(max_length=48, unique=True)
    kind = models.CharField(max_length=8, choices=PromotionKind.choices)
    name = models.CharField(max_length=96)
    name_zh = models.CharField(max_length=96, blank=True)
    percent = models.IntegerField(default=0)
    amount_minor = models.BigIntegerField(default=0)
    buy_quantity = models.BigIntegerField(default=1)
    pay_quantity = models.BigIntegerField(default=0)
    gift_sku = models.CharField(max_length=48, blank=True)
    gift_quantity = models.BigIntegerField(default=0)
    skus = models.JSONField(default=list)
    categories = models.JSONField(default=list)
    sites = models.JSONField(default=list)
    regions = models.JSONField(default=list)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    priority = models.IntegerField(default=0)
    is_active = models.BooleanField(default=True)
    version = models.BigIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(percent__gte=0, percent__lte=100), name="promotion_percent_is_one"
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gte=0, buy_quantity__gte=1, gift_quantity__gte=0),
                name="promotion_gives_nothing_negative",
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_from__lte=models.F("valid_to")),
                name="promotion_begins_before_it_ends",
            ),
            models.CheckConstraint(
                condition=~Q(kind="gift") | (~Q(gift_sku="") & Q(gift_quantity__gte=1)),
                name="promotion_gift_is_named",
            ),
        ]

    def __str__(self) -> str:
        return self.code
