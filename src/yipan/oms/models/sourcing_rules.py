"""Sourcing rules of a channel (寻源规则): what counts how much, every version of them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class SourcingRules(models.Model):
    """
    One version of a channel's rules; the newest counts. Never changed: another one is written.

    A preset, and what differs from it, in minor units; null is as the preset has it, and
    `part_value_min` null as the channel has it. `with_stores` false keeps stores from sending
    parcels. `reason` is why it was written.
    """

    channel = models.CharField(max_length=32)
    version = models.IntegerField()
    preset = models.CharField(max_length=16, default="cheapest")
    parcel = models.BigIntegerField(null=True)
    store_parcel = models.BigIntegerField(null=True)
    day = models.BigIntegerField(null=True)
    part_value_min = models.BigIntegerField(null=True)
    may_split = models.BooleanField(default=True)
    with_stores = models.BooleanField(default=True)
    reason = models.CharField(max_length=200, blank=True)
    written_by = models.CharField(max_length=160)
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "version"], name="sourcing_rules_version_once"
            ),
            models.CheckConstraint(
                condition=Q(version__gt=0)
                & Q(preset__in=["cheapest", "nearest", "fastest", "fewest_parcels"])
                & (Q(parcel__isnull=True) | Q(parcel__gte=0))
                & (Q(store_parcel__isnull=True) | Q(store_parcel__gte=0))
                & (Q(day__isnull=True) | Q(day__gte=0))
                & (Q(part_value_min__isnull=True) | Q(part_value_min__gte=0)),
                name="sourcing_rules_weigh",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel}/{self.version}"
