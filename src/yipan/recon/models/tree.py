"""Tree of sums (摘要树) of a site's two books: what a comparison reads instead of the books."""

from __future__ import annotations

from django.db import models


class BookTree(models.Model):
    """
    The sums of all SKU buckets of a site, in the hub's book and in its own.

    `hub` and `own` map a leaf, as text, to its sum (`ledger.site_trees`); leaves that sum up to
    nothing are left out. They hold what was written down before `settled_until`. `built_at` is
    when they were last made from the balances, and not from what changed; `positions` is how
    many SKUs lay there in the hub's book then.
    """

    site = models.CharField(max_length=16, unique=True)
    hub = models.JSONField(default=dict)
    own = models.JSONField(default=dict)
    settled_until = models.DateTimeField()
    built_at = models.DateTimeField()
    positions = models.IntegerField(default=0)
    compared_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.site
