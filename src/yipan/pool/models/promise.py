"""Promise: stock set aside for a cart (暂扣) or for an order (预占)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
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
    channel = models.CharField(max_length=32, blank=True)
    method = models.CharField(max_length=16, blank=True)
    group = models.CharField(max_length=32, blank=True)
    priority = models.IntegerField(default=0)
    postings_count = models.IntegerField(default=0)
    quantity_fulfilled = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="held") | Q(expires_at__isnull=False),
                name="promise_held_expires",
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(state="held"), name="promise_expiring"),
            models.Index(fields=["state", "id"], name="promise_listed"),
            models.Index(
                fields=["external_id"], condition=~Q(external_id=""), name="promise_external"
            ),
        ]


class PromiseLine(models.Model):
    """
    A quantity of one SKU, in its smallest unit, set aside at one site.

    `quantity_open` is what of it is still set aside while the promise stands. `supply` names
    goods that are still to come, in whose account it is set aside instead. `quota_quantity` of
    it also counts against the rule `quota`. A line that `is_floating` was wanted from a pool
    and may be moved to another of its sites.
    """

    promise = models.ForeignKey(Promise, on_delete=models.CASCADE, related_name="lines")
    site = models.CharField(max_length=16)
    sku = models.CharField(max_length=48)
    quantity = models.BigIntegerField()
    quantity_open = models.BigIntegerField(default=0)
    supply = models.CharField(max_length=96, blank=True)
    quota = models.BigIntegerField(default=0)
    quota_quantity = models.BigIntegerField(default=0)
    is_floating = models.BooleanField(default=False)
    due_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0)
                & Q(quantity_open__gte=0)
                & Q(quantity_open__lte=F("quantity")),
                name="promise_line_quantity_positive",
            ),
            models.UniqueConstraint(
                fields=["promise", "site", "sku", "supply"], name="promise_line_once_per_sku"
            ),
        ]
        indexes = [
            models.Index(fields=["sku", "site"], name="promise_line_sku"),
            models.Index(fields=["supply"], condition=~Q(supply=""), name="promise_line_supply"),
        ]

    def __str__(self) -> str:
        return f"{self.promise_id}/{self.site}/{self.sku}"
