"""Plan run (计划批次): one computation of the plan, in shards; and its back-test (回测)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document


class RunState(models.TextChoices):
    """How far a run is."""

    RUNNING = "running", _("Running")
    FINISHED = "finished", _("Finished")
    FAILED = "failed", _("Failed")


class PlanRun(Document):
    """
    A plan made from the books as of `today`. `digest` is the hash of all its rows.

    A run that was killed is taken up again where it stopped: shards that are done stay done.
    """

    state = models.CharField(max_length=16, choices=RunState.choices, default=RunState.RUNNING)
    today = models.DateField()
    executor = models.CharField(max_length=16)
    shards = models.IntegerField()
    shards_done = models.IntegerField(default=0)
    places = models.IntegerField(default=0)
    proposals = models.IntegerField(default=0)
    opened = models.IntegerField(default=0)
    changed = models.IntegerField(default=0)
    withdrawn = models.IntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    finished_at = models.DateTimeField(null=True)
    milliseconds = models.BigIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(shards__gt=0) & Q(shards_done__lte=F("shards")),
                name="plan_run_shards_sane",
            ),
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="running"), name="plan_run_one_at_a_time"
            ),
        ]


class PlanShard(models.Model):
    """A part of a run: all sites of some SKUs; done when its proposals are written."""

    run = models.ForeignKey(PlanRun, on_delete=models.CASCADE, related_name="parts")
    place = models.IntegerField()
    done_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    places = models.IntegerField(default=0)
    lanes = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "place"], name="plan_shard_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.place}"


class Backtest(Document):
    """
    What the gate saw of a segment: scores on rolling origins, curves of policies, and the verdict.

    `scores` and `curves` are plain data of `rules.gate` and `rules.simulation`; `learned` is the
    model as text, "" unless it was adopted; `tuning` is how tier 0 reads the segment. `misses`
    counts the weeks it failed in a row.
    """

    segment = models.CharField(max_length=96)
    first_day = models.DateField()
    last_day = models.DateField()
    series = models.IntegerField()
    origins = models.IntegerField()
    adopted = models.CharField(max_length=32)
    gain_permille = models.IntegerField(default=0)
    misses = models.IntegerField(default=0)
    scores = models.JSONField(default=list)
    curves = models.JSONField(default=list)
    tuning = models.JSONField(default=dict)
    learned = models.TextField(blank=True)
    learned_digest = models.CharField(max_length=64, blank=True)
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["segment"], condition=Q(is_current=True), name="backtest_one_current"
            ),
        ]
