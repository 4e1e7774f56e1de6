"""Store day (日结): the business day of a till, and cash that is no sale."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document


class StoreDayState(models.TextChoices):
    """Open for tickets; sealed, waiting for the hub; closed when both books agree."""

    OPEN = "open", _("Open")
    SEALED = "sealed", _("Sealed")
    DIFFERS = "differs", _("Differs")
    CLOSED = "closed", _("Closed")


class StoreDay(Document):
    """
    A day of a till: what was counted, and what its tickets add up to.

    `tenders` is `[{"tender", "expected_minor", "counted_minor"}]`. `need` are numbers of the
    store's messages the hub asked for.
    """

    site = models.CharField(max_length=16)
    till = models.CharField(max_length=32)
    business_date = models.DateField()
    state = models.CharField(
        max_length=16, choices=StoreDayState.choices, default=StoreDayState.OPEN
    )
    currency = models.CharField(max_length=3, default="CNY")
    first_sequence = models.BigIntegerField(default=0)
    last_sequence = models.BigIntegerField(default=0)
    ticket_count = models.IntegerField(default=0)
    line_count = models.IntegerField(default=0)
    quantity = models.BigIntegerField(default=0)
    amount_minor = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    tenders = models.JSONField(default=list)
    sealed_by = models.CharField(max_length=160, blank=True)
    sealed_at = models.DateTimeField(null=True)
    message_id = models.UUIDField(null=True)
    closed_at = models.DateTimeField(null=True)
    need = models.JSONField(default=list)
    facts = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["till", "business_date"], name="store_day_once"),
            models.CheckConstraint(
                condition=Q(state="open") | Q(sealed_at__isnull=False, message_id__isnull=False),
                name="store_day_sealed_is_told",
            ),
        ]
        indexes = [models.Index(fields=["site", "-business_date"], name="store_day_newest")]


class CashType(models.TextChoices):
    """Why cash went in or out of a drawer."""

    FLOAT = "float", _("Float")
    PAY_IN = "pay_in", _("Pay in")
    PAY_OUT = "pay_out", _("Pay out")
    DROP = "drop", _("To the safe")


class CashMovement(Document):
    """Cash that went in or out of a drawer and is no sale; the amount is never negative."""

    site = models.CharField(max_length=16)
    till = models.CharField(max_length=32)
    business_date = models.DateField()
    state = models.CharField(max_length=16, default="posted")
    cash_type = models.CharField(max_length=8, choices=CashType.choices)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3, default="CNY")
    reason = models.CharField(max_length=200, blank=True)
    message_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0), name="cash_movement_is_positive"
            ),
        ]
        indexes = [models.Index(fields=["till", "business_date"], name="cash_movement_day")]
