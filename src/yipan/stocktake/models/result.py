"""Result (盘点结果): what rounds of counting say of one key; and what put a difference right."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yipan.stocktake.models.stocktake import Stocktake


class ResultState(models.TextChoices):
    """Whether a count stands."""

    RECOUNT = "recount", _("Count again")
    AGREED = "agreed", _("Stands")


class CountResult(models.Model):
    """
    One key of a stocktake, as the round that stands saw it.

    `quantity_book` and `difference` are as first known, when it was counted: what arrives late
    for an earlier moment changes the explanation, which is computed anew from the ledger, and
    never these. `looks` are the rounds: who looked (`by`), who handed it in for them
    (`handed_in_by`), and what they saw.
    """

    stocktake = models.ForeignKey(Stocktake, on_delete=models.CASCADE, related_name="results")
    place = models.CharField(max_length=32)
    sku = models.CharField(max_length=48)
    lot = models.CharField(max_length=48, blank=True)
    status = models.CharField(max_length=16, default="available")
    state = models.CharField(max_length=16, choices=ResultState.choices)
    round = models.IntegerField()
    quantity = models.BigIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    quantity_book = models.BigIntegerField()
    difference = models.BigIntegerField()
    value_minor = models.BigIntegerField(default=0)
    is_uncertain = models.BooleanField(default=False)
    counters = models.JSONField(default=list)
    capture_mode = models.CharField(max_length=8, blank=True)
    looks = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["stocktake", "place", "sku", "lot", "status"], name="count_result_key_once"
            )
        ]
        indexes = [
            models.Index(fields=["place", "sku", "-last_at"], name="count_result_by_key"),
            models.Index(
                fields=["stocktake"],
                condition=~Q(difference=0),
                name="count_result_differs",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stocktake_id} {self.place} {self.sku}"

    @property
    def people(self) -> set[str]:
        """Return whoever stands behind the count: who looked, and who handed it in for them."""
        handed = (who for look in self.looks for who in look.get("handed_in_by", ()))
        return {*self.counters, *handed}


class CorrectionState(models.TextChoices):
    """What became of a document that is to put a difference right."""

    SUBMITTED = "submitted", _("Waiting for approval")
    POSTED = "posted", _("Posted")
    REJECTED = "rejected", _("Rejected")
    RECOUNT = "recount", _("Count again")
    REVERSED = "reversed", _("Reversed")


#: A correction that counts: posted, or asked for.
CORRECTION_ACTIVE = (CorrectionState.SUBMITTED, CorrectionState.POSTED)


class CountCorrection(models.Model):
    """
    A document of the site that settles what a count found, or a part of it.

    `quantity` is signed as the difference. An offset takes back what a late document explained.
    `case_number` names the case of the hub that asked for it. `result` is None where a count
    outside any stocktake was put right.
    """

    result = models.ForeignKey(
        CountResult, on_delete=models.CASCADE, related_name="corrections", null=True
    )
    site = models.CharField(max_length=16)
    system = models.CharField(max_length=8)
    place = models.CharField(max_length=32, blank=True)
    sku = models.CharField(max_length=48)
    lot = models.CharField(max_length=48, blank=True)
    status = models.CharField(max_length=16, default="available")
    counted_at = models.DateTimeField()
    count_number = models.CharField(max_length=48, blank=True)
    case_number = models.CharField(max_length=48, blank=True)
    document = models.CharField(max_length=48)
    state = models.CharField(max_length=16, choices=CorrectionState.choices)
    quantity = models.BigIntegerField()
    is_offset = models.BooleanField(default=False)
    noted_at = models.DateTimeField()
    posted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="posted") | Q(posted_at__isnull=False),
                name="count_correction_posted_has_moment",
            )
        ]
        indexes = [
            models.Index(fields=["site", "document"], name="count_correction_document"),
            models.Index(fields=["site", "sku", "place"], name="count_correction_key"),
        ]

    def __str__(self) -> str:
        return f"{self.document} {self.sku}"
