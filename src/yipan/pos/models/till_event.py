"""Till event (收银机记录): what happened at a register and is no ticket, for those who look."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class TillEventType(models.TextChoices):
    """What happened. Nothing here moves goods or money."""

    OVERRIDE = "override", _("Approved by a second person")
    REPRINT = "reprint", _("Printed again")
    DRAWER = "drawer", _("Drawer opened")
    GIVEN_UP = "given_up", _("Given up: the register is lost")
    UNAPPROVED = "unapproved", _("Taken back without approval")


class TillEvent(models.Model):
    """Something that happened at a till. `event_id` is made where it happened, once."""

    event_id = models.UUIDField(primary_key=True)
    site = models.CharField(max_length=16)
    till = models.CharField(max_length=32)
    event_type = models.CharField(max_length=12, choices=TillEventType.choices)
    subject = models.CharField(max_length=48, blank=True)
    actor = models.CharField(max_length=160)
    approved_by = models.CharField(max_length=160, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["site", "-occurred_at"], name="till_event_newest")]

    def __str__(self) -> str:
        return f"{self.till} {self.event_type} {self.subject}"
