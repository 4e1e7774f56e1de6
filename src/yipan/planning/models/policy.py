"""Policy layer (补货策略): what is decided for a scope of goods and sites."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class PolicyLayer(models.Model):
    """
    Terms for a category, a type of site, a site or a SKU; an empty field stands for all.

    `terms` maps names of `rules.policies.Policy` to values; what it does not name is inherited.
    """

    category = models.CharField(max_length=96, blank=True)
    site_type = models.CharField(max_length=16, blank=True)
    site = models.CharField(max_length=16, blank=True)
    sku = models.CharField(max_length=48, blank=True)
    terms = models.JSONField(default=dict)
    version = models.IntegerField(default=1)
    changed_by = models.CharField(max_length=160)
    changed_at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["category", "site_type", "site", "sku"], name="policy_layer_once_per_scope"
            ),
            models.CheckConstraint(
                condition=Q(sku="") | Q(category=""), name="policy_layer_sku_or_category"
            ),
        ]

    def __str__(self) -> str:
        return "/".join(it or "*" for it in (self.category, self.site_type, self.site, self.sku))
