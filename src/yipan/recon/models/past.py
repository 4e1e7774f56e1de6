"""Past correction (历史调整): a line out of an older system, with the words somebody wrote."""

from __future__ import annotations

from django.db import models


class PastCorrection(models.Model):
    """
    One stock correction of the past, and what its text was read as.

    It moves nothing. `origin` names the file by its content, `row` the line in it: loading a
    file again changes nothing. `quantity` is signed, in pieces; `also` are the causes the text
    names besides, `word` is what in it was read.
    """

    origin = models.CharField(max_length=64)
    row = models.IntegerField()
    occurred_at = models.DateTimeField()
    sku = models.CharField(max_length=48, blank=True)
    quantity = models.BigIntegerField()
    text = models.CharField(max_length=400, blank=True)
    cause = models.CharField(max_length=32)
    also = models.JSONField(default=list)
    word = models.CharField(max_length=120, blank=True)
    is_doubted = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["origin", "row"], name="past_correction_once")
        ]
        indexes = [models.Index(fields=["cause"], name="past_correction_by_cause")]

    def __str__(self) -> str:
        return f"{self.origin[:8]}/{self.row}"
