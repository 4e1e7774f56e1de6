"""Promise: stock set aside for a cart (暂扣) or for an order (预占)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document


class PromiseState(models.TextChoices):
    """What became of a promise. A refused one set nothing aside, and shows what was missing."""

    HELD = "held", _("held")
    RESERVED = "reserved", _("reserved")
    RELEASED = "released", _("released")
    EXPIRED = "expired", _("expired")
    FULFILLED = "fulfilled", _("fulfilled")
    REFUSED = "refused", _("refused")


class Promise(Document):
    """
    A cart's hold or an order's reservation.

    `digest` is the fingerprint of what was asked: the same number asked again with other
    content is refused. `facts` of a refused one say what was short.
    """

    state = models.CharField(max_length=16, choices=PromiseState.choices)
    expires_at = models.DateTimeField(null=True)
    committed_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    external_id = models.CharField(max_length=96, blank=True)
    digest = models.CharField(max_length=64)
    facts = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="held") | Q(expires_at__isnull=False),
                name="promise_held_expires",
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(state="held"), name="promise_expiring"),
            models.Index(
                fields=["external_id"], condition=~Q(external_id=""), name="promise_external"
            ),
        ]


class PromiseLine(models.Model):
    """A quantity of one SKU, in its smallest unit, set aside at one site."""

    promise = models.ForeignKey(Promise, on_delete=models.CASCADE, related_name="lines")
    site = models.CharField(max_length=16)
    sku = models.CharField(max_length=48)
    quantity = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="promise_line_quantity_positive"
            ),
            models.UniqueConstraint(
                fields=["promise", "site", "sku"], name="promise_line_once_per_sku"
            ),
        ]
        indexes = [models.Index(fields=["sku", "site"], name="promise_line_sku")]

    def __str__(self) -> str:
        return f"{self.promise_id}/{self.site}/{self.sku}"
