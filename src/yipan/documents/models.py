"""Tables shared by all document types: number counters and the trail."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import DateTimeField, Func

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
    `message_id` is the message that brought the step, where one did. `system` and `sites` say
    whose document it is; `recorded_at`, when the transaction that wrote it began, orders what
    is told to others (`documents.events`).
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
    system = models.CharField(max_length=8, blank=True)
    sites = ArrayField(models.CharField(max_length=16), default=list)
    recorded_at = models.DateTimeField(
        db_default=Func(function="transaction_timestamp", output_field=DateTimeField())
    )

    class Meta:
        indexes = [
            models.Index(fields=["document_type", "number", "id"], name="documents_trail_document"),
            models.Index(fields=["recorded_at", "id"], name="documents_trail_recorded"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.step}"


class TakenLine(models.Model):
    """
    A line of a call with many, that was taken: what it was, and what was told of it.

    `scope` is a hash of the caller and the operation; within it `line_id` stands for one line.
    """

    scope = models.CharField(max_length=64)
    line_id = models.CharField(max_length=96)
    fingerprint = models.CharField(max_length=64)
    result = models.JSONField(default=dict)
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "line_id"], name="documents_taken_line_once"),
        ]

    def __str__(self) -> str:
        return self.line_id


class BulkJob(models.Model):
    """
    Lines of one operation that are too many for one call, and how far a worker is with them.

    `lines` is what was sent, `results` one per line done, in order. `roles` and `sites` are
    those of who asked, as they were then; `sites` is None for all.
    """

    public_id = models.CharField(max_length=48, unique=True)
    operation = models.CharField(max_length=48)
    state = models.CharField(max_length=16, default="waiting")
    lines = models.JSONField()
    results = models.JSONField(default=list)
    total = models.IntegerField()
    done = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    created_by = models.CharField(max_length=160)
    kind_of_actor = models.CharField(max_length=8)
    key_id = models.BigIntegerField(null=True)
    user_id = models.BigIntegerField(null=True)
    roles = ArrayField(models.CharField(max_length=24))
    sites = ArrayField(models.CharField(max_length=16), null=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "id"], name="documents_bulk_job_state")]

    def __str__(self) -> str:
        return self.public_id


class DayFigure(models.Model):
    """
    One key figure of a business day at a site; `site` is empty for the company as a whole.

    What `code` names tells the unit: pieces, documents, or minor units of money. It is written
    again as long as late facts may still change the day.
    """

    day = models.DateField()
    code = models.CharField(max_length=24)
    site = models.CharField(max_length=16, blank=True)
    value = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "code", "site"], name="day_figure_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.code} {self.site}"
