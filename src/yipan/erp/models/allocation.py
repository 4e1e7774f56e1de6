"""Allocation (配货单): goods of one site shared out to many stores, becoming transfer orders."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document


class AllocationState(models.TextChoices):
    """Whether the shares became transfers."""

    DRAFT = "draft", _("Draft")
    RELEASED = "released", _("Released")
    CANCELED = "canceled", _("Canceled")


class Allocation(Document):
    """Which stores need what from one site, and what each of them gets."""

    from_site = models.CharField(max_length=16)
    state = models.CharField(
        max_length=16, choices=AllocationState.choices, default=AllocationState.DRAFT
    )
    due_on = models.DateField(null=True)
    note = models.CharField(max_length=500, blank=True)
    approved_by = models.CharField(max_length=160, blank=True)
    released_at = models.DateTimeField(null=True)
    external_id = models.CharField(max_length=96, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="released") | ~Q(approved_by=""),
                name="allocation_released_was_approved",
            ),
            models.CheckConstraint(
                condition=Q(approved_by="") | ~Q(approved_by=F("created_by")),
                name="allocation_has_four_eyes",
            ),
            models.UniqueConstraint(
                fields=["external_id"],
                condition=~Q(external_id=""),
                name="allocation_external_id_unique",
            ),
        ]


class AllocationLine(models.Model):
    """What one store needs of one SKU, and its share, in the SKU's smallest unit."""

    allocation = models.ForeignKey(Allocation, on_delete=models.CASCADE, related_name="lines")
    sku = models.CharField(max_length=48)
    to_site = models.CharField(max_length=16)
    quantity_needed = models.BigIntegerField()
    quantity_shared = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["allocation", "sku", "to_site"], name="allocation_line_unique"
            ),
            models.CheckConstraint(
                condition=Q(quantity_needed__gt=0)
                & Q(quantity_shared__gte=0)
                & Q(quantity_shared__lte=F("quantity_needed")),
                name="allocation_line_shares_within_need",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.allocation_id}/{self.sku}@{self.to_site}"
