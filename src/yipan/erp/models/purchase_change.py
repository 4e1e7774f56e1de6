"""Versions of a purchase order (采购订单变更), and who may approve how much."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yipan.erp.models.purchase_order import PurchaseOrder


class PurchaseChangeState(models.TextChoices):
    """Whether a change holds."""

    PROPOSED = "proposed", _("Proposed")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")


class PurchaseChange(models.Model):
    """
    What an order that was sent should say instead.

    `lines`: `[{"sku", "quantity", "unit_cost_minor", "expected_on"}]`, all of them. What costs
    more than before is approved by a second person; the rest holds at once.
    """

    order = models.ForeignKey(PurchaseOrder, on_delete=models.CASCADE, related_name="changes")
    version = models.IntegerField()
    state = models.CharField(max_length=16, choices=PurchaseChangeState.choices)
    expected_on = models.DateField(null=True)
    lines = models.JSONField()
    reason = models.CharField(max_length=200, blank=True)
    changed_by = models.CharField(max_length=160)
    changed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=160, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(state="proposed"),
                name="purchase_change_one_proposed",
            ),
            models.CheckConstraint(
                condition=Q(decided_by="") | ~Q(decided_by=F("changed_by")),
                name="purchase_change_has_four_eyes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} v{self.version}"


class PurchaseLimit(models.Model):
    """The most an order may cost for a role to approve it, in minor units of a currency."""

    role = models.CharField(max_length=32)
    currency = models.CharField(max_length=3, default="CNY")
    value_max_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["role", "currency"], name="purchase_limit_unique"),
            models.CheckConstraint(
                condition=Q(value_max_minor__gte=0), name="purchase_limit_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.value_max_minor} {self.currency}"
