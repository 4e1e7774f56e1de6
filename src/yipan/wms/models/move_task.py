"""Move task (移库任务): goods to carry within the house; and the pick face (拣货位)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document


class MoveTaskState(models.TextChoices):
    """Open until somebody has carried the goods."""

    OPEN = "open", _("Open")
    MOVED = "moved", _("Moved")
    CANCELED = "canceled", _("Canceled")


class MoveTaskKind(models.TextChoices):
    """Why goods should be carried."""

    REPLENISH = "replenish", _("Replenishment")
    PUT_BACK = "put_back", _("Back to the bin")
    CROSS_DOCK = "cross_dock", _("Cross-dock")


class MoveTask(Document):
    """
    So much of a SKU from one place to another; `to_bin` empty: where the rules propose.

    `order_number` is the outbound order it is for, or comes from. Of a cross-dock, `pick` is what
    the goods are set aside by.
    """

    site = models.CharField(max_length=16)
    state = models.CharField(
        max_length=16, choices=MoveTaskState.choices, default=MoveTaskState.OPEN
    )
    kind = models.CharField(max_length=16, choices=MoveTaskKind.choices)
    sku = models.CharField(max_length=48)
    lot = models.CharField(max_length=48, blank=True)
    quantity = models.BigIntegerField()
    quantity_moved = models.BigIntegerField(default=0)
    from_bin = models.CharField(max_length=32)
    to_bin = models.CharField(max_length=32, blank=True)
    zone = models.CharField(max_length=32, blank=True)
    priority = models.IntegerField(default=0)
    order_number = models.CharField(max_length=48, blank=True)
    pick = models.ForeignKey(
        "wms.Pick", null=True, on_delete=models.PROTECT, related_name="move_tasks"
    )
    claimed_by = models.CharField(max_length=160, blank=True)
    claimed_at = models.DateTimeField(null=True)
    moved_by = models.CharField(max_length=160, blank=True)
    moved_at = models.DateTimeField(null=True)
    moved_to = models.CharField(max_length=32, blank=True)
    device = models.CharField(max_length=80, blank=True)
    bin_move_number = models.CharField(max_length=48, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="move_task_positive"),
            models.UniqueConstraint(
                fields=["site", "sku", "to_bin"],
                condition=Q(kind="replenish", state="open"),
                name="move_task_one_replenishment",
            ),
        ]
        indexes = [
            models.Index(
                fields=["site", "-priority", "id"],
                condition=Q(state="open"),
                name="move_task_open",
            ),
            models.Index(fields=["site", "moved_at"], name="move_task_moved"),
        ]


class PickFace(models.Model):
    """
    A bin a SKU is picked from, and between which quantities it is kept (拣货位上下限).

    When no more than `quantity_min` is free there, it is filled up to `quantity_max`.
    """

    site = models.CharField(max_length=16)
    bin_code = models.CharField(max_length=32)
    sku = models.CharField(max_length=48)
    quantity_min = models.BigIntegerField()
    quantity_max = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "bin_code", "sku"], name="pick_face_unique"),
            models.CheckConstraint(
                condition=Q(quantity_min__gte=0) & Q(quantity_max__gt=F("quantity_min")),
                name="pick_face_bounds",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site}/{self.bin_code} {self.sku}"
