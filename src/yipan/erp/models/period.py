"""Accounting period (会计期间): a month of a legal entity, open or closed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document


class PeriodState(models.TextChoices):
    """Whether documents may still count in a period."""

    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")
    REOPENING = "reopening", _("Reopening asked for")


class AccountingPeriod(Document):
    """
    A month of a legal entity. A month without a row is open.

    `closed_before` is up to which day everything was closed before this was. `checklist` is
    what stood open when it was closed, and `close_reason` why it was closed
    all the same. Reopening takes two people: one asks, giving a reason, another allows it.
    """

    entity = models.CharField(max_length=16)
    state = models.CharField(max_length=16, choices=PeriodState.choices, default=PeriodState.OPEN)
    month = models.CharField(max_length=7)
    first_day = models.DateField()
    last_day = models.DateField()
    closed_before = models.DateField(null=True)
    closed_by = models.CharField(max_length=160, blank=True)
    closed_at = models.DateTimeField(null=True)
    close_reason = models.CharField(max_length=200, blank=True)
    checklist = models.JSONField(default=list)
    value_minor = models.BigIntegerField(null=True)
    reopen_asked_by = models.CharField(max_length=160, blank=True)
    reopen_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entity", "month"], name="accounting_period_unique"),
            models.CheckConstraint(
                condition=Q(state="open") | Q(closed_at__isnull=False),
                name="accounting_period_closed_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="reopening") | (~Q(reopen_reason="") & ~Q(reopen_asked_by="")),
                name="accounting_period_reopening_has_reason",
            ),
        ]
