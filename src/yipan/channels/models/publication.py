"""What channels are told (渠道库存发布): how, what was told last, and the feed of what changed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PublicationForm(models.TextChoices):
    """What a channel is told: numbers, or only whether there is none, few or plenty."""

    QUANTITY = "quantity", _("numbers")
    LEVEL = "level", _("none, few or plenty")


class Publication(models.Model):
    """
    How one channel is told what it may sell.

    `last_sequence` is the number of the last change told; the row is locked while one is given
    out, so that numbers have no gaps and are seen in order. A change is told when a level is
    crossed, when it differs by `step_quantity` (in smallest units), or after `due_seconds`.
    `sweep_after` is how far a telling of everything has come, by SKU; None when none is under
    way. `swept_on` is the last day everything was looked at.
    """

    channel = models.CharField(max_length=32, unique=True)
    is_on = models.BooleanField(default=False)
    form = models.CharField(
        max_length=8, choices=PublicationForm.choices, default=PublicationForm.QUANTITY
    )
    methods = models.JSONField(default=list)
    step_quantity = models.BigIntegerField(default=1)
    due_seconds = models.IntegerField(default=300)
    has_shop = models.BooleanField(default=False)
    last_sequence = models.BigIntegerField(default=0)
    last_told_at = models.DateTimeField(null=True)
    sweep_after = models.CharField(max_length=48, null=True)  # noqa: DJ001  "" is: from the start
    is_sweep_forced = models.BooleanField(default=False)
    swept_on = models.DateField(null=True)
    version = models.IntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(step_quantity__gt=0) & Q(due_seconds__gte=0) & Q(last_sequence__gte=0),
                name="publication_positive",
            ),
        ]

    def __str__(self) -> str:
        return self.channel


class ToldLevel(models.Model):
    """
    What a channel was last told of a SKU by one method, and what could be told now.

    `differs_since` is since when the two are not the same; None when they are.
    """

    channel = models.CharField(max_length=32)
    sku = models.CharField(max_length=48)
    method = models.CharField(max_length=16)
    quantity = models.BigIntegerField()
    level = models.CharField(max_length=8)
    sites = models.JSONField(default=dict)
    next_date = models.DateField(null=True)
    sequence = models.BigIntegerField()
    told_at = models.DateTimeField()
    quantity_now = models.BigIntegerField()
    measured_at = models.DateTimeField()
    differs_since = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "sku", "method"], name="told_level_once_per_sku"
            ),
        ]
        indexes = [
            models.Index(
                fields=["channel", "differs_since"],
                condition=Q(differs_since__isnull=False),
                name="told_level_differing",
            ),
            models.Index(fields=["channel", "-sequence"], name="told_level_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.channel}/{self.sku}/{self.method}"


class LevelChange(models.Model):
    """
    One line of a channel's feed: from now on so much may be sold.

    Absolute, so that a reader may drop all but the newest of a SKU and method. Numbered from 1
    without gaps per channel.
    """

    channel = models.CharField(max_length=32)
    sequence = models.BigIntegerField()
    sku = models.CharField(max_length=48)
    method = models.CharField(max_length=16)
    quantity = models.BigIntegerField(null=True)
    level = models.CharField(max_length=8)
    sites = models.JSONField(default=dict)
    next_date = models.DateField(null=True)
    reason = models.CharField(max_length=8)
    told_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "sequence"], name="level_change_sequence"),
            models.CheckConstraint(condition=Q(sequence__gt=0), name="level_change_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.channel}/{self.sequence}"


class Follower(models.Model):
    """
    How far the movements of the site book, and the steps of the pool's rules, were looked at.

    One row. It moves on in the transaction that writes what it led to: killed in between,
    neither happened.
    """

    is_only = models.BooleanField(default=True, unique=True)
    recorded_at = models.DateTimeField(null=True)
    movement = models.BigIntegerField(default=0)
    steps = models.CharField(max_length=64, blank=True)
    followed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(is_only=True), name="follower_is_only")]

    def __str__(self) -> str:
        return f"{self.recorded_at}/{self.movement}"


class FeedReader(models.Model):
    """Who reads a channel's feed, and how far they have said they are."""

    channel = models.CharField(max_length=32)
    reader = models.CharField(max_length=160)
    sequence = models.BigIntegerField()
    read_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "reader"], name="feed_reader_once"),
            models.CheckConstraint(condition=Q(sequence__gte=0), name="feed_reader_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.channel}/{self.reader}"
