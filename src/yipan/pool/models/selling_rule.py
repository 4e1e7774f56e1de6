"""Selling rule (可售规则): what is withheld, shared out, switched off, or sold before it came."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class RuleKind(models.TextChoices):
    """What a rule does with what could be promised."""

    SAFETY_STOCK = "safety_stock", _("safety stock")
    BUFFER = "buffer", _("buffer")
    QUOTA = "quota", _("quota")
    SWITCH_OFF = "switch_off", _("switch off")
    PRESALE = "presale", _("pre-sale")


class SellingRule(models.Model):
    """
    One rule for a SKU, a site, a channel and a method; an empty field stands for all.

    Of several that fit, the most specific one counts, then the higher `priority`, then the
    older one. `quantity` is in the SKU's smallest unit; `percent` (of a buffer) is a share of
    what could be promised. A quota that `is_exclusive` is kept from the other channels until
    it ends or is sold. A pre-sale is due on `due_on`.
    """

    kind = models.CharField(max_length=16, choices=RuleKind.choices)
    sku = models.CharField(max_length=48, blank=True)
    site = models.CharField(max_length=16, blank=True)
    channel = models.CharField(max_length=32, blank=True)
    method = models.CharField(max_length=16, blank=True)
    quantity = models.BigIntegerField(default=0)
    percent = models.IntegerField(default=0)
    is_exclusive = models.BooleanField(default=False)
    due_on = models.DateField(null=True)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    priority = models.IntegerField(default=0)
    reason = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    created_by = models.CharField(max_length=160)
    created_at = models.DateTimeField()
    version = models.IntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gte=0) & Q(percent__gte=0) & Q(percent__lte=100),
                name="selling_rule_not_negative",
            ),
            models.CheckConstraint(
                condition=~Q(kind="quota") | (~Q(sku="") & ~Q(channel="")),
                name="selling_rule_quota_names_both",
            ),
            models.CheckConstraint(
                condition=~Q(kind="presale") | (~Q(sku="") & Q(due_on__isnull=False)),
                name="selling_rule_presale_is_due",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True)
                | Q(starts_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
                name="selling_rule_ends_after_start",
            ),
        ]
        indexes = [
            models.Index(fields=["sku"], condition=Q(is_active=True), name="selling_rule_active")
        ]

    def __str__(self) -> str:
        return f"{self.kind}/{self.pk}"


class Supply(models.Model):
    """
    Goods that are to come to a site: one line of a purchase order or of a transfer.

    `quantity` is what is still to come, in the SKU's smallest unit; the account
    `pool/<key>/available` of the site book holds what of it nobody was promised yet.
    `usable_on` is when it can be sold: what is expected plus the time to receive it.
    """

    key = models.CharField(max_length=96, unique=True)
    document_type = models.CharField(max_length=32)
    number = models.CharField(max_length=48)
    site = models.CharField(max_length=16)
    sku = models.CharField(max_length=48)
    quantity = models.BigIntegerField()
    expected_on = models.DateField(null=True)
    usable_on = models.DateField(null=True)
    postings_count = models.IntegerField(default=0)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=0), name="supply_not_negative"),
        ]
        indexes = [
            models.Index(fields=["sku"], condition=Q(quantity__gt=0), name="supply_open_sku"),
            models.Index(fields=["document_type", "number"], name="supply_document"),
        ]

    def __str__(self) -> str:
        return self.key
