"""Runs of stories and what was seen at each of their steps. No stock of ours is in here."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class RunState(models.TextChoices):
    """How far a run is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class LabRun(models.Model):
    """
    One telling of a story (剧本演练), with a fault or without.

    It runs in a scratch database of its own; what was seen there is kept as frames. `scale` is
    how many pieces a box in the picture stands for. `heard_at` is when its process last gave a
    sign of life, `code` why it failed.
    """

    public_id = models.CharField(max_length=40, unique=True)
    story = models.CharField(max_length=24)
    fault = models.CharField(max_length=24, blank=True)
    state = models.CharField(max_length=8, choices=RunState, default=RunState.WAITING)
    code = models.CharField(max_length=48, blank=True)
    detail = models.TextField(blank=True)
    scale = models.IntegerField(default=1)
    created_by = models.CharField(max_length=160)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # Whoever wants the same story joins the run that is under way.
            models.UniqueConstraint(
                fields=["story", "fault"],
                condition=Q(state__in=["waiting", "running"]),
                name="labrun_one_open_of_a_kind",
            ),
            # One at a time, however many workers there are.
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="running"), name="labrun_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running"]) | Q(finished_at__isnull=False),
                name="labrun_over_is_finished",
            ),
        ]
        indexes = [models.Index(fields=["story", "fault", "-id"], name="labrun_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.public_id} {self.story} {self.fault}"


class LabFrame(models.Model):
    """What was seen at one step of a run: codes and numbers, no words (`lab.recording`)."""

    run = models.ForeignKey(LabRun, on_delete=models.CASCADE, related_name="frames")
    place = models.IntegerField()
    data = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "place"], name="labframe_one_each")]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.place}"


class LiveTrade(models.Model):
    """
    Whether people trade by themselves at a demo retailer (实时演示); one row, made with the demo.

    `speed` is how much more happens than in life, `until` when it ends by itself. `heard_at` is
    when its process last gave a sign of life, `counted` what happened since it was switched on.
    """

    is_on = models.BooleanField(default=False)
    speed = models.IntegerField(default=60)
    switched_by = models.CharField(max_length=160, blank=True)
    switched_at = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    heard_at = models.DateTimeField(null=True)
    counted = models.JSONField(default=dict)
    trouble = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="livetrade_is_one"),
            models.CheckConstraint(
                condition=Q(is_on=False) | Q(until__isnull=False, switched_at__isnull=False),
                name="livetrade_on_ends",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.speed}x {'on' if self.is_on else 'off'}"
