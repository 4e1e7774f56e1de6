"""Customer return (销售退货单): goods sold anywhere that may be brought back, once each."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document


class CustomerReturnState(models.TextChoices):
    """Claimed before the refund is paid; refunded when the ticket came; or given up."""

    CLAIMED = "claimed", _("Claimed")
    REFUNDED = "refunded", _("Refunded")
    RELEASED = "released", _("Given up")


class CustomerReturn(Document):
    """
    What a store is about to take back of a receipt or an order, and to refund.

    `return_id` is made where the goods come back: told again, it is the same return. `lines` is
    `[{"sku", "quantity", "disposition", "refund_minor"}]`.
    """

    return_id = models.UUIDField(unique=True)
    site = models.CharField(max_length=16)
    state = models.CharField(
        max_length=16, choices=CustomerReturnState.choices, default=CustomerReturnState.CLAIMED
    )
    original_number = models.CharField(max_length=48)
    original_site = models.CharField(max_length=16)
    lines = models.JSONField()
    refund_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, default="CNY")
    ticket_number = models.CharField(max_length=64, blank=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="refunded") | ~Q(ticket_number=""),
                name="customer_return_refunded_has_ticket",
            ),
        ]
        indexes = [
            models.Index(fields=["original_number", "site"], name="customer_return_original"),
        ]


class ReturnedGoods(models.Model):
    """Goods of a receipt that came back, by the ticket that took them. Smallest units."""

    original_number = models.CharField(max_length=48)
    site = models.CharField(max_length=16)
    sku = models.CharField(max_length=48)
    quantity = models.BigIntegerField()
    issue_number = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["issue_number", "original_number", "sku"], name="returned_goods_once"
            ),
        ]
        indexes = [models.Index(fields=["original_number"], name="returned_goods_original")]

    def __str__(self) -> str:
        return f"{self.original_number} {self.sku}"
