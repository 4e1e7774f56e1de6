"""Proposal (建议单): what the plan thinks should be bought or moved, until somebody decides."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document


class ProposalKind(models.TextChoices):
    """What it becomes when it is approved."""

    PURCHASE = "purchase", _("Purchase")
    REPLENISHMENT = "replenishment", _("Replenishment")
    ALLOCATION = "allocation", _("Allocation")
    REBALANCING = "rebalancing", _("Rebalancing")


class ProposalState(models.TextChoices):
    """Open until decided; ordered once the hub made a document of it, closed with that document."""

    OPEN = "open", _("Open")
    APPROVED = "approved", _("Approved")
    ORDERED = "ordered", _("Ordered")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    CLOSED = "closed", _("Closed")


class Proposal(Document):
    """
    So much of one SKU for a site, from a supplier or another site.

    There is one open proposal per SKU, site and source. `quantity` is the plan's, and changes when
    the plan is made again; `quantity_chosen` is a person's and stays. Quantities are in smallest
    units, values in minor units at sales price. `reasons` is what it was decided from. One that
    `is_too_small` lies on a way on which no van is worth it, and waits until more is to go.
    """

    kind = models.CharField(max_length=16, choices=ProposalKind.choices)
    state = models.CharField(
        max_length=16, choices=ProposalState.choices, default=ProposalState.OPEN
    )
    sku = models.CharField(max_length=48)
    site = models.CharField(max_length=16)
    source = models.CharField(max_length=32)
    quantity = models.BigIntegerField()
    quantity_chosen = models.BigIntegerField(null=True)
    wanted = models.BigIntegerField(default=0)
    urgency_permille = models.IntegerField(default=0)
    value_minor = models.BigIntegerField(default=0)
    order_on = models.DateField()
    arrives_on = models.DateField()
    reasons = models.JSONField(default=dict)
    is_too_small = models.BooleanField(default=False)
    run_number = models.CharField(max_length=48)
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=160, blank=True)
    decided_at = models.DateTimeField(null=True)
    decision_note = models.CharField(max_length=200, blank=True)
    approval_number = models.CharField(max_length=48, blank=True)
    document_type = models.CharField(max_length=32, blank=True)
    document_number = models.CharField(max_length=48, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sku", "site", "source"],
                condition=Q(state="open"),
                name="proposal_one_open_per_key",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0)
                & (Q(quantity_chosen__isnull=True) | Q(quantity_chosen__gt=0)),
                name="proposal_proposes_something",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "withdrawn"]) | Q(decided_at__isnull=False),
                name="proposal_decided_by_somebody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-urgency_permille", "-value_minor"],
                condition=Q(state="open"),
                name="proposal_work_list",
            ),
            models.Index(fields=["sku", "site", "state"], name="proposal_key"),
            models.Index(fields=["document_number"], name="proposal_document"),
            models.Index(fields=["approval_number"], name="proposal_approval"),
        ]

    @property
    def quantity_final(self) -> int:
        """Return what is ordered when it is approved now."""
        return self.quantity if self.quantity_chosen is None else self.quantity_chosen


class TransferRoute(models.Model):
    """From which site a transfer of the hub goes, as long as it waits to be sent."""

    document_number = models.CharField(max_length=48, unique=True)
    from_site = models.CharField(max_length=16)
    is_open = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.document_number
