"""Opening hours (营业时间): when a site is open by weekday, and the days that differ."""

from __future__ import annotations

from datetime import time

from django.db import models
from django.db.models import F, Q


class OpeningHours(models.Model):
    """
    From when to when a site is open on a weekday (0 is Monday), in its own time.

    A weekday may have several of them; one without any is closed. A closing at midnight ends
    the day. A site without any is open whenever its calendar does not say that it is closed.
    """

    site = models.CharField(max_length=16)
    weekday = models.IntegerField()
    opens_at = models.TimeField()
    closes_at = models.TimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "weekday", "opens_at"], name="opening_hours_unique"
            ),
            models.CheckConstraint(
                condition=Q(weekday__range=(0, 6))
                & (Q(closes_at__gt=F("opens_at")) | Q(closes_at=time(0))),
                name="opening_hours_close_after_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site}/{self.weekday} {self.opens_at}"


class SpecialDay(models.Model):
    """A day on which a site has other hours than usual; without hours it is closed."""

    site = models.CharField(max_length=16)
    date = models.DateField()
    opens_at = models.TimeField(null=True)
    closes_at = models.TimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "date"], name="special_day_unique"),
            models.CheckConstraint(
                condition=Q(opens_at__isnull=True, closes_at__isnull=True)
                | (
                    Q(opens_at__isnull=False, closes_at__isnull=False)
                    & (Q(closes_at__gt=F("opens_at")) | Q(closes_at=time(0)))
                ),
                name="special_day_close_after_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site}/{self.date}"
