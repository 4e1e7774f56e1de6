"""Transfer difference (调拨差异单): what was shipped and did not come, until it is settled."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document
from yipan.erp.models.transfer_order import TransferOrder


class TransferDifferenceState(models.TextChoices):
    """Whether somebody still has to decide what became of the goods."""

    OPEN = "open", _("Open")
    SETTLED = "settled", _("Settled")


class TransferOutcome(models.TextChoices):
    """What became of goods that did not come."""

    CLAIM_CARRIER = "claim_carrier", _("Claim on the carrier")
    CLAIM_SENDER = "claim_sender", _("Claim on the sender")
    FOUND = "found", _("Found")
    WRITE_OFF = "write_off", _("Written off")


class TransferDifference(Document):
    """What is missing of one transfer. At most one of a transfer is open at a time."""

    order = models.ForeignKey(TransferOrder, on_delete=models.PROTECT, related_name="differences")
    state = models.CharField(
        max_length=16,
        choices=TransferDifferenceState.choices,
        default=TransferDifferenceState.OPEN,
    )
    owner = models.CharField(max_length=160, blank=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=Q(state="open"), name="transfer_difference_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state="open") | Q(settled_at__isnull=False),
                name="transfer_difference_settled_has_time",
            ),
        ]


class TransferDifferenceLine(models.Model):
    """What is missing of one SKU: `quantity_came` came late after all, the rest is settled."""

    difference = models.ForeignKey(
        TransferDifference, on_delete=models.CASCADE, related_name="lines"
    )
    sku = models.CharField(max_length=48)
    quantity_missing = models.BigIntegerField()
    quantity_came = models.BigIntegerField(default=0)
    quantity_settled = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["difference", "sku"], name="transfer_difference_sku_unique"
            ),
            models.CheckConstraint(
                condition=Q(quantity_came__gte=0)
                & Q(quantity_settled__gte=0)
                & Q(quantity_missing__gte=F("quantity_came") + F("quantity_settled")),
                name="transfer_difference_line_parts_within_missing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.difference_id}/{self.sku}"


class TransferSettlement(models.Model):
    """One decision on a quantity of one SKU, with its posting out of transit. Never changed."""

    difference = models.ForeignKey(
        TransferDifference, on_delete=models.PROTECT, related_name="settlements"
    )
    sku = models.CharField(max_length=48)
    quantity = models.BigIntegerField()
    outcome = models.CharField(max_length=16, choices=TransferOutcome.choices)
    reference = models.CharField(max_length=96, blank=True)
    note = models.CharField(max_length=200, blank=True)
    settled_by = models.CharField(max_length=160)
    settled_at = models.DateTimeField()
    origin = models.CharField(max_length=96)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="transfer_settlement_settles_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.difference_id}/{self.sku} {self.outcome}"
