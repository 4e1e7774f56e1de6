"""Reads of whole groups of master data, as codes alone: for sums over all of them."""

from __future__ import annotations

from django.db.models import Q

from yipan.masterdata.models import Site, Sku


def list_sku_categories(*, category: str = "") -> dict[str, str]:
    """Return the category of each SKU, "" for none; of one category and its branches only."""
    query = Sku.objects.all()
    if category:
        query = query.filter(Q(category_id=category) | Q(category__code__startswith=f"{category}/"))
    return {code: str(name or "") for code, name in query.values_list("code", "category_id")}


def list_regions() -> list[str]:
    """Return the regions that sites are in, in order."""
    query = Site.objects.exclude(region="").order_by("region")
    return list(query.values_list("region", flat=True).distinct())
