"""Stocktake (盘点单): a plan to look at what is there, of whatever kind; one chain for all."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document


class StocktakeKind(models.TextChoices):
    """What is looked at, and why."""

    FULL = "full", _("Full stocktake")
    CYCLE = "cycle", _("Cycle count")
    SPOT = "spot", _("Spot count")
    PROBLEM = "problem", _("Problem list")
    ZERO_CHECK = "zero_check", _("Zero check")
    THIRD_PARTY = "third_party", _("Counted by others")


class StocktakeState(models.TextChoices):
    """Planned, counted, counted again, understood, decided, posted."""

    PLANNED = "planned", _("Planned")
    COUNTING = "counting", _("Counting")
    RECOUNTING = "recounting", _("Counting again")
    EXPLAINED = "explained", _("To be decided")
    SUBMITTED = "submitted", _("Waiting for approval")
    POSTED = "posted", _("Posted")
    CANCELED = "canceled", _("Canceled")


class Stocktake(Document):
    """
    A plan to count at a site, and how far it is.

    `system` is the site's own, `wms` or `pos`. `uncertainty_seconds` is how far the clocks of
    tills and handhelds may be apart. `scope` says in words what was chosen. `looked_at` is up to
    when documents that came late were looked for, of what was put right.
    """

    system = models.CharField(max_length=8)
    site = models.CharField(max_length=16)
    kind = models.CharField(max_length=16, choices=StocktakeKind.choices)
    state = models.CharField(
        max_length=16, choices=StocktakeState.choices, default=StocktakeState.PLANNED
    )
    is_blind = models.BooleanField(default=True)
    is_double = models.BooleanField(default=False)
    uncertainty_seconds = models.IntegerField(default=0)
    due_on = models.DateField(null=True)
    scope = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=200, blank=True)
    started_at = models.DateTimeField(null=True)
    explained_at = models.DateTimeField(null=True)
    posted_at = models.DateTimeField(null=True)
    posted_by = models.CharField(max_length=160, blank=True)
    looked_at = models.DateTimeField(null=True)
    external_id = models.CharField(max_length=96, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "external_id"],
                condition=~Q(external_id=""),
                name="stocktake_external_id_unique",
            ),
            models.CheckConstraint(
                condition=~Q(state="posted") | Q(posted_at__isnull=False),
                name="stocktake_posted_has_moment",
            ),
        ]
        indexes = [models.Index(fields=["system", "site", "-id"], name="stocktake_newest")]
