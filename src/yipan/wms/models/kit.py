"""Kit (套装): what it is made of at a site, and the work of assembling and breaking it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document
from yipan.documents.evidence import EvidenceColumns


class KitPart(models.Model):
    """So many smallest units of a part go into one kit, at one site."""

    site = models.CharField(max_length=16)
    kit = models.CharField(max_length=48)
    part = models.CharField(max_length=48)
    quantity = models.BigIntegerField()
    changed_by = models.CharField(max_length=160)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "kit", "part"], name="kit_part_unique"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="kit_part_positive"),
            models.CheckConstraint(condition=~Q(kit=F("part")), name="kit_part_is_another"),
        ]

    def __str__(self) -> str:
        return f"{self.site} {self.kit}: {self.quantity} {self.part}"


class KitWorkType(models.TextChoices):
    """Parts become kits, or kits become parts."""

    ASSEMBLE = "assemble", _("Assembled")
    BREAK = "break", _("Broken")


class KitWorkState(models.TextChoices):
    """Kit work is posted at once, and may be undone."""

    POSTED = "posted", _("Posted")
    REVERSED = "reversed", _("Reversed")


class KitWork(Document):
    """
    Kits that were assembled (组装) or broken (拆分) at a bench, and the two messages that tell it.

    `quantity` counts kits. `message_id` tells what went in, `made_message_id` what came out.
    """

    site = models.CharField(max_length=16)
    state = models.CharField(
        max_length=16, choices=KitWorkState.choices, default=KitWorkState.POSTED
    )
    work_type = models.CharField(max_length=16, choices=KitWorkType.choices)
    kit = models.CharField(max_length=48)
    quantity = models.BigIntegerField()
    bin_code = models.CharField(max_length=32)
    reason = models.CharField(max_length=200, blank=True)
    device = models.CharField(max_length=80, blank=True)
    external_id = models.CharField(max_length=64, blank=True)
    message_id = models.UUIDField(unique=True)
    made_message_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="kit_work_positive"),
            models.UniqueConstraint(
                fields=["site", "external_id"],
                condition=~Q(external_id=""),
                name="kit_work_external_unique",
            ),
        ]


class KitWorkLine(EvidenceColumns):
    """What went into the work (`is_made` false) or came out of it, by bin and lot."""

    work = models.ForeignKey(KitWork, on_delete=models.PROTECT, related_name="lines")
    line = models.IntegerField()
    is_made = models.BooleanField()
    sku = models.CharField(max_length=48)
    lot = models.CharField(max_length=48, blank=True)
    bin_code = models.CharField(max_length=32)
    quantity = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["work", "line"], name="kit_work_line_unique"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="kit_work_line_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.work_id}/{self.line} {self.sku}"
