"""Day close (日结): a store's day of a till, compared with what the hub booked of it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class DayCloseResult(models.TextChoices):
    """What the comparison said last."""

    MATCH = "match", _("Agrees")
    NEED = "need", _("Messages missing")
    MISMATCH = "mismatch", _("Differs")


class DayClose(models.Model):
    """
    One day of one till. `theirs` and `ours` are the sums of both books, as `DayTotals`.

    `need` are the numbers asked for, `rounds` how often it was told. `tenders` is what the
    drawer should have held and did: over and short are seen here.
    """

    site = models.CharField(max_length=16)
    till = models.CharField(max_length=48)
    business_date = models.DateField()
    result = models.CharField(max_length=8, choices=DayCloseResult.choices)
    theirs = models.JSONField()
    ours = models.JSONField()
    need = models.JSONField(default=list)
    tenders = models.JSONField(default=list)
    facts = models.CharField(max_length=400, blank=True)
    rounds = models.IntegerField(default=1)
    sealed_by = models.CharField(max_length=160, blank=True)
    told_at = models.DateTimeField()
    answered_at = models.DateTimeField()
    source = models.CharField(max_length=96)
    sequence = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["till", "business_date"], name="day_close_once"),
        ]
        indexes = [models.Index(fields=["site", "-business_date"], name="day_close_newest")]

    def __str__(self) -> str:
        return f"{self.till} {self.business_date}"
