"""Stock outlook (库存展望): what the last plan expects of a SKU at a site."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class StockOutlook(models.Model):
    """
    The last plan's view of one place; see `rules.shard.Outlook` for what the figures mean.

    `runs_out_on` is the day the stock is gone if nothing more is ordered, None when not in sight.
    """

    sku = models.CharField(max_length=48)
    site = models.CharField(max_length=16)
    segment = models.CharField(max_length=96, blank=True)
    source = models.CharField(max_length=32, blank=True)
    run_number = models.CharField(max_length=48)
    made_on = models.DateField()
    method = models.CharField(max_length=24)
    model = models.CharField(max_length=32)
    level_milli = models.BigIntegerField()
    intermittent_milli = models.BigIntegerField()
    ratio_milli = models.BigIntegerField()
    horizon = models.IntegerField()
    mean_milli = models.BigIntegerField()
    quantiles = models.JSONField(default=list)
    position = models.BigIntegerField()
    order_below = models.BigIntegerField()
    up_to = models.BigIntegerField()
    runs_out_on = models.DateField(null=True)
    chance_out_permille = models.IntegerField()
    overstock = models.BigIntegerField()
    overstock_value_minor = models.BigIntegerField(default=0)
    days_of_cover = models.IntegerField()
    value_at_risk_minor = models.BigIntegerField()
    season = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sku", "site"], name="stock_outlook_unique"),
        ]
        indexes = [
            models.Index(fields=["site", "sku"], name="stock_outlook_site"),
            models.Index(
                F("value_at_risk_minor").desc(),
                condition=Q(chance_out_permille__gt=0),
                name="stock_outlook_risk",
            ),
            models.Index(
                F("overstock_value_minor").desc(),
                condition=Q(overstock__gt=0),
                name="stock_outlook_overstock",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sku}@{self.site}"
