"""Job: long work on files, done in the background while a page shows how far it is."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class JobState(models.TextChoices):
    """How far a job is."""

    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    SUCCEEDED = "succeeded", _("succeeded")
    REFUSED = "refused", _("refused")
    FAILED = "failed", _("failed")


class Job(models.Model):
    """
    One import: the file as it came, and what became of each of its rows.

    The file and its result live in the database, because the processes that take it in
    and work on it share nothing else. `result` is a gzipped CSV with one row per input row.
    """

    public_id = models.CharField(max_length=48, unique=True)
    kind = models.CharField(max_length=32)
    state = models.CharField(max_length=16, choices=JobState.choices, default=JobState.WAITING)
    is_dry_run = models.BooleanField(default=True)
    skips_wrong_rows = models.BooleanField(default=False)
    file_name = models.CharField(max_length=200)
    content = models.BinaryField()
    created_by = models.CharField(max_length=96, blank=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    code = models.CharField(max_length=64, blank=True)
    facts = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    sample = models.JSONField(default=list)
    result = models.BinaryField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(state__in=["waiting", "running"]),
                name="job_unfinished",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id
