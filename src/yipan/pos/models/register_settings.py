"""How the registers of a store are set up, and by which codes a second person approves."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class RegisterSettings(models.Model):
    """
    What the registers of a store show and allow.

    `quick_keys` are SKUs in their order; none means what the store has most of.
    `bridge_url` is where bytes for a receipt printer go, on the till's own machine. A
    discount above `discount_limit_percent` of a line needs a second person; with
    `may_approve_alone`, whoever may approve and sells is enough, with a reason: for stores
    where one person works.
    `weighed_patterns` say how labels of scales are read; none means the usual layouts.
    """

    site = models.CharField(max_length=16, unique=True)
    quick_keys = models.JSONField(default=list)
    bridge_url = models.CharField(max_length=120, blank=True)
    discount_limit_percent = models.IntegerField(default=20)
    may_approve_alone = models.BooleanField(default=False, db_default=False)
    receipt_header = models.CharField(max_length=400, blank=True)
    receipt_footer = models.CharField(max_length=400, blank=True)
    weighed_patterns = models.JSONField(default=list)
    changed_by = models.CharField(max_length=160)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(discount_limit_percent__gte=0, discount_limit_percent__lte=100),
                name="register_settings_percent",
            ),
        ]

    def __str__(self) -> str:
        return self.site


class OverrideCode(models.Model):
    """
    The code by which a person approves at a register (授权码), as a hash.

    PBKDF2 with SHA-256 (RFC 8018) over the code; `salt` and `digest` in hexadecimal. The
    register keeps these and can check a code while the network is down.
    """

    username = models.CharField(max_length=150, unique=True)
    salt = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    iterations = models.IntegerField()
    set_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.username
