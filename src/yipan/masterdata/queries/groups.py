"""Reads of whole groups of master data, as codes alone: for sums over all of them."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from yipan.masterdata.models import Site, Sku
from yipan.masterdata.rows import SkuRow


def list_sku_categories(*, category: str = "") -> dict[str, str]:
    """Return the category of each SKU, "" for none; of one category and its branches only."""
    query = Sku.objects.all()
    if category:
        query = query.filter(Q(category_id=category) | Q(category__code__startswith=f"{category}/"))
    return {code: str(name or "") for code, name in query.values_list("code", "category_id")}


def find_sku_names(codes: Collection[str]) -> dict[str, SkuRow]:
    """Return what a long list shows of each SKU: its names, category and unit, nothing else."""
    columns = ("code", "name", "name_zh", "category_id", "unit", "is_active")
    rows = Sku.objects.filter(code__in=set(codes)).values_list(*columns)
    return {
        code: SkuRow(
            code=code,
            name=name,
            name_zh=name_zh,
            category=category or "",
            unit=unit,
            is_active=is_active,
        )
        for code, name, name_zh, category, unit, is_active in rows
    }


def list_regions() -> list[str]:
    """Return the regions that sites are in, in order."""
    query = Site.objects.exclude(region="").order_by("region")
    return list(query.values_list("region", flat=True).distinct())
