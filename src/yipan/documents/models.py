"""Tables shared by all document types: number counters and the trail."""

from __future__ import annotations

from django.db import models

from yipan.documents.base import NUMBER_LENGTH_MAX, STATE_LENGTH_MAX


class NumberSeries(models.Model):
    """The last number given out in one series: a document type, a site, a year."""

    series = models.CharField(max_length=40, primary_key=True)
    last_number = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.series}: {self.last_number}"


class TrailStep(models.Model):
    """
    One step a document took: who, on what device, when, why. Never changed.

    `at` is when it happened by the clock of who did it; `id` orders what is written.
    `message_id` is the message that brought the step, where one did.
    """

    document_type = models.CharField(max_length=32)
    number = models.CharField(max_length=NUMBER_LENGTH_MAX)
    step = models.CharField(max_length=24)
    from_state = models.CharField(max_length=STATE_LENGTH_MAX, blank=True)
    to_state = models.CharField(max_length=STATE_LENGTH_MAX)
    actor = models.CharField(max_length=160)
    device = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)
    message_id = models.UUIDField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["document_type", "number", "id"], name="documents_trail_document"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.step}"
