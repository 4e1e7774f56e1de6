"""Case (差异案件): two figures that should agree and do not, until a document or a reason."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document


class CaseKind(models.TextChoices):
    """Which two figures."""

    BOOK_VS_COUNT = "book_vs_count", _("Book and shelf")
    BOOK_VS_BOOK = "book_vs_book", _("Book and book")


class CaseState(models.TextChoices):
    """How far a case has come."""

    OPEN = "open", _("Open")
    EXPLAINED = "explained", _("Explained")
    SUBMITTED = "submitted", _("Submitted")
    CORRECTED = "corrected", _("Corrected")
    CLOSED = "closed", _("Closed")


class Case(Document):
    """
    A difference of one SKU at one site.

    `quantity` is counted minus book, or the hub's book minus the site's own, in smallest units;
    `quantity_book` and `quantity_other` are those two figures. `place` is the part of the site
    that was counted, `group` the stock status that was compared. `finding` is what the engine
    says, as `recon.rules.Finding`; `cause` and `probability_permille` are of its main part.
    `waiting_document` is the document of the site that puts it right, while somebody has to
    approve it. `undone_at` is when a document that had put a closed case right was reversed, while
    the same goods had another open case: this one is taken up when that one ends.
    """

    state = models.CharField(max_length=16, choices=CaseState.choices, default=CaseState.OPEN)
    kind = models.CharField(max_length=16, choices=CaseKind.choices)
    site = models.CharField(max_length=16)
    sku = models.CharField(max_length=48)
    place = models.CharField(max_length=64, blank=True)
    group = models.CharField(max_length=16, blank=True)
    quantity = models.BigIntegerField()
    quantity_book = models.BigIntegerField()
    quantity_other = models.BigIntegerField()
    value_minor = models.BigIntegerField(default=0)
    since = models.DateTimeField()
    compared_at = models.DateTimeField()
    watermark = models.BigIntegerField(null=True)
    count_number = models.CharField(max_length=48, blank=True)
    finding = models.JSONField(default=dict)
    cause = models.CharField(max_length=32, blank=True)
    probability_permille = models.IntegerField(default=0)
    waiting_document = models.CharField(max_length=48, blank=True)
    owner = models.CharField(max_length=160, blank=True)
    due_on = models.DateField(null=True)
    undone_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=160, blank=True)
    closing_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "site", "sku", "place", "group"],
                condition=~Q(state="closed"),
                name="case_one_open_for_each_key",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | ~Q(closing_reason=""),
                name="case_closed_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(probability_permille__gte=0) & Q(probability_permille__lte=1000),
                name="case_probability_is_a_share",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="case_by_state"),
            models.Index(fields=["site", "sku"], name="case_by_key"),
        ]


class CaseCorrection(models.Model):
    """A document that puts a case right, or a part of it: never the same one twice."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="corrections")
    cause = models.CharField(max_length=32)
    document = models.CharField(max_length=48)
    quantity = models.BigIntegerField()
    noted_by = models.CharField(max_length=160)
    noted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "cause", "document"], name="case_correction_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.document}"
