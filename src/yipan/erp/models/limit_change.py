"""Change of a limit (限额变更单): how much a role may approve or post alone, from now on."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document


class LimitChangeState(models.TextChoices):
    """Whether somebody else agreed to it."""

    SUBMITTED = "submitted", _("Submitted")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    CANCELED = "canceled", _("Canceled")


class LimitPurpose(models.TextChoices):
    """What a limit is about."""

    APPROVE = "approve", _("Approve in the hub")
    POST = "post", _("Post without asking the hub")


class LimitChange(Document):
    """
    One limit as it shall be; an empty text means all, a maximum of None is none.

    Value in minor units, percent of what the book said. `is_end`: the limit shall no longer
    hold, and the next more general one does. `version` counts the changes of one limit that
    were approved; the one before stays readable in its own document.
    """

    state = models.CharField(
        max_length=16, choices=LimitChangeState.choices, default=LimitChangeState.SUBMITTED
    )
    purpose = models.CharField(max_length=8, choices=LimitPurpose.choices)
    role = models.CharField(max_length=32, blank=True)
    adjustment_type = models.CharField(max_length=16, blank=True)
    site_type = models.CharField(max_length=16, blank=True)
    site = models.CharField(max_length=16, blank=True)
    quantity_max = models.BigIntegerField(null=True)
    value_max_minor = models.BigIntegerField(null=True)
    percent_max = models.IntegerField(null=True)
    is_end = models.BooleanField(default=False)
    reason = models.CharField(max_length=200)
    version = models.IntegerField(null=True)
    decided_by = models.CharField(max_length=160, blank=True)
    decided_at = models.DateTimeField(null=True)
    decision_note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by="") | ~Q(decided_by=F("created_by")),
                name="limit_change_has_four_eyes",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved")
                | (Q(decided_at__isnull=False) & Q(version__isnull=False)),
                name="limit_change_approved_has_version",
            ),
            models.UniqueConstraint(
                fields=["purpose", "role", "adjustment_type", "site_type", "site"],
                condition=Q(state="submitted"),
                name="limit_change_one_waits_per_limit",
            ),
        ]
